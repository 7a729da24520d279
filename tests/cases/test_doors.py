"""What doors use: reading wishes, what may be done and why not, why something falls due, what may be the same matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.errors import FieldError, NotFound
from shouwen.cases import draft, explain, intake, options
from shouwen.cases.acting import act
from shouwen.cases.draft import Start, Wish
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ops.cast import Cast
from shouwen.policy.act import Evidence
from shouwen.staff.models import Holding
from tests.cases.doing import did, opened, wanted
from tests.cases.law import enacted
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")


def wrong(caught: pytest.ExceptionInfo[FieldError]) -> dict[str, str]:
    """Which fields are wrong, in English."""
    return {c.field: c.en for c in caught.value.complaints}


# ---- draft


def test_a_wish_becomes_an_act_with_typed_values(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    wish = Wish(act="assign", fields={"visit_at": "2026-03-02 14:00"}, key="k", ticks=["x"])

    made = draft.act_on(case, wish, reader(people.chen_jie, NINE), now=NINE)

    assert (made.subject, made.by, made.at, made.key) == (case.ref, people.chen_jie.pk, NINE, "k")
    assert made.fields == {"visit_at": at("2026-03-02 14:00")}


def test_what_does_not_fit_is_said_field_by_field(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    fields = {"visit_at": "tomorrow", "colour": "red", "parts": [{"name": "龙头", "price": "x"}], "charged": "3"}
    with pytest.raises(FieldError) as caught:
        draft.act_on(case, Wish(act="assign", fields=fields), reader(people.chen_jie, NINE), now=NINE)
    assert set(wrong(caught)) == {"visit_at", "colour", "parts.1.price", "charged"}

    with pytest.raises(FieldError) as caught:
        draft.act_on(case, Wish(act="paint"), reader(people.chen_jie, NINE), now=NINE)
    assert set(wrong(caught)) == {"act"}


def test_what_has_not_happened_yet_cannot_be_entered(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    wish = Wish(act="reply", at=NINE + timedelta(hours=1))
    with pytest.raises(FieldError) as caught:
        draft.act_on(case, wish, reader(people.chen_jie, NINE), now=NINE)
    assert set(wrong(caught)) == {"at"}
    assert draft.act_on(case, replace(wish, at=NINE - timedelta(hours=1)), reader(people.chen_jie, NINE), now=NINE).at < NINE


def test_ids_that_lead_nowhere_or_out_of_sight_are_said_alike(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    elsewhere = opened("repair", people.su_min, NINE, people.units.hupan, urgency="normal")
    me = reader(people.li_na, NINE)
    assert elsewhere not in Case.objects.visible_to(me)
    for other in (elsewhere.pk, 7):
        with pytest.raises(FieldError) as caught:
            draft.act_on(case, Wish(act="link", fields={"other": other}), me, now=NINE)
        assert wrong(caught) == {"other": "there is no such one"}
    with pytest.raises(FieldError):
        draft.act_on(case, Wish(act="hand_over", fields={"to": 7}), me, now=NINE)


def test_a_new_case_belongs_to_the_unit_of_its_customer_and_to_who_was_asked_first(people: Cast) -> None:
    customer = _customer(people)
    wish = Wish(act="open", fields={"urgency": "urgent"})

    made = draft.open_case("repair", wish, Start(customer=customer.pk), reader(people.chen_jie, NINE), now=NINE)

    assert made.opening is not None
    assert (made.opening.unit, made.opening.customer, made.opening.first_asked) == (
        people.units.yunqi.pk,
        customer.pk,
        people.chen_jie.pk,
    )
    assert made.subject.id == 0
    case = Case.objects.get(pk=act(made, now=NINE).subject.id)
    assert case.customer == customer
    with pytest.raises(FieldError):
        draft.open_case("repair", wish, Start(customer=7), reader(people.chen_jie, NINE), now=NINE)
    with pytest.raises(FieldError):
        draft.open_case("painting", wish, Start(), reader(people.chen_jie, NINE), now=NINE)


def test_the_customers_evidence_need_not_name_the_customer(people: Cast) -> None:
    customer = _customer(people)
    case = _case_of(people, customer)
    wish = Wish(act="price", fields={"quote": "30"}, evidence=[Evidence("consent", "customer")])

    made = draft.act_on(case, wish, reader(people.sun_lei, NINE), now=NINE)

    assert made.evidence == (Evidence("consent", "customer", customer.pk),)
    with pytest.raises(FieldError):
        draft.act_on(case, replace(wish, evidence=[Evidence("rumour")]), reader(people.sun_lei, NINE), now=NINE)


def test_without_a_law_there_is_nothing_to_draft() -> None:
    people = cast(NINE)
    with pytest.raises((FieldError, NotFound)):
        draft.open_case("repair", Wish(act="open"), Start(), reader(people.chen_jie, NINE), now=NINE)


def _customer(people: Cast) -> Customer:
    (key,) = create_customers([NewCustomer(unit=people.units.yunqi.pk, name="王测试")], by=people.chen_jie.pk, at=NINE, now=NINE)
    return Customer.objects.get(pk=key)


def _case_of(people: Cast, customer: Customer) -> Case:
    wish = Wish(act="open", fields={"urgency": "normal"})
    made = draft.open_case("repair", wish, Start(customer=customer.pk), reader(people.chen_jie, NINE), now=NINE)
    case = Case.objects.get(pk=act(made, now=NINE).subject.id)
    did("assign", case, people.chen_jie, NINE, visit_at=at("2026-03-02 14:00"))
    did("arrive", case, people.sun_lei, NINE)
    return case


# ---- options


def test_only_acts_of_the_present_step_are_offered(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    found = {o.act: o for o in options.options(case.ref, people.chen_jie.pk, now=NINE)}

    assert {"reply", "assign", "note", "hold", "hand_over"} <= set(found)
    assert not {"arrive", "close", "open"} & set(found)
    assert found["assign"].open
    assert [f.id for f in found["assign"].fields] == ["visit_at"]


def test_a_disabled_act_says_which_clause_forbids_it_and_to_whom(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    for name, fields in (
        ("assign", {"visit_at": at("2026-03-02 14:00")}),
        ("arrive", {}),
        ("price", {"quote": 0}),
        ("start", {}),
        ("finish", {}),
        ("confirm", {}),
    ):
        did(name, case, people.sun_lei, NINE, **fields)
    call = Case.objects.get(procedure="call_back")

    mine = {o.act: o for o in options.options(call.ref, people.sun_lei.pk, now=NINE)}["call"]
    theirs = {o.act: o for o in options.options(call.ref, people.li_na.pk, now=NINE)}["call"]

    assert not mine.open
    assert [r.clause for r in mine.refusals] == ["demo/repair#4.2"]
    assert mine.why() == "经手维修的人不得回访。请由其他人办理"
    assert theirs.open


def test_what_a_gate_wants_is_asked_on_the_page_of_the_act(people: Cast) -> None:
    customer = _customer(people)
    case = _case_of(people, customer)
    did("price", case, people.sun_lei, NINE, quote=3000)

    start = options.option(case.ref, "start", people.sun_lei.pk, now=NINE)

    assert start is not None
    assert start.open
    assert [(p.kind, p.party, p.people) for p in start.proofs] == [("consent", "customer", (customer.pk,))]
    given = act(
        replace(wanted("start", case, people.sun_lei, NINE), evidence=(Evidence("consent", "customer", customer.pk),)), now=NINE
    )
    assert given.allowed


def test_ticks_and_approvals_are_announced() -> None:
    people = cast(NINE)
    enacted("works")
    for post, person in (("accountant", people.feng_xue), ("manager", people.zhao_jun)):
        Holding.objects.create(staff=person, post=post, since=at("2020-01-01 00:00"))
    case = opened("refund", people.sun_lei, NINE, urgent=False)
    did("check", case, people.chen_jie, NINE, amount=60_000)

    pay = options.option(case.ref, "pay", people.chen_jie.pk, now=NINE)

    assert pay is not None
    assert (pay.open, pay.waits) == (True, True)
    assert [t.zh for t in pay.ticks] == ["户名相符", "开户行相符"]


def test_opening_asks_for_what_belongs_to_the_beginning(people: Cast) -> None:
    found = options.opening("repair", people.chen_jie.pk, now=NINE)
    assert found is not None
    assert found.open
    assert [f.id for f in found.fields] == ["urgency"]
    assert options.opening("painting", people.chen_jie.pk, now=NINE) is None


def test_asking_what_may_be_done_writes_nothing_and_asks_little(people: Cast) -> None:
    case = _case_of(people, _customer(people))
    with CaptureQueriesContext(connection) as asked:
        options.options(case.ref, people.sun_lei.pk, now=NINE)
    assert len(asked) <= 6
    assert not [q for q in asked.captured_queries if q["sql"].lstrip().lower().startswith(("insert", "update", "delete"))]
    assert not [q for q in asked.captured_queries if "for no key update" in q["sql"]]


# ---- explain


def test_a_promise_says_by_which_clause_and_how_its_moment_was_counted(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("hold", case, people.chen_jie, at("2026-03-02 09:20"), reason="等客户")
    did("resume", case, people.chen_jie, at("2026-03-02 09:50"))

    (found,) = explain.running(case.ref, now=at("2026-03-02 09:55"))

    assert (found.clause, found.zh, found.due_at) == ("demo/repair#2.1", "紧急报修须在规定时间内回复客户", at("2026-03-02 10:30"))
    assert found.why_zh.startswith("自2026年3月2日")
    assert "暂停1次" in found.why_zh
    assert found.why_en.startswith("1 hour from")


# ---- intake


def test_an_open_case_of_the_same_customer_about_the_same_thing_is_shown_before_a_new_one() -> None:
    people = cast(NINE)
    enacted("works")
    one = _refund(people, "多收了停车费")
    _refund(people, "押金没有退还")
    _refund(people, "停车费多收", close=True)
    me = reader(people.chen_jie, NINE)
    customer = one.customer_id
    assert customer is not None

    found = intake.similar("refund", me, customer=customer, fields={"cause": "停车费多收了两次"}, now=NINE)

    assert [s.number for s in found] == [one.number]
    assert found[0].same_customer
    assert found[0].alike > 0.4
    assert (
        intake.similar("refund", reader(people.he_jing, NINE), customer=customer, fields={"cause": "停车费多收"}, now=NINE) == []
    )
    assert [n.id for n in intake.procedures(NINE)] == ["refund", "key_check"]


def _refund(people: Cast, reason: str, *, close: bool = False) -> Case:
    customer = Customer.objects.first() or _customer(people)
    made = draft.open_case(
        "refund", Wish(act="open", fields={"cause": reason}), Start(customer=customer.pk), reader(people.chen_jie, NINE), now=NINE
    )
    case = Case.objects.get(pk=act(made, now=NINE).subject.id)
    if close:
        Case.objects.filter(pk=case.pk).update(closed_at=NINE)
    return case
