"""Values of fields as people read them: choices by their word, money as money, ids by name, personal data masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.base.access import Reader
from shouwen.base.masks import MASKS
from shouwen.base.models import Attachment
from shouwen.cases.models import Case
from shouwen.customers.models import Customer, masked_name
from shouwen.policy.env import in_order, paper
from shouwen.policy.nouns import Field
from shouwen.policy.values import FieldType
from shouwen.registers.models import Record
from shouwen.web import moments, people
from shouwen.web.law import said
from shouwen.web.sheets import Cell, amount, yuan
from shouwen.worktime import BadSpan, parse_span

LOOKED_UP: Final = ("customer", "record", "case", "file")
SLOT_WORDS: Final = {"filled": gettext_lazy("已有"), "missing": gettext_lazy("缺"), "waived": gettext_lazy("免")}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a case as it is read: its word, its value in words, and where that leads."""

    label: str
    text: str
    url: str = ""
    masked: bool = False
    rows: tuple[tuple[str, ...], ...] = ()  # of a rows field; the first row are the heads
    chosen: str = ""  # the name of a field that clauses choose: it may be asked why
    was: str = ""  # in the story: what stood there before


@dataclass(slots=True)
class Lookups:
    """What ids in values stand for, read at once for a whole page, and only what the reader may see."""

    customers: dict[int, str] = field(default_factory=dict)
    records: dict[int, str] = field(default_factory=dict)
    cases: dict[int, str] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, wanted: Mapping[str, Iterable[int]], reader: Reader) -> Lookups:
        """Look everything up, with one query for all kinds."""
        parts = [_words(kind, ids, reader) for kind, found in wanted.items() if (ids := {i for i in found if isinstance(i, int)})]
        made = cls()
        if not parts:
            return made
        for kind, pk, one, other in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            if kind == "customer":
                made.customers[pk] = masked_name(one, other)
            elif kind == "case":
                made.cases[pk] = f"{one} {other}".strip()
            else:
                (made.records if kind == "record" else made.files)[pk] = one
        return made

    def text(self, kind: str, id_: int) -> str:
        """What an id stands for; said to be out of sight when it is."""
        found = {"customer": self.customers, "record": self.records, "case": self.cases, "file": self.files}[kind].get(id_)
        return found or _("（不在您的查看范围内）")

    def url(self, kind: str, id_: int) -> str:
        """Where it is, if it may be seen."""
        if kind == "customer" and id_ in self.customers:
            return reverse("customers:page", args=[id_])
        if kind == "case" and id_ in self.cases:
            return reverse("cases:page", args=[id_])
        if kind == "record" and id_ in self.records:
            return reverse("searching:record", args=[id_])
        return ""


def _words(kind: str, ids: set[int], reader: Reader) -> QuerySet[Any, tuple[str, int, str, str]]:
    """The kind, id and one or two words of things that a reader may see."""
    rows: Mapping[str, tuple[Any, str, str]] = {
        "customer": (Customer.objects.visible_to(reader), "name", "kind"),
        "record": (Record.objects.visible_to(reader), "key", "register"),
        "case": (Case.objects.visible_to(reader), "number", "title"),
        "file": (Attachment.objects.visible_to(reader), "name", "media_type"),
    }
    found, one, other = rows[kind]
    words: QuerySet[Any] = found.filter(pk__in=ids).annotate(
        kind_=Value(kind), one=Cast(one, TextField()), other=Cast(other, TextField())
    )
    told: QuerySet[Any, tuple[str, int, str, str]] = words.order_by().values_list("kind_", "pk", "one", "other")
    return told


def ids_in(shapes: Mapping[str, Field], kept: Mapping[str, Any], wanted: dict[str, set[int]]) -> None:
    """Add the ids that values hold to those that are to be looked up."""
    for name, value in kept.items():
        shape = shapes.get(name)
        if shape is None or value is None:
            continue
        if shape.type.name == "rows" and isinstance(value, list):
            for row in value:
                ids_in(shape.type.columns, row, wanted)
        elif shape.type.name in LOOKED_UP:
            found = value if isinstance(value, list) else [value]
            wanted.setdefault(shape.type.name, set()).update(i for i in found if isinstance(i, int))


@dataclass(frozen=True, slots=True)
class Showing:
    """How values are shown: to whom, in which language, with what was looked up."""

    request: HttpRequest
    lang: str
    lookups: Lookups

    def field(self, shape: Field, kept: Any) -> Shown:
        """Return a field as it is read."""
        label = said(shape, self.lang)
        if shape.type.name == "rows":
            return Shown(label, "", rows=self._rows(shape, kept or []))
        url = self.lookups.url(shape.type.name, kept) if shape.type.name in LOOKED_UP and isinstance(kept, int) else ""
        text = self.text(shape.type, kept)
        if shape.personal:
            return Shown(
                label,
                MASKS.get(shape.type.name, MASKS["text"])(text) if shape.type.name == "phone" else _covered(text),
                masked=True,
            )
        return Shown(label, text, url)

    def cell(self, shape: Field, kept: Any) -> Cell:
        """Return a field as a spreadsheet keeps it: numbers, money and moments as such, all else as it is read."""
        made = _CELLS.get(shape.type.name)
        if made is None or kept is None or shape.personal or shape.type.many:
            return self.field(shape, kept).text
        return made(shape.type, kept)

    def text(self, kind: FieldType, kept: Any) -> str:
        """Return a kept value in words."""
        if kept is None or kept == []:
            return ""
        if isinstance(kept, list) and kind.name != "rows":
            return _("、").join(self._one(kind, one) for one in kept)
        return self._one(kind, kept)

    def _one(self, kind: FieldType, kept: Any) -> str:
        if isinstance(kept, bool):
            return _("是") if kept else _("否")
        if isinstance(kept, str) and kept in kind.choices:
            choice = kind.choices[kept]
            return choice.en if choice.en and self.lang.startswith("en") else choice.zh
        if kind.name in LOOKED_UP:
            return self.lookups.text(kind.name, kept)
        if isinstance(kept, Mapping):
            return _("、").join(self._paper(kind, slot, kept[slot]) for slot in in_order(kind, kept))
        plain = _PLAIN.get(kind.name)
        return plain(self, kept) if plain is not None else f"{kept}{moments.unit(kind.unit)}"

    def _paper(self, kind: FieldType, slot: str, kept: Any) -> str:
        found = paper(kept)
        note = _("（%s）") % found["note"] if found.get("note") else ""
        colon = _("：")
        return f"{self._one(kind, slot)}{colon}{SLOT_WORDS.get(str(found.get('state')), found.get('state'))}{note}"

    def _rows(self, shape: Field, kept: list[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
        columns = list(shape.type.columns.values())
        heads = tuple(said(c, self.lang) for c in columns)
        return (heads, *(tuple(self.field(c, row.get(c.id)).text for c in columns) for row in kept)) if kept else ()

    def staff(self, id_: int) -> str:
        """Name a member of staff."""
        return people.name(self.request, id_)

    def unit(self, id_: int) -> str:
        """Name a unit."""
        return people.unit(self.request, id_)


def _covered(text: str) -> str:
    return f"{text[:1]}{'*' * min(len(text) - 1, 8)}" if len(text) > 1 else "*" * len(text)


def _span_text(showing: Showing, kept: Any) -> str:
    try:
        span = parse_span(str(kept))
    except BadSpan:
        return str(kept)
    return span.en() if showing.lang.startswith("en") else span.zh()


_PLAIN: Final[Mapping[str, Callable[[Showing, Any], str]]] = {
    "money": lambda s, k: moments.money(int(k)),
    "percent": lambda s, k: f"{k}%",
    "date": lambda s, k: str(date.fromisoformat(k)),
    "datetime": lambda s, k: f"{timezone.localtime(datetime.fromisoformat(k)):%Y-%m-%d %H:%M}",
    "span": _span_text,
    "staff": lambda s, k: s.staff(k),
    "unit": lambda s, k: s.unit(k),
}
_CELLS: Final[Mapping[str, Callable[[FieldType, Any], Cell]]] = {
    "number": lambda t, k: amount(Decimal(str(k)), moments.unit(t.unit)),
    "percent": lambda t, k: amount(Decimal(str(k)), "%"),
    "money": lambda t, k: yuan(int(k)),
    "date": lambda t, k: date.fromisoformat(k),
    "datetime": lambda t, k: timezone.localtime(datetime.fromisoformat(k)).replace(tzinfo=None),
}
