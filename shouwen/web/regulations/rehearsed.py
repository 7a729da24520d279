"""What a rehearsal found, in words: clause by clause, each opened down to the cases with both verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from shouwen.base.masks import mask_plate
from shouwen.cases.models import Case
from shouwen.policy.nouns import Noun
from shouwen.policy.simulating_report import COUNTED, WORDS
from shouwen.registers.models import Record
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, laws_of, said
from shouwen.web.moments import typeset

_PERSON: Final = re.compile(r"@(\d{1,18})")  # how a report writes a person (simulating_words.by_number)


@dataclass(frozen=True, slots=True)
class Row:
    """One act that is judged otherwise, or cannot be judged: with both verdicts, or the reason."""

    of: Case | Record
    what: str  # of a record: its register
    called: str
    at: datetime
    act: str
    was: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Acts of a clause: those in sight, and how many are not shown (out of sight, or beyond what is listed)."""

    rows: Sequence[Row]
    more: int


@dataclass(frozen=True, slots=True)
class Clause:
    """What was found of one clause."""

    name: str
    text: str
    change: str
    was: str
    now: str
    same: int
    moved: int
    differs: int
    cannot_tell: int
    sums: Sequence[tuple[str, str]]  # what there would be more, or fewer, of
    rounds: Mapping[str, int]
    untold: str  # why nothing it speaks of is judged again; "" where it is
    different: Listed
    doubtful: Listed


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in all."""

    clauses: Sequence[Clause]
    totals: Mapping[str, Any]
    sums: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, str]]
    minutes: Sequence[tuple[str, int]]
    hours: str
    counted: Mapping[str, Any]


def told(request: Ask, report: Mapping[str, Any]) -> Found:
    """Return a kept report as it is shown to somebody: names of people, and only cases and records they may see."""
    things = _things(request, report["clauses"])
    law = laws_of(request).at(request.now)
    books = law.books if law is not None else {}
    totals = report["totals"]
    entries = [(said(books[b], request.lang) if b in books else b, signed(n)) for b, n in totals["entries"].items() if n]
    minutes = [(_word(request, k), n) for k, n in report["assumed_minutes"].items()]
    clauses = [_clause(request, c, report.get("sentences", {}).get(c["clause"], {}), things) for c in report["clauses"]]
    clauses.sort(key=lambda c: (-c.differs, -c.cannot_tell, c.name))
    return Found(clauses, totals, _sums(request, totals), entries, minutes, signed(totals["hours"]), report)


def signed(n: float) -> str:
    """Return a number with its sign: +3, −2, 0."""
    return f"+{n}" if n > 0 else f"−{-n}" if n < 0 else "0"


def _sums(request: Ask, of: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_word(request, k), signed(of[k])) for k in COUNTED if of[k]]


def _word(request: Ask, counted: str) -> str:
    zh, en = WORDS[counted]
    return en if request.lang == "en" else zh


def _things(request: Ask, clauses: Iterable[Mapping[str, Any]]) -> dict[int, Case | Record]:
    wanted = {e["id"] for c in clauses for e in (*c["cases_listed"], *c["doubts_listed"])}
    rows = Case.objects.visible_to(request.reader).filter(pk__in=wanted)
    cases = {c.pk: c for c in rows.only("number", "title", "procedure", "enactment_id", "step", "closed_at", "held")}
    records = Record.objects.visible_to(request.reader).filter(pk__in=wanted - cases.keys()).only("register", "key")
    return {**cases, **{r.pk: r for r in records}}


def _clause(request: Ask, c: Mapping[str, Any], read: Mapping[str, str], things: Mapping[int, Case | Record]) -> Clause:
    english = request.lang == "en"
    return Clause(
        c["clause"], c["en"] if english and c["en"] else typeset(c["zh"]), c["change"],
        typeset(read.get("was", "")), typeset(read.get("now", "")), c["same"], c["moved"], c["differs"], c["cannot_tell"],
        _sums(request, c), c.get("rounds", {}), c.get("untold", {}).get(request.lang, ""),
        _listed(request, c["cases_listed"], c["differs"], things), _listed(request, c["doubts_listed"], c["cannot_tell"], things),
    )  # fmt: skip


def _listed(request: Ask, kept: Iterable[Mapping[str, Any]], all_of_them: int, things: Mapping[int, Case | Record]) -> Listed:
    rows = [_row(request, e, things[e["id"]]) for e in kept if e["id"] in things]
    return Listed(rows, max(0, all_of_them - len(rows)))


def _row(request: Ask, e: Mapping[str, Any], of: Case | Record) -> Row:
    lang = "en" if request.lang == "en" else "zh"

    def side(name: str) -> str:
        return _named(request, e.get(name, {}).get(lang, "")) or _("没有这一结果")

    law = laws_of(request).of(of.enactment_id) if isinstance(of, Case) else laws_of(request).at(request.now)
    name = of.procedure if isinstance(of, Case) else of.register
    noun = law.nouns.get(name) if law is not None else None
    what = said(noun, request.lang) if noun is not None and isinstance(of, Record) else ""
    called = _called(of, noun) if isinstance(of, Record) else of.number
    act = act_name(noun, e["act"], request.lang)
    clock = {"deadline_passed": _("到期"), "deadline_near": _("临近到期"), "come_round": _("例行")}
    return Row(
        of, what, called, datetime.fromisoformat(e["at"]), clock.get(act, act), side("was"), side("now"), _named(request, e[lang])
    )


def _called(record: Record, noun: Noun | None) -> str:
    """Return what a record goes by; plates are not read out in a list."""
    personal = noun is None or (noun.key in noun.fields and noun.fields[noun.key].personal)
    return mask_plate(record.key) if personal else record.key


def _named(request: Ask, text: str) -> str:
    """Return words of a report with people by their names."""
    return _PERSON.sub(lambda m: people.name(request, int(m[1])) or m[0], text)
