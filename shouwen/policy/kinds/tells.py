"""What the law tells: notifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.people import Who
from shouwen.policy.ruling import Effect, Tell
from shouwen.policy.source import Node
from shouwen.worktime import Span


@dataclass
class Notifies(Kind):
    """Somebody is told, with a paper if one is named; or told ahead of a date."""

    word = "notifies"
    primitive = "tell"
    takes_upon = True
    doc = ("告知某人,可附表单;或在某日期之前若干时间告知", "Tell somebody, with a paper if named; or ahead of a date.")
    keys: ClassVar[Mapping[str, Key]] = {
        "to": Key("告知谁(可写几个)", "whom (one or several)", "who|list", True),
        "form": Key("附哪张表单", "the form sent along", "form"),
        "confirm": Key("每人须确认收到", "each recipient owes a confirmation", "flag"),
        "ahead_of": Key("在哪个日期字段之前", "ahead of this date field", "field"),
        "at_least": Key("至少提前多久", "how long before", "span"),
    }
    to: tuple[Who, ...] = ()
    form: str = ""
    form_zh: str = ""
    confirm: bool = False
    ahead_of: str = ""
    ahead_zh: str = ""
    at_least: Span | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Notifies:
        """Read the parameters."""
        to = node.get("to")
        if to is None:
            r.reader.fault(node, "没有写告知谁(to)", "it does not say whom (to)")
        form = r.reader.text(node.get("form"))
        if form and form not in r.forms:
            r.reader.unknown(node.get("form") or node, form, r.forms, "没有这张表单:", "there is no form")
        ahead = r.names.moment(node.get("ahead_of") or node, r.reader.text(node.get("ahead_of"))) if node.get("ahead_of") else ""
        if ahead and node.get("at_least") is None:
            r.reader.fault(node, "写了 ahead_of,还须写 at_least(至少提前多久)", "with ahead_of write at_least")
        return cls(
            to=() if to is None or r.is_unset(to, "to") else r.people.many(to),
            form=form,
            form_zh=r.forms[form].zh if form in r.forms else form,
            confirm=r.reader.flag(node.get("confirm")),
            ahead_of=ahead,
            ahead_zh=r.names.moment_zh(ahead) if ahead else "",
            at_least=r.span(node.get("at_least"), "at_least"),
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        ahead = f"在{self.ahead_zh}前至少{unset_zh(self.at_least)}" if self.ahead_of else ""
        form = f",附{self.form_zh}" if self.form else ""
        return f"{rule.lead()}{ahead}告知{'、'.join(w.zh for w in self.to) or unset_zh(None)}{form}{',逐一确认' if self.confirm else ''}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Tell everybody meant, once."""
        staff: list[int] = []
        customer = 0
        for who in self.to:
            found = who.people(env)
            env.flag(rule.clause.name, who.lacks(env))
            if who.kind == "customer" or (who.other is not None and not who.resolve(env) and who.other.kind == "customer"):
                customer = found[0] if found else 0
            else:
                staff.extend(found)
        if not staff and not customer:
            return []
        return [
            Tell(
                rule.cite,
                tuple(dict.fromkeys(staff)),
                customer,
                self.form,
                self.confirm,
                rule.clause.zh or rule.clause.sentence(),
            )
        ]
