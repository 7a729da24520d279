"""The one verb: what it writes, what it refuses, what it never does twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from shouwen.base import attachments
from shouwen.base.errors import FieldError, KeyReused
from shouwen.base.late_transaction import LateTransaction
from shouwen.base.models import ActKey, Event, Notice
from shouwen.base.search import search
from shouwen.cases import acting
from shouwen.cases.acting import act, act_many
from shouwen.cases.living import Living
from shouwen.cases.models import Case, CaseLink, Deadline, Enactment, Task
from shouwen.cases.sitting import TooManyFollow
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Holding
from shouwen.worktime import parse_span
from tests.cases.doing import did, opened, opening, plainly, story, ticked, wanted
from tests.cases.files import PNG
from tests.cases.law import enacted
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")


def test_an_urgent_repair_is_numbered_owned_and_promised(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")

    assert (case.number, case.step, case.version) == ("BX20260302-0001", "received", 1)
    assert case.responsible_id == case.first_asked_id == people.chen_jie.pk
    assert case.unit_id == people.chen_jie.unit_id
    assert case.enactment == Enactment.objects.get()
    promise = case.deadlines.get()
    assert (promise.clause, promise.due_at, promise.owes) == ("demo/repair#2.1", at("2026-03-02 10:00"), [people.chen_jie.pk])
    assert case.next_due == promise.due_at
    assert story(case) == [("act", "open", ""), ("promise", "", "2.1")]


def test_an_answer_in_time_keeps_the_promise(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")

    did("reply", case, people.chen_jie, at("2026-03-02 09:59"))

    promise = case.deadlines.get()
    assert (promise.outcome, promise.stopped_at) == ("kept", at("2026-03-02 09:59"))
    case.refresh_from_db()
    assert (case.next_due, case.version) == (None, 2)


def test_a_late_answer_is_a_breach_with_all_that_follows_even_if_the_clock_slept(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")

    did("reply", case, people.chen_jie, at("2026-03-02 10:01"))

    assert story(case)[2:] == [
        ("breach", "", "2.1"),
        ("tell", "", "2.2"),
        ("entry", "", "2.3"),
        ("act", "reply", ""),
        ("late", "", "2.1"),
    ]
    assert Notice.objects.inbox(people.lin_yue.pk).get().clause == "demo/repair#2.2"


def test_a_refusal_is_a_ruling_and_changes_nothing(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    before = Event.objects.count()

    ruling = act(wanted("arrive", case, people.sun_lei, NINE), now=NINE)

    assert ruling.refused
    assert [r.code for r in ruling.refusals] == ["wrong_step"]
    assert Event.objects.count() == before
    case.refresh_from_db()
    assert case.version == 1


def test_single_and_bulk_leave_equal_events(people: Cast) -> None:
    acts = [opening("repair", people.chen_jie, NINE, urgency=u) for u in ("urgent", "normal", "urgent")]
    one_by_one = [act(a, now=NINE) for a in acts]
    together = act_many(acts, now=NINE)
    answers = [Act("reply", Ref("case", "repair", r.subject.id), people.chen_jie.pk, at("2026-03-02 10:30")) for r in one_by_one]
    for a in answers:
        act(a, now=at("2026-03-02 10:31"))
    act_many([replace(a, subject=r.subject) for a, r in zip(answers, together, strict=True)], now=at("2026-03-02 10:31"))

    for single, bulk in zip(one_by_one, together, strict=True):
        left = [plainly(e) for e in Event.objects.of_case(single.subject.id)]
        assert left == [plainly(e) for e in Event.objects.of_case(bulk.subject.id)]
        assert len(left) > 1


def test_a_refused_act_stops_no_other_of_its_batch(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    nobody = Act("reply", Ref("case", "repair", 7), people.chen_jie.pk, NINE)

    rulings = act_many(
        [wanted("finish", case, people.sun_lei, NINE), nobody, wanted("reply", case, people.chen_jie, NINE)], now=NINE
    )

    assert [r.outcome for r in rulings] == ["refused", "refused", "allowed"]
    assert rulings[1].refusals[0].code == "no_subject"


def test_acts_of_a_batch_see_what_those_before_them_did(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    walk: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"visit_at": at("2026-03-02 14:00")}),
        ("arrive", {}),
        ("price", {"quote": 0}),
        ("start", {}),
        ("finish", {}),
        ("confirm", {}),
    ]

    rulings = act_many([wanted(name, case, people.sun_lei, NINE, **fields) for name, fields in walk], now=NINE)

    assert [r.outcome for r in rulings] == ["allowed"] * 6
    case.refresh_from_db()
    assert (case.step, case.version) == ("confirmed", 2)  # one transaction, one version


def test_what_the_law_opens_hangs_on_its_cause(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    walk = ["assign", "arrive", "price", "start", "finish", "confirm"]
    fields: dict[str, dict[str, Any]] = {"assign": {"visit_at": at("2026-03-02 14:00")}, "price": {"quote": 0}}
    act_many([wanted(name, case, people.sun_lei, NINE, **fields.get(name, {})) for name in walk], now=NINE)

    call = Case.objects.get(procedure="call_back")

    assert call.parent == case
    assert call.opened_by_clause == "demo/repair#4.1"
    assert call.number.startswith("HF20260302-")
    assert call.deadlines.get().clause == "demo/repair#4.1"
    assert ("case", "", "4.1") in story(case)
    assert act(wanted("call", call, people.sun_lei, NINE), now=NINE).refusals[0].clause == "demo/repair#4.2"


def test_the_same_key_is_answered_twice_and_done_once(people: Cast) -> None:
    wish = replace(opening("repair", people.chen_jie, NINE, urgency="urgent"), key="k1")
    first = act(wish, now=NINE)
    again = act(replace(wish, at=NINE + timedelta(seconds=9)), now=NINE + timedelta(seconds=9))

    assert (again.outcome, again.subject, again.cites) == (first.outcome, first.subject, first.cites)
    assert Case.objects.count() == 1
    refused = replace(wanted("finish", Case.objects.get(), people.sun_lei, NINE), key="k2")
    once, twice = act(refused, now=NINE), act(refused, now=NINE)
    assert once.refusals == twice.refusals != ()


def test_the_same_key_for_something_else_is_an_error(people: Cast) -> None:
    act(replace(opening("repair", people.chen_jie, NINE, urgency="urgent"), key="k1"), now=NINE)

    with pytest.raises(KeyReused), transaction.atomic():
        act(replace(opening("repair", people.chen_jie, NINE, urgency="normal"), key="k1"), now=NINE)
    act(replace(opening("repair", people.su_min, NINE, urgency="normal"), key="k1"), now=NINE)  # another person's key
    assert Case.objects.count() == 2


def test_a_key_twice_in_one_batch_is_done_once(people: Cast) -> None:
    wish = replace(opening("repair", people.chen_jie, NINE, urgency="urgent"), key="k1")

    one, other = act_many([wish, wish], now=NINE)

    assert one.subject == other.subject
    assert (Case.objects.count(), ActKey.objects.count()) == (1, 1)


def test_evidence_is_noted_and_stands_until_what_it_covers_changes(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    did("assign", case, people.chen_jie, NINE, visit_at=at("2026-03-02 14:00"))
    did("arrive", case, people.sun_lei, NINE)
    priced = replace(wanted("price", case, people.sun_lei, NINE, quote=3000), evidence=(Evidence("consent", "customer", 0),))
    act(priced, now=NINE)

    assert act(wanted("start", case, people.sun_lei, NINE), now=NINE).refused  # the case has no customer who could consent
    did("price", case, people.sun_lei, NINE, quote=0)
    did("start", case, people.sun_lei, NINE)
    act_event = Event.objects.of_case(case.pk).filter(act="price").first()
    assert act_event is not None
    assert act_event.data["evidence"] == [["consent", "customer", 0, 0]]
    assert act_event.data["brought"] == {"quote": 3000}


def test_two_matters_can_be_linked_once_and_one_merged_into_the_other(people: Cast) -> None:
    one, other = (opened("repair", people.chen_jie, NINE, urgency="normal") for _ in range(2))
    for _ in range(2):
        did("link", one, people.chen_jie, NINE, other=other.pk)
    assert CaseLink.objects.filter(case=one, other=other, how="related").count() == 1

    did("merge", one, people.chen_jie, NINE, other=other.pk)

    one.refresh_from_db()
    assert (one.merged_into, one.closed_at) == (other, NINE)
    for nothing in (one.pk, 7):
        assert [r.code for r in act(wanted("link", one, people.chen_jie, NINE, other=nothing), now=NINE).refusals] == ["no_other"]


def test_a_hand_over_counts_when_it_is_accepted(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    did("hand_over", case, people.chen_jie, NINE, to=people.li_na.pk, reason="换班")
    task = Task.objects.open().get()
    case.refresh_from_db()
    assert (case.responsible, task.who, task.name) == (people.chen_jie, [people.li_na.pk], "hand_over")

    did("take_over", case, people.li_na, NINE)

    case.refresh_from_db()
    task.refresh_from_db()
    assert (case.responsible, case.first_asked) == (people.li_na, people.chen_jie)
    assert (task.outcome, task.done_by) == ("done", people.li_na.pk)
    assert case in Case.objects.visible_to(reader(people.li_na, NINE))


def test_a_closed_case_can_be_reopened_and_only_then_worked_on(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    walk = ["assign", "arrive", "price", "start", "finish", "confirm", "close"]
    fields: dict[str, dict[str, Any]] = {"assign": {"visit_at": at("2026-03-02 14:00")}, "price": {"quote": 0}}
    act_many([wanted(name, case, people.sun_lei, NINE, **fields.get(name, {})) for name in walk], now=NINE)
    case.refresh_from_db()
    assert case.closed_at == NINE
    assert act(wanted("reply", case, people.sun_lei, NINE), now=NINE).refusals[0].code == "closed"

    did("reopen", case, people.sun_lei, NINE, reason="又漏了")

    reopened = Case.objects.get(pk=case.pk)
    assert reopened.closed_at is None
    assert reopened.step == "received"


def test_a_case_is_found_by_its_number_as_soon_as_it_is_there(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    assert [h.id for h in search("0302-0001", reader(people.chen_jie, NINE)).hits] == [case.pk]
    assert search("0302-0001", reader(people.he_jing, NINE)).hits == ()


def test_before_any_law_was_enacted_nothing_can_be_done() -> None:
    people = cast(NINE)
    ruling = act(opening("repair", people.chen_jie, NINE), now=NINE)
    assert [r.code for r in ruling.refusals] == ["no_law"]


def test_acts_without_end_are_an_error_and_leave_nothing(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shouwen.cases.sitting.MOST_FOLLOWING", 0)
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    walk = ["assign", "arrive", "price", "start", "finish", "confirm"]
    fields: dict[str, dict[str, Any]] = {"assign": {"visit_at": at("2026-03-02 14:00")}, "price": {"quote": 0}}

    with pytest.raises(TooManyFollow), transaction.atomic():
        act_many([wanted(name, case, people.sun_lei, NINE, **fields.get(name, {})) for name in walk], now=NINE)

    case.refresh_from_db()
    assert case.step == "received"


def test_what_should_follow_and_may_not_is_journalled_and_told() -> None:
    people = cast(NINE)
    enacted("works")
    case = opened("refund", people.sun_lei, NINE, cause="多收", urgent=False)
    did("check", case, people.chen_jie, NINE, amount=60_000)
    _appoint(people)
    asked = ticked(wanted("pay", case, people.chen_jie, NINE), "works/loan#4.name", "works/loan#4.bank")
    assert act(asked, now=NINE).outcome == "waiting"
    for approver in (people.feng_xue, people.zhao_jun):
        if approver is people.zhao_jun:
            did("hold", case, people.chen_jie, NINE, reason="等账")
        ruling = act(Act("approve", case.ref, approver.pk, NINE, row=str(case.approvals.get().pk)), now=NINE)
        assert ruling.allowed, ruling.text()

    assert story(case)[-1][0] == "refused_follow_up"
    told = Notice.objects.filter(topic="refused_follow_up").get()
    assert told.staff_id == people.sun_lei.pk
    assert "已挂起" in told.text


def _appoint(people: Cast) -> None:
    Holding.objects.create(staff=people.feng_xue, post="accountant", since=at("2020-01-01 00:00"))
    Holding.objects.create(staff=people.zhao_jun, post="manager", since=at("2020-01-01 00:00"))


def test_every_effect_that_rests_on_a_clause_is_an_event_citing_it(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("reply", case, people.chen_jie, at("2026-03-02 10:01"))

    events = list(Event.objects.of_case(case.pk).exclude(kind="act"))
    assert {e.kind for e in events} == {"promise", "breach", "late", "tell", "entry"}
    assert all(e.clause and e.case_id == case.pk for e in events)
    breach = next(e for e in events if e.kind == "breach")
    late = next(e for e in events if e.kind == "late")
    assert (breach.actor_id, late.actor_id) == (0, people.chen_jie.pk)  # time breaks a promise, a person is late with it
    assert (breach.at, breach.clause_since) == (at("2026-03-02 10:00"), at("2025-07-01 00:00").date())


def test_a_create_takes_few_statements_and_a_batch_no_more(people: Cast) -> None:
    opened("repair", people.chen_jie, NINE, urgency="urgent")
    with CaptureQueriesContext(connection) as one:
        act(opening("repair", people.chen_jie, NINE, urgency="urgent"), now=NINE)
    with CaptureQueriesContext(connection) as many:
        act_many([opening("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(50)], now=NINE)
    assert len(one) <= 8
    assert len(many) <= len(one) + 2  # ids and numbers come in blocks


def test_everything_is_done_with_the_rights_of_the_application(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    with connection.cursor() as cursor:
        cursor.execute("select current_user::text, (select rolsuper from pg_roles where rolname = current_user)")
        assert cursor.fetchone() == ("shouwen_app", False)
    assert Deadline.objects.running().of(case.ref).exists()


def test_collisions_are_tried_again_and_other_troubles_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    met, gone = OperationalError("x"), OperationalError("y")
    met.__cause__ = psycopg.errors.DeadlockDetected()
    gone.__cause__ = psycopg.errors.AdminShutdown()
    assert acting.is_collision(met)
    assert not acting.is_collision(gone)


def test_inside_a_transaction_the_caller_begins_again(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hear, tried = acting._hear, []

    def meeting(acts: Sequence[Act], now: datetime, kept: dict[int, Living], late: LateTransaction) -> list[Ruling]:
        tried.append(1)
        if len(tried) < 3:
            met = OperationalError("x")
            met.__cause__ = psycopg.errors.DeadlockDetected()
            raise met
        return hear(acts, now, kept, late)

    monkeypatch.setattr(acting, "_hear", meeting)
    with pytest.raises(OperationalError):  # inside a transaction of the caller it is the caller's to begin again
        act(opening("repair", people.chen_jie, NINE, urgency="normal"), now=NINE)
    assert tried == [1]


def test_files_that_come_with_an_act_hang_on_its_case(people: Cast, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    photo = attachments.store([PNG], "漏水.png", by=people.sun_lei.pk, now=NINE)
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    shown = replace(wanted("note", case, people.sun_lei, NINE, text="已拍照"), evidence=(Evidence("photo", attachment=photo.pk),))

    act(shown, now=NINE)

    photo.refresh_from_db()
    assert (photo.case_id, photo.subject_id) == (case.pk, case.pk)
    with pytest.raises(FieldError), transaction.atomic():
        act(shown, now=NINE)  # it is used already
    assert story(case)[-1] == ("act", "note", "")


def test_an_opening_may_name_who_was_asked_first(people: Cast) -> None:
    wish = replace(
        opening("repair", people.chen_jie, NINE, urgency="normal"),
        opening=Opening(people.units.yunqi.pk, first_asked=people.li_na.pk),
    )
    case = Case.objects.get(pk=act(wish, now=NINE).subject.id)
    assert case.first_asked == people.li_na


def test_what_is_counted_in_a_batch_counts_the_acts_before_it(people: Cast) -> None:
    enacted("works")
    cases = [opened("refund", people.sun_lei, NINE) for _ in range(4)]
    wishes = [wanted("extend", c, people.sun_lei, NINE, span=parse_span("1wd")) for c in cases]

    outcomes = [r.outcome for r in act_many(wishes, now=NINE)]

    assert outcomes == ["allowed", "allowed", "refused", "refused"]  # clause 2.1: two a day for each person
