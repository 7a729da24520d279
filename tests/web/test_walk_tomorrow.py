"""A walk over midnight: a limit changed for tomorrow. Who comes tomorrow is promised the new one, who came today keeps the old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django import DjangoDbBlocker

from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Enactment
from tests import databases
from tests.web.browsing import fill
from tests.web.other_day import Day, day_of, seen
from tests.web.test_walk_rehearsal import changed
from tests.web.village import inside, settle
from tests.world import at

MORNING: Final = at("2026-11-23 09:00")  # a Monday
MIDNIGHT: Final = at("2026-11-24 00:00")


@pytest.fixture
def monday(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str, browser: Browser) -> Iterator[Day]:
    """The village on a Monday morning."""
    with databases.clone(template_database, f"{worker}_tomorrow") as name, inside(name, django_db_blocker):
        settle(MORNING)
        with day_of(name, browser, MORNING) as day:
            yield day


def test_a_limit_enacted_for_tomorrow_binds_the_next_case_and_the_old_one_keeps_its_promise(monday: Day) -> None:
    cast = monday.village.cast
    monday.becomes(at("2026-11-23 15:00"))
    desk, manager = monday.sit(cast.chen_jie), monday.sit(cast.zhao_jun)
    old = _taken_in(monday, desk, 1, "明天 15:00")
    _enacted(monday, at("2026-11-23 17:00"))
    _stands(manager, "尚未生效")
    monday.becomes(at("2026-11-23 17:30"))
    late = _taken_in(monday, desk, 2, "明天 17:30")  # still today's law

    monday.becomes(at("2026-11-24 08:30"))
    _stands(manager, "现行")
    seen(manager, "tomorrow-enactments")
    new = _taken_in(monday, desk, 3, "今天 09:00")
    seen(desk, "tomorrow-promise")
    for case, due in ((old, "今天 15:00"), (late, "今天 17:30")):
        desk.goto(f"/cases/{case.number}/")
        expect(_promise(desk)).to_contain_text(due)

    monday.becomes(at("2026-11-24 09:01"))
    desk.goto(f"/cases/{new.number}/")
    expect(_promise(desk)).to_contain_text("已记超时")
    desk.goto(f"/cases/{old.number}/")
    expect(_promise(desk)).not_to_contain_text("已记超时")


def _taken_in(monday: Day, page: Page, n: int, due: str) -> Case:
    """An ordinary repair, taken in at the window; its page says until when it is answered."""
    page.goto(f"/intake/?customer={monday.village.customer(n).pk}&procedure=repair")
    fill(page, content=f"门锁不灵{n}", place="in_home", trouble="fault")
    if not page.locator("input[name=house]").input_value():  # of several houses one is chosen
        page.locator(".suggested [data-pick]").first.click()
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/BX\d{8}-\d{4}/$"))
    expect(_promise(page)).to_contain_text(due)
    return Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])


def _promise(page: Page) -> Locator:
    return page.locator(".promise").filter(has=page.locator(".cite", has_text="§2.2"))


def _enacted(monday: Day, now: datetime) -> None:
    """The manager enacts half an hour in the place of a day, from midnight on; pages for it are yet to come."""
    monday.becomes(now)
    standing = Enactment.objects.holding(now)
    assert standing is not None
    by = monday.village.cast.zhao_jun.pk
    enact(changed(), standing.company_text, effective_from=MIDNIGHT, by=by, now=now, note="三十分钟")


def _stands(page: Page, state: str) -> None:
    page.goto("/regulations/enactments/")
    expect(page.locator("tr", has_text="三十分钟")).to_contain_text(state)
