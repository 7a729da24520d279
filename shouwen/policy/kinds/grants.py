"""What is kept of a subject for a time: grants (a right), retains (its file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from shouwen.policy.env import Env, as_moment
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.ruling import Effect, Grant, Retain
from shouwen.policy.source import Node
from shouwen.worktime import Span

FOR_EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass
class Grants(Kind):
    """Somebody or something has a right for a time; conditions ask for it as `grant.<right>`."""

    word = "grants"
    primitive = "keep"
    takes_upon = True
    doc = (
        "准许一段时间:条件里用 grant.名称 问它;到时自然失效",
        "A right for a time: conditions ask for it as `grant.name`; it ends by itself.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "what": Key("准许什么:标识: 文字", "which right: id: words", "items", True),
        "of": Key("准许给哪个字段所指的;不写为本件", "to what a field points to; absent: the subject itself", "field"),
        "from": Key("自何时起(默认即时)", "from when (default: at once)", "moment"),
        "until": Key("至何时止;日期含当天", "until when; a date with its day", "moment"),
        "within": Key("多长时间内有效(与 until 二者取一)", "for how long (or `until`)", "span"),
    }
    what: str = ""
    what_zh: str = ""
    link: str = ""
    link_zh: str = ""
    since: str = ""
    until: str = ""
    said_zh: str = ""
    within: Span | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Grants:
        """Read the parameters."""
        what, noun = next(iter(r.reader.mapping(node.get("what")).items()), ("", node)), r.names.noun
        link = r.reader.text(node.get("of"))
        own = noun.fields.get(link) if noun is not None else None
        if link and (own is None or own.type.name not in ("record", "case")):
            known = [f.id for f in noun.fields.values() if f.type.name in ("record", "case")] if noun is not None else []
            r.reader.unknown(
                node.get("of") or node, link, known, "不是指向台账或事项的字段:", "is no field that points to a record:"
            )
        if (node.get("until") is None) == (node.get("within") is None):
            r.reader.fault(node, "写 until(至何时止)或 within(多长时间内),二者取一", "write `until` or `within`, one of them")
        since, until = (r.names.moment(n, r.reader.text(n)) if (n := node.get(k)) is not None else "" for k in ("from", "until"))
        within = r.span(node.get("within"), "within")
        begins = f"自{r.names.moment_zh(since)}起" if since else "即日起"
        ends = f"至{r.names.moment_zh(until)}止" if until else f"{unset_zh(within)}内有效"
        return cls(
            what=what[0], what_zh=r.names.rights.get(what[0], what[0]), link=link, link_zh=own.zh if own else "",
            since=since, until=until, said_zh=f"{begins},{ends}", within=within,
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        return f"{rule.lead()}{self.link_zh}获准{self.what_zh},{self.said_zh}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Grant it; nothing, flagged, while it is unknown from when or until when."""
        since = as_moment(env.moment(self.since), env.calendar) if self.since else env.at
        until = env.calendar.add(since, self.within) if self.within is not None and since is not None else self._end(env)
        lacking = [n for n, v in ((self.since, since), (self.until, until)) if n and v is None]
        env.flag(rule.clause.name, lacking)
        if since is None or until is None or until <= since:
            return []
        return [Grant(rule.cite, self.what, since, until, self.link)]

    def _end(self, env: Env) -> datetime | None:
        if not self.until:
            return None
        value = env.fields.get(self.until)
        return as_moment(value if value is not None else env.moment(self.until), env.calendar, end=True)


@dataclass
class Retains(Kind):
    """The file of a subject is kept for a time; conditions ask as `retained` whether that still runs."""

    word = "retains"
    primitive = "keep"
    takes_upon = True
    doc = (
        "保存多久;几条都说的取最久的,条件里用 retained 问是否还在保存期",
        "How long a file is kept; of several clauses the longest holds. Conditions ask as `retained` whether it still runs.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "at_least": Key("至少多久;永久写 ever", "at least how long; `ever` for good", "span", True),
        "form": Key("所保存的表单", "the form that is kept", "form"),
    }
    at_least: Span | None = None
    ever: bool = False
    form_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Retains:
        """Read the parameters."""
        said, form = node.get("at_least"), r.reader.text(node.get("form"))
        ever = said is not None and said.text == "ever"
        if form and form not in r.forms:
            r.reader.unknown(node.get("form") or node, form, r.forms, "没有这张表单:", "there is no form")
        return cls(
            at_least=None if ever else r.span(said, "at_least"), ever=ever,
            form_zh=r.forms[form].zh if form in r.forms else "",
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        how = "永久保存" if self.ever else f"保存至少{unset_zh(self.at_least)}"
        return f"{rule.lead()}{self.form_zh}{how}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Keep it from now on."""
        if self.at_least is None and not self.ever:
            return []
        return [Retain(rule.cite, FOR_EVER if self.at_least is None else env.calendar.add(env.at, self.at_least))]
