"""What must never be false the database itself refuses; and who sees which case, task and approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.db.utils import IntegrityError

from shouwen.base.models import Event, Notice
from shouwen.cases import loads as loads_of
from shouwen.cases.models import Approval, Case, CaseLink, Deadline, Enactment, Occurrence, Task
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff, Unit
from tests.cases.doing import did, opened
from tests.world import at, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")


def _copy(found: Any, **changes: Any) -> Any:
    for name, value in {"pk": None, "id": None, **changes}.items():
        setattr(found, name, value)
    return found


BROKEN: dict[str, Callable[[Case], Any]] = {
    "case_number": lambda c: _copy(Case.objects.get(pk=c.pk)),
    "case_has_procedure_and_number": lambda c: _copy(Case.objects.get(pk=c.pk), procedure="", number="X"),
    "case_fields_are_objects": lambda c: _copy(Case.objects.get(pk=c.pk), fields=[], number="X"),
    "case_pauses_are_a_list": lambda c: _copy(Case.objects.get(pk=c.pk), pauses={}, number="X"),
    "case_merged_has_ended": lambda c: _copy(Case.objects.get(pk=c.pk), merged_into_id=c.pk, number="X"),
    "deadline_one_running": lambda c: _copy(c.deadlines.get()),
    "deadline_ends_with_an_outcome": lambda c: _copy(c.deadlines.get(), row="2", outcome="kept"),
    "deadline_rests_on_a_clause": lambda c: _copy(c.deadlines.get(), clause=""),
    "deadline_case_is_subject": lambda c: _copy(c.deadlines.get(), row="2", subject_id=7),
    "task_ends_with_an_outcome": lambda c: _copy(c.tasks.get(), outcome="done"),
    "task_case_is_subject": lambda c: _copy(c.tasks.get(), subject_id=7),
    "caselink_of_two": lambda c: CaseLink(case=c, other=c, how="related", at=NINE, by_id=c.responsible_id),
    "enactment_has_a_digest": lambda _: Enactment(sources=b"", digest="x", effective_from=NINE, enacted_at=NINE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_must_never_be(people: Cast, name: str) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("hand_over", case, people.chen_jie, NINE, to=people.li_na.pk)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name](case).save(force_insert=True)


def test_a_case_cannot_be_its_own_parent(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    with pytest.raises(IntegrityError, match="case_not_its_own"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(parent=case.pk)


NAMED: dict[str, type[Model]] = {"unit_id": Unit, "responsible_id": Staff, "first_asked_id": Staff, "enactment_id": Enactment}


@pytest.mark.parametrize("column", NAMED)
def test_what_a_case_names_cannot_be_deleted(people: Cast, column: str) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    table = NAMED[column]._meta.db_table
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="named by cases"),
        transaction.atomic(),
    ):
        cursor.execute(f"delete from {table} where id = %s", [getattr(case, column)])  # noqa: S608  names of our own tables


def test_an_occurrence_is_unique_by_clause_and_period() -> None:
    row = {"clause": "a/b#1", "period": "2026-04", "population": "key", "at": NINE, "try_at": NINE}
    Occurrence.objects.create(**row)
    with pytest.raises(IntegrityError, match="occurrence_once"), transaction.atomic():
        Occurrence.objects.create(**row)


def test_an_approval_of_one_act_waits_once_for_each_clause(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    row = {
        "subject_kind": "case",
        "noun": "repair",
        "subject_id": case.pk,
        "case": case,
        "clause": "a/b#1",
        "request": 1,
        "act_name": "close",
    }
    Approval.objects.create(**row, act={}, chain=[[1]], asked_at=NINE)
    with pytest.raises(IntegrityError, match="approval_waits_once"), transaction.atomic():
        Approval.objects.create(**row, act={}, chain=[[1]], asked_at=NINE)
    with pytest.raises(IntegrityError, match="approval_decided_when"), transaction.atomic():
        Approval.objects.update(state="granted")


# ---- who sees what


def test_cases_are_seen_by_unit_by_person_and_by_task(people: Cast) -> None:
    case = opened("repair", people.su_min, NINE, people.units.hupan, urgency="normal")
    outsider = people.li_na  # of the other site

    def seen() -> bool:
        return case in Case.objects.visible_to(reader(outsider, NINE))

    assert case in Case.objects.visible_to(reader(people.su_min, NINE))
    assert case in Case.objects.visible_to(reader(people.zhao_jun, NINE))
    assert not seen()
    did("hand_over", case, people.su_min, NINE, to=outsider.pk)
    assert seen()
    did("decline", case, outsider, NINE)
    assert not seen()


def test_a_customer_comes_into_sight_with_the_case(people: Cast) -> None:
    customer = Customer.objects.create(number="KH1", name="王测试", unit=people.units.hupan, created_at=NINE, updated_at=NINE)
    case = opened("repair", people.su_min, NINE, people.units.hupan, urgency="normal")
    Case.objects.filter(pk=case.pk).update(customer=customer)
    assert customer not in Customer.objects.visible_to(reader(people.li_na, NINE))

    did("hand_over", case, people.su_min, NINE, to=people.li_na.pk)

    assert customer in Customer.objects.visible_to(reader(people.li_na, NINE))


def test_work_is_seen_with_its_case(people: Cast) -> None:
    case = opened("repair", people.su_min, NINE, people.units.hupan, urgency="urgent")
    did("hand_over", case, people.su_min, NINE, to=people.he_jing.pk)
    for person, sees in ((people.su_min, True), (people.li_na, False)):
        mine = reader(person, NINE)
        assert Deadline.objects.visible_to(mine).exists() is sees
        assert Task.objects.visible_to(mine).exists() is sees


def test_the_desk_orders_what_somebody_owes_by_what_falls_due(people: Cast) -> None:
    late = opened("repair", people.chen_jie, at("2026-03-02 09:30"), urgency="urgent")
    calm = opened("repair", people.chen_jie, NINE, urgency="normal")
    soon = opened("repair", people.chen_jie, NINE, urgency="urgent")
    opened("repair", people.su_min, NINE, urgency="urgent")

    all_seeing = reader(people.lin_yue, NINE)
    assert list(Case.objects.soonest_owed_by([people.chen_jie.pk], all_seeing, 9)) == [soon, late, calm]
    assert next(iter(Case.objects.soonest_owed_by([people.chen_jie.pk], all_seeing, 1))) == soon
    assert set(Case.objects.open().of("repair").ended()) == set()


def test_what_only_one_can_do_stands_before_what_several_may_take(people: Cast) -> None:
    shared, alone = (opened("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(2))
    for case in (shared, alone):
        did("hand_over", case, people.chen_jie, NINE, to=people.li_na.pk)
    Task.objects.open().filter(case=shared).update(who=[people.li_na.pk, people.chen_jie.pk], due_at=NINE)

    desk = Task.objects.desk(reader(people.li_na, NINE)).own_first()
    assert [task.case for task in desk] == [alone, shared]  # though the other falls due, and this one does not


def test_a_desk_holds_what_others_answer_for_and_one_has_promised(people: Cast) -> None:
    alone, shared = (opened("repair", people.su_min, NINE, people.units.hupan, urgency="urgent") for _ in range(2))
    owes = Deadline.objects.running().filter(owes=[people.su_min.pk])
    owes.filter(case=alone).update(owes=[people.he_jing.pk])
    owes.filter(case=shared).update(owes=[people.su_min.pk, people.he_jing.pk])

    all_seeing, other = reader(people.lin_yue, NINE), reader(people.chen_jie, NINE)
    assert set(Case.objects.soonest_owed_by([people.he_jing.pk], all_seeing, 9)) == {alone, shared}
    assert set(Case.objects.soonest_owed_by([people.su_min.pk, people.he_jing.pk], all_seeing, 9)) == {alone, shared}
    assert not Case.objects.visible_to(other).soonest_owed_by([people.he_jing.pk], other, 9).exists()
    assert {d.case for d in Deadline.objects.owed_by([people.he_jing.pk])} == {alone, shared}


def test_loads_are_counted_as_far_as_they_matter(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [opened("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(3)]
    Deadline.objects.filter(case=cases[0]).update(owes=[people.li_na.pk, people.chen_jie.pk])
    ids, sees, later = (people.chen_jie.pk, people.li_na.pk), reader(people.lin_yue, NINE), NINE + timedelta(days=1)
    monkeypatch.setattr(loads_of, "MANY", 2)

    found = loads_of.loads(ids, sees, now=later, soon=timedelta(hours=1))

    chen_jie, li_na = (found[pk] for pk in ids)
    assert (chen_jie.matters, chen_jie.late, li_na.matters, li_na.late) == (3, 3, 0, 1)  # of more than two, that there are more
    assert set(li_na.promises) == set(Deadline.objects.filter(case=cases[0]).values_list("pk", flat=True))
    before = loads_of.loads(ids, sees, now=NINE, soon=timedelta(days=1))
    assert (before[ids[1]].late, before[ids[1]].soon) == (0, 1)
    assert loads_of.loads(ids, reader(people.he_jing, NINE), now=later, soon=timedelta(hours=1))[ids[0]].matters == 0


def test_the_cases_of_a_clause_are_those_it_did_something_to(people: Cast) -> None:
    urgent = opened("repair", people.chen_jie, NINE, urgency="urgent")
    opened("repair", people.chen_jie, NINE, urgency="normal")
    clause = Deadline.objects.filter(case=urgent).order_by("pk")[0].clause
    kind = Event.objects.filter(case_id=urgent.pk, clause=clause)[0].kind

    assert list(Case.objects.told_by(clause)) == list(Case.objects.told_by(clause, kind)) == [urgent]
    assert not Case.objects.told_by(clause, "breach").exists()


def test_a_task_of_a_post_stands_on_the_desk_of_its_holders(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, people.units.yunqi, urgency="normal")
    Task.objects.create(
        subject_kind="case", noun="repair", subject_id=case.pk, case=case, name="x", title="x", post="service_officer",
        unit=people.units.yunqi, opened_at=NINE,
    )  # fmt: skip
    assert Task.objects.desk(reader(people.li_na, NINE)).exists()
    assert not Task.objects.desk(reader(people.he_jing, NINE)).exists()  # the same post at the other site


@pytest.mark.parametrize(
    ("index", "query"),
    [
        (
            "deadline_due",
            "select id from cases_deadline where stopped_at is null and breached_at is null and due_at <= now() order by due_at",
        ),
        ("case_open_of_staff", "select id from cases_case where closed_at is null and responsible_id = 5 order by next_due"),
        ("case_open_of_unit", "select id from cases_case where closed_at is null and unit_id = 5 order by next_due"),
        ("case_open_due", "select id from cases_case where closed_at is null order by next_due, id limit 9"),
        ("case_open_held", "select id from cases_case where closed_at is null and held order by next_due, id limit 9"),
        (
            "case_open_at_step",
            "select id from cases_case where closed_at is null and procedure = 'x' and step = 'y' order by next_due, id",
        ),
        ("case_ended_newest", "select id from cases_case where closed_at is not null order by opened_at desc, id desc limit 9"),
        (
            "case_of_procedure_newest",
            "select id from cases_case where procedure = 'x' order by opened_at desc, id desc limit 9",
        ),
        (
            "case_ended_of_procedure",
            "select id from cases_case where procedure = 'x' and closed_at is not null order by opened_at desc, id desc limit 9",
        ),
        (
            "case_of_clause",
            "select id from cases_case where opened_by_clause = 'x' and opened_by_clause <> '' order by opened_at desc, id desc limit 9",
        ),
        (
            "case_open_of_clause",
            "select id from cases_case where closed_at is null and opened_by_clause = 'x' and opened_by_clause <> '' order by next_due, id",
        ),
        (
            "deadline_of_round",
            "select case_id from cases_deadline where until = '{ends}' and row <> '' and clause = 'x' and due_at > now() order by due_at",
        ),
        (
            "deadline_round_missed",
            """select case_id from cases_deadline where until = '{ends}' and row <> '' and breached_at is not null and clause = 'x'
            order by made_at desc, case_id desc""",
        ),
        ("case_first_asked", "select id from cases_case where first_asked_id = 5 order by opened_at desc"),
        (
            "deadline_running_of_staff",
            "select id from cases_deadline where stopped_at is null and owes[1] = 5 order by due_at, id",
        ),
        ("case_about_record", "select id from cases_case where records && '{5}'::bigint[]"),
        ("task_open_of_staff", "select id from cases_task where done_at is null and who && '{5}'::bigint[]"),
        ("task_open_of_post", "select id from cases_task where done_at is null and post <> '' and post = 'x' and unit_id = 5"),
        (
            "case_of_customer",
            "select id from cases_case where customer_id is not null and customer_id = 5 order by opened_at desc",
        ),
    ],
)
def test_each_question_has_its_index(index: str, query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute(f"explain {query}")
        assert index in "\n".join(line for (line,) in cursor.fetchall())


def test_what_is_withheld_is_looked_up_and_not_looked_for(people: Cast) -> None:
    opened("repair", people.chen_jie, NINE, urgency="urgent")
    unread = Notice.objects.visible_to(reader(people.chen_jie, NINE)).unread(people.chen_jie.pk)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")  # of a handful of cases PostgreSQL would read all
        assert "case_withheld" in unread.explain()
