"""Who may read the cases of a procedure: what the company lets its posts see, and what the law adds to it or takes from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.people import Who, of_any_unit
from shouwen.policy.source import Node

WANTED = (
    "写岗位:本部门的写岗位名,不论部门的写 {{post: 岗位, of: any}};看是按岗位的,没有“{}”这样的写法",
    "write posts: the bare post for its own units, {{post: …, of: any}} for all; reading goes by posts, not by {!r}",
)


@dataclass
class Reads(Kind):
    """Posts that may read every case of a procedure; with `only`, nobody else reads them by post."""

    word = "reads"
    primitive = "gate"
    doc = (
        "某些岗位可以看某种事项;写 only 则别的岗位不能看(经办的人和有待办的人总能看)",
        "Posts that may read the cases of a procedure; with `only` no other post does. Who works on a case always reads it.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "who": Key("谁可以(可写几个)", "who may (one or several)", "who|list", True),
        "only": Key(
            "yes:限制,只许这些岗位看(本来能看的才行);不写是增加",
            "yes: a limit, of those who may only these; without it they are given more",
            "flag",
        ),
    }
    who: tuple[Who, ...] = ()
    only: bool = False

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Reads:
        """Read the parameters."""
        said = node.get("who")
        who = () if said is None or r.is_unset(said, "who") else r.people.many(said)
        for one in who:
            if not one.post or one.other is not None or one.reads:
                r.reader.fault(one.node or node, *(text.format(one.zh) for text in WANTED))
        noun = r.names.noun
        if noun is not None and noun.kind != "case":
            r.reader.fault(
                r.node.get("for") or node, f"{noun.zh}不是流程:能定谁看的只有事项", f"{noun.id} is no procedure: only of cases"
            )
        if (when := r.node.get("when")) is not None:
            r.reader.fault(when, "reads 不用 when:看是按流程定的", "reads takes no `when`: it goes by the procedure")
        return cls(who, r.reader.flag(node.get("only")))

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        names = "、".join(w.zh for w in self.who) or unset_zh(None)
        return f"{names}可以看" if not self.only else f"按岗位只有{names}可以看,经办的人除外"

    def posts(self) -> Iterator[tuple[str, bool]]:
        """Yield the posts, and whether each reads in all units instead of its own and those below."""
        for who in self.who:
            yield who.post, of_any_unit(who)
