"""The ledger: entries add up, are taken back by entries, are never booked twice, and nobody changes them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.test.utils import CaptureQueriesContext

from shouwen.base.access import Reader
from shouwen.cases.adapters import BookQuestion, Happening
from shouwen.ledger.balances import Balance, Period, balances, opened
from shouwen.ledger.booking import book, fold
from shouwen.ledger.models import Entry
from shouwen.ledger.posting import EntryRow, post_entries, void_entries
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Cite, Enter
from tests.world import NOW

pytestmark = pytest.mark.django_db

CASE = Ref("case", "repair", 2001)
LATE = Cite("property/repair#2.3", date(2025, 7, 1))
HOUR = timedelta(hours=1)
ALL = Reader(staff=99, units=None, people=frozenset({99}))


def row(key: str, amount: int = 2, who: int = 50, **more: object) -> EntryRow:
    given: dict[str, object] = {
        "book": "points", "party": "staff", "party_id": who, "amount": amount, "subject": CASE, "actor": 0, "at": NOW,
        "entered_at": NOW, "key": key, "cite": LATE, "case": CASE.id, "unit": 7, **more,
    }  # fmt: skip
    return EntryRow(**given)  # type: ignore[arg-type]  # keywords of a test's own


def happening(effect: Enter, subject: Ref = CASE, **act: object) -> Happening:
    given: dict[str, object] = {"name": "deadline_passed", "subject": subject, "by": 0, "at": NOW, **act}
    return Happening(effect, subject, subject.id, 7, Act(**given), NOW)  # type: ignore[arg-type]  # keywords of a test's own


def points(amount: int, who: int = 50, **more: object) -> Enter:
    return Enter(LATE, "points", who, amount, **more)  # type: ignore[arg-type]  # keywords of a test's own


def test_entries_add_up_by_party() -> None:
    post_entries([row("a"), row("b", 3), row("c", 5, who=51), row("d", 100, book="fine"), row("e", 7, party="customer")])

    assert balances("points", "staff", [50, 51, 52]) == {50: Balance(5, 2), 51: Balance(5, 1), 52: Balance()}
    assert balances("points", "customer", [50]) == {50: Balance(7, 1)}
    assert balances("points", "staff", []) == {}


def test_the_same_cause_is_booked_once() -> None:
    first = post_entries([row("a"), row("a"), row("b")])
    again = post_entries([row("a", 99), row("b")])

    assert len(first) == 2
    assert again == []
    assert balances("points", "staff", [50])[50].amount == 4


def test_a_thousand_entries_are_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        post_entries([row(f"k{i}", who=i) for i in range(1000)])

    assert sum("ledger_entry" in q["sql"] for q in asked.captured_queries) == 1
    assert Entry.objects.count() == 1000


def test_an_entry_says_whence_it_comes() -> None:
    (id_,) = post_entries([row("a", row="3")])

    entry = Entry.objects.get(pk=id_)
    assert (entry.clause, entry.clause_since, entry.subject, entry.case_id, entry.row) == (
        LATE.clause,
        LATE.since,
        CASE,
        2001,
        "3",
    )
    assert (entry.unit_id, entry.actor_id, entry.at, entry.entered_at) == (7, 0, NOW, NOW)


def test_taking_back_posts_the_opposite_once() -> None:
    ids = post_entries([row("a"), row("b", 3)])

    assert void_entries([ids[0], ids[0]], actor=9, cite=None, at=NOW + HOUR, now=NOW + HOUR) == [ids[0]]
    assert void_entries([ids[0]], actor=9, cite=None, at=NOW + HOUR, now=NOW + HOUR) == []

    assert balances("points", "staff", [50]) == {50: Balance(3, 2, 1)}
    assert list(Entry.objects.standing().values_list("pk", flat=True)) == [ids[1]]
    reversal = Entry.objects.get(reverses=ids[0])
    assert (reversal.amount, reversal.book, reversal.party_id, reversal.actor_id) == (-2, "points", 50, 9)


def test_a_reversal_is_not_taken_back() -> None:
    ids = post_entries([row("a")])
    void_entries(ids, actor=9, cite=None, at=NOW, now=NOW)
    reversal = Entry.objects.get(reverses=ids[0])

    assert void_entries([reversal.pk], actor=9, cite=None, at=NOW, now=NOW) == []


def test_a_balance_is_opened_down_to_its_entries() -> None:
    ids = post_entries([row(f"k{i}", at=NOW + i * HOUR) for i in range(60)])

    first = opened("points", "staff", 50, ALL)
    second = opened("points", "staff", 50, ALL, after=first[-1])

    assert [e.pk for e in [*first, *second]] == list(reversed(ids))
    assert sum(e.amount for e in [*first, *second]) == balances("points", "staff", [50])[50].amount


def test_entries_of_one_moment_are_paged_without_loss() -> None:
    ids = post_entries([row(f"k{i}") for i in range(70)])

    first = opened("points", "staff", 50, ALL)
    second = opened("points", "staff", 50, ALL, after=first[-1])

    assert sorted(e.pk for e in [*first, *second]) == sorted(ids)


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    post_entries([row("a", at=NOW - HOUR), row("b", 3, at=NOW), row("c", 5, at=NOW + HOUR)])

    assert balances("points", "staff", [50], Period(NOW, NOW + HOUR))[50] == Balance(3, 1)
    assert [e.amount for e in opened("points", "staff", 50, ALL, Period(since=NOW))] == [5, 3]


def test_entries_are_seen_by_unit_and_by_whom_they_are_about() -> None:
    post_entries([row("a", unit=7), row("b", 3, unit=8), row("c", 5, unit=0)])

    def seen(reader: Reader) -> list[int]:
        return sorted(e.amount for e in opened("points", "staff", 50, reader))

    assert seen(Reader(staff=60, units=frozenset({7}), people=frozenset({60}))) == [2]
    assert seen(Reader(staff=50, units=frozenset(), people=frozenset({50}))) == [2, 3, 5]
    assert seen(Reader()) == []
    assert seen(ALL) == [2, 3, 5]


# As effects of rulings


def test_effects_are_booked_once_however_often_they_come() -> None:
    effects = [
        happening(points(2)),
        happening(points(3, who=51)),
        happening(points(4, row="1"), clause="x"),
        happening(points(4, row="2")),
    ]

    book(effects)
    book(effects)

    assert sorted(Entry.objects.values_list("amount", flat=True)) == [2, 3, 4, 4]


def test_two_entries_of_one_clause_about_one_person_in_one_act_are_both_booked() -> None:
    book([happening(points(2)), happening(points(5))])

    assert balances("points", "staff", [50])[50] == Balance(7, 2)


def test_an_effect_that_voids_takes_back_what_the_same_matter_booked() -> None:
    other = Ref("case", "repair", 2002)
    book(
        [
            happening(points(2)),
            happening(points(3, who=51)),
            happening(points(4), subject=other),
            happening(Enter(LATE, "fine", 50, 900)),
        ]
    )

    book([happening(points(0, voids=True), name="withdraw", by=9, at=NOW + HOUR)])
    book([happening(points(0, voids=True), name="withdraw", by=9, at=NOW + HOUR)])

    assert balances("points", "staff", [50, 51]) == {50: Balance(4, 2, 1), 51: Balance(3, 1)}
    assert balances("fine", "staff", [50])[50] == Balance(900, 1)


def test_an_effect_that_voids_a_row_leaves_the_other_rows() -> None:
    book([happening(points(2, row="1")), happening(points(3, row="2"))])

    book([happening(points(0, row="2", voids=True), name="withdraw")])

    assert balances("points", "staff", [50])[50].amount == 2


# As measures ask


def test_measures_count_what_stood_at_the_moment_asked_about() -> None:
    ids = post_entries([row("a", at=NOW), row("b", 3, at=NOW + HOUR), row("c", 5, who=51, at=NOW)])
    void_entries([ids[0]], actor=9, cite=None, at=NOW + 3 * HOUR, now=NOW + 3 * HOUR)

    def asked(who: int, hours: int, since: int | None = None) -> BookQuestion:
        return BookQuestion("points", who, None if since is None else NOW + since * HOUR, NOW + hours * HOUR)

    assert fold([asked(50, 2), asked(50, 3), asked(0, 2), asked(50, -1), asked(50, 2, since=1), asked(12, 9)]) == [
        (2, 5), (1, 3), (3, 10), (0, 0), (1, 3), (0, 0),
    ]  # fmt: skip
    assert fold([]) == []


def test_many_questions_are_one_statement() -> None:
    post_entries([row(f"k{i}", who=i) for i in range(300)])

    with CaptureQueriesContext(connection) as asked:
        answers = fold([BookQuestion("points", i, None, NOW) for i in range(300)])

    assert len(asked) == 1
    assert answers[1:] == [(1, 2)] * 299  # who 0 asks for everybody


# What the database refuses

ATTEMPTS = {
    "update": "update ledger_entry set amount = 0",
    "update of nothing": "update ledger_entry set amount = 0 where false",
    "delete": "delete from ledger_entry",
    "truncate": "truncate ledger_entry",
    "alter": "alter table ledger_entry add column x int",
    "drop the trigger": "drop trigger entry_append_only on ledger_entry",
    "disable the triggers": "alter table ledger_entry disable trigger all",
    "replica role": "set session_replication_role = replica",
    "replace the function": """create or replace function shouwen_reversal() returns trigger language plpgsql as
        'begin return new; end'""",
}


@pytest.mark.parametrize("statement", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_the_application_cannot_change_the_ledger(statement: str) -> None:
    post_entries([row("a")])

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Entry.objects.get().amount == 2


COPY = """insert into ledger_entry (id, book, party, party_id, amount, clause, subject_kind, noun, subject_id, row, actor_id, at,
 entered_at, key, reverses_id)
 select 9, {book}, {party}, {party_id}, {amount}, '', 'case', 'repair', 1, '', 0, at, at, {key}, {reverses}
 from ledger_entry e where e.id = %s"""
RIGHT = {"book": "e.book", "party": "e.party", "party_id": "e.party_id", "amount": "-e.amount", "key": "'z'", "reverses": "e.id"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "e.amount"}, {"amount": "-e.amount + 1"}, {"book": "'fine'"}, {"party": "'customer'"}, {"party_id": "51"},
        {"reverses": "9"}, {"reverses": "123456"}, {"key": "''"}, {"book": "''"}, {"party": "'cat'"}, {"key": "e.key"},
    ],
)  # fmt: skip
def test_a_reversal_that_does_not_reverse_is_refused(wrong: dict[str, str]) -> None:
    (id_,) = post_entries([row("a")])

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY.format(**{**RIGHT, **wrong}), [id_])


def test_a_right_reversal_is_taken_once() -> None:
    (id_,) = post_entries([row("a")])
    with connection.cursor() as cursor:
        cursor.execute(COPY.format(**RIGHT), [id_])

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY.format(**{**RIGHT, "key": "'y'"}).replace("select 9", "select 10"), [id_])
