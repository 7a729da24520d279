"""A month of vacant-house rounds: each vacant house is visited once, one is missed, and that is an event somebody answers for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from shouwen.base.models import Event, Notice
from shouwen.base.numbering import next_id
from shouwen.cases import clock, measures_sql
from shouwen.cases.acting import act, act_many
from shouwen.cases.counting import Question
from shouwen.cases.enactments import enact, law_at
from shouwen.cases.models import Case, Deadline, Occurrence, Round
from shouwen.ops import shelf
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.registers.models import Record
from tests.cases.doing import did
from tests.world import at, cast

pytestmark = pytest.mark.django_db
LAST_DAY = at("2026-03-31 09:00")
FIRST = at("2026-04-01 00:00")
MAY = at("2026-05-01 00:00")
UNSOLD = {"sale": "unsold"}
LIVED_IN = {"sale": "sold", "taken_over": True, "lived_in": True, "decorated": True}
UNDECORATED = {**LIVED_IN, "lived_in": False, "decorated": False}
CLAUSE = "property/vacant-house#2.1"
FOUND = {
    "entered": True, "facilities": "好", "cleanliness": "好", "quality": "好", "water_reading": 10, "power_reading": 100,
    "valves": "shut", "leaks": ("none",), "result": "normal",
}  # fmt: skip


@pytest.fixture
def people() -> Cast:
    """The demo company under its own law, the calendar looked at until the last day of March."""
    found = cast(LAST_DAY)
    begun = at("2026-01-01 00:00")
    company = (shelf.SHELF / "yunqi" / "company.yaml").read_text(encoding="utf-8")
    enact(read_sources(shelf.folders(["yunqi"])), company, effective_from=begun, now=begun)
    Round.objects.create(looked_until=LAST_DAY)
    return found


def houses(people: Cast, **kinds: dict[str, Any]) -> dict[str, int]:
    """Houses of the garden by their number, as they stand."""
    unit = people.units.yunqi.pk
    refs = {number: Ref("record", "house", next_id()) for number in kinds}
    opening = Opening(unit)
    acts = [
        Act("open", refs[number], people.li_na.pk, LAST_DAY, {"number": number, "area": unit, **kind}, opening=opening)
        for number, kind in kinds.items()
    ]
    assert all(r.allowed for r in act_many(acts, now=LAST_DAY))
    return {number: ref.id for number, ref in refs.items()}


def checks() -> dict[int, Case]:
    """The monthly checks that are there, by house."""
    return {c.fields["house"]: c for c in Case.objects.filter(procedure="house_check")}


def checked(people: Cast, house: int, when: datetime) -> None:
    """The check of a house is done."""
    did("check", checks()[house], people.li_na, when, **FOUND)


def test_a_month_of_rounds_falls_due_and_what_is_missed_is_answered_for(people: Cast) -> None:
    here = houses(people, A=UNSOLD, B=UNDECORATED, C=LIVED_IN, D=UNSOLD)
    classes = dict(Record.objects.filter(register="house").values_list("key", "fields__vacancy"))
    assert classes == {"A": "unsold", "B": "undecorated", "C": "none", "D": "unsold"}

    clock.tick(FIRST)
    assert set(checks()) == {here["A"], here["B"], here["D"]}
    assert {d.due_at for d in Deadline.objects.filter(clause=CLAUSE)} == {MAY}
    officers = {people.li_na.pk, people.zhou_ting.pk}
    assert {frozenset(d.owes) for d in Deadline.objects.filter(clause=CLAUSE)} <= {frozenset(officers)} | {
        frozenset({o}) for o in officers
    }

    checked(people, here["A"], at("2026-04-10 10:00"))
    checked(people, here["B"], at("2026-04-30 17:00"))
    clock.tick(MAY)
    clock.tick(at("2026-05-01 00:01"))

    outcomes = dict(Deadline.objects.filter(clause=CLAUSE, due_at=MAY).values_list("subject_id", "outcome"))
    missed = Case.objects.get(procedure="house_check", fields__house=here["D"], opened_at=FIRST)
    assert sorted(outcomes.values()) == ["", "kept", "kept"]
    breach = Event.objects.get(kind="breach", clause=CLAUSE)
    assert (breach.subject_id, breach.at) == (missed.pk, MAY)
    assert set(breach.data["owes"]) <= officers, "an officer of the area answers for it"
    told = Notice.objects.filter(clause="property/vacant-house#6.4")
    assert {n.staff_id for n in told} == {people.lin_yue.pk}
    assert Occurrence.objects.filter(clause=CLAUSE, period="2026-05").exists(), "the next month is asked all the same"


def test_what_is_late_is_done_late_and_the_next_month_is_a_check_of_its_own(people: Cast) -> None:
    here = houses(people, A=UNSOLD)
    clock.tick(FIRST)
    late = checks()[here["A"]]
    clock.tick(at("2026-05-01 00:01"))

    did("check", late, people.li_na, at("2026-05-03 10:00"), **FOUND)

    assert Deadline.objects.get(subject_id=late.pk, clause=CLAUSE).outcome == "late"
    assert Case.objects.filter(procedure="house_check", fields__house=here["A"]).count() == 2


def test_a_storm_asks_for_every_vacant_house_at_once(people: Cast) -> None:
    here = houses(people, A=UNSOLD, B=UNDECORATED, C=LIVED_IN)
    when = at("2026-03-31 20:00")
    storm = Act(
        "open",
        Ref("case", "severe_weather", 0),
        people.lin_yue.pk,
        when,
        {"weather": "gale"},
        opening=Opening(people.units.yunqi.pk),
    )
    assert act(storm, now=when).allowed
    clock.tick(when)

    assert set(checks()) == {here["A"], here["B"]}
    assert {d.due_at for d in Deadline.objects.filter(clause="property/vacant-house#2.9")} == {at("2026-04-01 20:00")}


def test_what_share_of_the_vacant_houses_was_checked_is_counted_by_the_database(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a million houses none is read to be told whether it is vacant; that memory and database count the same, the scenarios hold."""
    here = houses(people, A=UNSOLD, B=UNSOLD, C=UNDECORATED, D=LIVED_IN)
    clock.tick(FIRST)
    checked(people, here["A"], at("2026-04-10 10:00"))
    checked(people, here["C"], at("2026-04-11 10:00"))
    law, now = law_at(MAY), at("2026-04-30 20:00")
    assert law is not None
    unit, other = people.units.yunqi.pk, people.units.company.pk
    monkeypatch.setattr(measures_sql, "rows_to_judge", lambda *_: pytest.fail("rows were read"))

    for name, share in (("vacant_checked", "66.67"), ("unsold_checked", "50.00"), ("unsold_entered", "50.00")):
        asked = [Question(name, "house_check", "unit", u, FIRST, MAY, now) for u in (unit, other)]
        found = measures_sql.answers(asked, law, law.calendars[law.calendar])
        assert [str(found[q]) for q in asked] == [share, "0"], name
