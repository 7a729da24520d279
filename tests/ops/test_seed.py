"""The demo company: lawful from its first act, lively at any hour, the same when it is set up again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwen.base.models import Company, Event
from shouwen.base.search import search
from shouwen.base.trouble import Trouble
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Approval, Case, Deadline, Task
from shouwen.customers.models import Customer, Phone, Relation
from shouwen.ledger.models import Entry
from shouwen.ops import seed
from shouwen.ops.cast import find
from shouwen.ops.copies import Originals
from shouwen.ops.story import Player
from shouwen.registers.models import Record
from shouwen.staff.door_rules import rules
from shouwen.staff.factors import must_have
from shouwen.staff.models import Staff, Unit
from tests.demo import silent, wrong
from tests.world import NOW, at, reader

SetUp = Callable[..., tuple[list[str], list[Player]]]
MORNING = NOW  # a Monday at nine


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


@pytest.mark.parametrize("moment", ["2026-11-23 09:00", "2026-08-31 17:55", "2026-12-31 23:40", "2027-02-06 03:15"])
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


def test_a_company_set_up_before_new_year_is_told_the_next_year_when_its_deadlines_reach_it(
    demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "fill", lambda *_: [])
    demo(at("2026-11-20 09:00"))
    before = law_at(at("2026-11-20 09:00"))

    demo(december := at("2026-12-20 09:00"))

    law = law_at(december)
    assert before is not None
    assert law is not None
    assert not before.calendars["office"].knows(2027)
    assert not law.calendars["office"].is_working_day(date(2027, 2, 8))
    assert law.calendars["office"].is_working_day(date(2027, 2, 11))


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


def test_a_copy_later_than_its_original_is_refused(demo: Any) -> None:
    demo()
    some = Originals(Case.objects.ended().values_list("pk", flat=True))

    with pytest.raises(ValueError, match="earlier"):
        some.copy(timedelta(days=1), seed=1)
