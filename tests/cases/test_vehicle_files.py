"""A matter of the vehicle files, lived through in the database: fined, doubled, fined again until corrected, and one taken back."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from shouwen.base.models import Attachment, Event, Notice
from shouwen.base.numbering import next_id
from shouwen.cases import clock, effects
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Round
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ledger.balances import Balance, balances
from shouwen.ledger.models import Entry, EntryState
from shouwen.ops import shelf
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Holding, Staff
from tests.cases.doing import at_once, did
from tests.conftest import LiveDatabase
from tests.world import at, cast

FRIDAY = at("2026-03-06 16:00")
LATE = at("2026-03-11 17:30")  # three working days later, when the store closes
COMPANY = 'company: store\nadopts: [auto]\nvalues: {"auto/vehicle-file#4.4": {within: 3wd}}\n'


def store() -> Cast:
    """The cast in the posts of a motor trader, under its law."""
    found = cast(FRIDAY)
    enact(read_sources(shelf.folders(["auto"])), COMPANY, effective_from=at("2026-01-01 00:00"), now=at("2026-01-01 00:00"))
    posts = {
        "sales_consultant": found.li_na, "archivist": found.zeng_qin, "customer_director": found.lin_yue,
        "sales_director": found.zhao_jun, "service_advisor": found.sun_lei,
    }  # fmt: skip
    for post, who in posts.items():
        Holding.objects.create(staff=who, post=post, since=at("2020-01-01 00:00"))
    Round.objects.create(looked_until=FRIDAY)
    return found


@pytest.fixture
def people(db: None) -> Cast:
    """The cast of the store."""
    return store()


def vehicle(people: Cast, vin: str = "LSV001") -> Ref:
    """A vehicle whose file is open."""
    (owner,) = create_customers(
        [NewCustomer(unit=people.units.yunqi.pk, name="王车主")], by=people.lin_yue.pk, at=FRIDAY, now=FRIDAY
    )
    fields = {"vin": vin, "customer": owner, "sold_here": True, "special": False, "custodian": people.zeng_qin.pk}
    ref = Ref("record", "vehicle", next_id())
    ruling = act(Act("open", ref, people.li_na.pk, FRIDAY, fields, opening=Opening(people.units.yunqi.pk)), now=FRIDAY)
    assert ruling.allowed, ruling.text()
    return ref


def delivered_late(people: Cast, *, delivered: str, late: str, vin: str) -> None:
    """A new car is delivered, and nobody hands its file over until it is late."""
    when = at(delivered)
    assert act(Act("deliver", vehicle(people, vin), people.li_na.pk, when), now=when).allowed
    clock.tick(at(late))


def fines(who: Staff) -> list[tuple[str, int]]:
    """The fines of somebody, by clause, in the order they were entered; in yuan."""
    found = Entry.objects.filter(book="fine", party_id=who.pk).order_by("at", "id")
    return [(e.clause.rpartition("#")[2], e.amount // 100) for e in found]


def entry_act(name: str, entry: int, by: Staff, when: str) -> Any:
    """Do an act upon a fine."""
    return act(Act(name, Ref("entry", "fine", entry), by.pk, at(when)), now=at(when))


def test_the_law_of_vehicle_files_is_enacted_and_a_late_file_is_a_fine_that_waits_to_be_executed(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")

    entry = Entry.objects.get()
    handover = Case.objects.get(procedure="file_handover")
    assert (entry.clause, entry.amount, entry.party_id, entry.at) == ("auto/vehicle-file#5.1", 5000, people.li_na.pk, LATE)
    assert entry.case_id == handover.pk
    state = entry.state
    assert (state.book, state.step, state.closed_at, state.fields["amount"]) == ("fine", "proposed", None, 5000)
    begun = Event.objects.get(subject_kind="entry", subject_id=entry.pk, act="book")
    assert (begun.actor_id, begun.at) == (0, LATE)
    correction = Case.objects.get(procedure="correction")
    assert (correction.fields["staff"], correction.fields["amount"]) == (people.li_na.pk, 5000)
    assert Notice.objects.filter(staff_id=people.zhao_jun.pk, clause="auto/vehicle-file#1.19").exists()


def test_the_second_fine_of_a_month_is_doubled_by_an_entry_upon_the_entry(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    delivered_late(people, delivered="2026-03-12 16:00", late="2026-03-17 17:31", vin="B")

    assert fines(people.li_na) == [("5.1", 50), ("5.1", 50), ("6.1", 50)]
    second, double = Entry.objects.order_by("id")[1:]
    assert (double.subject, double.case_id) == (Ref("entry", "fine", second.pk), second.case_id)
    assert EntryState.objects.count() == 3, "what is entered upon an entry is a fine like others"


def test_a_new_month_begins_to_count_anew(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    delivered_late(people, delivered="2026-04-01 16:00", late="2026-04-07 17:31", vin="B")  # Qingming between

    assert fines(people.li_na) == [("5.1", 50), ("5.1", 50)]


def test_an_order_to_correct_is_fined_again_every_working_day_until_corrected(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    correction = Case.objects.get(procedure="correction")
    did("order", correction, people.zeng_qin, at("2026-03-12 09:00"))
    for evening in ("2026-03-13 17:31", "2026-03-16 17:31"):
        clock.tick(at(evening))
    did("correct", correction, people.li_na, at("2026-03-17 10:00"))
    clock.tick(at("2026-03-20 18:00"))

    # the second and third fine of the month are doubled only where the first offence is: a repeated fine is the same again
    assert fines(people.li_na) == [("5.1", 50), ("7.3", 50), ("7.3", 50)]
    assert balances("fine", "staff", [people.li_na.pk])[people.li_na.pk] == Balance(15000, 3)


def test_the_customer_director_alone_executes_or_cancels_and_a_cancelled_fine_is_taken_back_by_its_opposite(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    delivered_late(people, delivered="2026-03-12 16:00", late="2026-03-17 17:31", vin="B")
    first, second, double = Entry.objects.order_by("id").values_list("pk", flat=True)

    refused = entry_act("execute", first, people.li_na, "2026-03-18 09:00")
    assert [r.clause for r in refused.refusals] == ["auto/vehicle-file#7.1"]
    assert entry_act("execute", first, people.lin_yue, "2026-03-18 09:01").allowed
    assert entry_act("cancel", second, people.lin_yue, "2026-03-18 09:02").allowed
    assert entry_act("cancel", second, people.lin_yue, "2026-03-18 09:03").refused

    assert dict(EntryState.objects.values_list("pk", "step")) == {first: "executed", second: "cancelled", double: "proposed"}
    reversal = Entry.objects.get(reverses=second)
    assert (reversal.amount, reversal.clause, reversal.actor_id) == (-5000, "auto/vehicle-file#7.1.1", people.lin_yue.pk)
    assert balances("fine", "staff", [people.li_na.pk])[people.li_na.pk] == Balance(10000, 3, 1)
    assert Entry.objects.get(pk=second).amount == 5000, "what was entered stands as it was"


def test_a_cancelled_fine_counts_no_more_when_the_next_one_is_entered(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    assert entry_act("cancel", Entry.objects.get().pk, people.lin_yue, "2026-03-12 09:00").allowed
    delivered_late(people, delivered="2026-03-12 16:00", late="2026-03-17 17:31", vin="B")

    assert [clause for clause, _ in fines(people.li_na)] == ["5.1", "7.1.1", "5.1"]


def handed_over(people: Cast, vin: str) -> Case:
    """A service file that its advisor has handed over."""
    when, by = at("2026-03-09 10:00"), people.sun_lei
    fields = {"vehicle": vehicle(people, vin).id, "kind": "service", "submitter": by.pk, "job": "other"}
    wanted = Act("open", Ref("case", "file_handover", 0), by.pk, when, fields, opening=Opening(people.units.yunqi.pk))
    handover = Case.objects.get(pk=act(wanted, now=when).subject.id)
    did("submit", handover, by, when)
    return handover


def received(people: Cast, handover: Case, *faults: str) -> Ruling:
    """The archivist receives a file with defects, both sign."""
    when, by = at("2026-03-09 11:00"), people.zeng_qin
    slip = Attachment.objects.create(sha256="0" * 64, size=1, media_type="image/png", name="签收.png", uploaded_by=by.pk, at=when)
    signed = (Evidence("signature", "staff", people.sun_lei.pk, slip.pk), Evidence("signature", "staff", by.pk))
    defects = [{"paper": "接车单", "inspection": False, "fault": fault} for fault in faults]
    return act(Act("receive", handover.ref, by.pk, when, {"defects": defects}, evidence=signed), now=datetime.now(UTC))


def test_three_defects_at_once_are_three_fines_of_which_the_third_is_doubled(people: Cast) -> None:
    ruling = received(people, handed_over(people, "A"), "customer_signature", "wrong", "incomplete")
    assert ruling.allowed, ruling.text()

    assert fines(people.sun_lei) == [("5.2", 50), ("5.2", 20), ("5.2", 20), ("6.2", 20)]
    assert Case.objects.filter(procedure="correction").count() == 3


def test_fines_entered_by_two_at_once_are_counted_one_after_the_other(
    live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "wake", lambda _: time.sleep(0.5))  # each has counted long before it commits
    people = store()
    files = [handed_over(people, vin) for vin in "AB"]

    found = at_once([partial(received, people, f, "wrong", "incomplete") for f in files])

    assert [r.outcome for r in found] == ["allowed", "allowed"]
    assert sorted(clause for clause, _ in fines(people.sun_lei)) == ["5.2"] * 4 + ["6.2"] * 2, (
        "the third and the fourth are doubled"
    )


def test_a_state_without_its_entry_is_refused_by_the_database(people: Cast) -> None:
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    state = EntryState.objects.get()
    connection.cursor().execute("set constraints all immediate")
    astray = EntryState(entry_id=state.pk + 1, book="fine", step="proposed", opened_at=LATE, updated_at=LATE)
    with pytest.raises(IntegrityError), transaction.atomic():
        astray.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=state.pk).update(amount=1)


def test_of_two_who_decide_on_a_fine_at_once_one_is_refused(live_db: LiveDatabase) -> None:
    people = store()
    delivered_late(people, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    fine = Entry.objects.get().pk

    found = at_once([partial(entry_act, n, fine, people.lin_yue, "2026-03-12 09:00") for n in ("execute", "cancel")])

    assert sorted(r.outcome for r in found) == ["allowed", "refused"]
    assert Entry.objects.filter(reverses=fine).count() == (EntryState.objects.get(pk=fine).step == "cancelled")
