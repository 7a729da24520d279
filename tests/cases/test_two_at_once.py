"""Two at once in the shipped packs: one table for one evening, one customer's credit. The database lets one pass after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

import pytest

from shouwen.cases import counting
from shouwen.cases.acting import act
from shouwen.cases.models import Approval, Case
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ledger.models import Entry
from shouwen.ops.cast import SINCE, Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Holding
from tests.cases.doing import at_once, did, opened, wanted
from tests.cases.trades import living_by
from tests.cases.twin import install
from tests.conftest import LiveDatabase
from tests.policy.laws import NOUNS, law_of
from tests.world import at, cast

EVENING: Final = at("2026-11-23 18:00")
TEN: Final = at("2026-11-23 10:00")
BAR: Final = {"booking_manager": "li_na", "greeter": "chen_jie", "waiter": "sun_lei", "department_manager": "xu_qiang"}
SALES: Final = {"salesperson": "li_na", "sales_head": "lin_yue", "regional_manager": "xu_qiang", "credit_finance": "feng_xue"}
CALL: Final = {
    "kind": "first",
    "channel": "phone",
    "real_name": "赵敏",
    "phone": "13800000001",
    "party_size": 4,
    "for_friend": False,
}


@pytest.fixture
def bar(live_db: LiveDatabase) -> Cast:
    """A bar with its people, in a database that may be committed to."""
    return living_by("hospitality", "bar", BAR, EVENING)


@pytest.fixture
def dealer(live_db: LiveDatabase) -> Cast:
    """A dealer with its people."""
    return living_by("trade", "office", SALES, TEN)


def later(wish: Act, now: datetime) -> Callable[[], Ruling]:
    """An act to be done later."""
    return lambda: act(wish, now=now)


def kept(register: str, by: int, now: datetime, unit: int, **fields: Any) -> int:
    """Put something into a register; return its id."""
    ruling = act(Act("open", Ref("record", register, 0), by, now, fields, opening=Opening(unit=unit)), now=now)
    assert ruling.allowed, ruling.text()
    return ruling.subject.id


def table(bar: Cast, name: str) -> int:
    """A booth of the bar."""
    area = bar.units.yunqi.pk
    return kept("table", bar.chen_jie.pk, EVENING, area, name=name, **{"class": "booth"}, area=area)


def booking(bar: Cast, place: int | None, day: str = "2026-11-23") -> Act:
    """The act that books a booth, or a certain table."""
    fields = {**CALL, "table_class": "booth", "day": at(f"{day} 00:00").date(), **({"place": place} if place else {})}
    opening = Opening(unit=bar.units.yunqi.pk)
    return Act("open", Ref("case", "table_booking", 0), bar.li_na.pk, EVENING, fields, opening=opening)


def test_of_two_bookings_of_one_table_for_one_evening_at_once_one_is_made(bar: Cast) -> None:
    for n in range(4):
        place = table(bar, f"K{n}")

        found = at_once([later(booking(bar, place), EVENING) for _ in range(3)])

        assert sorted(r.outcome for r in found) == ["allowed", "refused", "refused"]
        assert {c.clause for r in found for c in r.refusals} == {"hospitality/table-booking#2.5"}
        assert Case.objects.filter(procedure="table_booking", records__contains=[place]).count() == 1


def test_bookings_of_other_tables_and_other_evenings_at_once_are_all_made(bar: Cast) -> None:
    one, two = table(bar, "K1"), table(bar, "K2")

    found = at_once([later(booking(bar, *w), EVENING) for w in ((one,), (two,), (one, "2026-11-24"), (None,), (None,))])

    assert [r.outcome for r in found] == ["allowed"] * 5


def test_two_parties_are_not_seated_at_one_table_at_once(bar: Cast) -> None:
    place, night = table(bar, "K1"), at("2026-11-23 21:00")
    parties = [Case.objects.get(pk=act(booking(bar, None), now=EVENING).subject.id) for _ in range(4)]
    for party in parties:
        did("arrive", party, bar.chen_jie, night)

    found = at_once([later(wanted("seat", p, bar.chen_jie, night, place=place), night) for p in parties])

    assert sorted(r.outcome for r in found) == ["allowed"] + ["refused"] * 3
    assert Entry.objects.filter(book="performance").count() == 1


def test_without_the_lock_on_what_is_counted_two_bookings_would_meet(bar: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests above are known to fail where nothing holds the table."""
    place, hold = table(bar, "K1"), counting.hold
    monkeypatch.setattr(counting, "hold", lambda names: hold(n for n in names if not n.startswith("same_table:")))

    found = [
        sorted(r.outcome for r in at_once([later(booking(bar, place, f"2026-12-{n:02}"), EVENING)] * 4)) for n in range(1, 9)
    ]

    assert any(outcomes.count("allowed") > 1 for outcomes in found)


def customer(dealer: Cast) -> int:
    """A customer who paid 90,000 within thirty days and owes nothing: 90,000 of credit."""
    unit, finance = dealer.units.yunqi, dealer.feng_xue.pk
    fields = {"region": unit.pk, "file": "complete", "id_copy": 7}
    (found,) = create_customers([NewCustomer(unit=unit.pk, name="寇记钢材", fields=fields)], by=finance, at=TEN, now=TEN)
    kept("contract", dealer.li_na.pk, TEN, unit.pk, number="HT-01", customer=found, kind="direct", settlement=True)
    first = ordered(dealer, found, "prepaid", 90_000_00)
    did("receive", first, dealer.feng_xue, TEN, amount=90_000_00)
    did("invoice", first, dealer.li_na, TEN)
    return found


def ordered(dealer: Cast, buyer: int, basis: str, amount: int) -> Case:
    """A shipment asked for."""
    goods = ({"name": "钢卷", "qty": 1, "amount": amount},)
    return opened("shipment", dealer.li_na, TEN, dealer.units.yunqi, customer=buyer, basis=basis, goods=goods)


def test_two_shipments_that_exceed_the_credit_only_together_do_not_both_pass(dealer: Cast) -> None:
    buyer = customer(dealer)
    pairs = [ordered(dealer, buyer, "credit", 40_000_00) for _ in range(4)]

    found = at_once([later(wanted("invoice", s, dealer.li_na, TEN), TEN) for s in pairs])

    assert sorted(r.outcome for r in found) == ["allowed", "allowed", "refused", "refused"]
    assert {c.clause for r in found for c in r.refusals} == {"trade/credit#2.3"}
    assert sum(Entry.objects.filter(book="goods_receivable", party_id=buyer).values_list("amount", flat=True)) == 80_000_00


def test_the_lock_on_what_is_owed_alone_holds_the_credit(dealer: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate reads a field that is calculated from what is owed: that is counted under a lock, too."""
    buyer, hold = customer(dealer), counting.hold
    monkeypatch.setattr(counting, "hold", lambda names: hold(n for n in names if n.startswith("owed:")))

    for amount, allowed in ((50_000_00, 1), (20_000_00, 2)):
        shipments = [ordered(dealer, buyer, "credit", amount) for _ in range(4)]
        found = at_once([later(wanted("invoice", s, dealer.li_na, TEN), TEN) for s in shipments])
        assert [r.outcome for r in found].count("allowed") == allowed


def test_over_the_limit_two_yeses_at_once_make_one_first_and_one_last(dealer: Cast) -> None:
    buyer = customer(dealer)
    shipments = [ordered(dealer, buyer, "over_limit", 20_000_00) for _ in range(3)]
    for s in shipments:
        assert act(wanted("invoice", s, dealer.li_na, TEN), now=TEN).outcome == "waiting"
    yes = {a.subject_id: str(a.pk) for a in Approval.objects.all()}

    at_once([later(Act("approve", s.ref, dealer.xu_qiang.pk, TEN, row=yes[s.pk]), TEN) for s in shipments])

    ranks = [Case.objects.get(pk=s.pk).fields.get("over_rank") for s in shipments]
    assert sorted(filter(None, ranks)) == ["first", "last"]
    assert Case.objects.filter(procedure="shipment", step="invoiced").count() == 3  # with the prepaid one


MOST = """
measures:
  rung: {zh: 已打电话数, count: call.ring}
clauses:
  - {id: "1", zh: 随时算, for: job, calculates: {field: count, value: rung}}
  - {id: "2", zh: 回复须批准, for: job, approval: {before: reply, by: director}}
  - {id: "3", zh: 打过电话的不再回复, for: job, requires: {before: reply, that: {rung: "0"}}}
"""


def test_an_answer_from_before_its_lock_was_had_is_asked_for_again(
    live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A yes reads a count for a field; the act it lets happen is gated by the same count, which has changed in between."""
    people, hold = cast(TEN), counting.hold
    install(law_of(MOST, NOUNS.replace("clauses:\n", "")), "asked again")
    Holding.objects.create(staff=people.lin_yue, post="director", unit=people.units.company, since=SINCE)
    waits, call = opened("job", people.chen_jie, TEN), opened("call", people.chen_jie, TEN)
    assert act(wanted("reply", waits, people.chen_jie, TEN), now=TEN).outcome == "waiting"
    begun: list[bool] = []
    meanwhile: list[Ruling] = []

    def after_another(names: Iterable[str]) -> None:
        wished = set(names)
        if "rung:None" in wished and not begun:
            begun.append(True)
            meanwhile.extend(at_once([later(wanted("ring", call, people.chen_jie, TEN), TEN)]))
        hold(wished)

    monkeypatch.setattr(counting, "hold", after_another)
    row = str(Approval.objects.get().pk)
    act(Act("approve", waits.ref, people.lin_yue.pk, TEN, row=row), now=TEN)

    assert [r.outcome for r in meanwhile] == ["allowed"]
    waits.refresh_from_db()
    assert "reply" not in waits.marks
