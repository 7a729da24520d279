"""From what somebody typed or sent to an act the law can judge. What cannot be understood is said field by field (422)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from shouwen.base.access import Reader, units_in_sight
from shouwen.base.errors import Complaint, FieldError, NotFound
from shouwen.cases import able
from shouwen.cases.book import JustRead
from shouwen.cases.enactments import Laws
from shouwen.cases.models import Case
from shouwen.policy.act import APPROVAL_ACTS, TASK_ACTS, Act, Evidence, Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field, Noun
from shouwen.staff import org

SLACK: Final = timedelta(minutes=5)  # clocks of clients may be ahead of ours
OF_THE_ORGANISATION: Final = frozenset({"staff", "unit"})
EVIDENCE: Final = frozenset({"self", "signature", "consent", "photo", "id_seen", "second_person", "measured"})


Seen = tuple[str, str, int]  # a field, the kind of what it points to, the id
Units = Mapping[str, Mapping[int, int]]  # by kind and id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants, as it came in: `fields` raw (text or JSON), everything else plain. `at` None: now."""

    act: str
    fields: Mapping[str, object] = field(default_factory=dict)
    evidence: Sequence[Evidence] = ()
    ticks: Iterable[str] = ()
    clause: str = ""
    row: str = ""
    reason: str = ""
    key: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What comes with a new case beside its fields. Without `unit` it is that of what the case is about, else of who opens it."""

    customer: int = 0
    unit: int = 0
    responsible: int = 0
    first_asked: int = 0


def act_on(case: Case, wish: Wish, reader: Reader, *, now: datetime) -> Act:
    """Return the act on a case somebody found through `visible_to`. Raises FieldError."""
    return act_upon(case.ref, wish, reader, now=now, shape=case.enactment_id, customer=case.customer_id or 0)


def act_upon(subject: Ref, wish: Wish, reader: Reader, *, now: datetime, shape: int = 0, customer: int = 0) -> Act:
    """Return the act on any subject; `shape` is the enactment whose fields and acts it has (0: that of the moment)."""
    at = _moment(wish.at, now)
    law = Laws().judging(at, subject.noun, shape)
    noun = law.noun(subject.noun) if law is not None else None
    if law is None or noun is None:
        raise NotFound
    if wish.act not in noun.acts and wish.act not in (*APPROVAL_ACTS, *TASK_ACTS):
        raise FieldError.of("act", f"{noun.zh}没有动作“{wish.act}”", f"{noun.id} has no act {wish.act!r}", "unknown")
    if wish.act == "open" and subject.id:  # what is there already is not opened over itself
        raise FieldError.of("act", f"{noun.zh}已经立项", f"this {noun.id} is open already", "open_already")
    fields = _fields(law, noun, wish, at)
    _demand_seen(_all_refs(noun, wish.act, fields), reader, at)
    _demand_able(law, noun, wish.act, fields, at)
    return Act(
        wish.act,
        subject,
        reader.staff,
        at,
        fields,
        _evidence(wish.evidence, customer),
        frozenset(wish.ticks),
        wish.clause,
        wish.row,
        wish.reason,
        wish.key,
    )


def open_case(procedure: str, wish: Wish, start: Start, reader: Reader, *, now: datetime, read: JustRead | None = None) -> Act:
    """Return the act that opens a case; its id is given by `act_many`. Whoever opens it is the one first asked. Raises FieldError.

    `read` is what the caller has just read; what is read here of the things it points to is kept in it for `act_many`.
    """
    at = _moment(wish.at, now)
    law = (read.laws if read is not None else Laws()).at(at)
    noun = law.nouns.get(procedure) if law is not None else None
    if law is None or noun is None or noun.kind != "case" or "open" not in noun.acts:
        raise FieldError.of("procedure", f"没有流程“{procedure}”", f"There is no procedure {procedure!r}.", "unknown")
    fields = _with_customer(_fields(law, noun, wish, at), noun, start.customer)
    customer = start.customer or _customer_in(fields, noun)
    about = [("customer", "customer", customer), ("unit", "unit", start.unit)]
    units = _demand_seen([*_all_refs(noun, "open", fields), *(ref for ref in about if ref[2])], reader, at, read)
    _demand_able(law, noun, "open", fields, at)
    unit = start.unit or _unit_of(fields, noun, customer, units) or _unit_of_person(reader.staff, at)
    opening = Opening(unit, customer, start.responsible, start.first_asked or reader.staff)
    subject = Ref("case", noun.id, 0)
    evidence = _evidence(wish.evidence, customer)
    return Act(
        "open",
        subject,
        reader.staff,
        at,
        fields,
        evidence,
        frozenset(wish.ticks),
        reason=wish.reason,
        key=wish.key,
        opening=opening,
    )


def open_record(register: str, wish: Wish, reader: Reader, *, now: datetime) -> Act:
    """Return the act that opens a record: it belongs to its own unit field's, else to the unit of what it points to. Raises FieldError."""
    act = act_upon(Ref("record", register, 0), wish, reader, now=now)
    law = Laws().judging(act.at, register, 0)
    noun = law.noun(register) if law is not None else None
    if noun is None:
        raise NotFound
    customer = _customer_in(act.fields, noun)
    about = [r for r in _all_refs(noun, "open", act.fields) if r[1] in ("record", "customer")]
    unit = _unit_of(act.fields, noun, customer, units_in_sight(_by_kind(about), reader))
    return replace(act, opening=Opening(unit))


def _by_kind(refs: Iterable[Seen]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for _, kind, id_ in refs:
        found.setdefault(kind, set()).add(id_)
    return found


def _unit_of(fields: Mapping[str, Any], noun: Noun, customer: int, units: Units) -> int:
    """Return the unit of what a new case is about: of its record, else of its customer."""
    records = [v for k, f in noun.fields.items() if f.type.name == "record" and isinstance(v := fields.get(k), int)]
    found = [units.get("record", {}).get(r, 0) for r in records]
    return next((u for u in found if u), 0) or units.get("customer", {}).get(customer, 0)


def _unit_of_person(staff: int, at: datetime) -> int:
    """Return where somebody works: the unit of a post of theirs, else the one they belong to."""
    snapshot = org.snapshot(at)
    held = next((h.unit for h in snapshot.holdings if h.staff == staff and h.unit and h.stands(at)), 0)
    person = snapshot.staff.get(staff)
    return held or (person.unit if person is not None else 0)


def _moment(at: datetime | None, now: datetime) -> datetime:
    """Return when it happened, in the company's time. Raises FieldError for what is still to come."""
    moment = now if at is None else at
    if moment > now + SLACK:
        raise FieldError.of("at", "发生时间还没有到", "It has not happened yet.", "future")
    try:
        return timezone.localtime(moment, timezone.get_default_timezone())
    except OverflowError:  # a moment of the year 1 that lies before it elsewhere
        raise FieldError.of("at", "时间太早", "That is too long ago.", "too_early") from None


def _fields(law: Law, noun: Noun, wish: Wish, at: datetime) -> dict[str, Any]:
    """Return the typed values. Raises FieldError naming every field that does not fit."""
    if wish.act not in noun.acts:
        if wish.fields:
            raise FieldError.of(next(iter(wish.fields)), "这个动作不带字段", "This act brings no fields.", "unknown")
        return {}
    values, wrong = law.read_fields(noun.id, wish.act, wish.fields, at)
    complaints = [Complaint(f"{name}.{e.path}" if e.path else name, e.zh, e.en) for name, e in wrong.items()]
    if complaints:
        raise FieldError(complaints)
    return values


def _all_refs(noun: Noun, act: str, values: Mapping[str, Any]) -> Iterator[Seen]:
    """Yield what the values of an act point to."""
    brought = noun.acts[act].fields if act in noun.acts else {}
    for name, value in values.items():
        shape = noun.fields.get(name) or brought.get(name)
        if shape is not None:
            yield from _refs(name, shape, value)


def _refs(name: str, shape: Field, value: Any) -> Iterator[Seen]:
    """Yield what a value points to: the field, the kind, the id."""
    kind = shape.type.name
    if kind in ("staff", "unit", "customer", "record", "case"):
        for one in value if isinstance(value, tuple) else (value,):
            if one:
                yield name, kind, one
    elif kind == "rows":
        for i, row in enumerate(value or (), 1):
            for column, v in row.items():
                yield from _refs(f"{name}.{i}.{column}", shape.type.columns[column], v)


def _demand_seen(refs: Iterable[Seen], reader: Reader, at: datetime, read: JustRead | None = None) -> Units:
    """Raise FieldError for ids of what is not there, or not the reader's to see (the answer is the same); return units by id."""
    wanted = list(dict.fromkeys(refs))
    by_kind = _by_kind(wanted)
    things = {k: ids for k, ids in by_kind.items() if k not in OF_THE_ORGANISATION}
    there = units_in_sight(things, reader, read.glimpses if read is not None else None)
    if any(kind in OF_THE_ORGANISATION for kind in by_kind):
        snapshot = org.snapshot(at)
        there |= {"staff": dict.fromkeys(snapshot.staff, 0), "unit": dict.fromkeys(snapshot.units, 0)}
    missing = [
        Complaint(name, "没有找到", "there is no such one", "unknown") for name, kind, id_ in wanted if id_ not in there[kind]
    ]
    if missing:
        raise FieldError(missing)
    return there


def _demand_able(law: Law, noun: Noun, act: str, fields: Mapping[str, Any], at: datetime) -> None:
    """Raise FieldError for persons who are given work and may not handle any."""
    if wrong := list(able.complaints(law, noun, act, fields, at)):
        raise FieldError(wrong)


def _with_customer(values: dict[str, Any], noun: Noun, customer: int) -> dict[str, Any]:
    """Let the customer a case is opened for stand in the one field that names a customer, unless somebody else was named there."""
    asked = noun.acts["open"].asks
    names = [k for k, f in noun.fields.items() if f.type.name == "customer" and not f.type.many and k in asked]
    return {names[0]: customer, **values} if customer and len(names) == 1 else values


def _customer_in(fields: Mapping[str, Any], noun: Noun) -> int:
    """Return the customer a new case's fields name, if they do."""
    found = next(
        (fields.get(k) for k, f in noun.fields.items() if f.type.name == "customer" and not f.type.many and fields.get(k)), 0
    )
    return found if isinstance(found, int) else 0


def _evidence(given: Sequence[Evidence], customer: int) -> tuple[Evidence, ...]:
    """Return evidence; where the customer's own is meant and not named, it is that of the case. Raises FieldError."""
    found = []
    for i, e in enumerate(given, 1):
        if e.kind not in EVIDENCE:
            raise FieldError.of(f"evidence.{i}.kind", "没有这种凭据", "there is no such evidence", "unknown")
        mine = e.party == "customer" and not e.id and customer
        found.append(Evidence(e.kind, e.party, customer, e.attachment) if mine else e)
    return tuple(found)
