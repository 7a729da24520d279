"""Approvals in the database: every state of a request × every move anybody can make, against a table written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from django.db import transaction

from shouwen.base.models import Notice
from shouwen.cases.acting import act
from shouwen.cases.models import Approval, Case, Task
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Absence, Holding
from tests.cases.doing import did, opened, ticked, wanted
from tests.cases.law import enacted
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")
TICKS: Final = ("works/loan#4.name", "works/loan#4.bank")

# Who is who: the lawyer advises, then both accountants must agree; the second accountant is away and 徐强 stands in.
LAWYER, ACC, ACC2, DEPUTY, REQUESTER, OTHER = "han_zheng", "feng_xue", "zheng_fang", "xu_qiang", "chen_jie", "ma_jun"
PEOPLE: Final = (LAWYER, ACC, ACC2, DEPUTY, REQUESTER, OTHER)
MOVES: Final = [(name, who) for name in ("approve", "disapprove", "withdraw") for who in PEOPLE]
NO: Final = "refused"


def after(state: str, move: tuple[str, str]) -> str:
    """What a request becomes by a move, or that the move is refused. Written from the regulation, not from the code."""
    name, who = move
    if state in ("granted", "over"):
        return NO
    if name == "withdraw":
        return "over" if who == REQUESTER else NO
    if state == "advice":
        return "both" if who == LAWYER else NO
    may = {"both": (ACC, ACC2, DEPUTY), "acc": (ACC2, DEPUTY), "acc2": (ACC,)}[state]
    if who not in may:
        return NO
    if name == "disapprove":
        return "over"
    return "granted" if state != "both" else "acc" if who == ACC else "acc2"


PATHS: Final[dict[str, Sequence[tuple[str, str]]]] = {
    "advice": (),
    "both": (("disapprove", LAWYER),),
    "acc": (("approve", LAWYER), ("approve", ACC)),
    "acc2": (("approve", LAWYER), ("approve", DEPUTY)),
    "granted": (("approve", LAWYER), ("approve", ACC), ("approve", ACC2)),
    "over": (("approve", LAWYER), ("disapprove", ACC)),
}


@pytest.fixture
def people() -> Cast:
    """The cast with the posts of this law."""
    found = cast(NINE)
    enacted("works")
    for post, name in (("lawyer", LAWYER), ("accountant", ACC), ("accountant", ACC2), ("manager", "zhao_jun")):
        Holding.objects.create(staff=getattr(found, name), post=post, since=at("2020-01-01 00:00"))
    Absence.objects.all().delete()
    Absence.objects.create(
        staff=found.zheng_fang, deputy=found.xu_qiang, since=at("2026-03-01 00:00"), until=at("2026-03-09 00:00")
    )
    return found


def asked(people: Cast, amount: int = 10_000, *, urgent: bool = True) -> Case:
    """A refund whose payment has been asked for."""
    case = opened("refund", people.sun_lei, NINE, cause="多收", urgent=urgent)
    did("check", case, people.chen_jie, NINE, amount=amount)
    ruling = act(ticked(wanted("pay", case, people.chen_jie, NINE), *TICKS), now=NINE)
    assert ruling.outcome == "waiting", ruling.text()
    return case


def move(case: Case, people: Cast, name: str, who: str) -> Ruling:
    """Somebody says something to the one approval there is."""
    pending = case.approvals.filter(closed_at=None).first() or case.approvals.get()
    return act(Act(name, case.ref, getattr(people, who).pk, NINE, row=str(pending.pk), reason="照章办理"), now=NINE)


def state_of(case: Case, people: Cast) -> str:
    """What the rows say a request is."""
    approval = case.approvals.get()
    case.refresh_from_db()
    if approval.state != "waiting":
        assert approval.closed_at == NINE
        assert not case.tasks.filter(approval=approval, done_at=None).exists()
        assert (approval.state == "granted") == (case.step == "paid")
        return "granted" if approval.state == "granted" else "over"
    desk = set(case.tasks.get(approval=approval, done_at=None).who)
    if approval.position == 0:
        assert desk == {people.han_zheng.pk}
        return "advice"
    yes = set(approval.yes)
    assert desk == {people.feng_xue.pk, people.zheng_fang.pk} - yes
    return {frozenset(): "both", frozenset({people.feng_xue.pk}): "acc", frozenset({people.zheng_fang.pk}): "acc2"}[
        frozenset(yes)
    ]


def test_every_state_and_every_move(people: Cast) -> None:
    wrong = []
    for start, path in PATHS.items():
        for step in MOVES:
            with transaction.atomic():
                case = asked(people)
                for name, who in path:
                    assert not move(case, people, name, who).refused
                assert state_of(case, people) == start
                ruling = move(case, people, *step)
                came = NO if ruling.refused else state_of(case, people)
                if came != after(start, step):
                    wrong.append((start, step, came))
                if ruling.refused:
                    assert state_of(case, people) == start
                transaction.set_rollback(True)
    assert wrong == []


def test_a_chain_goes_in_order_and_the_act_happens_with_the_last_yes(people: Cast) -> None:
    case = asked(people, 60_000, urgent=False)
    assert move(case, people, "approve", "zhao_jun").refused  # not his turn yet
    assert not move(case, people, "approve", ACC).refused
    case.refresh_from_db()
    assert case.step == "checked"

    assert not move(case, people, "approve", "zhao_jun").refused

    case.refresh_from_db()
    assert case.step == "paid"
    assert case.marks["approved:pay"][3] == [people.feng_xue.pk, people.zhao_jun.pk]
    assert case.marks["pay"][3] == [people.chen_jie.pk]  # whoever asked did it
    assert Notice.objects.inbox(people.chen_jie.pk).get().text == "付款：已批准"


def test_nobody_approves_what_they_asked_for_themselves(people: Cast) -> None:
    case = opened("refund", people.sun_lei, NINE, cause="多收", urgent=False)
    did("check", case, people.feng_xue, NINE, amount=60_000)
    act(ticked(wanted("pay", case, people.feng_xue, NINE), *TICKS), now=NINE)

    assert case.approvals.get().chain[0] == [people.zheng_fang.pk]
    assert move(case, people, "approve", ACC).refused


def test_two_clauses_ask_at_once_and_both_must_be_granted(people: Cast) -> None:
    case = asked(people, 60_000, urgent=True)
    one, other = case.approvals.order_by("clause")
    assert one.request == other.request

    for row, who in ((one, ACC), (one, "zhao_jun"), (other, LAWYER), (other, ACC)):
        assert not act(Act("approve", case.ref, getattr(people, who).pk, NINE, row=str(row.pk)), now=NINE).refused
        case.refresh_from_db()
        assert case.step == "checked"
    act(Act("approve", case.ref, people.zheng_fang.pk, NINE, row=str(other.pk)), now=NINE)

    case.refresh_from_db()
    assert case.step == "paid"
    assert set(Approval.objects.values_list("state", flat=True)) == {"granted"}


def test_an_approver_finds_the_request_on_the_desk_and_so_does_the_deputy(people: Cast) -> None:
    case = asked(people)
    move(case, people, "approve", LAWYER)

    for name in (ACC, ACC2, DEPUTY):
        task = Task.objects.desk(reader(getattr(people, name), NINE)).get()
        assert (task.title, task.approval.state, task.case) == ("批准：付款", "waiting", case)
    assert not Task.objects.desk(reader(people.ma_jun, NINE)).exists()


def test_asking_twice_waits_once(people: Cast) -> None:
    case = asked(people)
    again = act(ticked(wanted("pay", case, people.chen_jie, NINE), *TICKS), now=NINE)
    assert again.outcome == "waiting"
    assert case.approvals.count() == 1
