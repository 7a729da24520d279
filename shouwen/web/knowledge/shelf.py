"""Where a procedure's answers are looked up: the registers one of its fields cites, as packs say (`consulted`).

What may be cited is judged by the clauses when it is; here only what is found at the states that are for it, and has not run out, is
shown, so that nobody reads to a customer what no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from shouwen.base.search import alike, search
from shouwen.cases.models import Case
from shouwen.policy.law import Law
from shouwen.policy.nouns import Consulted, Field, Noun
from shouwen.registers.models import Record
from shouwen.web.asking import Ask
from shouwen.web.law import said

SHOWN: Final = 8
LOOKED_AT: Final = 40
EXCERPT: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class Shelf:
    """The field of a procedure that cites, and the registers it cites from."""

    procedure: str
    field: Field
    registers: Mapping[str, Noun]

    def act_of(self, noun: Noun, case: Case) -> str:
        """Return the act by which a case that stands here cites; "" when there is none."""
        named = [a for a in noun.acts.values() if self.field.id in a.asks and a.id != "open"]
        here = [a.id for a in named if not a.leaves or case.step in a.leaves]
        return next((a for a in here if not noun.acts[a].built_in), next(iter(here), ""))


@dataclass(frozen=True, slots=True)
class Article:
    """One that is looked up: what it is called, what it is about, and what it says."""

    id: int
    title: str
    about: Sequence[str]
    text: str
    until: date | None
    keeper: int

    @property
    def excerpt(self) -> str:
        """Return how it begins."""
        return self.text[:EXCERPT] + ("…" if len(self.text) > EXCERPT else "")


def shelf_of(law: Law | None, noun: Noun | None) -> Shelf | None:
    """Return where the answers of a procedure are looked up; None when it cites nothing."""
    if law is None or noun is None:
        return None
    for field in noun.fields.values():
        registers = {n: law.nouns[n] for n in field.type.nouns if n in law.nouns and law.nouns[n].consulted is not None}
        if field.type.name == "record" and not field.type.many and registers:
            return Shelf(noun.id, field, registers)
    return None


def found(request: Ask, shelf: Shelf, text: str) -> tuple[list[Article], bool]:
    """Return the articles that hold what was typed, best first, and whether they only hold some of it."""
    names = list(shelf.registers)
    hits = search(text, request.reader, ["record"], LOOKED_AT, nouns=names).hits
    if best := _articles(request, shelf, [h.id for h in hits]):
        return best[:SHOWN], False
    return _articles(request, shelf, [h.id for h in alike(text, request.reader, ["record"], LOOKED_AT, names).hits])[:SHOWN], True


def article(request: Ask, shelf: Shelf, pk: int) -> Article | None:
    """Return one to read; None when it is not there, or not for reading to customers."""
    return next(iter(_articles(request, shelf, [pk])), None)


def cited(request: Ask, fields: Iterable[Field]) -> dict[str, Any]:
    """Return what the address of a form says is cited: `cite` is the id of a record, for the field that takes such."""
    pk = request.GET.get("cite", "")
    if request.method != "GET" or not pk.isdigit() or len(pk) > 18:
        return {}
    record = Record.objects.visible_to(request.reader).filter(pk=int(pk), archived_at=None).first()
    of = [f.id for f in fields if record is not None and f.type.name == "record" and record.register in f.type.nouns]
    return {of[0]: int(pk)} if of else {}


def _articles(request: Ask, shelf: Shelf, ids: Sequence[int]) -> list[Article]:
    today = timezone.localdate(request.now)
    standing = reduce(or_, (_standing(noun, today) for noun in shelf.registers.values()))
    rows = Record.objects.visible_to(request.reader).filter(standing, pk__in=ids, archived_at=None).in_bulk() if ids else {}
    return [_article(request, shelf.registers[rows[i].register], rows[i]) for i in ids if i in rows]


def _standing(noun: Noun, today: date) -> Q:
    how = _how(noun)
    here = Q(register=noun.id, step__in=how.at) if how.at else Q(register=noun.id)
    if not how.until:
        return here
    until = f"fields__{how.until}"
    return here & (Q(**{f"{until}__gte": today.isoformat()}) | Q(**{f"{until}__isnull": True}))


def _article(request: Ask, noun: Noun, record: Record) -> Article:
    how, values = _how(noun), record.fields
    until = values.get(how.until)
    keeper = next((int(values[f.id]) for f in noun.fields.values() if f.type.name == "staff" and values.get(f.id)), 0)
    return Article(
        record.pk, record.key, tuple(_about(request, noun, values)), str(values.get(how.text, "")),
        date.fromisoformat(until) if until else None, keeper,
    )  # fmt: skip


def _about(request: Ask, noun: Noun, values: Mapping[str, Any]) -> Iterator[str]:
    how = _how(noun)
    for field in noun.fields.values():
        value = values.get(field.id)
        if not value or field.id in (noun.key, how.text) or field.personal:
            continue
        if field.type.name == "text" and field.id in (noun.acts["open"].asks or (field.id,)):
            yield str(value)
        elif field.type.name == "choice" and value in field.type.choices:
            yield said(field.type.choices[value], request.lang)


def _how(noun: Noun) -> Consulted:
    assert noun.consulted is not None
    return noun.consulted
