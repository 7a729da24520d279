"""The kind `deadline`: a promise with a due moment on the subject, or on each row of one of its rows fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule
from shouwen.policy.kinds.opens import WHEN_KEYS
from shouwen.policy.moments import Clockwork, Fall, Missed, Spot, When, date_field, fall, fall_anew, read_warn, read_when
from shouwen.policy.paths import CONFIRMED
from shouwen.policy.people import Who
from shouwen.policy.source import Node
from shouwen.worktime import Span


@dataclass
class Deadline(Kind):
    """A promise with a due moment: from something known, until an act is done or a date is filled in."""

    word = "deadline"
    primitive = "open"
    doc = ("时限:自何时起、至何事办成、多长时间内", "A promise: from a moment, until an act, within a span.")
    keys: ClassVar[Mapping[str, Key]] = {
        "from": Key(
            "自何时起(动作或时间字段;写几个则取第一个已知的;默认 open)",
            "from: an act or date field; of several the first that is known (default open)", "moment|list",
        ),
        "until": Key(
            "办成哪个动作、填上哪个日期字段、或某条的告知逐一确认(confirmed.条款)为止(写几个则都要办成)",
            "until this act is done, this date field is filled, or all have confirmed what a clause told them (confirmed.clause); of "
            "several all", "moment|list", True,
        ),
        "for_each": Key("每一行一个时限", "one for every row of a rows field (`when` filters the rows)", "rows"),
        "warn": Key("提前提醒:75% 或 30min", "warn at a share of the span, or a span before the end", "share|span"),
        "who": Key("谁负责(默认责任人)", "who owes it (default: the person responsible)", "who"),
        "held": Key("挂起时是否照走:runs 照走、stops 暂停(默认)", "while the subject is held: runs, or stops (default)", "stops|runs"),
        "again": Key("逾期后从错过的时刻重新起算,直到办成", "once missed it starts again from the missed moment, until done", "flag"),
        **WHEN_KEYS,
    }  # fmt: skip
    start: tuple[str, ...] = ("open",)
    until: tuple[str, ...] = ()
    start_zh: str = ""
    until_zh: str = ""
    when: When = field(default_factory=When)
    warn: int | Span | None = None
    who: Who | None = None
    stops: bool = True
    again: bool = False
    for_each: str = ""
    for_each_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Deadline:
        """Read the parameters."""
        start = tuple(r.names.moment(n, r.reader.text(n)) for n in r.reader.listing(node.get("from"))) or ("open",)
        until = tuple(_until(r, n) for n in r.reader.listing(node.get("until")))
        if not until:
            r.reader.fault(node, "没有写到什么为止(until)", "it does not say until what (until)")
        when = read_when(r, node)
        if not when.said and node.get("within") is None:
            r.reader.fault(node, "没有写多长时间内(within)或何时到期(due)", "neither within nor due")
        rows, again = r.rows(node.get("for_each")), r.reader.flag(node.get("again"))
        if again and not when.unset and (when.within is None or not when.within.amount):
            r.reader.fault(
                node.get("again") or node, "逾期后重新起算(again)须写多长时间内(within),且大于零",
                "a deadline that begins again needs `within` a span of more than nothing",
            )  # fmt: skip
        return cls(
            start=start,
            until=tuple(u for u, _ in until),
            start_zh="或".join(r.names.moment_zh(s) for s in start),
            until_zh="并".join(zh for _, zh in until),
            when=when,
            warn=read_warn(r, node.get("warn")),
            who=r.who(node.get("who"), "who"),
            stops=r.reader.one_of(node.get("held"), ("stops", "runs"), "stops") == "stops",
            again=again,
            for_each=rows,
            for_each_zh=r.names.noun.fields[rows].zh if rows and r.names.noun is not None else "",
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        each = f"每一{self.for_each_zh}" if self.for_each else ""
        who = self.who.zh if self.who else ""
        warn = ""
        if self.warn is not None:
            warn = f",过{self.warn}%时提醒" if isinstance(self.warn, int) else f",提前{self.warn.zh()}提醒"
        runs = "" if self.stops else ",挂起时照算"
        again = ",逾期重新起算,直至办成" if self.again else ""
        return f"{rule.lead()}{each}自{self.start_zh}起,{who}须{self.when.zh(rule)}{self.until_zh}{warn}{runs}{again}"

    def anchor(self, env: Env) -> datetime | None:
        """Return the first of its starting moments that is known; a date counts from the start of its day."""
        for name in self.start:
            found = env.moment(name)
            if found is not None:
                return found
        return None

    def fall(self, rule: Rule, env: Env, anchor: datetime, clock: Clockwork) -> Fall:
        """Return when it falls due from an anchor."""
        return self.falls(rule, env, anchor, clock, self.when.of(rule, env, []))

    def falls(self, rule: Rule, env: Env, anchor: datetime, clock: Clockwork, how: Spot | Span | None) -> Fall:
        """Return when it falls due from an anchor, by the span or spot that holds for this case."""
        clock = clock if self.stops else Clockwork((), clock.extended)
        begun = self.anchor(env) if self.again else None
        if isinstance(how, Span) and begun is not None and begun < anchor:
            return fall_anew(self.when, how, Missed(begun, anchor), env, warn=self.warn, clock=clock)
        return fall(self.when, how, anchor, env, warn=self.warn, clock=clock)

    def owes(self, env: Env) -> tuple[int, ...]:
        """Return who answers for it."""
        if self.who is not None:
            return self.who.people(env)
        person = env.chosen.get("responsible") or env.facts.responsible
        return (person,) if person else ()


def _until(r: ClauseReader, node: Node) -> tuple[str, str]:
    """Read what ends a promise; return it and its Chinese.

    An act, a date field (of the subject, or `rows.column`), or that all confirmed what a clause told them (`confirmed.3.4`).
    """
    text, noun = r.reader.text(node), r.names.noun
    if text.startswith(CONFIRMED) and (path := r.names.path(node, text)) is not None and path.text.startswith(CONFIRMED):
        return path.text, path.zh.replace("已逐一", "由各人逐一")
    if noun is not None and text not in noun.acts:
        shape = date_field(noun, text)
        if shape is not None:
            return text, f"填{shape.zh}"
    act = r.act(node)
    return act, r.act_zh(act)
