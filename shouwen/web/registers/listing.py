"""The list of a register: filters that live in the address, pages by key, and what is shown of each record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.http import QueryDict

from shouwen.base.access import Reader
from shouwen.base.search import MOST, search
from shouwen.cases.models import Case
from shouwen.policy.nouns import Field, Noun
from shouwen.registers.models import Record, RecordQuerySet
from shouwen.registers.population import NARROWING
from shouwen.registers.writing import first_of
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import below
from shouwen.web.law import said, step_name
from shouwen.web.paging import PAGE, cut, past, past_id, read_text_place, write_cursor
from shouwen.web.values import Lookups, Showing, Shown, ids_in

STATES: Final = ("kept", "archived", "all")
CHOSEN: Final = ("choice", "yes_no")  # what a list offers to narrow by
UNSEEN: Final = ("rows", "slots", "evidence", "file")  # too large for a cell
COLUMNS: Final = 4
OWN: Final = "f."  # before the name of a field in the address
IDS: Final = ("unit", "staff", "customer", "record")
SORTS: Final = {"key": ("key", "pk"), "newest": ("-pk",), "oldest": ("pk",)}  # ids grow with time


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. What is not understood is as if it were not there."""

    q: str = ""
    unit: str = ""
    step: str = ""
    state: str = "kept"
    responsible: str = ""
    own: Mapping[str, str] = field(default_factory=dict)  # field of the register -> value
    sort: str = "key"

    @classmethod
    def read(cls, typed: QueryDict, noun: Noun) -> Filters:
        """Read the address."""
        q, unit, step, state, person = (typed.get(n, "").strip()[:100] for n in ("q", "unit", "step", "state", "responsible"))
        own = {
            name: text
            for name, shape in noun.fields.items()
            if (text := typed.get(f"{OWN}{name}", "").strip()[:100]) and wanted(shape, text) is not None
        }
        known, sort = person == "me" or _is_id(person), typed.get("sort", "")
        return cls(
            q.replace("\x00", ""), unit if _is_id(unit) else "", step if step in noun.steps else "",
            state if state in STATES else "kept", person if known else "", own, sort if sort in SORTS else "key",
        )  # fmt: skip

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return bool(self.q or self.unit or self.step or self.responsible or self.own)

    @property
    def told(self) -> dict[str, str]:
        """What an event says of an export: which filters, but not what was searched for, which may be a name."""
        plain = {"unit": self.unit, "step": self.step, "state": self.state, "responsible": self.responsible}
        return {n: v for n, v in {**plain, **dict.fromkeys(self.own, "…"), "q": "…" if self.q else ""}.items() if v}


def _is_id(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 19


def wanted(shape: Field, text: str) -> Any:
    """Return the kept value a text in the address stands for; None when the field is none to narrow by, or has no such value."""
    kind = shape.type
    if kind.name not in NARROWING or kind.many or shape.personal:
        return None
    if kind.name == "yes_no":
        return {"yes": True, "no": False}.get(text)
    if kind.name == "choice":
        return text if text in kind.choices else None
    return (int(text) if _is_id(text) else None) if kind.name in IDS else text


def narrowed(noun: Noun, filters: Filters, reader: Reader) -> RecordQuerySet:
    """Return the records of a register that a reader may see and the filters keep."""
    rows = Record.objects.visible_to(reader).filter(register=noun.id)
    if filters.state != "all":
        rows = rows.filter(archived_at__isnull=filters.state == "kept")
    if filters.step:
        rows = rows.filter(step=filters.step)
    if filters.unit:
        rows = rows.filter(unit_id__in=[int(filters.unit), *below(int(filters.unit))])
    if filters.responsible == "me":
        rows = rows.filter(responsible_id__in=sorted(reader.people))
    elif filters.responsible:
        rows = rows.filter(responsible_id=int(filters.responsible))
    if filters.own:
        rows = rows.filter(fields__contains={n: wanted(noun.fields[n], text) for n, text in filters.own.items()})
    if filters.q:
        # Search knows pinyin and what stands in other fields, but at most so many of all registers; the key is looked through whole.
        found = [h.id for h in search(filters.q, reader, ["record"], MOST).hits]
        rows = rows.filter(Q(key__icontains=filters.q) | Q(pk__in=found))
    return rows


def page(rows: RecordQuerySet, sort: str, after: str, reader: Reader, limit: int = PAGE) -> tuple[list[Record], str]:
    """Return one page in the order of the keys, or of when records were opened, and the cursor of the next."""
    place = read_text_place(after, Record.objects.visible_to(reader), "key")
    if place is not None:
        rows = rows.filter(past("key", place) if sort == "key" else past_id(place[1], down=sort == "newest"))
    shown, more = cut(list(rows.order_by(*SORTS[sort])[: limit + 1]), limit)
    return shown, write_cursor(shown[-1].pk) if more else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record in the list: its key, state, the fields that tell it from others, whose it is, its open matters."""

    record: Record
    key: Shown
    step: str
    cells: Sequence[Shown]
    customer: Shown | None
    open_cases: int


def columns(noun: Noun, most: int = COLUMNS) -> list[Field]:
    """Return the fields a list shows besides key, unit and customer."""
    apart = {noun.key, first_of(noun, "unit"), first_of(noun, "customer")}
    return [f for f in noun.fields.values() if f.id not in apart and f.type.name not in UNSEEN][:most]


def shown(request: Ask, noun: Noun, records: Sequence[Record]) -> list[Row]:
    """Return records as the list shows them, looked up with few queries for all."""
    showing = showing_of(request, noun, [r.fields for r in records])
    fields, customer = columns(noun), first_of(noun, "customer")
    counts = open_cases([r.pk for r in records], request.reader)
    return [
        Row(
            r, key_of(r, noun, showing), step_name(noun, r.step, request.lang) if r.step else "",
            [showing.field(f, r.fields.get(f.id)) for f in fields],
            showing.field(noun.fields[customer], r.fields.get(customer)) if customer else None, counts.get(r.pk, 0),
        )
        for r in records
    ]  # fmt: skip


def showing_of(request: Ask, noun: Noun, kept: Iterable[Mapping[str, Any]]) -> Showing:
    """Return how values of a register are shown, with everything they point to looked up."""
    ids: dict[str, set[int]] = {}
    for fields in kept:
        ids_in(noun.fields, fields, ids)
    return Showing(request, request.lang, Lookups.of(ids, request.reader))


def key_of(record: Record, noun: Noun, showing: Showing) -> Shown:
    """Return what a record is called, covered where its register says that it is personal."""
    shape = noun.fields.get(noun.key)
    return showing.field(shape, record.key) if shape is not None else Shown(said(noun, showing.lang), record.key)


def open_cases(ids: Sequence[int], reader: Reader) -> dict[int, int]:
    """Return how many open matters in sight are about each record."""
    found: dict[int, int] = {}
    about = set(ids)
    for told in Case.objects.visible_to(reader).open().about(*ids).values_list("records", flat=True) if ids else ():
        for pk in about.intersection(told):
            found[pk] = found.get(pk, 0) + 1
    return found
