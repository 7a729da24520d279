"""What lists call a case that the law opened, or of which nobody wrote anything: by whom or what it is about.

A round opens the same case for every house, tenant or vehicle; without its member each reads like the next. So the member comes first
in the title, which every list, notice, search and the API show as it stands: no row asks anything more. Whatever the case points to
is looked at once for the whole batch, and most of it has been looked at already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from shouwen.base.masks import mask_plate
from shouwen.cases.book import Book
from shouwen.cases.case_rows import words_of
from shouwen.cases.living import Living
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.nouns import Field
from shouwen.policy.reading_rights import readings

Member = tuple[str, int]  # kind and id
PERSONS: Final = ("staff", "unit")  # whose names the organisation knows


def name(book: Book, cases: Iterable[Living], now: datetime) -> None:
    """Say of changed cases what they are about, where their own words do not tell them apart."""
    wanted = [(s, _members(book, s)) for s in cases if s.clause or not words_of(s)]
    _look(book, [m for _, members in wanted for m in members])
    through = [(s, linked) for s, members in wanted if not members and (linked := _linked(book, s))]
    _look(book, [m for _, linked in through for other in linked for m in _records(other)])
    for s, members in wanted:
        s.about = _said(book, members, now)
    for s, linked in through:
        whose = _said(book, [m for other in linked for m in _records(other)], now)
        kept = _read_by_few(book, s, now)
        told = () if words_of(s) else (words_of(other) for other in linked if other.noun.id not in kept)
        s.about = " · ".join(part for part in (whose, *told) if part)


def _read_by_few(book: Book, s: Living, now: datetime) -> set[str]:
    """Return the procedures that a clause lets only some read: what was said in them is not repeated elsewhere."""
    return {r.noun for r in readings(book.laws.of(s.enactment).on(now.date())) if r.only}


def _members(book: Book, s: Living) -> list[Member]:
    """Return whom or what a case is about: the member its round was for, else the records its fields point to."""
    versions = book.laws.of(s.enactment).versions.get(s.clause) if s.clause else None
    kind = versions[-1].rule.kind if versions and versions[-1].rules else None
    if isinstance(kind, Schedules) or (isinstance(kind, Obliges) and kind.member is not None):
        own = [f for f, brought in kind.values.items() if brought.kind == "this"]
        if found := _pointed_to(s, (s.noun.fields[f] for f in own if f in s.noun.fields)):
            return found
        if kind.population in PERSONS:
            return [("staff", s.responsible) if kind.population == "staff" else ("unit", s.unit)]
    return _pointed_to(s, (f for f in s.noun.fields.values() if f.type.name == "record"))


def _pointed_to(s: Living, fields: Iterable[Field]) -> list[Member]:
    open_ones = (f for f in fields if not f.personal and not f.type.many and f.id not in s.noun.concealing)
    return [(f.type.name, id_) for f in open_ones if isinstance(id_ := s.fields.get(f.id), int) and id_]


def _linked(book: Book, s: Living) -> list[Living]:
    """Return the cases a case points to: what was repaired is called back about. Of one that conceals whom, nothing is said."""
    linked = _pointed_to(s, (f for f in s.noun.fields.values() if f.type.name == "case"))
    _look(book, linked)
    return [other for _, id_ in linked if (other := book.found(id_)) is not None and not other.noun.concealing]


def _records(other: Living) -> list[Member]:
    return _pointed_to(other, (f for f in other.noun.fields.values() if f.type.name == "record"))


def _look(book: Book, members: Sequence[Member]) -> None:
    book.look_at({kind: {id_ for k, id_ in members if k == kind} for kind in {k for k, _ in members} - set(PERSONS)})


def _said(book: Book, members: Iterable[Member], now: datetime) -> str:
    return " ".join(dict.fromkeys(called for m in members if (called := _called(book, m, now))))


def _called(book: Book, member: Member, now: datetime) -> str:
    """Return what a member is called; "" where nothing but an id could be said."""
    kind, id_ = member
    if kind in PERSONS:
        org = book.org(now)
        known = org.staff.get(id_) if kind == "staff" else org.units.get(id_)
        return known.name if known is not None else ""
    found = book.found(id_)
    if found is None:
        return ""
    if kind == "case":
        return found.number if found.noun.concealing else f"{found.number} {found.title}".strip()
    key = found.noun.fields.get(found.noun.key)
    return "" if key is None else mask_plate(found.number) if key.personal else found.number
