"""What the report page shows, from a few statements: every figure with the address of what it was counted from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shouwen.policy.law import Law
from shouwen.policy.measures import percent
from shouwen.reports.figures import PROMISES, Figures, procedures
from shouwen.reports.rolling import ANSWERS, marks
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import cited, noun_name
from shouwen.web.reports.charts import Columns, columns
from shouwen.web.reports.laid_out import Number, Row, Table
from shouwen.web.reports.period import Asked
from shouwen.web.reports.questions import place_of, put, questionnaires

CONTENT = ("very_satisfied", "satisfied")  # ids of choices, the same in all packs
RATED = (*CONTENT, "fair", "dissatisfied", "very_dissatisfied")  # other answers say that there was none


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole period, and the same of the period before (None: it has none)."""

    label: str
    text: str
    url: str
    before: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The whole page."""

    tiles: Sequence[Tile]
    chart: Columns
    tables: Sequence[Table]
    behind: int
    counts: Mapping[str, Table] = field(default_factory=dict)
    open_at: datetime | None = None  # when what is open now was counted, if not just now


Fold = list[tuple[Any, ...]]


def board(request: Ask, asked: Asked, law: Law | None) -> Board:
    """Count everything once, and lay it out."""
    scope = asked.scope(request)
    figures = Figures(scope, request.now, law)
    earlier = _earlier(request, asked, law)
    volume = _moved(figures, law, "day", "noun")
    promises = figures.fold(PROMISES, ("name", "unit", "person", "kind"))
    surveyed = figures.fold(("answer", "tell", "by_customer"), ("kind", "noun", "name", "unit"))
    answers = [row for kind, *row in surveyed if kind == "answer"]
    done = figures.fold(("act",), ("person",))
    of_units = _moved(figures, law, "unit")
    loads = figures.load()
    say = _Words(request, asked, law)
    tables = [
        say.procedures(volume), say.clauses(promises), say.units(promises, of_units, loads),
        *questionnaires(request, asked, law, surveyed), *say.content(answers), say.staff(promises, done, loads),
    ]  # fmt: skip
    opened, ended = _by_day(volume, "act"), _by_day(volume, "ended")
    chart = columns(asked, request.path, opened, ended)
    return Board(
        say.tiles(volume, promises, earlier, loads), chart, tables, figures.behind, {t.id: t for t in tables}, figures.open_at
    )


def glance(request: Ask, asked: Asked, law: Law | None) -> Sequence[Tile]:
    """Count the tiles alone: what somebody sees of their units without asking."""
    figures = Figures(asked.scope(request), request.now, law)
    promises, earlier = figures.fold(PROMISES, ("kind",)), _earlier(request, asked, law)
    return _Words(request, asked, law).tiles(_moved(figures, law), promises, earlier, figures.load())


def _earlier(request: Ask, asked: Asked, law: Law | None) -> Fold:
    """Of the period before: what came in and ended, and what became of promises."""
    past = Figures(asked.before(asked.scope(request)), request.now, law)
    return [*past.fold(PROMISES, ("kind",)), *_moved(past, law)]


def _moved(figures: Figures, law: Law | None, *by: str) -> Fold:
    """What came in ("act") and what ended: rows of the columns `by`, the kind and the number."""
    names = {"open", *(step for mark in marks(law) for step in mark["ends"])}
    cases = procedures(law)  # customers and what stands in registers are opened too, and are no matters
    rows = figures.fold(("act", "ended"), (*by, "kind", "name"), names, cases)
    # Of acts only those that open: a step may be called as an act is.
    return [(*row, kind, n) for *row, kind, name, n in rows if kind == "ended" or name == "open"]


def _by_day(volume: Fold, kind: str) -> dict[date, int]:
    found: Counter[date] = Counter()
    for day, _noun, of, n in volume:
        found[day] += n if of == kind else 0
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """Lays figures out in the reader's words."""

    request: Ask
    asked: Asked
    law: Law | None

    def tiles(self, volume: Fold, promises: Fold, earlier: Fold, loads: Sequence[Any]) -> list[Tile]:
        """The figures of the whole period."""
        opened = sum(n for *_by, kind, n in volume if kind == "act")
        ended = sum(n for *_by, kind, n in volume if kind == "ended")
        now, past = Counter[str](), Counter[str]()
        for *_r, kind, n in promises:
            now[kind] += n
        for kind, n in earlier:
            past["open" if kind == "act" else kind] += n
        kept, was = (percent(c["kept"], sum(c[k] for k in ("kept", "breach"))) for c in (now, past))
        late = sum(x.overdue for x in loads)
        return [
            Tile(pgettext("when", "立项"), str(opened), self.asked.counted(kind="act", name="open"), str(past["open"])),
            Tile(_("结束"), str(ended), self.asked.counted(kind="ended"), str(past["ended"])),
            Tile(_("承诺兑现率"), _share(kept), "#promises", _share(was)),
            Tile(
                _("违反条款"),
                str(now["breach"]),
                self.asked.counted(kind="breach"),
                str(past["breach"]),
                "over" if now["breach"] else "",
            ),
            Tile(_("现在未结"), str(sum(x.open for x in loads)), self.cases("open")),
            Tile(_("现在超时"), str(late), self.cases("overdue"), tone="over" if late else ""),
        ]

    def cases(self, state: str, **more: object) -> str:
        """The address of open cases."""
        at = self.asked.unit or self._whole_sight()
        unit = {"unit": at} if at else {}
        return f"{reverse('cases:list')}?{urlencode({'state': state, **unit, **more})}"

    def _whole_sight(self) -> int:
        """The unit that is all a reader sees, or 0: what is counted is of units, but a list shows one's own matters elsewhere, too."""
        units, org = self.request.reader.units or frozenset[int](), self.request.org
        tops = [u for u in units if not units & (set(org.path(u)) - {u})]
        return tops[0] if len(tops) == 1 else 0

    def procedures(self, volume: Fold) -> Table:
        """What came in and what ended, by procedure."""
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for _day, noun, kind, n in volume:
            sums[noun][kind] += n
        rows = [
            Row(
                noun_name(self.law, noun, self.request.lang),
                [
                    Number(c["act"], self.asked.counted(kind="act", name="open", noun=noun)),
                    Number(c["ended"], self.asked.counted(kind="ended", noun=noun)),
                ],
            )
            for noun, c in sorted(sums.items(), key=lambda x: (-x[1]["act"], x[0]))
        ]
        return Table("procedures", _("按流程"), [_("流程"), pgettext("when", "立项"), _("结束")], rows)

    def clauses(self, promises: Fold) -> Table:
        """Promises by clause: those broken most come first."""
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for name, _unit, _person, kind, n in promises:
            sums[name][kind] += n
        rows = [
            Row(
                cited(self.law, name, self.request.lang).long,
                self._kept(c, name=name),
                _rate(c),
                name,
                cited(self.law, name, self.request.lang).text,
            )
            for name, c in sorted(sums.items(), key=lambda x: (-x[1]["breach"], -x[1]["late"], x[0]))
        ]
        return Table("promises", _("按条款"), [_("条款"), _("按时"), _("逾期办结"), _("违反")], rows, _("兑现率"))

    def _kept(self, c: Counter[str], **what: object) -> list[Number]:
        tones = {"kept": "", "late": "", "breach": "over"}
        return [Number(c[kind], self.asked.counted(kind=kind, **what), tones[kind] if c[kind] else "") for kind in PROMISES]

    def units(self, promises: Fold, volume: Fold, loads: Sequence[Any]) -> Table:
        """Each unit: what came in and ended, what it kept and broke, what is open now."""
        sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for _name, unit, _person, kind, n in promises:
            sums[unit][kind] += n
        for unit, kind, n in volume:
            sums[unit][kind] += n
        for load in loads:
            sums[load.unit] += Counter(open=load.open, overdue=load.overdue)
        rows = []
        for unit in sorted(sums, key=lambda u: (-sums[u]["act"], u)):
            c, only = sums[unit], {"unit": unit, "alone": 1}
            numbers = [
                Number(c["act"], self.asked.counted(kind="act", name="open", at=unit)),
                Number(c["ended"], self.asked.counted(kind="ended", at=unit)),
                Number(c["open"], self.cases("open", **only)),
                Number(c["overdue"], self.cases("overdue", **only), "over" if c["overdue"] else ""),
                *self._kept(c, at=unit),
            ]
            name = people.unit(self.request, unit)
            rows.append(Row(name or _("不属单位"), numbers, _rate(c), named=bool(name)))
        heads = [
            _("单位"),
            pgettext("when", "立项"),
            _("结束"),
            _("现在未结"),
            _("现在超时"),
            _("按时"),
            _("逾期办结"),
            _("违反"),
        ]
        return Table("units", _("按单位"), heads, rows, _("兑现率"))

    def content(self, answers: Sequence[Sequence[Any]]) -> list[Table]:
        """What customers answered, by unit; one table for each question."""
        asked: defaultdict[tuple[str, str], defaultdict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for noun, name, unit, n in answers:
            question, _colon, value = name.rpartition(":")
            asked[noun, question][unit][value] += n
        order = sorted(asked.items(), key=lambda found: place_of(self.law, *found[0]))
        return [self._question(n, noun, question, by_unit) for n, ((noun, question), by_unit) in enumerate(order)]

    def _question(self, n: int, noun: str, question: str, by_unit: Mapping[int, Counter[str]]) -> Table:
        found = put(self.law, noun, question, self.request.lang)
        values = list(found.words) if found.words else sorted({v for c in by_unit.values() for v in c})
        rows = [
            self._answered(people.unit(self.request, u) or _("不属单位"), noun, question, values, c, at=u)
            for u, c in sorted(by_unit.items())
        ]
        if len(rows) > 1:
            rows.append(self._answered(_("合计"), noun, question, values, sum(by_unit.values(), Counter())))
        share = _("满意率") if set(values) >= ANSWERS else ""
        heads = [_("单位"), *(found.words.get(v, v) for v in values)]
        return Table(f"answers-{noun}-{n + 1}", found.title, heads, rows, share)

    def _answered(
        self, label: str, noun: str, question: str, values: Sequence[str], c: Counter[str], at: int | None = None
    ) -> Row:
        numbers = [Number(c[v], self.asked.counted(kind="answer", noun=noun, name=f"{question}:{v}", at=at)) for v in values]
        share = percent(sum(c[v] for v in CONTENT), sum(c[v] for v in RATED)) if set(values) >= ANSWERS else None
        return Row(label, numbers, share, named=bool(at))

    def staff(self, promises: Fold, done: Fold, loads: Sequence[Any]) -> Table:
        """Each person: what is theirs now, what they did, what they broke."""
        sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for _name, _unit, person, kind, n in promises:
            sums[person][kind] += n
        for person, n in done:
            sums[person]["done"] += n
        for load in loads:
            sums[load.person] += Counter(open=load.open, overdue=load.overdue, held=load.held)
        rows = []
        for person in sorted(
            (p for p in sums if p in self.request.org.staff), key=lambda p: (-sums[p]["open"], -sums[p]["done"], p)
        ):
            c = sums[person]
            numbers = [
                Number(c["open"], self.cases("open", responsible=person)),
                Number(c["overdue"], self.cases("overdue", responsible=person), "over" if c["overdue"] else ""),
                Number(c["held"], self.cases("held", responsible=person)),
                Number(c["done"], self.asked.counted(kind="act", person=person)),
                Number(c["breach"], self.asked.counted(kind="breach", person=person), "over" if c["breach"] else ""),
            ]
            rows.append(Row(people.name(self.request, person), numbers, _rate(c), named=True))
        heads = [_("员工"), _("现在未结"), _("现在超时"), _("挂起"), _("办理动作"), _("违反")]
        return Table("staff", _("按员工"), heads, rows, _("兑现率"))


def _rate(c: Counter[str]) -> int | None:
    """Promises kept in time, of those that were kept in time or broken. What was done late was broken before."""
    return percent(c["kept"], c["kept"] + c["breach"])


def _share(share: int | None) -> str:
    return f"{share}%" if share is not None else "—"
