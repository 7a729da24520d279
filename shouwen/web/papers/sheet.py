"""A sheet: the parts of a layout with what stands in them, and what is said at its foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from shouwen.cases.models import Enactment
from shouwen.policy.law import Law
from shouwen.policy.nouns import Box, Form, Noun, Section
from shouwen.policy.papers import DID
from shouwen.reports.papers import MOST, Period, Reported, Subject, citing, lines, reported
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import Cited, act_name, cited, laws_of, noun_name, post_name, said
from shouwen.web.notices.figures import shown_figure
from shouwen.web.papers.reading import Values, built_in, label, noun_of, shape_of
from shouwen.web.values import Lookups, Showing

WIDE: Final = 18  # letters; what is longer stands across the sheet
BLANK_ROWS: Final = 3  # of a table on an empty sheet
BLANK_LINES: Final = 20  # of a register on one
ONE: Final = ("boxes", "rows", "says", "text", "signs")
MANY: Final = ("lists", "figures", "says", "text", "signs")


@dataclass(frozen=True, slots=True)
class Cell:
    """A box, or a place to sign: its label, what stands in it, and when it was signed for."""

    label: str
    text: str = ""
    wide: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the sheet."""

    kind: str
    title: str = ""
    cells: Sequence[Cell] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    text: str = ""
    clauses: Sequence[Cited] = ()
    more: bool = False  # the register has more lines than a sheet takes


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: its name, and for whom it is."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Foot:
    """By which law a sheet is made: since when it holds, its digest, the clauses that name the form."""

    since: datetime | None
    digest: str
    clauses: Sequence[Cited]
    regulations: Sequence[str]  # of what it is of, where no clause names it


def _in_pairs(cells: Sequence[Cell]) -> list[Cell]:
    """Let a box that has no neighbour stand across the sheet: two stand side by side, and a wide one alone."""
    found: list[Cell] = []
    alone = False  # whether the last one is still without a neighbour
    for cell in cells:
        if cell.wide and alone:
            found[-1] = replace(found[-1], wide=True)
        alone = not cell.wide and not alone
        found.append(cell)
    if alone:
        found[-1] = replace(found[-1], wide=True)
    return found


def copies(form: Form, law: Law, lang: str) -> list[Copy]:
    """Return the copies of a form, one without a name if it has none."""
    return [Copy(name.text(lang), _copy_for(form, law, key, lang)) for key, name in form.copies.items()] or [Copy("", "")]


def _copy_for(form: Form, law: Law, key: str, lang: str) -> str:
    if key in law.posts:
        return post_name(law, key, lang)
    shape = next((law.nouns[n].fields[key] for n in form.of if n in law.nouns and key in law.nouns[n].fields), None)
    if shape is not None:
        return said(shape, lang)
    return _("客户") if key == "customer" else ""


def foot(request: Ask, form: Form, law: Law) -> Foot:
    """Return what is said at the foot."""
    number = laws_of(request).number_at(request.now)
    since = Enactment.objects.filter(pk=number).values_list("effective_from", flat=True).first()
    nouns = [law.nouns[n] for n in form.of if n in law.nouns]
    of = dict.fromkeys(f"{n.pack}/{n.regulation}" for n in nouns)
    titles = [said(law.regulations[name], request.lang) for name in of if name in law.regulations]
    return Foot(since, law.digest[:8], [cited(law, n, request.lang) for n in citing(law, form.id)], titles)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What makes the parts of one form for one person."""

    request: Ask
    law: Law
    form: Form

    @property
    def nouns(self) -> list[Noun]:
        """What it is of."""
        return [self.law.nouns[n] for n in self.form.of if n in self.law.nouns]

    def of_one(self, subject: Subject) -> list[Part]:
        """The parts of a paper of one matter or thing."""
        sections = [s for s in self.form.layout if s.kind in ONE]
        words = {w for s in sections for w in (*(b.word for b in s.boxes), *(s.names if s.kind == "rows" else ()))}
        values = Values(self.request, self.law, [subject], words)
        nouns = [noun_of(self.request, self.law, subject)]
        return [part for s in sections for part in self._of_one(s, subject, values, nouns)]

    def _of_one(self, s: Section, subject: Subject, values: Values, nouns: list[Noun]) -> Iterable[Part]:
        if s.kind == "boxes":
            cells = [self._box(b, values.text(subject, b.word) if b.word else "", nouns) for b in s.boxes]
            yield self._part(s, cells=_in_pairs(cells))
        elif s.kind == "rows":
            for name in s.names:
                found = values.rows(subject, name)
                heads = found[0] if found else self._heads(name, nouns)
                yield self._part(s, heads=heads, rows=found[1:], title=self._table(s, name, nouns))
        elif s.kind == "signs":
            yield self._part(s, cells=[self._sign(b, nouns, values, subject) for b in s.boxes])
        else:
            yield self._said(s)

    def of_many(self, period: Period | None, unit: int) -> list[Part]:
        """The parts of a register or of a paper of figures."""
        made: list[Part] = []
        for s in (s for s in self.form.layout if s.kind in MANY):
            if s.kind == "lists":
                made.append(self._register(s, period, unit))
            elif s.kind == "figures":
                found = reported(self.law, self.form, period, unit, self.request.reader) if period is not None else []
                made.append(self._figures(s, found))
            elif s.kind == "signs":
                made.append(self._part(s, cells=[self._sign(b, self.nouns) for b in s.boxes]))
            else:
                made.append(self._said(s))
        return made

    def blank(self) -> list[Part]:
        """The parts of an empty sheet, to be filled in by hand."""
        return [part for s in self.form.layout for part in self._blank(s)]

    def _blank(self, s: Section) -> Iterable[Part]:
        if s.kind == "boxes":
            cells = [self._box(b, self._to_tick(b.word), self.nouns, by_hand=True) for b in s.boxes]
            yield self._part(s, cells=_in_pairs(cells))
        elif s.kind == "rows":
            for name in s.names:
                heads = self._heads(name, self.nouns)
                yield self._part(s, heads=heads, rows=[[""] * len(heads)] * BLANK_ROWS, title=self._table(s, name, self.nouns))
        elif s.kind in ("lists", "figures"):
            heads = self._columns(s)
            yield self._part(s, heads=heads, rows=[[""] * len(heads)] * BLANK_LINES)
        elif s.kind == "signs":
            yield self._part(s, cells=[self._sign(b, self.nouns) for b in s.boxes])
        else:
            yield self._said(s)

    def _part(self, s: Section, title: str = "", **more: Any) -> Part:
        return Part(s.kind, title or s.title.text(self.request.lang), **more)

    def _said(self, s: Section) -> Part:
        if s.kind == "says":
            return self._part(s, clauses=[cited(self.law, n, self.request.lang) for n in s.names])
        return self._part(s, text=s.text.text(self.request.lang))

    def _box(self, box: Box, text: str, nouns: Sequence[Noun], *, by_hand: bool = False) -> Cell:
        shape = shape_of(box.word, nouns, self.law) if box.word else None
        long = by_hand and shape is not None and shape.type.name == "text" and not shape.personal
        return Cell(label(box, nouns, self.law, self.request.lang), text, long or len(text) > WIDE or not box.word)

    def _to_tick(self, word: str) -> str:
        """What is ticked by hand: the choices of a field."""
        shape = shape_of(word, self.nouns, self.law) if word else None
        if shape is None:
            return ""
        words = [said(c, self.request.lang) for c in shape.type.choices.values()]
        if shape.type.name == "yes_no":
            words = [_("是"), _("否")]
        return "\u00a0\u00a0 ".join(f"□\u00a0{w}" for w in words) if shape.type.name != "slots" else ""

    def _heads(self, name: str, nouns: Sequence[Noun]) -> list[str]:
        shape = next((n.fields[name] for n in nouns if name in n.fields), None)
        return [said(c, self.request.lang) for c in shape.type.columns.values()] if shape is not None else []

    def _table(self, s: Section, name: str, nouns: Sequence[Noun]) -> str:
        """The heading of a table: what the layout says, else what the field is called."""
        shape = next((n.fields[name] for n in nouns if name in n.fields), None)
        return s.title.text(self.request.lang) or (said(shape, self.request.lang) if shape is not None else "")

    def _columns(self, s: Section) -> list[str]:
        if s.kind == "figures":
            named = [said(self.law.measures[n], self.request.lang) for n in s.names if n in self.law.measures]
            return [_("统计对象"), *named]
        return [label(b, self.nouns, self.law, self.request.lang) for b in s.boxes]

    def _register(self, s: Section, period: Period | None, unit: int) -> Part:
        found, more = lines(self.nouns, s, period, unit, self.request.reader)
        values = Values(self.request, self.law, found, {b.word for b in s.boxes})
        rows = [[values.text(subject, b.word) if b.word else "" for b in s.boxes] for subject in found]
        return self._part(s, heads=self._columns(s), rows=rows, more=more)

    def _figures(self, s: Section, found: Sequence[Reported]) -> Part:
        showing = Showing(self.request, self.request.lang, Lookups())
        shapes = {n: self.law.measures[n] for n in s.names if n in self.law.measures}
        rows = [
            [
                self._whose(r), *(shown_figure(showing, m, r.figures.get(n)) if n in r.figures else "" for n, m in shapes.items())
            ]
            for r in found
        ]  # fmt: skip
        return self._part(s, heads=self._columns(s), rows=rows)

    def _whose(self, r: Reported) -> str:
        if r.kind == "unit":
            return people.unit(self.request, r.id)
        return (
            people.name(self.request, r.id) if r.kind == "staff" else f"{noun_name(self.law, r.kind, self.request.lang)} {r.id}"
        )

    def _sign(self, box: Box, nouns: Sequence[Noun], values: Values | None = None, subject: Subject | None = None) -> Cell:
        lang = self.request.lang
        if box.word.startswith(DID):
            act = box.word.removeprefix(DID)
            name = next((act_name(n, act, lang) for n in nouns if act in n.acts), act)
            who, at = values.by(subject, act) if values is not None and subject is not None else ("", "")
            return Cell(name, who, at=at)
        if box.word in self.law.posts:
            return Cell(post_name(self.law, box.word, lang))
        if box.word in ("responsible", "first_asked") and values is not None and subject is not None:
            return Cell(built_in(box.word), values.text(subject, box.word))
        return Cell(label(box, (), self.law, lang) if box.word != "customer" else _("客户签字"))


__all__ = ["MOST", "Cell", "Copy", "Foot", "Part", "Sheet", "copies", "foot"]
