"""Writing customers, set by set: each change is checked, journalled and searchable in the same transaction.

Law on customers comes with the archives; until then doors call these verbs as the acts they are (`open`, `amend`). The journal
names what changed. Of personal data it holds no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from shouwen.base.errors import Complaint, FieldError, NotFound, Problem
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.names import plain_name
from shouwen.base.numbering import next_ids, next_numbers, reserve_numbers
from shouwen.base.pinyin import initials, name_syllables, syllables
from shouwen.base.sql import columns, from_json, raw, to_json, unnest
from shouwen.customers.models import HIGHEST_LEVEL, NOUN, NUMBER, Customer, Relation
from shouwen.customers.numbers import PhoneNumber, read_phone
from shouwen.customers.relations import Tie, relate
from shouwen.customers.searching import index_customers
from shouwen.policy.act import Ref

LONGEST_NAME: Final = 120
PLAIN: Final = ("kind", "class_code", "unit", "level", "language")  # columns whose values may stand in the journal
COVERED: Final = ("name", "notes")

_INSERT: Final = f"""insert into customers_customer (id, number, name, kind, class_code, unit_id, pinyin, initials, level,
 language, notes, fields, created_at, updated_at)
 select u.a, u.b, u.c, u.d, u.e, u.f, u.g, u.h, u.i, u.j, u.k, u.l::jsonb, u.m, u.m
 from {unnest(("int8", "text", "text", "text", "text", "int8", "text", "text", "int2", "text", "text", "text", "timestamptz"))}
 as u (a, b, c, d, e, f, g, h, i, j, k, l, m)"""  # noqa: S608  our own names
_UPDATE: Final = f"""update customers_customer c set name = u.c, kind = u.d, class_code = u.e, unit_id = u.f, pinyin = u.g,
 initials = u.h, level = u.i, language = u.j, notes = u.k, fields = u.l::jsonb, updated_at = u.m
 from {unnest(("int8", "text", "text", "text", "int8", "text", "text", "int2", "text", "text", "text", "timestamptz"))}
 as u (a, c, d, e, f, g, h, i, j, k, l, m) where c.id = u.a"""  # noqa: S608  our own names
_LOCK: Final = """select id, name, kind, class_code, unit_id, level, language, notes, fields, updated_at from customers_customer
 where id = any(%s::int8[]) order by id for update"""
_PHONES: Final = f"""insert into customers_phone (customer_id, country, number, label, is_main)
 select * from {unnest(("int8", "text", "text", "text", "bool"))}"""  # noqa: S608  our own names
_ADDRESSES: Final = f"""insert into customers_address (customer_id, text, label, division)
 select * from {unnest(("int8", "text", "text", "text"))}"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A number as somebody wrote it. The first is the main one if none is said to be."""

    text: str = field(repr=False)
    label: str = ""
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as somebody wrote it, and the code of its division if known."""

    text: str = field(repr=False)
    label: str = ""
    division: str = ""


@dataclass(frozen=True, slots=True)
class NewHome:
    """A house (a record of a register) that somebody lives in, owns or uses."""

    record: int
    register: str
    role: str = Relation.Role.RESIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be taken in. `fields` are kept values (JSON) of what packs declare; the policy layer has checked them."""

    unit: int
    name: str = field(repr=False)
    kind: str = Customer.Kind.PERSON
    class_code: str = ""
    level: int = 0
    language: str = Customer.Language.CHINESE
    notes: str = field(default="", repr=False)
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    phones: tuple[NewPhone, ...] = ()
    addresses: tuple[NewAddress, ...] = ()
    homes: tuple[NewHome, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What changes of one customer: columns of NewCustomer by name; `fields` are laid over the kept ones, None takes one away.

    `phones` and `addresses` replace all there were; None leaves them. `seen` is the `updated_at` of what whoever changes it saw;
    where somebody has changed it since, nothing is written. None: written whatever there is now.
    """

    id: int
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    phones: tuple[NewPhone, ...] | None = None
    addresses: tuple[NewAddress, ...] | None = None
    seen: datetime | None = None


class ChangedMeanwhile(Problem):
    """Somebody else changed a customer after whoever changes it now had seen it."""

    status = 409
    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "这位客户的资料在您填写期间被别人改过。请看过新的内容再保存。",
            "Somebody else has changed this customer meanwhile. Look at what stands now, then save.",
        )


@dataclass(slots=True)
class _State:
    """The columns of a customer while they are changed."""

    id: int
    name: str
    kind: str
    class_code: str
    unit: int
    level: int
    language: str
    notes: str
    fields: dict[str, Any]
    updated_at: datetime | None = field(default=None, init=False)


def create_customers(rows: Sequence[NewCustomer], *, by: int, at: datetime, now: datetime) -> list[int]:
    """Take customers in and return their ids, in order. FieldError names what is wrong, and then nothing is written.

    The path of a fault begins with the number of the row when there are several: `3.name`.
    """
    if not rows:
        return []
    phones = _read_all([(row.phones, _prefix(i, len(rows))) for i, row in enumerate(rows)])
    _demand_lawful([_state(0, row) for row in rows])
    day = timezone.localdate(at)
    reserve_numbers({(NUMBER, day): len(rows)})
    with transaction.atomic():
        ids, numbers = next_ids(len(rows)), next_numbers(NUMBER, day, len(rows))
        states = [_state(id_, row) for id_, row in zip(ids, rows, strict=True)]
        raw().execute(_INSERT, columns([(s.id, n, *_values(s, now)) for s, n in zip(states, numbers, strict=True)], 13))
        _write_phones(dict(zip(ids, phones, strict=True)))
        _write_addresses({id_: row.addresses for id_, row in zip(ids, rows, strict=True)})
        relate([Tie(h.record, id_, h.register, h.role) for id_, row in zip(ids, rows, strict=True) for h in row.homes], since=at)
        told = [
            {**_plain(s), "number": n, "fields": sorted(s.fields), **_homes(row)}
            for s, n, row in zip(states, numbers, rows, strict=True)
        ]
        _journal("open", zip(ids, told, strict=True), by=by, at=at, now=now)
        index_customers(ids, now=now)
    return ids


@transaction.atomic
def change_customers(changes: Sequence[Change], *, by: int, at: datetime, now: datetime) -> None:
    """Change customers, each at most once. FieldError names what is wrong; NotFound when one is not there; ChangedMeanwhile."""
    phones = _read_all([(change.phones or (), _prefix(i, len(changes))) for i, change in enumerate(changes)])
    states = _locked([c.id for c in changes])
    if any(c.seen is not None and c.seen != states[c.id].updated_at for c in changes):
        raise ChangedMeanwhile
    told = {c.id: _apply(states[c.id], c) for c in changes}
    _demand_lawful(list(states.values()))
    changed = [id_ for id_, what in told.items() if what]
    raw().execute(_UPDATE, columns([(id_, *_values(states[id_], now)) for id_ in changed], 12))
    _replace_parts(changes, phones)
    _journal("amend", [(id_, told[id_]) for id_ in changed], by=by, at=at, now=now)
    index_customers(changed, now=now)


def _locked(ids: Sequence[int]) -> dict[int, _State]:
    found: dict[int, _State] = {}
    for row in raw().execute(_LOCK, [list(ids)]).fetchall():
        id_, name, kind, class_code, unit, level, language, notes, kept, updated_at = row
        found[id_] = _State(id_, name, kind, class_code, unit, level, language, notes, from_json(kept))
        found[id_].updated_at = updated_at
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def _apply(state: _State, change: Change) -> dict[str, Any]:
    """Lay a change over a state; returns what the journal says of it, nothing when nothing changed."""
    if unknown := sorted(set(change.values) - {*PLAIN, *COVERED, "fields"}):
        raise FieldError.of(unknown[0], "没有这个字段", "there is no such field")
    told: dict[str, Any] = {}
    for name, value in change.values.items():
        old = getattr(state, name)
        new = _laid_over(old, value) if name == "fields" else plain_name(value) if name == "name" else value
        if new == old:
            continue
        setattr(state, name, new)
        told[name] = {"was": old, "is": new} if name in PLAIN else sorted(value) if name == "fields" else "changed"
    for part in ("phones", "addresses"):
        rows = getattr(change, part)
        if rows is not None:
            told[part] = len(rows)
    return told


def _laid_over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**old, **new}.items() if v is not None}


def _state(id_: int, row: NewCustomer) -> _State:
    kept = _laid_over({}, row.fields)
    return _State(id_, plain_name(row.name), row.kind, row.class_code, row.unit, row.level, row.language, row.notes, kept)


def _values(s: _State, now: datetime) -> tuple[Any, ...]:
    """The columns of a state from the name on, as _INSERT and _UPDATE want them."""
    parts = name_syllables(s.name) if s.kind == Customer.Kind.PERSON else syllables(s.name)
    pinyin = " ".join(parts)[:400], initials(parts)[:120]
    return (s.name, s.kind, s.class_code, s.unit, *pinyin, s.level, s.language, s.notes, to_json(s.fields), now)


def _plain(s: _State) -> dict[str, Any]:
    return {name: getattr(s, name) for name in PLAIN}


def _homes(row: NewCustomer) -> dict[str, Any]:
    return {"homes": [h.record for h in row.homes]} if row.homes else {}


def _prefix(i: int, n: int) -> str:
    return f"{i}." if n > 1 else ""


def _demand_lawful(states: Sequence[_State]) -> None:
    """Say what is wrong by field, before the database says it by constraint."""
    complaints = [c for i, s in enumerate(states) for c in _complaints(s, _prefix(i, len(states)))]
    units = {s.unit for s in states}
    known = {id_ for (id_,) in raw().execute("select id from staff_unit where id = any(%s::int8[])", [list(units)]).fetchall()}
    homeless = [f"{_prefix(i, len(states))}unit" for i, s in enumerate(states) if s.unit not in known]
    complaints += [Complaint(path, "没有这个单位", "there is no such unit") for path in homeless]
    if complaints:
        raise FieldError(complaints)


def _complaints(s: _State, prefix: str) -> Iterable[Complaint]:
    if not s.name or len(s.name) > LONGEST_NAME or "\x00" in s.name:
        yield Complaint(f"{prefix}name", f"应为 1 至 {LONGEST_NAME} 个字", f"should have 1 to {LONGEST_NAME} characters")
    if len(s.class_code) > 32:
        yield Complaint(f"{prefix}class_code", "最多 32 个字", "should have at most 32 characters")
    if "\x00" in s.notes:
        yield Complaint(f"{prefix}notes", "含有不可用的字符", "contains a character that cannot be kept")
    closed = {"kind": Customer.Kind.values, "language": Customer.Language.values, "level": range(HIGHEST_LEVEL + 1)}
    for name, known in closed.items():
        if getattr(s, name) not in known:
            listed = "、".join(map(str, known))
            yield Complaint(f"{prefix}{name}", f"应为其中之一：{listed}", f"should be one of: {', '.join(map(str, known))}")


def _read_all(written: Sequence[tuple[tuple[NewPhone, ...], str]]) -> list[list[tuple[PhoneNumber, str, bool]]]:
    """Read the phones of each row: number, label, whether it is the main one. A number written twice counts once."""
    found = []
    for phones, prefix in written:
        main = next((i for i, p in enumerate(phones) if p.is_main), 0)
        read: dict[PhoneNumber, tuple[PhoneNumber, str, bool]] = {}
        for i, phone in enumerate(phones):
            number = read_phone(phone.text, f"{prefix}phones.{i}")
            kept = read.get(number)
            read[number] = (number, phone.label[:32], i == main or bool(kept and kept[2]))
        found.append(list(read.values()))
    return found


def _write_phones(phones: Mapping[int, Sequence[tuple[PhoneNumber, str, bool]]]) -> None:
    rows = [(id_, p.country, p.number, label, main) for id_, each in phones.items() for p, label, main in each]
    if rows:
        raw().execute(_PHONES, columns(rows, 5))


def _write_addresses(addresses: Mapping[int, Sequence[NewAddress]]) -> None:
    said = [(id_, a) for id_, each in addresses.items() for a in each if a.text.strip()]
    rows = [(id_, a.text.strip()[:200], a.label[:32], a.division) for id_, a in said]
    if rows:
        raw().execute(_ADDRESSES, columns(rows, 4))


def _replace_parts(changes: Sequence[Change], phones: Sequence[Sequence[tuple[PhoneNumber, str, bool]]]) -> None:
    new_phones = {c.id: p for c, p in zip(changes, phones, strict=True) if c.phones is not None}
    new_addresses = {c.id: c.addresses for c in changes if c.addresses is not None}
    for table, ids in (("customers_phone", list(new_phones)), ("customers_address", list(new_addresses))):
        if ids:
            raw().execute(f"delete from {table} where customer_id = any(%s::int8[])", [ids])  # noqa: S608  our own names
    _write_phones(new_phones)
    _write_addresses(new_addresses)


def _journal(act: str, told: Iterable[tuple[int, Mapping[str, Any]]], *, by: int, at: datetime, now: datetime) -> None:
    refs = [(Ref("customer", NOUN, id_), what) for id_, what in told]
    write_events(EventRow(subject=ref, kind=ACT, act=act, actor=by, at=at, entered_at=now, data=what) for ref, what in refs)
