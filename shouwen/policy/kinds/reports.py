"""The kind `reports`: figures made at the end of each period, for each unit or member of a population, for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from shouwen.policy.conditions import ALWAYS, Condition
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.kinds.opens import every_zh, is_period
from shouwen.policy.nouns import UNIT, Noun
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.ruling import Effect, Report
from shouwen.policy.source import Node
from shouwen.worktime import Span


@dataclass
class Reports(Kind):
    """Measures put together at the end of each period, as of its last moment, and given to somebody."""

    word = "reports"
    primitive = "tell"
    needs_noun = False
    names_subject = False
    doc = (
        "每期末按单位(或群体每个成员)统计若干计量,报给某人",
        "Measures put together at the end of each period, for each unit or member of a population, and given to somebody.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "measures": Key("报哪些计量", "which measures", "measures", True),
        "every": Key("周期:1d、7d、1mo、3mo、1y", "the period", "span", True),
        "to": Key("报给谁(可写几个)", "for whom (one or several)", "who|list", True),
        "for_each": Key(
            "按谁统计:群体、台账或 staff;不写则按制度适用的每个单位",
            "for each member of a group, a register, staff; absent: each unit the regulation applies to", "group",
        ),
        "form": Key("印成哪张表单", "the form it is printed as", "form"),
    }  # fmt: skip
    figures: tuple[Path, ...] = ()
    every: Span | None = None
    to: tuple[Who, ...] = ()
    form: str = ""
    for_each_zh: str = ""
    population: str = ""
    member: Noun | None = None
    members: Condition = ALWAYS

    @property
    def undecided(self) -> bool:
        """Whether how often is left to the company."""
        return self.every is None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Reports:
        """Read the parameters."""
        names = r.reader.texts(node.get("measures"))
        for n, name in zip(r.reader.listing(node.get("measures")), names, strict=True):
            if name not in r.names.measures:
                r.reader.unknown(n, name, r.names.measures, "没有这个计量:", "there is no measure")
        each, every = r.reader.text(node.get("for_each"), "unit"), r.span(node.get("every"), "every")
        group = r.populations.get(each)
        if group is None:
            r.reader.unknown(
                node.get("for_each") or node, each, r.populations, "没有这个台账或群体:", "there is no register or group"
            )
        if every is not None and (not is_period(every) or str(every) == "1wd"):
            r.reader.fault(
                node.get("every") or node,
                f"“{every}”不能作报表周期;可用如 1d、7d、1mo、3mo、1y",
                f"{every} is no period of reports",
            )
        form, to = r.reader.text(node.get("form")), node.get("to")
        if form and form not in r.forms:
            r.reader.unknown(node.get("form") or node, form, r.forms, "没有这张表单:", "there is no form")
        found = [r.names.path(n, n.text or "") for n in r.reader.listing(node.get("measures")) if n.text in r.names.measures]
        return cls(
            figures=tuple(p for p in found if p is not None), every=every, form=form,
            to=() if to is None or r.is_unset(to, "to") else r.people.many(to),
            for_each_zh=group.zh if group else each, population=each, member=r.noun_of(group),
            members=(group.when if group else None) or ALWAYS,
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        to = "、".join(w.zh for w in self.to) or unset_zh(None)
        return f"{rule.lead()}{every_zh(self.every)}末按{self.for_each_zh}统计{'、'.join(p.zh for p in self.figures)},报{to}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Make the report of one period; the act's row names the period."""
        if self.member is UNIT and self.to and all(w.elsewhere(env) is not None for w in self.to):
            return []  # of a unit where nobody gets it, as long as somebody does in another
        people = tuple(dict.fromkeys(p for w in self.to for p in w.people(env)))
        env.flag(rule.clause.name, [n for w in self.to for n in w.lacks(env)])
        figures = tuple((p.text, p.get(env)) for p in self.figures)
        env.flag(rule.clause.name, [name for name, value in figures if value is None])
        return [Report(rule.cite, env.act.row, people, figures, self.form, rule.clause.zh or rule.clause.sentence())]
