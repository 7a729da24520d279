"""An evening at the bar, in the database: until six in the morning it is still the same business day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from shouwen.base.models import Event
from shouwen.cases import clock
from shouwen.cases.acting import act
from shouwen.cases.models import Approval, Case
from shouwen.ledger.models import Entry
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.ruling import Ruling
from shouwen.worktime import parse_span
from tests.cases.doing import did, opened, wanted
from tests.cases.trades import living_by
from tests.world import at

DAY: Final = at("2026-11-23 00:00").date()  # a Monday
BAR: Final = {"booking_manager": "li_na", "greeter": "chen_jie", "waiter": "sun_lei", "department_manager": "xu_qiang"}
GUEST: Final[dict[str, Any]] = {"real_name": "赵敏", "phone": "13800000001", "party_size": 4, "for_friend": False, "day": DAY}


@pytest.fixture
def bar(db: None) -> Cast:
    """A bar on Monday afternoon; its clock was last looked at when it opened."""
    people = living_by("hospitality", "bar", BAR, at("2026-11-23 17:00"))
    clock.tick(at("2026-11-23 17:00"))
    return people


def called(bar: Cast, moment: str, table_class: str) -> Case:
    """A first booking by telephone."""
    return opened("table_booking", bar.li_na, at(moment), kind="first", channel="phone", table_class=table_class, **GUEST)


def refused(wish: Act) -> list[str]:
    """The clauses that refuse an act."""
    ruling = act(wish, now=wish.at)
    assert ruling.refused
    return [r.clause.partition("#")[2] for r in ruling.refusals]


def extended(bar: Cast, case: Case, moment: str) -> Ruling:
    """Holding longer is asked for."""
    brought = {"span": parse_span("10min"), "reason": "客人堵车"}
    return act(Act("extend", case.ref, bar.li_na.pk, at(moment), brought), now=at(moment))


def step(case: Case) -> str:
    """Where a case stands."""
    return Case.objects.get(pk=case.pk).step


def table(bar: Cast) -> int:
    """A booth."""
    where, now = bar.units.yunqi.pk, at("2026-11-23 17:00")
    opening = Act("open", Ref("record", "table", 0), bar.chen_jie.pk, now, {"name": "K1", "class": "booth", "area": where})
    return act(opening, now=now).subject.id


def booked(book: str) -> list[tuple[int, int, datetime]]:
    """What stands in a book: whose, how much, for when."""
    return list(Entry.objects.filter(book=book).order_by("id").values_list("party_id", "amount", "at"))


def test_a_table_is_held_ten_minutes_longer_by_signature_and_then_given_up(bar: Cast) -> None:
    loose = called(bar, "2026-11-23 18:00", "loose")

    assert extended(bar, loose, "2026-11-23 20:50").outcome == "waiting"
    yes = Act("approve", loose.ref, bar.xu_qiang.pk, at("2026-11-23 20:55"), row=str(Approval.objects.get().pk))
    assert act(yes, now=yes.at).allowed
    clock.tick(at("2026-11-23 21:10"))
    assert step(loose) == "held"
    clock.tick(at("2026-11-23 21:10") + timedelta(seconds=1))

    assert step(loose) == "cancelled"
    breach = Event.objects.get(kind="breach")
    assert (breach.clause, breach.at) == ("hospitality/table-booking#2.1", at("2026-11-23 21:10"))


def test_after_midnight_the_one_extension_of_the_evening_is_still_used_up_and_after_six_it_is_free(bar: Cast) -> None:
    first, night = called(bar, "2026-11-23 18:00", "loose"), called(bar, "2026-11-23 19:00", "booth")
    assert extended(bar, first, "2026-11-23 20:50").outcome == "waiting"
    act(
        Act("approve", first.ref, bar.xu_qiang.pk, at("2026-11-23 20:55"), row=str(Approval.objects.get().pk)),
        now=at("2026-11-23 20:55"),
    )
    tomorrow = opened(
        "table_booking", bar.li_na, at("2026-11-24 00:20"), kind="first", channel="phone", table_class="booth",
        **{**GUEST, "day": DAY + timedelta(days=1)},
    )  # fmt: skip

    assert [r.clause[-3:] for r in extended(bar, night, "2026-11-23 21:50").refusals] == ["3.5"]
    assert [r.clause[-3:] for r in extended(bar, tomorrow, "2026-11-24 05:59").refusals] == ["3.5"]
    assert extended(bar, tomorrow, "2026-11-24 06:00").outcome == "waiting"


def test_a_second_booking_made_after_midnight_belongs_to_the_evening_before_and_to_whoever_booked_it(bar: Cast) -> None:
    moment = at("2026-11-24 00:30")
    second = {**GUEST, "kind": "second", "channel": "desk", "table_class": "loose"}
    opening = Act(
        "open", Ref("case", "table_booking", 0), bar.chen_jie.pk, moment, second, opening=Opening(unit=bar.units.yunqi.pk)
    )
    assert refused(opening) == ["1.9"]

    case = opened("table_booking", bar.chen_jie, moment, booker=bar.li_na.pk, **second)

    assert (case.responsible_id, case.deadlines.get().due_at) == (bar.li_na.pk, at("2026-11-24 06:00"))
    clock.tick(at("2026-11-24 06:00") + timedelta(seconds=1))
    assert step(case) == "cancelled"


def test_drinks_borrowed_after_midnight_are_paid_by_whoever_held_the_table(bar: Cast) -> None:
    party = called(bar, "2026-11-23 19:00", "booth")
    hold: dict[str, Any] = {
        "booking": party.pk, "drinks": ({"name": "红酒", "qty": 2, "amount": 600_00}, {"name": "啤酒", "qty": 12, "amount": 260_00}),
        "held_until": at("2026-11-24 01:00"), "told_guest": "已当面说明",
    }  # fmt: skip
    early = Act("open", Ref("case", "drink_hold", 0), bar.li_na.pk, at("2026-11-23 20:59"), hold)
    assert refused(early) == ["5.1"]
    drinks = opened("drink_hold", bar.li_na, at("2026-11-24 00:10"), **hold)

    clock.tick(at("2026-11-24 01:00") + timedelta(seconds=1))
    assert step(drinks) == "expired"
    did("find_loss", drinks, bar.xu_qiang, at("2026-11-24 01:20"))

    assert booked("drinks_charge") == [(bar.li_na.pk, 860_00, at("2026-11-24 01:20"))]


def test_touting_costs_the_evening_with_what_was_seated_after_midnight_and_nothing_of_the_next(bar: Cast) -> None:
    place = table(bar)
    for called_at, came, left in (
        ("2026-11-23 19:00", "2026-11-23 21:00", "2026-11-23 23:00"),
        ("2026-11-23 19:05", "2026-11-23 21:59", ""),
    ):
        party = called(bar, called_at, "booth")
        did("arrive", party, bar.chen_jie, at(came))
        did("seat", party, bar.chen_jie, at(came if left else "2026-11-24 01:00"), place=place)
        if left:
            did("leave", party, bar.chen_jie, at(left))
    monday = [e[2] for e in booked("performance")]
    assert monday == [at("2026-11-23 21:00"), at("2026-11-24 01:00")]

    offence = opened(
        "booking_offence",
        bar.chen_jie,
        at("2026-11-24 02:00"),
        code="touting",
        accused=(bar.li_na.pk,),
        happened_at=at("2026-11-24 00:40"),
    )
    assert refused(wanted("uphold", offence, bar.li_na, at("2026-11-24 18:00"), proof="迎宾看见")) == ["7.9", "7.2"]
    did("uphold", offence, bar.xu_qiang, at("2026-11-24 18:00"), proof="迎宾看见")

    assert [(who, n) for who, n, _ in booked("points")] == [(bar.li_na.pk, 50)]
    assert sum(n for _, n, _ in booked("performance")) == 0


def test_at_six_each_booking_manager_has_the_evening_to_count(bar: Cast) -> None:
    clock.tick(at("2026-11-24 05:59"))
    before = Case.objects.filter(procedure="count_check").count()

    clock.tick(at("2026-11-24 06:00"))

    count = Case.objects.filter(procedure="count_check").latest("opened_at")
    assert Case.objects.filter(procedure="count_check").count() == before + 1
    assert (count.responsible_id, count.deadlines.get().due_at) == (bar.li_na.pk, at("2026-11-25 06:00"))
    did("dispute", count, bar.li_na, at("2026-11-24 20:00"), staff_count=7, greeter_count=6)
    assert Case.objects.get(pk=count.pk).responsible_id == bar.xu_qiang.pk
