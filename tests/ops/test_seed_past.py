"""The past of the demo company: four weeks acted, and copies of them before. It is made once; these tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from shouwen.base.models import Event
from shouwen.base.search import search
from shouwen.cases.models import Case, Deadline, Task
from shouwen.ledger.models import Entry
from shouwen.ops import past, seed
from shouwen.ops.cast import find
from shouwen.ops.story import Player
from tests.demo import silent, weeks_of_a_demo, wrong
from tests.world import NOW, at, reader


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Player]]:
    """Four weeks acted, with some dozens of cases, and copies of them."""
    with weeks_of_a_demo(django_db_blocker, tmp_path_factory.mktemp("demo"), cases=240, acted=60) as players:
        yield list(players)


def test_the_past_is_lawful_and_ends_before_the_present_begins(months: list[Player]) -> None:
    begin = at("2026-11-15 00:00")

    assert wrong(months) == []
    of_the_past = Case.objects.filter(opened_at__lt=begin)
    assert of_the_past.count() >= 240
    left = of_the_past.open().filter(procedure__in=["repair", "complaint", "information", "call_back", "visit"])
    assert list(left.values_list("procedure", "step")) == []
    assert Case.objects.filter(opened_at__lt=begin - past.WEEKS).count() >= 80  # copies


def test_copies_tell_their_stories_as_their_originals_do(months: list[Player]) -> None:
    copies = Case.objects.filter(opened_at__lt=at("2026-11-15 00:00") - past.WEEKS).order_by("pk")
    originals = {(c.procedure, c.opened_at): c for c in Case.objects.filter(opened_at__lt=at("2026-11-15 00:00")).order_by("pk")}

    compared = 0
    for copy in copies.of("repair")[:20]:
        original = originals["repair", copy.opened_at + past.WEEKS]
        assert shape(copy.pk, copy.opened_at) == shape(original.pk, original.opened_at)
        assert copy.number[:10] == f"BX{copy.opened_at.astimezone(NOW.tzinfo):%Y%m%d}"
        assert copy.number != original.number
        assert copy.title == copy.fields["content"]
        first = Event.objects.of_case(copy.pk)[0]
        assert first.data["brought"]["content"] == copy.fields["content"]
        if copy.fields.get("called_back"):
            call = copy.opened_cases.get()
            assert call.fields["repair"] == copy.pk
            opened = {e.data["opens"] for e in Event.objects.of_case(copy.pk).filter(kind="case")}
            assert call.pk in opened
            pointed = {c.pk: c.fields.get("repair", copy.pk) for c in Case.objects.filter(pk__in=opened)}
            assert set(pointed.values()) == {copy.pk}
        compared += 1
    assert compared >= 10


def shape(case: int, since: datetime) -> list[Any]:
    """What happened with a case and what was promised, in time since it was opened."""
    facts = [(e.kind, e.act, e.clause, e.actor_id, e.at - since) for e in Event.objects.of_case(case)]
    told = [datetime.fromisoformat(e.data["due_at"]) - since for e in Event.objects.of_case(case).filter(kind="promise")]
    promised = [(d.clause, d.outcome, d.due_at and d.due_at - since) for d in Deadline.objects.filter(case=case).order_by("pk")]
    entries = [(e.book, e.amount, e.at - since) for e in Entry.objects.filter(case_id=case).order_by("pk")]
    tasks = [(t.name, t.outcome, t.opened_at - since) for t in Task.objects.filter(case=case).order_by("pk")]
    return [facts, told, promised, entries, tasks]


def test_copies_are_found_by_their_number_and_their_words(months: list[Player]) -> None:
    copy = Case.objects.filter(procedure="complaint").order_by("opened_at").first()
    assert copy is not None
    director = reader(find().lin_yue)

    by_number = search(copy.number, director).hits[0]
    by_words = [h.id for h in search(copy.fields["content"][:8], director, limit=100).hits]

    assert (by_number.kind, by_number.id) == ("case", copy.pk)
    assert copy.pk in by_words


def test_asking_for_no_more_than_there_is_adds_nothing_and_for_more_the_rest(months: list[Player]) -> None:
    begin = at("2026-11-15 00:00")
    had = Case.objects.filter(opened_at__lt=begin).count()

    with transaction.atomic():
        seed.demo_company(had, silent, NOW)
        same = Case.objects.filter(opened_at__lt=begin).count()
        seed.demo_company(had + 30, silent, NOW)
        more = Case.objects.filter(opened_at__lt=begin).count()
        numbers = list(Case.objects.values_list("number", flat=True))
        transaction.set_rollback(True)  # the others' company stays as it was

    assert same == had
    assert had + 30 <= more <= had + 33
    assert len(numbers) == len(set(numbers))
