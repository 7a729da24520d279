"""Entries as subjects: their order, whichever process made them, and that none stands without having been entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shouwen.base.access import Reader, sight_of
from shouwen.base.errors import FieldError
from shouwen.cases import adapters
from shouwen.cases.adapters import BookQuestion
from shouwen.ledger.booking import book, fold, standing
from shouwen.ledger.models import Entry
from shouwen.ledger.posting import post_entries
from tests.ledger.test_ledger import happening, points, row
from tests.world import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def counted(upto: int, *, making: bool) -> int:
    """How many entries of 50 count for an entry."""
    ((found, _),) = fold([BookQuestion("points", 50, None, NOW, upto=upto, making=making)])
    return found


def test_an_entry_counts_what_was_entered_before_it_though_another_process_gave_that_a_higher_id() -> None:
    post_entries([row("a", id=9_000), row("b", id=1_000, entered_at=NOW + MINUTE)])

    assert counted(1_000, making=False) == 2
    assert counted(9_000, making=False) == 1


def test_of_what_is_entered_at_one_moment_the_ids_tell_the_order() -> None:
    post_entries([row("a", id=11), row("b", id=12), row("c", id=13)])

    assert [counted(id_, making=True) for id_ in (11, 12, 13)] == [1, 2, 3]


def test_an_entry_that_had_to_wait_for_another_counts_it_though_it_was_asked_for_earlier() -> None:
    post_entries([row("a", id=9_000, entered_at=NOW + MINUTE), row("b", id=1_000)])

    assert counted(1_000, making=True) == 2


def test_an_entry_taken_back_or_asked_for_alone_stands_by_itself() -> None:
    post_entries([row("a", id=11), row("b", id=12)])

    assert standing("points", None, NOW, 0) == {50: ((11, 2), (12, 2))}
    assert standing("points", None, NOW, 0, 12) == {50: ((12, 2),)}
    assert standing("points", None, NOW - MINUTE, 0, 12) == {}


def test_an_entry_that_is_a_subject_goes_by_the_id_it_was_given() -> None:
    book([replace(happening(points(2)), entry=777)])

    assert Entry.objects.get().pk == 777


def test_what_was_entered_already_for_the_same_moment_is_said_and_leaves_no_subject_without_an_entry() -> None:
    book([replace(happening(points(2)), entry=777)])

    with pytest.raises(FieldError) as refused:
        book([replace(happening(points(2)), entry=778)])
    assert [c.zh for c in refused.value.complaints] == ["同一时刻已经记过这一笔"]


def test_entries_are_kept_as_subjects_and_seen_by_whom_they_are_about() -> None:
    post_entries([row("a", id=11), row("b", id=12, who=51)])
    about = Reader(staff=50, units=frozenset(), people=frozenset({50}))

    seen = sight_of("entry", about)
    assert adapters.keeps("entry")
    assert seen is not None
    assert [e.pk for e in seen] == [11]
