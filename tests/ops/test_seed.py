"""The demo company: lawful from its first act, lively at any hour, the same when it is set up again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwen.base.models import Company, Event
from shouwen.base.search import search
from shouwen.base.trouble import Trouble
from shouwen.cases.models import Approval, Case, Deadline, Task
from shouwen.customers.models import Customer, Phone, Relation
from shouwen.ledger.models import Entry
from shouwen.ops import past, seed
from shouwen.ops.cast import find
from shouwen.ops.copies import Originals
from shouwen.ops.story import Player
from shouwen.registers.models import Record
from shouwen.staff.door_rules import rules
from shouwen.staff.factors import must_have
from shouwen.staff.models import Staff, Unit
from tests.world import NOW, at, reader

SetUp = Callable[..., tuple[list[str], list[Player]]]
MORNING = NOW  # a Monday at nine


def silent(zh: str, en: str) -> None:
    """Progress nobody listens to."""


@pytest.fixture
def demo(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """Sets the company up; returns the lines it prints and the players that know what went wrong."""
    settings.HOME = tmp_path
    players: list[Player] = []
    fill = seed.fill
    monkeypatch.setattr(seed, "fill", lambda *a: players.extend(fill(*a)))

    def run(now: datetime = MORNING, cases: int = 0) -> tuple[list[str], list[Player]]:
        players.clear()
        return seed.demo_company(cases, silent, now), list(players)

    return run


def wrong(players: list[Player]) -> list[str]:
    """What the law refused of the stories, and what they looked for in vain."""
    refused = [f"{r.story.ref.noun} {r.step.act} {r.step.at:%m-%d %H:%M}: {r.ruling.text()}" for p in players for r in p.refused]
    return refused + [f"{s.ref.noun} {step.act}: nothing there" for p in players for s, step in p.lost]


@pytest.mark.parametrize("moment", ["2026-11-23 09:00", "2026-11-21 23:40", "2026-10-05 03:15", "2026-08-31 17:55"])
def test_at_any_hour_every_story_is_lawful_and_the_desk_is_lively(demo: Any, moment: str) -> None:
    now = at(moment)

    _, players = demo(now)

    assert wrong(players) == []
    steps = Counter(Case.objects.exclude(procedure="daily_report").values_list("procedure", "step"))
    assert sum(n for (_, step), n in steps.items() if step not in ("closed", "called", "verified")) >= 35
    assert steps["repair", "received"] >= 8
    assert {("repair", s) for s in ("assigned", "on_site", "working", "in_review", "done", "confirmed")} <= set(steps)
    assert steps["call_back", "planned"] >= 4
    assert Case.objects.filter(held=True).count() == 1
    assert Approval.objects.filter(state="waiting").count() >= 1
    assert Task.objects.open().filter(act="take_over", name="hand_over").count() == 1
    breached = set(Event.objects.filter(kind="breach").values_list("clause", flat=True))
    assert {"property/repair#2.1", "property/feedback#4.1"} <= breached
    assert Entry.objects.filter(book="points").exists()
    assert Deadline.objects.running().filter(warned_at__isnull=False, breached_at=None).exists()
    assert not Event.objects.filter(at__gt=now).exists()
    assert not Event.objects.filter(kind__in=["trouble", "refused_follow_up"]).exists()


def test_set_up_again_nothing_changes(demo: Any) -> None:
    first, _ = demo()
    had = [m.objects.count() for m in (Event, Case, Record, Customer, Relation, Staff)]

    again, players = demo(MORNING + timedelta(hours=1))

    assert again == first
    assert players == []
    assert [m.objects.count() for m in (Event, Case, Record, Customer, Relation, Staff)] == had


def test_everybody_signs_in_with_the_password_of_this_installation_alone(demo: Any, settings: Any, tmp_path: Path) -> None:
    lines, _ = demo()

    password = lines[1].split()[1]
    assert len(lines) == 1 + 18
    assert all(p.check_password(password) for p in find().everybody[:2])
    assert any(line.split()[:2] == ["li_na", password] and "客户服务员（云栖花园）" in line for line in lines)
    assert not must_have(frozenset({"system_admin"}), rules())  # one word opens every door of a demo
    assert rules().password_days == 0
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    (tmp_path / "demo.json").unlink()  # lost: a new one is made, and everybody gets it
    other = demo()[0][1].split()[1]
    assert other != password
    assert find().li_na.check_password(other)


def test_the_estate_has_owners_tenants_and_numbers_that_nobody_has(demo: Any) -> None:
    demo()

    assert Record.objects.filter(register="house").count() == 360
    assert Customer.objects.count() == 300
    assert Relation.objects.filter(role="owner").count() >= 250
    assert Relation.objects.filter(role="tenant").count() >= 40
    assert all(re.fullmatch("1380000[0-9]{4}", n) for n in Phone.objects.values_list("number", flat=True))
    assert Record.objects.filter(register="price_item").count() == 8
    site = Unit.objects.get(name="云栖花园")
    assert Record.objects.filter(register="house", unit=site, key="云栖3-2-502").exists()
    assert search("云栖3-2-502", reader(find().lin_yue)).hits[0].kind == "record"


def test_another_companys_database_is_left_alone(demo: Any) -> None:
    Company.objects.create(name="别家")
    Unit.objects.create(name="别家")

    with pytest.raises(Trouble, match="another company"):
        demo()


# ---- the past ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def months(demo: Any, monkeypatch: pytest.MonkeyPatch) -> list[Player]:
    """Four weeks acted, with some dozens of cases, and copies of them."""
    monkeypatch.setattr(past, "ACTED", 60)
    players: list[Player] = demo(cases=240)[1]
    return players


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
            assert Event.objects.of_case(copy.pk).get(kind="case").data["opens"] == call.pk
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


def test_asking_for_no_more_than_there_is_adds_nothing_and_for_more_the_rest(months: list[Player], demo: Any) -> None:
    begin = at("2026-11-15 00:00")
    had = Case.objects.filter(opened_at__lt=begin).count()

    demo(cases=had)
    assert Case.objects.filter(opened_at__lt=begin).count() == had

    demo(cases=had + 30)
    assert had + 30 <= Case.objects.filter(opened_at__lt=begin).count() <= had + 33
    numbers = Case.objects.values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))


def test_a_copy_later_than_its_original_is_refused(demo: Any) -> None:
    demo()
    some = Originals(Case.objects.ended().values_list("pk", flat=True))

    with pytest.raises(ValueError, match="earlier"):
        some.copy(timedelta(days=1), seed=1)
