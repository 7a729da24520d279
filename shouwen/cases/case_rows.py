"""Cases as rows: the subject adapter of kind "case"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from shouwen.base.masks import mask_text
from shouwen.base.numbering import next_numbers
from shouwen.base.search_tokens import SearchDoc
from shouwen.base.sql import from_json, raw
from shouwen.cases.adapters import Part, Source
from shouwen.cases.enactments import Laws
from shouwen.cases.living import Living
from shouwen.cases.plain import dump_fields, load_fields
from shouwen.cases.rows_sql import Columns, insert, update
from shouwen.policy.act import Ref
from shouwen.policy.facts import Mark
from shouwen.policy.nouns import Noun

LONGEST_TITLE: Final = 120

_READ: Final = """select id, procedure, enactment_id, fields, step, coalesce(unit_id, 0), coalesce(customer_id, 0),
 coalesce(responsible_id, 0), coalesce(first_asked_id, 0), opened_at, entered_at, closed_at, held, pauses, marks,
 coalesce(parent_id, 0), coalesce(merged_into_id, 0), number, title, opened_by_clause, channel, version, held_until
 from cases_case where id = any(%s::int8[]) order by id"""
_LOCK: Final = _READ + " for no key update"

_CHANGING: Final[Columns] = (
    ("id", "int8"), ("step", "text"), ("title", "text"), ("fields", "jsonb"), ("unit_id", "int8"), ("customer_id", "int8"),
    ("responsible_id", "int8"), ("first_asked_id", "int8"), ("closed_at", "timestamptz"), ("held", "bool"), ("pauses", "jsonb"),
    ("held_until", "timestamptz"), ("marks", "jsonb"), ("records", "int8[]"), ("withheld_from", "int8[]"), ("merged_into_id", "int8"),
    ("next_due", "timestamptz"), ("version", "int4"),
)  # fmt: skip
_NEW: Final[Columns] = (
    *_CHANGING, ("number", "text"), ("procedure", "text"), ("enactment_id", "int8"), ("opened_at", "timestamptz"),
    ("entered_at", "timestamptz"), ("parent_id", "int8"), ("opened_by_clause", "text"), ("channel", "text"),
)  # fmt: skip


class _Cases:
    """The adapter of cases; it keeps nothing itself."""

    kind: str = "case"
    source: Source = Source(
        "cases_case", "s.procedure",
        {
            "unit": "coalesce(s.unit_id, 0)", "customer": "coalesce(s.customer_id, 0)",
            "responsible": "coalesce(s.responsible_id, 0)", "first_asked": "coalesce(s.first_asked_id, 0)",
        },
        "s.closed_at is null", "s.records", "(s.closed_at is null or s.merged_into_id is not null)",
    )  # fmt: skip

    def load(self, ids: Sequence[int], laws: Laws, *, lock: bool) -> Iterator[Living]:
        """Read cases in the order of their ids. The lock lets others refer to the rows meanwhile."""
        for row in raw().execute(_LOCK if lock else _READ, [list(ids)]).fetchall():
            yield _living(row, laws)

    def recall(self, glimpses: Iterable[str], laws: Laws) -> Iterable[Living]:
        """None: nothing is read of them beside the question whether they are in sight."""
        return ()

    def number(self, subjects: Sequence[Living]) -> None:
        """Give new cases their human numbers."""
        wanted: dict[tuple[str, Any], list[Living]] = {}
        for s in subjects:
            wanted.setdefault((prefix_of(s.noun), _local_day(s)), []).append(s)
        for (prefix, day), cases in sorted(wanted.items()):
            for s, number in zip(cases, next_numbers(prefix, day, len(cases)), strict=True):
                s.number = number

    def writes(self, subjects: Sequence[Living], *, now: datetime) -> Iterator[Part]:
        """Return statements that write new and changed cases."""
        for s in subjects:
            s.version += 1
            s.title = title_of(s)
        if fresh := [{**_changing(s), **_new(s, now)} for s in subjects if s.fresh]:
            yield insert("cases_case", _NEW, fresh)
        if changed := [_changing(s) for s in subjects if not s.fresh]:
            yield update("cases_case", _CHANGING, changed)

    def docs(self, subjects: Sequence[Living]) -> Iterable[SearchDoc]:
        """Return what search keeps of cases: number, texts, phones; found by those who work on them, too."""
        return [_doc(s) for s in subjects]


CASES: Final = _Cases()


def number_and_step(id_: int) -> tuple[str, str]:
    """Return what a case is called by and where it stands; ("", "") when there is no such case."""
    return numbers_and_steps([id_]).get(id_, ("", ""))


def numbers_and_steps(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return the same of several cases, by id; those that are none are left out."""
    rows = raw().execute("select id, number, step from cases_case where id = any(%s::int8[])", [list(ids)]).fetchall()
    return {id_: (number, step) for id_, number, step in rows}


def prefix_of(noun: Noun) -> str:
    """Return what the numbers of a procedure begin with."""
    return noun.number or noun.id[:2].upper()


def records_of(s: Living) -> list[int]:
    """Return the records a case is about: those its fields point to."""
    found: dict[int, None] = {}
    for f in s.noun.fields.values():
        if f.type.name == "record":
            value = s.fields.get(f.id)
            found.update(dict.fromkeys(v for v in (value if isinstance(value, tuple) else (value,)) if v))
    return list(found)


def withheld_from(s: Living) -> list[int]:
    """Return whom a case is not shown to: as long as it is open, those named in its fields that conceal it from them."""
    if s.closed or not s.noun.concealing:
        return []
    named = (s.fields.get(name) for name in s.noun.concealing)
    return sorted({p for value in named for p in (value if isinstance(value, tuple) else (value,)) if p})


def local_day(moment: datetime) -> date:
    """Return the day of a moment in the company's time zone."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def title_of(s: Living) -> str:
    """Return a short text for lists: what it is about where its words do not tell (`cases.about`), then its first words."""
    return " · ".join(part for part in (s.about, words_of(s)) if part)[:LONGEST_TITLE]


def words_of(s: Living) -> str:
    """Return the first of its texts that is filled and not personal, telephone numbers in it covered."""
    texts = (s.fields.get(f.id) for f in s.noun.fields.values() if f.type.name == "text" and not f.personal and not f.type.many)
    found = next((str(t) for t in texts if t), "")
    return mask_text(" ".join(found.split()))[:LONGEST_TITLE]


def _local_day(s: Living) -> Any:
    """The day of the company's local time on which it was opened."""
    assert s.opened_at is not None
    return local_day(s.opened_at)


def _living(row: Sequence[Any], laws: Laws) -> Living:
    id_, procedure, enactment, fields, step, unit, customer, responsible, first_asked, opened_at, entered_at, closed_at, *rest = (
        row
    )
    held, pauses, marks, parent, merged_into, number, title, clause, channel, version, held_until = rest
    noun = laws.of(enactment).nouns[procedure]
    return Living(
        Ref("case", procedure, id_), noun, enactment, load_fields(from_json(fields), noun), step, unit, customer, responsible,
        first_asked, opened_at, entered_at, closed_at, held, [_pause(p) for p in from_json(pauses)], load_marks(from_json(marks)),
        parent, merged_into, number, title, clause, channel, version, held_until,
    )  # fmt: skip


def _pause(kept: Sequence[str | None]) -> tuple[datetime, datetime | None]:
    since, until = kept
    assert since is not None
    return datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None


def load_marks(kept: Mapping[str, Sequence[Any]]) -> dict[str, Mark]:
    """Return marks as dump_marks wrote them."""
    moment = datetime.fromisoformat
    return {name: Mark(count, moment(first), moment(last), tuple(by)) for name, (count, first, last, by) in kept.items()}


def dump_marks(marks: Mapping[str, Mark]) -> dict[str, list[Any]]:
    """Return marks as they stand in a row."""
    return {name: [m.count, m.first, m.last, m.by] for name, m in marks.items()}


def _changing(s: Living) -> dict[str, Any]:
    return {
        "id": s.ref.id, "step": s.step, "title": s.title, "fields": dump_fields(s.fields, s.noun), "unit_id": s.unit or None,
        "customer_id": s.customer or None, "responsible_id": s.responsible or None, "first_asked_id": s.first_asked or None,
        "closed_at": s.closed_at, "held": s.held, "held_until": s.held_until, "pauses": s.pauses, "marks": dump_marks(s.marks),
        "records": records_of(s), "withheld_from": withheld_from(s), "merged_into_id": s.merged_into or None,
        "next_due": s.next_due, "version": s.version,
    }  # fmt: skip


def _new(s: Living, now: datetime) -> dict[str, Any]:
    return {
        "number": s.number, "procedure": s.ref.noun, "enactment_id": s.enactment, "opened_at": s.opened_at or now,
        "entered_at": s.entered_at or now, "parent_id": s.parent or None, "opened_by_clause": s.clause, "channel": s.channel,
    }  # fmt: skip


def _doc(s: Living) -> SearchDoc:
    texts, phones = [], []
    for f in s.noun.fields.values():
        value = s.fields.get(f.id)
        if value and f.type.name == "text" and not f.type.many:
            texts.append(str(value))
        elif value and f.type.name == "phone":
            phones.append(str(value))
    about = title_of(s)
    people = {s.responsible, s.first_asked, *(p for t in s.open_tasks for p in t.fact.who)} - {0}
    assert s.opened_at is not None
    return SearchDoc(
        kind="case",
        id=s.ref.id,
        unit=s.unit,
        sort_at=s.opened_at,
        title=f"{s.noun.zh} {s.number}",
        preview=about,
        number=s.number,
        about=" ".join(texts[:1])[:LONGEST_TITLE],
        body="\n".join([*texts, s.about] if s.about else texts),
        phones=tuple(phones),
        people=tuple(sorted(people)),
        withheld_from=tuple(withheld_from(s)),
        noun=s.ref.noun,
    )
