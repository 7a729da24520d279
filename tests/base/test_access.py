"""The gate: who may see which rows and do which verbs. Mostly about what must not be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet

from shouwen.base import access
from shouwen.base.access import NOBODY, Reader, Rights, VisibleQuerySet, demand, reader_of, register_sight
from shouwen.base.errors import Forbidden
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.models import Attachment, Event, Notice
from shouwen.base.outbox import NoticeRow, write_notices
from shouwen.base.reveal import export, reveal
from shouwen.policy.act import Ref
from shouwen.policy.org import Absence, Holding, Org, StaffFact, UnitFact
from shouwen.staff import models as staff_models
from tests.world import NOW

TOP, SITE, OTHER, BLOCK = 1, 2, 3, 4
BOSS, CLERK, DEPUTY, STRANGER, GUEST = 11, 12, 13, 14, 15


def org(*absences: Absence) -> Org:
    units = {
        u.id: u
        for u in (UnitFact(TOP, "总部"), UnitFact(SITE, "甲", TOP), UnitFact(OTHER, "乙", TOP), UnitFact(BLOCK, "甲一", SITE))
    }
    people = {n: StaffFact(n, f"员工{n}", TOP) for n in (BOSS, CLERK, DEPUTY, STRANGER, GUEST)}
    since = NOW - timedelta(days=100)
    held = (
        Holding(BOSS, "general_manager", TOP, since),
        Holding(CLERK, "service_officer", SITE, since),
        Holding(DEPUTY, "service_officer", OTHER, since),
        Holding(STRANGER, "service_officer", SITE, since, NOW - timedelta(days=1)),
    )
    return Org(units, people, held, absences)


def may(staff: int, at: datetime = NOW, *absences: Absence) -> Reader:
    return reader_of(org(*absences), staff, at)


def test_a_post_in_a_unit_shows_the_unit_and_those_below_it() -> None:
    assert may(CLERK).units == frozenset({SITE, BLOCK})


def test_a_post_at_the_top_or_for_no_unit_shows_everything() -> None:
    assert may(BOSS).everywhere
    everywhere = Org({SITE: UnitFact(SITE, "甲", TOP)}, {CLERK: StaffFact(CLERK, "")}, (Holding(CLERK, "archivist"),))
    assert reader_of(everywhere, CLERK, NOW).everywhere


def test_a_post_shows_nothing_after_it_ended_nor_before_it_began() -> None:
    assert may(STRANGER).units == frozenset()
    assert may(STRANGER, NOW - timedelta(days=2)).units == frozenset({SITE, BLOCK})
    assert may(CLERK, NOW - timedelta(days=101)).units == frozenset()


def test_who_is_not_in_the_organisation_sees_nothing() -> None:
    assert may(99) == NOBODY
    assert may(0) == NOBODY
    assert not NOBODY.may("see", "case")


def test_a_post_that_may_not_see_opens_no_unit() -> None:
    closed = Rights({"service_officer": ["reveal:customer"]}, {})
    reader = reader_of(org(), CLERK, NOW, closed)
    assert reader.units == frozenset()
    assert not reader.may("see")


def test_heads_see_their_unit() -> None:
    units = {SITE: UnitFact(SITE, "甲", TOP, head=GUEST), BLOCK: UnitFact(BLOCK, "甲一", SITE)}
    assert reader_of(Org(units, {GUEST: StaffFact(GUEST, "")}), GUEST, NOW).units == frozenset({SITE, BLOCK})


def test_a_deputy_acts_for_the_absent_and_only_while_they_are_away() -> None:
    away = Absence(CLERK, NOW - timedelta(days=1), NOW + timedelta(days=1), DEPUTY)
    assert may(DEPUTY, NOW, away).people == {DEPUTY, CLERK}
    assert may(DEPUTY, NOW + timedelta(days=1), away).people == {DEPUTY}
    assert may(DEPUTY, NOW, away).units == frozenset({OTHER, SITE, BLOCK}), "the work is there: its houses and customers, too"
    assert may(DEPUTY, NOW + timedelta(days=1), away).units == frozenset({OTHER})


def test_a_deputy_takes_the_work_of_the_post_and_gets_neither_its_verbs_nor_its_clearance() -> None:
    away = Absence(BOSS, NOW - timedelta(days=1), NOW + timedelta(days=1), DEPUTY)
    deputy = may(DEPUTY, NOW, away)

    assert deputy.everywhere
    assert deputy.posts == {"service_officer"}
    assert deputy.takes == {"service_officer", "general_manager"}
    assert (deputy.clearance, deputy.grants) == (may(DEPUTY).clearance, may(DEPUTY).grants)
    assert may(DEPUTY).takes == {"service_officer"}


def test_whoever_stands_in_for_somebody_who_reads_nothing_reads_nothing_more() -> None:
    away = Absence(GUEST, NOW - timedelta(days=1), NOW + timedelta(days=1), DEPUTY)
    company = org(away)
    company = replace(company, holdings=(*company.holdings, Holding(GUEST, "system_admin", TOP)))

    assert reader_of(company, DEPUTY, NOW).units == frozenset({OTHER})
    assert reader_of(company, DEPUTY, NOW).takes == {"service_officer"}


def test_verbs_come_from_posts_and_the_company_may_set_others() -> None:
    assert may(CLERK).may("reveal", "customer")
    assert not may(CLERK).may("reveal", "case")
    assert not may(CLERK).may("export", "customer")
    assert may(BOSS).may("administer", "law")
    assert not may(BOSS).may("administer", "staff")
    ours = reader_of(org(), CLERK, NOW, Rights({"service_officer": ["see", "export"]}, {"service_officer": 1}))
    assert ours.may("export", "customer")
    assert not ours.may("reveal", "customer")
    assert (ours.clearance, may(CLERK).clearance, may(BOSS).clearance) == (1, 0, 3)


def test_an_unknown_post_may_see_and_nothing_else() -> None:
    guard = Org({SITE: UnitFact(SITE, "甲", TOP)}, {GUEST: StaffFact(GUEST, "")}, (Holding(GUEST, "guard", SITE),))
    reader = reader_of(guard, GUEST, NOW)
    assert [v for v in access.VERBS if reader.may(v, "case")] == ["see"]


def test_an_unknown_verb_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown verb"):
        may(BOSS).may("look")


# ---- rows ----------------------------------------------------------------------------------------------------------------


class Holdings(VisibleQuerySet[staff_models.Holding]):
    """Holdings seen as cases would be: by unit, or by person."""

    unit_field = "unit_id"
    own_fields = ("staff_id",)


class Unnamed(VisibleQuerySet[staff_models.Holding]):
    """Somebody forgot to say by what it is seen."""


@pytest.fixture
def rows() -> dict[str, int]:
    """One holding in each unit, the last of somebody in no unit; the ids of units and people by name."""
    top = staff_models.Unit.objects.create(name="总部", kind="company")
    site = staff_models.Unit.objects.create(name="甲", parent=top)
    other = staff_models.Unit.objects.create(name="乙", parent=top)
    people = [staff_models.Staff.objects.create(username=f"u{n}", name=f"员工{n}") for n in range(3)]
    for person, unit in ((people[0], site), (people[1], other), (people[2], None)):
        staff_models.Holding.objects.create(staff=person, post="guard", unit=unit, since=NOW)
    return {"site": site.pk, "other": other.pk, **{p.username: p.pk for p in people}}


@pytest.mark.django_db
def test_rows_are_seen_by_unit_or_by_person(rows: dict[str, int]) -> None:
    def seen(**given: object) -> set[int]:
        reader = Reader(**{"staff": 999, "people": frozenset({999}), **given})  # type: ignore[arg-type]  # keywords of a test's own
        return {h.staff_id for h in Holdings(staff_models.Holding).visible_to(reader)}

    first, second, third = rows["u0"], rows["u1"], rows["u2"]
    assert seen(units=frozenset({rows["site"]})) == {first}
    assert seen(units=frozenset({rows["site"]}), people=frozenset({999, second})) == {first, second}
    assert seen(people=frozenset({third})) == {third}
    assert seen(units=None) == {first, second, third}
    assert seen() == set()


@pytest.mark.django_db
def test_nobody_sees_no_row_even_with_everything_open(rows: dict[str, int]) -> None:
    assert not Holdings(staff_models.Holding).visible_to(NOBODY).exists()
    assert not Holdings(staff_models.Holding).visible_to(Reader(units=None)).exists()


@pytest.mark.django_db
def test_a_queryset_that_does_not_say_by_what_shows_nothing(rows: dict[str, int]) -> None:
    everything = Reader(staff=rows["u0"], units=None, people=frozenset({rows["u0"]}))
    assert not Unnamed(staff_models.Holding).visible_to(everything).exists()


@pytest.mark.django_db
def test_a_level_above_the_clearance_hides_a_row_from_whoever(rows: dict[str, int]) -> None:
    class Secret(Holdings):
        level_field = "unit_id"  # any number serves as a level

    reader = Reader(staff=rows["u0"], units=None, people=frozenset({rows["u0"]}), clearance=rows["site"])
    assert {h.unit_id for h in Secret(staff_models.Holding).visible_to(reader)} == {rows["site"]}


# ---- what hangs on other things ------------------------------------------------------------------------------------------


@pytest.fixture
def sights(rows: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Holdings stand in for cases, units for customers; both seen through the gate."""
    monkeypatch.setattr(access, "_SIGHTS", {})

    def cases(reader: Reader) -> QuerySet[staff_models.Holding]:
        return Holdings(staff_models.Holding).visible_to(reader)

    def customers(reader: Reader) -> QuerySet[staff_models.Unit]:
        return staff_models.Unit.objects.filter(pk__in=reader.units or ())

    register_sight("case", cases)
    register_sight("customer", customers)
    register_sight("case", cases)
    with pytest.raises(ValueError, match="already"):
        register_sight("case", customers)
    ids = {h.staff_id: h.pk for h in staff_models.Holding.objects.all()}
    return {**rows, "seen": ids[rows["u0"]], "hidden": ids[rows["u1"]]}


def event(case: int, subject: Ref | None = None, actor: int = 0) -> EventRow:
    about = subject or Ref("case", "repair", case)
    return EventRow(subject=about, kind=ACT, act="note", actor=actor, at=NOW, entered_at=NOW, case=case)


@pytest.mark.django_db
def test_events_are_seen_with_their_case_or_their_subject(sights: dict[str, int]) -> None:
    me = Reader(staff=999, units=frozenset({sights["site"]}), people=frozenset({999}))
    write_events(
        [
            event(sights["seen"]),
            event(sights["hidden"]),
            event(sights["hidden"], actor=999),
            event(0, Ref("customer", "customer", sights["site"])),
            event(0, Ref("customer", "customer", sights["other"])),
            event(0, Ref("record", "house", sights["site"])),
            event(sights["hidden"], Ref("customer", "customer", sights["site"])),
        ]
    )
    seen = [(e.case_id, e.subject_kind, e.subject_id, e.actor_id) for e in Event.objects.visible_to(me).order_by("seq")]
    assert seen == [
        (sights["seen"], "case", sights["seen"], 0),
        (sights["hidden"], "case", sights["hidden"], 999),
        (None, "customer", sights["site"], 0),
    ]
    assert not Event.objects.visible_to(NOBODY).exists()


@pytest.mark.django_db
def test_attachments_are_seen_by_who_sent_them_until_they_hang_on_something(sights: dict[str, int]) -> None:
    me = Reader(staff=999, units=frozenset({sights["site"]}), people=frozenset({999}))

    def attachment(name: str, by: int, **where: object) -> None:
        given = {"sha256": "0" * 64, "size": 1, "media_type": "image/png", "uploaded_by": by, "at": NOW, "name": name, **where}
        Attachment.objects.create(**given)

    attachment("mine, loose", 999)
    attachment("another's, loose", 998)
    attachment("mine, on a case I do not see", 999, case_id=sights["hidden"])
    attachment("another's, on a case I see", 998, case_id=sights["seen"])
    attachment("on a customer I see", 998, subject_kind="customer", subject_id=sights["site"])
    attachment("on a customer I do not see", 998, subject_kind="customer", subject_id=sights["other"])
    attachment("the clock's, loose", 0)
    seen = {a.name for a in Attachment.objects.visible_to(me)}
    assert seen == {"mine, loose", "another's, on a case I see", "on a customer I see"}
    assert not Attachment.objects.visible_to(NOBODY).exists()


@pytest.mark.django_db
def test_notices_are_seen_by_whom_they_tell_and_customers_ones_with_the_case(sights: dict[str, int]) -> None:
    me = Reader(staff=999, units=frozenset({sights["site"]}), people=frozenset({999, 997}))
    write_notices(
        NoticeRow(topic="task", key=str(n), at=NOW, staff=staff, customer=customer, case=case)
        for n, (staff, customer, case) in enumerate(
            [(999, 0, 0), (997, 0, 0), (998, 0, sights["seen"]), (0, 5, sights["seen"]), (0, 5, sights["hidden"])]
        )
    )
    assert [n.key for n in Notice.objects.visible_to(me).order_by("key")] == ["0", "1", "3"]


# ---- uncovering ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_uncovering_is_an_event_without_the_data() -> None:
    reveal(may(CLERK), Ref("customer", "customer", 77), ["phone", "address"], now=NOW, case=5)
    found = Event.objects.get()
    assert (found.kind, found.act, found.actor_id, found.subject_id, found.case_id) == (ACT, "reveal", CLERK, 77, 5)
    assert found.data == {"fields": ["address", "phone"]}


@pytest.mark.django_db
def test_who_may_not_uncover_leaves_no_event_and_learns_what_to_do() -> None:
    with pytest.raises(Forbidden) as refused:
        reveal(may(GUEST), Ref("customer", "customer", 77), ["phone"], now=NOW)
    assert "系统管理员" in refused.value.text("zh")
    with pytest.raises(Forbidden):
        export(may(CLERK), "customer", kind="customer", now=NOW, what={"rows": 5})
    with pytest.raises(Forbidden):
        demand(NOBODY, "import")
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_export_is_an_event() -> None:
    export(may(BOSS), "repair", kind="case", now=NOW, what={"rows": 5})
    assert Event.objects.get().data == {"rows": 5}
