"""Taking in lists of records (houses, vehicles, price items) as people keep them in spreadsheets.

Columns go by the id or the Chinese word of a field. Units, staff and records are named, choices go by their word or id, a
customer by name with a column for the phone. A wrong row is reported and the rest taken; the same list twice changes nothing
(if its register has a key). An empty cell leaves what is there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, TextIO

from django.db import transaction
from django.utils import timezone

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Complaint, FieldError
from shouwen.base.sql import raw
from shouwen.cases.acting import COLLISIONS, TRIES, act_many, is_collision
from shouwen.cases.enactments import law_at
from shouwen.customers.numbers import read_phone
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.values import BadValue
from shouwen.registers.facts import RecordState, load_by_key, typed
from shouwen.registers.holders import Holder, customers_for, phone_columns
from shouwen.registers.writing import first_of

CHUNK: Final = 500  # rows of one transaction
_ONE_LIST: Final = "select pg_advisory_xact_lock(hashtext('registers_list'), hashtext(%s))"

Row = Mapping[str, str]
Names = Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was not taken: its number (the first row of data is 1), the column, the reason. Never the value."""

    row: int
    column: str
    zh: str
    en: str


@dataclass(slots=True)
class Report:
    """What became of a list. `rows` says of each row that was taken whether it is created, changed or unchanged."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)
    rows: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Read:
    """One row as it was read: kept values by field, and the customer it names."""

    row: int
    key: str
    values: dict[str, Any]
    holder: tuple[str, str] | None = None  # name, phone


def read_csv(file: TextIO) -> Iterator[Row]:
    """Return the rows of a CSV file with a header; spaces around cells do not count."""
    for row in csv.DictReader(file):
        yield {(k or "").strip().lstrip("\ufeff"): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}


def import_records(
    register: str, rows: Iterable[Row], *, by: Reader, at: datetime, now: datetime, told: Callable[[int], None] | None = None
) -> Report:
    """Take in the records of a register: new keys are opened, others amended, by acts under the law of `at`, as at the desk.

    `told` hears how many rows are done. FieldError when no law knows the register, or nobody a column.
    """
    demand(by, "import", "record")
    law = law_at(at)
    noun = law.nouns.get(register) if law is not None else None
    if noun is None or noun.kind != "record":
        raise FieldError.of("register", "现行制度没有这个台账", "the law in force knows no such register")
    report, numbered, seen = Report(), enumerate(rows, 1), set[str]()
    while chunk := list(islice(numbered, CHUNK)):
        reader = _RowReader(noun, chunk[0][1])
        read = list(reader.read_all(chunk, seen, report.faults))
        _take_once(noun, read, report, _Taking(by.staff, at, now))
        if told is not None:
            told(chunk[-1][0])
    report.faults.sort(key=lambda f: f.row)
    return report


@transaction.atomic
def preview_records(register: str, rows: Iterable[Row], *, by: Reader, at: datetime, now: datetime) -> Report:
    """Return what would become of a list: it is taken in as `import_records` does, by the same law, and all of it taken back.

    What is locked stays so until the end: lists for it are short.
    """
    try:
        return import_records(register, rows, by=by, at=at, now=now)
    finally:
        transaction.set_rollback(True)


def columns_of(noun: Noun) -> list[str]:
    """Return the columns a list of a register may have, in its order; beside a customer one for the phone."""
    customer = first_of(noun, "customer")
    found = []
    for shape in noun.fields.values():
        if not shape.computed:
            found += [shape.zh, f"{shape.zh}电话"] if shape.id == customer else [shape.zh]
    return found


@dataclass(frozen=True, slots=True)
class _Taking:
    """Who takes a list in, as of when, and when it is entered."""

    by: int
    at: datetime
    now: datetime


class _RowReader:
    """Reads rows of one list: which column is which field, and what the names in them mean."""

    def __init__(self, noun: Noun, first: Row) -> None:
        self.noun = noun
        self.customer = noun.fields.get(first_of(noun, "customer"))
        self.fields = {name: f for f in noun.fields.values() if not f.computed for name in (f.zh, f.id)}
        self.phone = next((c for c in self._phone_names() if c in first), "")
        unknown = [c for c in first if c and c not in self.fields and c != self.phone]
        if unknown:
            known = "、".join(f.zh for f in noun.fields.values() if not f.computed)
            raise FieldError(
                Complaint(c, f"没有这一列；可用：{known}", f"there is no such column; known: {known}") for c in unknown
            )
        self.names: dict[str, Names] = {}

    def read_all(self, rows: Sequence[tuple[int, Row]], seen: set[str], faults: list[RowFault]) -> Iterator[_Read]:
        """Read rows; what is wrong goes to `faults`, and its row is left out."""
        self._look_up(rows)
        for number, row in rows:
            wrong: list[RowFault] = []
            read = self._read(number, row, wrong)
            if not wrong and self.noun.key and (not read.key or read.key in seen):
                zh, en = ("缺少标识", "has no key") if not read.key else ("本表中已有这一条", "stands in this list already")
                wrong.append(RowFault(number, self.noun.key, zh, en))
            faults.extend(wrong)
            if not wrong:
                seen.add(read.key)
                yield read

    def _read(self, number: int, row: Row, wrong: list[RowFault]) -> _Read:
        values: dict[str, Any] = {}
        holder: tuple[str, str] | None = None
        for column, text in row.items():
            shape = self.fields.get(column)
            if shape is None or not text:
                continue
            try:
                if shape is self.customer:
                    holder = (text, row.get(self.phone, ""))
                    _demand_phone(holder[1])
                else:
                    values[shape.id] = self._value(shape, text)
            except (BadValue, FieldError) as e:
                wrong.append(RowFault(number, column, e.zh, e.en))
        key = str(values.get(self.noun.key) or "").strip()
        return _Read(number, key, values, holder)

    def _value(self, shape: Field, text: str) -> Any:
        """The kept value of a cell."""
        kind = shape.type
        if kind.name in self.names:
            return self._named(shape, text)
        if kind.name in ("choice", "many"):
            words = {c.zh: c.id for c in kind.choices.values()}
            parts = [words.get(part.strip(), part.strip()) for part in text.replace("，", "、").split("、")]
            return kind.dump(kind.read(parts if kind.name == "many" or kind.many else parts[0] if len(parts) == 1 else text))
        return kind.dump(kind.read(text, timezone.get_current_timezone()))

    def _named(self, shape: Field, text: str) -> int:
        found = self.names[shape.type.name].get(text, [])
        if len(found) == 1:
            return found[0]
        if text.isdecimal() and any(int(text) in ids for ids in self.names[shape.type.name].values()):
            return int(text)
        if found:
            raise BadValue("有多个同名的，请写编号", "there are several of that name; write the id")
        raise BadValue("没有这个名称", "there is none of that name")

    def _look_up(self, rows: Sequence[tuple[int, Row]]) -> None:
        """Read what names stand for: units and staff all, records those that are named."""
        kinds = {f.type.name: f for column, f in self.fields.items() if column in rows[0][1]}
        queries = {"unit": "select name, id from staff_unit", "staff": "select name, id from staff_staff where is_active"}
        for kind in kinds:
            if kind in queries and kind not in self.names:
                self.names[kind] = _grouped(raw().execute(queries[kind]).fetchall())
        if "record" in kinds:
            texts = {t for _, row in rows for c, t in row.items() if c in self.fields and self.fields[c].type.name == "record"}
            nouns = {n for f in self.fields.values() for n in f.type.nouns if f.type.name == "record"}
            query = "select key, id from registers_record where key = any(%s::text[]) and register = any(%s::text[])"
            self.names["record"] = _grouped(raw().execute(query, [sorted(texts), sorted(nouns)]).fetchall())

    def _phone_names(self) -> tuple[str, ...]:
        """The columns that may hold the customer's phone: those called so, then a phone the register itself keeps."""
        own = [name for name, f in self.fields.items() if f.type.name == "phone"]
        return (*phone_columns(self.customer.zh, self.customer.id), *own) if self.customer else ()


def _grouped(rows: Iterable[tuple[str, int]]) -> Names:
    found: dict[str, list[int]] = {}
    for name, id_ in rows:
        found.setdefault(name, []).append(id_)
    return found


def _demand_phone(text: str) -> None:
    if text.strip():
        read_phone(text)


def _take_once(noun: Noun, rows: Sequence[_Read], report: Report, taking: _Taking) -> None:
    """Take a chunk in, all of it in one transaction, lists of one register one after the other; begun again where a hand met it."""
    for tried in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                raw().execute(_ONE_LIST, [noun.id])
                _take(noun, rows, report, taking)
            break
        except COLLISIONS as trouble:
            if tried == TRIES or not is_collision(trouble):
                raise


def _take(noun: Noun, rows: Sequence[_Read], report: Report, taking: _Taking) -> None:
    """Have one chunk decided and written: new records opened, changed ones amended. What the law refuses is its row's fault."""
    known = load_by_key(noun.id, [r.key for r in rows]) if noun.key else {}
    _name_customers(noun, rows, known, taking)
    wanted = [(r, known.get(r.key), typed(_differences(known.get(r.key), r), noun)) for r in rows]
    acting = [(r, state, fields) for r, state, fields in wanted if fields or state is None]
    acts = [
        Act(
            "amend" if state else "open",
            Ref("record", noun.id, state.id if state else 0),
            taking.by,
            taking.at,
            fields,
            opening=Opening(),
        )
        for _, state, fields in acting
    ]
    for (row, state, _), ruling in zip(acting, act_many(acts, now=taking.now), strict=True):
        if not ruling.allowed:
            report.faults.append(RowFault(row.row, "", ruling.text("zh"), ruling.text("en")))
        elif state is None:
            report.created += 1
            report.rows[row.row] = "created"
        else:
            report.changed += 1
            report.rows[row.row] = "changed"
    report.unchanged += len(rows) - len(acting)
    busy = {row.row for row, _, _ in acting}
    report.rows.update((row.row, "unchanged") for row, _, _ in wanted if row.row not in busy)


def _name_customers(noun: Noun, rows: Sequence[_Read], known: Mapping[str, RecordState], taking: _Taking) -> None:
    """Put the ids of customers where rows name them; customers we do not have are taken in."""
    naming = [r for r in rows if r.holder is not None]
    if not naming:
        return
    unit_field = first_of(noun, "unit")
    homes = [r.values.get(unit_field) or (known[r.key].unit if r.key in known else 0) for r in naming]
    records = [known[r.key].id if r.key in known else 0 for r in naming]
    top = raw().execute("select id from staff_unit where parent_id is null order by id limit 1").fetchone()
    named = [r.holder for r in naming if r.holder is not None]
    holders = [
        Holder(name, phone, home or (top[0] if top else 0), record)
        for (name, phone), home, record in zip(named, homes, records, strict=True)
    ]
    found = customers_for(holders, by=taking.by, at=taking.at, now=taking.now)
    for row, customer in zip(naming, found, strict=True):
        row.values[first_of(noun, "customer")] = customer


def _differences(state: RecordState | None, read: _Read) -> dict[str, Any]:
    kept = state.fields if state is not None else {}
    return {name: value for name, value in read.values.items() if kept.get(name) != value}
