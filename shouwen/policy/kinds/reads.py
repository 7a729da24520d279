"""Who may read: the cases of a procedure by post, and a customer's personal data only in connection with a matter.

What the company lets its posts see stays the ground; the law adds to it or takes from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    """Posts that may read every case of a procedure (with `only`, nobody else reads them by post); or of a register: the matters
    from which alone the personal data of the customer in a field of its records may be uncovered."""

    word = "reads"
    primitive = "gate"
    doc = (
        "某些岗位可以看某种事项,写 only 则别的岗位不能看(经办的人和有待办的人总能看);写 whose 则是台账里那位客户的资料凭哪些事项看全",
        "Posts that may read a procedure's cases (`only`: no other; who works on one always does). `whose`: data open by matter.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "who": Key("谁可以(可写几个)", "who may (one or several)", "who|list"),
        "only": Key(
            "yes:限制,只许这些岗位看(本来能看的才行);不写是增加",
            "yes: a limit, of those who may only these; without it they are given more",
            "flag",
        ),
        "whose": Key("台账的哪个客户字段:完整资料受限的是谁", "whose personal data: a register's field of a customer", "field"),
        "matters": Key(
            "凭哪些事项、在哪些环节可以查看:事项须指向那件台账",
            "from which matters, at which steps: a matter that points to the record",
            "matters",
        ),
    }
    who: tuple[Who, ...] = ()
    only: bool = False
    whose: str = ""
    whose_zh: str = ""
    matters: Mapping[str, frozenset[str]] = field(default_factory=dict)  # procedure -> its steps
    matters_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Reads:
        """Read the parameters: `who`, or `whose` and `matters`."""
        if (when := r.node.get("when")) is not None:
            r.reader.fault(when, "reads 不用 when:看是按流程定的", "reads takes no `when`: it goes by the procedure")
        if node.get("whose") is not None or node.get("matters") is not None:
            return _of_customers(r, node)
        said = node.get("who")
        if said is None:
            r.reader.fault(node, "须写 who(谁可以看)或 whose(谁的资料)", "write `who` (may read) or `whose` (data)")
        who = () if said is None or r.is_unset(said, "who") else r.people.many(said)
        for one in who:
            if not one.post or one.other is not None or one.reads:
                r.reader.fault(one.node or node, *(text.format(one.zh) for text in WANTED))
        noun = r.names.noun
        if noun is not None and noun.kind != "case":
            r.reader.fault(
                r.node.get("for") or node, f"{noun.zh}不是流程:能定谁看的只有事项", f"{noun.id} is no procedure: only of cases"
            )
        return cls(who, r.reader.flag(node.get("only")))

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        if self.whose:
            return f"{self.whose_zh}的完整资料,只凭{self.matters_zh},或其本人的未结事项,才能查看"
        names = "、".join(w.zh for w in self.who) or unset_zh(None)
        return f"{names}可以看" if not self.only else f"按岗位只有{names}可以看,经办的人除外"

    def posts(self) -> Iterator[tuple[str, bool]]:
        """Yield the posts, and whether each reads in all units instead of its own and those below."""
        for who in self.who:
            yield who.post, of_any_unit(who)


def _of_customers(r: ClauseReader, node: Node) -> Reads:
    """Read whose data are uncovered only from which matters."""
    for key in ("who", "only"):
        if (extra := node.get(key)) is not None:
            r.reader.fault(extra, f"{key} 不与 whose 同写", f"{key} does not go with `whose`")
    for key in ("whose", "matters"):
        if node.get(key) is None:
            r.reader.fault(node, "whose 和 matters 须同写", "`whose` and `matters` go together")
    noun, whose = r.names.noun, r.reader.text(node.get("whose"))
    if noun is not None and noun.kind != "record":
        r.reader.fault(r.node.get("for") or node, f"{noun.zh}不是台账", f"{noun.id} is no register")
    known = {f.id: f for f in noun.fields.values() if f.type.name == "customer"} if noun is not None else {}
    if whose and whose not in known:
        r.reader.unknown(
            node.get("whose") or node, whose, known, "台账没有这个客户字段:", "the register has no field of a customer"
        )
    matters = {name: _steps(r, name, said) for name, said in r.reader.mapping(node.get("matters")).items()}
    told = [
        f"{found.zh}({'、'.join(label.zh for step, label in found.steps.items() if step in steps)})"
        for name, steps in matters.items()
        if (found := r.names.nouns.get(name)) is not None
    ]
    return Reads(whose=whose, whose_zh=known[whose].zh if whose in known else whose, matters=matters, matters_zh="、".join(told))


def _steps(r: ClauseReader, procedure: str, said: Node) -> frozenset[str]:
    """Read at which steps matters of a procedure count; it has to have a field that points to the register."""
    found, register = r.names.nouns.get(procedure), r.names.noun
    if found is None or found.kind != "case":
        r.reader.unknown(
            said, procedure, [n.id for n in r.names.nouns.values() if n.kind == "case"], "没有这个流程:", "there is no procedure"
        )
        return frozenset()
    inside = [f for row in found.rows for f in found.fields[row].type.columns.values()]
    if register is not None and not any(register.id in f.type.nouns for f in (*found.fields.values(), *inside)):
        r.reader.fault(said, f"{found.zh}没有指向{register.zh}的字段", f"{found.id} has no field that points to {register.id}")
    for step in r.reader.listing(said):
        if step.text not in found.steps:
            r.reader.unknown(step, step.text or "", found.steps, "没有这个环节:", "there is no step")
    return frozenset(r.reader.texts(said))
