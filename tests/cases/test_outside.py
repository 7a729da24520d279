"""Facts from outside: told with their moment, read by the law when an act is judged, unknown when nobody told or it is too old."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event
from shouwen.base.sql import raw
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact_instead, law_at
from shouwen.cases.models import Case, OutsideFact
from shouwen.cases.outside import Told, ToldOtherwise, feeds, tell
from shouwen.cases.why import of_refusals
from shouwen.ops.cast import Cast
from shouwen.ops.doctor import _feeds
from shouwen.policy.ruling import Ruling
from tests.cases.doing import did, opened, wanted
from tests.cases.law import BEGINNING, sources
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db
FILE: Final = "demo/repair.yaml"
DRY: Final = """
  - {id: "90", zh: 不下雨才开工, for: repair, requires: {before: start, that: {rain: "no"}}}
  - {id: "91", zh: 派给离得近的, for: repair, upon: reply, assigns: {field: technician, from: repairer, prefer: [-away]}}
"""
NEAR: Final = "facts:\n  away: {zh: 多远, type: number, stale_after: 2h}\n"
WHO: Final = "fields:\n      technician: {zh: 维修人员, type: staff}\n      urgency"
TWO_HOURS: Final = timedelta(hours=2)


@pytest.fixture
def people() -> Cast:
    """The cast, under the little law with a gate that asks for the rain, and work given to whoever is nearest."""
    found, files = cast(NOW - timedelta(days=9)), sources("demo")
    text = files[FILE].replace("facts:\n", NEAR).replace("fields:\n      urgency", WHO).rstrip() + DRY
    enact_instead({**files, FILE: text}, effective_from=BEGINNING, now=BEGINNING)
    return found


@pytest.fixture
def boss(people: Cast) -> Reader:
    """Somebody with the right to write."""
    return reader(people.zhao_jun)


def at_the_door(people: Cast, now: datetime) -> Case:
    """A repair whose work could begin."""
    case = opened("repair", people.chen_jie, now, people.units.yunqi, urgency="normal")
    for name in ("assign", "arrive"):
        did(name, case, people.chen_jie, now)
    did("price", case, people.chen_jie, now, quote=0)
    case.refresh_from_db()
    return case


def begun(case: Case, people: Cast, now: datetime) -> Ruling:
    return act(wanted("start", case, people.chen_jie, now), now=now)


def rain(value: Any, as_of: datetime, kind: str = "", id_: int = 0) -> Told:
    return Told("rain", value, as_of, "气象台", kind, id_)


def test_a_stale_fact_is_unknown_and_refuses_until_a_fresh_one_is_told(people: Cast, boss: Reader) -> None:
    case = at_the_door(people, NOW)
    untold = begun(case, people, NOW)
    tell(rain("no", NOW - timedelta(hours=25)), by=boss, now=NOW)
    stale = begun(case, people, NOW)
    tell(rain("yes", NOW - timedelta(hours=23)), by=boss, now=NOW)
    wet = begun(case, people, NOW)
    tell(rain("no", NOW - timedelta(hours=1)), by=boss, now=NOW)
    fresh = begun(case, people, NOW)

    assert [[(r.clause, r.unknown) for r in ruling.refusals] for ruling in (untold, stale, wet)] == [
        [("demo/repair#90", ("rain",))], [("demo/repair#90", ("rain",))], [("demo/repair#90", ())],
    ]  # fmt: skip
    assert fresh.allowed
    reads = Event.objects.get(act="start", kind="act", subject_id=case.pk).data["reads"]
    assert reads["rain"] is False


def test_the_page_says_what_the_law_read_of_a_fact_and_which_is_wanted(people: Cast, boss: Reader) -> None:
    case = at_the_door(people, NOW)

    (why,) = of_refusals(case.ref, "start", people.chen_jie.pk, now=NOW)

    assert (why.clause, [(f.path.zh, f.value) for f in why.reasons.facts]) == ("demo/repair#90", [("下雨", None)])


def test_what_stands_nearer_counts_before_what_is_told_of_the_whole(people: Cast, boss: Reader) -> None:
    case = at_the_door(people, NOW)
    tell(rain("no", NOW - TWO_HOURS), by=boss, now=NOW)
    tell(rain("yes", NOW - TWO_HOURS, "unit", people.units.yunqi.pk), by=boss, now=NOW)
    assert begun(case, people, NOW).refused

    tell(rain("no", NOW - TWO_HOURS, "case", case.pk), by=boss, now=NOW)

    assert begun(case, people, NOW).allowed


def test_what_happened_before_is_judged_by_what_was_told_up_to_then(people: Cast, boss: Reader) -> None:
    case = at_the_door(people, NOW - timedelta(hours=3))
    tell(rain("yes", NOW - timedelta(hours=4)), by=boss, now=NOW)
    tell(rain("no", NOW - timedelta(hours=1)), by=boss, now=NOW)

    then = act(wanted("start", case, people.chen_jie, NOW - TWO_HOURS), now=NOW)

    assert [r.clause for r in then.refusals] == ["demo/repair#90"]


def test_candidates_are_ranked_by_what_was_told_of_each(people: Cast, boss: Reader) -> None:
    sun, other = people.sun_lei, people.qian_hao
    for person, value, old in ((sun, 9, TWO_HOURS / 2), (other, 3, TWO_HOURS)):  # the second at the very limit
        tell(Told("away", value, NOW - old, kind="staff", id=person.pk), by=boss, now=NOW)
    case = opened("repair", people.chen_jie, NOW, people.units.yunqi, urgency="normal")

    ruling = did("reply", case, people.chen_jie, NOW)

    assert ruling.proposals["technician"] == (other.pk, sun.pk)


def test_told_twice_it_is_one_and_told_otherwise_as_of_the_same_moment_it_is_refused(people: Cast, boss: Reader) -> None:
    for _ in range(2):
        tell(rain("no", NOW - TWO_HOURS), by=boss, now=NOW)

    with pytest.raises(ToldOtherwise), transaction.atomic():
        tell(rain("yes", NOW - TWO_HOURS), by=boss, now=NOW)

    assert OutsideFact.objects.count() == Event.objects.filter(act="tell").count() == 1


def test_what_was_told_is_never_changed(people: Cast, boss: Reader) -> None:
    tell(rain("no", NOW - TWO_HOURS), by=boss, now=NOW)

    for statement in (
        "update cases_outsidefact set value = 'true'",
        "delete from cases_outsidefact",
        "truncate cases_outsidefact",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            raw().execute(statement)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (rain("perhaps", NOW), "value"), (rain("", NOW), "value"), (rain("no", NOW + timedelta(hours=1)), "as_of"),
        (rain("no", NOW, "unit", 10**12), "about"), (rain("no", NOW, "unit"), "about"), (rain("no", NOW, "staff", 1), "about"),
        (Told("away", 3, NOW), "about"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said(boss: Reader, told: Told, field: str) -> None:
    with pytest.raises(FieldError) as wrong:
        tell(told, by=boss, now=NOW)
    assert [c.field for c in wrong.value.complaints] == [field]


def test_only_whoever_may_write_facts_tells_those_the_law_declares(people: Cast, boss: Reader) -> None:
    with pytest.raises(Forbidden):
        tell(rain("no", NOW), by=reader(people.sun_lei), now=NOW)
    with pytest.raises(NotFound):
        tell(Told("weather", "no", NOW), by=boss, now=NOW)


def test_a_feed_that_is_too_old_or_was_never_told_is_known(people: Cast, boss: Reader) -> None:
    law = law_at(NOW)
    assert law is not None
    tell(rain("no", NOW - timedelta(hours=23)), by=boss, now=NOW)

    (away, wet), (_, later) = (feeds(law, law.calendars["office"], at) for at in (NOW, NOW + TWO_HOURS))

    assert [(f.fact.id, f.of, f.stale) for f in (away, wet, later)] == [("away", 0, True), ("rain", 1, False), ("rain", 1, True)]


def test_a_fact_is_fresh_up_to_and_with_the_very_moment_of_its_limit(people: Cast, boss: Reader) -> None:
    tell(rain("no", NOW - timedelta(hours=24)), by=boss, now=NOW)
    law = law_at(NOW)
    assert law is not None
    case = at_the_door(people, NOW)
    a_second = timedelta(seconds=1)

    stale = [feeds(law, law.calendars["office"], at)[1].stale for at in (NOW, NOW + a_second)]

    assert stale == [False, True]
    assert begun(case, people, NOW + a_second).refused
    assert begun(case, people, NOW).allowed


def test_however_long_it_was_told_the_newest_of_each_is_found_and_counted_once(people: Cast, boss: Reader) -> None:
    for hours in (30, 2, 1):  # of the company and of two sites, again and again
        for kind, id_ in (("", 0), ("unit", people.units.yunqi.pk), ("unit", people.units.hupan.pk)):
            tell(rain("no", NOW - timedelta(hours=hours), kind, id_), by=boss, now=NOW)
    law = law_at(NOW)
    assert law is not None
    (told,) = [f for f in feeds(law, law.calendars["office"], NOW) if f.fact.id == "rain"]
    assert (told.of, told.newest) == (3, NOW - timedelta(hours=1))


def test_the_doctor_says_which_feeds_are_too_old(people: Cast, boss: Reader) -> None:
    now = timezone.now()
    tell(rain("no", now - timedelta(days=3)), by=boss, now=now)

    found = {f.zh.partition("”")[0]: f for f in _feeds()}

    assert {name: f.health.name for name, f in found.items()} == {"外来事实“下雨": "WARNING", "外来事实“多远": "WARNING"}
    assert "已过期" in found["外来事实“下雨"].zh
    assert "never told" in found["外来事实“多远"].en
