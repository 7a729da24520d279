"""Measures folded in SQL give the answers of the fold in memory, whatever happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.base import numbering
from shouwen.base.sql import raw
from shouwen.cases import measures_sql
from shouwen.cases.acting import act
from shouwen.cases.book import Book
from shouwen.cases.counting import Question, questions
from shouwen.cases.facts import matter_of
from shouwen.cases.living import Living, newborn
from shouwen.cases.measures_sql import answers
from shouwen.cases.models import Case, Deadline
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.facts import Mark
from shouwen.policy.folding import Done, Entry, Folder
from shouwen.policy.law import Law, Needs, load
from shouwen.policy.org import Holding, Org, StaffFact, UnitFact
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Cite, Enter
from shouwen.policy.subjects import Subject
from shouwen.policy.world import World
from tests.cases.doing import opening
from tests.cases.law import PACKS
from tests.cases.twin import DatabaseWorld, far_ids, install
from tests.policy.laws import NOUNS, law_of
from tests.world import at, cast

NOW: Final = at("2026-03-18 10:00")
UNITS: Final = (11, 12)
STAFF: Final = (21, 22, 23)
CUSTOMERS: Final = (31, 32)
PER: Final = ("case", "actor", "customer", "responsible", "unit")
OVER: Final = ("business_day", "week", "calendar_month", "30d", "")

moments = st.integers(0, 40 * 24).map(lambda hours: NOW - timedelta(hours=hours))
maybe = st.none() | st.integers(0, 90_000)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A handful of refunds and keys, with acts, promises kept and entries strewn over forty days."""
    law = works()
    org = Org(
        {u: UnitFact(u, f"U{u}") for u in UNITS},
        {p: StaffFact(p, f"s{p}", UNITS[0]) for p in STAFF},
        tuple(Holding(p, "clerk", 0) for p in STAFF),
    )
    world = World(law, org, customers={c: {} for c in CUSTOMERS})
    for n in range(draw(st.integers(1, 5))):
        world.subjects[100 + n] = draw(refunds(100 + n))
    for n in range(draw(st.integers(0, 3))):
        room = draw(st.sampled_from(["store", "roof", None]))
        world.subjects[200 + n] = Subject(
            200 + n, "record", "key", {"tag": f"A{n}", **({"room": room} if room else {})}, "in", UNITS[0], opened_at=NOW
        )
    cases = [s.id for s in world.subjects.values() if s.noun == "refund"]
    for _ in range(draw(st.integers(0, 8))):
        act = draw(st.sampled_from(["open", "check", "pay", "remind", "extend", "kept:works/loan#3.1"]))
        brought: dict[str, Any] = {"calls": draw(st.integers(0, 3))} if act == "remind" else {}
        if act in ("check", "pay") and draw(st.booleans()):
            brought = {"amount": draw(maybe)}
        world.done.append(Done("refund", act, draw(st.sampled_from(cases)), draw(st.sampled_from(STAFF)), draw(moments), brought))
    for _ in range(draw(st.integers(0, 4))):
        enter = Enter(
            Cite("works/loan#2.4"),
            draw(st.sampled_from(["points", "fine"])),
            draw(st.sampled_from(STAFF)),
            draw(st.integers(1, 9)),
        )
        world.entries.append(Entry(enter, draw(st.sampled_from(cases)), draw(moments)))
    return world


@st.composite
def refunds(draw: st.DrawFn, key: int) -> Subject:
    """A refund as it may stand."""
    amount, urgent = draw(maybe), draw(st.none() | st.booleans())
    paid_at = draw(st.none() | st.sampled_from(["2026-03-01", "2026-03-09", "2026-03-10", "2026-04-01"]))
    reason = draw(st.none() | st.sampled_from(["漏水", "多收", "其他"]))
    fields: dict[str, Any] = {
        "amount": amount,
        "urgent": urgent,
        "cause": reason,
        "paid_at": datetime.fromisoformat(paid_at).date() if paid_at else None,
    }
    if draw(st.booleans()):
        fields["lines"] = ({"what": "一", "price": 100},)
    opened = draw(moments)
    s = Subject(
        key,
        "case",
        "refund",
        {k: v for k, v in fields.items() if v is not None},
        draw(st.sampled_from(["asked", "checked", "paid"])),
    )
    s.unit, s.customer = draw(st.sampled_from((0, *UNITS))), draw(st.sampled_from((0, *CUSTOMERS)))
    s.responsible, s.first_asked, s.opened_at = draw(st.sampled_from((0, *STAFF))), draw(st.sampled_from((0, *STAFF))), opened
    if reminded := draw(st.integers(0, 3)):
        s.marks["remind"] = Mark(reminded, opened, opened, (STAFF[0],))
    return s


LAWS: dict[str, Law] = {}


def works() -> Law:
    """The law with every kind of measure."""
    if "works" not in LAWS:
        LAWS["works"] = load(read_sources([PACKS / "works"]))
    return LAWS["works"]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), asked_at=moments, by=st.sampled_from(STAFF), merged=st.booleans())
def test_sql_and_memory_count_the_same(
    world: World, asked_at: datetime, by: int, *, merged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "_ids", far_ids())
    law = works()
    everything = Needs(
        frozenset(),
        frozenset(law.measures),
        frozenset((a, p, o) for a in ("check", "extend") for p in PER for o in OVER if p != "case" or o),
        frozenset(),
        frozenset(),
    )
    monkeypatch.setattr(type(law.on(NOW.date())), "needs", lambda *_: everything)
    with transaction.atomic():
        written = DatabaseWorld(world, install(law, "works"))
        written.clock = NOW - timedelta(days=60)
        written.write_down(NOW)
        kept = [d for d in world.done if d.act.startswith("kept:")]
        _keep(kept, world)
        if merged and 101 in world.subjects:  # what was merged has ended, but no act has moved it from its step
            Case.objects.filter(pk=100).update(closed_at=NOW, merged_into=101)
        book = Book()
        book.take(Ref(s.kind, s.noun, s.id) for s in world.subjects.values() if s.noun == "refund")
        opening = Act("open", Ref("case", "refund", 999), by, asked_at, opening=Opening(UNITS[0], CUSTOMERS[0]))
        subjects: list[Living] = [*book.subjects.values(), newborn(opening, law.nouns["refund"], 0, NOW)]

        for s in subjects:
            act = Act("check", s.ref, by, asked_at)
            m = matter_of(act, s, law, world.org)
            asked = list(questions(m.day, act, s, m.calendar))
            found = answers(asked, law, m.calendar)
            folder = Folder(law, world.done, world.entries, world.subjects, m.calendar)
            known = Subject(s.ref.id, "case", "refund", s.fields, s.step, s.unit, s.customer, s.responsible, s.first_asked)
            counts = list(everything.counts)
            for q, (name, per, over) in zip(asked, counts, strict=False):
                assert found[q] == folder.limit(known, act, name, per, over), (name, per, over)
            for q, name in zip(asked[len(counts) :], everything.measures, strict=True):
                assert found[q] == folder.measure(law.measures[name], known, act), name
        transaction.set_rollback(True)


def _keep(kept: list[Done], world: World) -> None:
    """Write promises that were kept: the fold in SQL counts deadlines, the one in memory what was noted of them."""
    Deadline.objects.bulk_create(
        Deadline(
            subject_kind="case",
            noun=d.noun,
            subject_id=d.subject,
            case_id=d.subject,
            clause=d.act.removeprefix("kept:"),
            anchor=d.at,
            made_at=d.at,
            entered_at=d.at,
            due_at=d.at,
            stopped_at=d.at,
            outcome="kept",
            owes=[d.by],
        )
        for d in kept
    )


ONE_OF_EACH: Final = """
measures:
  same: {zh: 同样紧急的报修数, count: job.open, per: urgency}
clauses:
  - {id: "1", zh: 每种只一件, for: job, requires: {before: open, that: {same: "0"}}}
"""


@pytest.mark.django_db
def test_what_is_counted_per_a_field_goes_by_what_the_act_brings() -> None:
    people = cast(NOW)
    install(law_of(ONE_OF_EACH, NOUNS.replace("clauses:\n", "")), "one of each")

    found = [act(opening("job", people.chen_jie, NOW, urgency=u), now=NOW).outcome for u in ("urgent", "slow", "urgent")]

    assert found == ["allowed", "allowed", "refused"]


@pytest.mark.django_db
def test_what_stands_at_a_step_is_looked_for_among_what_has_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million ended visits were read for the three that are planned, in the transaction of every visit; indexes have those."""
    law, said = works(), list[str]()
    monkeypatch.setattr(measures_sql, "raw", lambda: Told(said))

    for name in ("pending", "asked_late", "dated_before"):
        m = law.measures[name]
        answers([Question(name, "refund", m.per, STAFF[0], None, NOW, NOW)], law, law.calendars[law.calendar])

    assert ["closed_at is null" in query for query in said] == [True, True, False]


@pytest.mark.django_db
def test_a_day_against_the_beginning_of_a_period_is_counted_in_sql_whenever_each_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    law, said = works(), list[str]()
    monkeypatch.setattr(measures_sql, "raw", lambda: Told(said))
    asked = [
        Question("dated_earlier", "refund", "", None, None, at_, at_) for at_ in (NOW, NOW + timedelta(days=1), at("2026-05-02"))
    ]

    assert answers(asked, law, law.calendars[law.calendar]) == dict.fromkeys(asked, 0)

    assert len(said) == 2  # March, for two of them, and May
    assert all("select count(*) as n" in query for query in said)


class Told:
    """A cursor that notes what it executes."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def execute(self, query: str, params: Sequence[Any]) -> Any:
        self.said.append(query)
        return raw().execute(query, params)
