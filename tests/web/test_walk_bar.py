"""A walk through the pages of a bar: one evening, from the first telephone call to the counts of the next morning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from tests import databases
from tests.cases.trades import living_by
from tests.web.browsing import at_case, do, fill, here, send
from tests.web.other_day import Day, day_of, seen
from tests.web.village import inside
from tests.world import at

MONDAY: Final = "2026-11-23"
POSTS: Final = {"booking_manager": "li_na", "greeter": "chen_jie", "waiter": "sun_lei", "department_manager": "xu_qiang"}
GUEST: Final = {"day": MONDAY, "phone": "13800000001", "party_size": "4", "for_friend": "no"}


@pytest.fixture
def evening(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str, browser: Browser) -> Iterator[Day]:
    """A bar on a Monday afternoon, with two booths."""
    opened = at(f"{MONDAY} 17:00")
    with databases.clone(template_database, f"{worker}_bar") as name, inside(name, django_db_blocker):
        bar = living_by("hospitality", "bar", POSTS, opened)
        for table in ("K1", "K2"):
            _kept(bar, table)
        with day_of(name, browser, opened) as day:
            yield day


def _kept(bar: Cast, name: str) -> None:
    area, now = bar.units.yunqi.pk, at(f"{MONDAY} 17:00")
    wish = Act(
        "open",
        Ref("record", "table", 0),
        bar.chen_jie.pk,
        now,
        {"name": name, "class": "booth", "area": area},
        opening=Opening(area),
    )
    assert act(wish, now=now).allowed


def _calling(page: Page, name: str, **fields: str) -> None:
    """Somebody wants a table: the form of intake, filled in."""
    page.goto("/intake/")
    page.get_by_role("link", name="不登记客户，直接立项").click()
    page.locator(".procedure", has_text="订台").first.click()
    expect(page.locator("#f-real_name")).to_be_visible()
    fill(page, real_name=name, **{**GUEST, **fields})


def _book(page: Page) -> Case:
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/DT\d{8}-\d{4}/$"))
    return Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])


def _not_taken(page: Page, why: str) -> None:
    page.locator("#intake-form .form-end .btn-primary").click()
    expect(page.locator("#intake-form .refusal").filter(has_text=why)).to_be_visible()


def _evening_of(page: Page, *rows: str) -> None:
    """The bookings of the evening are found as somebody would: the list, the procedure, the day."""
    page.goto("/cases/?state=all")
    page.locator("#f-procedure").select_option("table_booking")
    page.get_by_label("订台日").fill(MONDAY)
    expect(page).to_have_url(re.compile(rf"f\.day={MONDAY}"))
    expect(page.locator("#cases tbody tr")).to_have_count(len(rows))
    for text in rows:
        expect(page.locator("#cases tbody tr", has_text=text)).to_be_visible()


def test_an_evening_at_the_bar(evening: Day) -> None:
    first, second = _booked(evening)
    _came(evening, first)
    _stayed_away(evening, second)
    night = _after_midnight(evening)
    _counted_at_six(evening)
    _voided_afterwards(evening, first, night)


def _booked(evening: Day) -> tuple[Case, Case]:
    """One table, one evening, one booking: the second is refused by its clause, and takes the table beside."""
    evening.becomes(at(f"{MONDAY} 18:00"))
    page = evening.sit(evening.village.cast.li_na)
    _calling(page, "赵敏", kind="first", channel="phone", table_class="booth", place="K1")
    first = _book(page)
    expect(page.locator(".promise")).to_contain_text("今天 22:00")
    evening.becomes(at(f"{MONDAY} 18:10"))
    _calling(page, "周芷", kind="first", channel="phone", table_class="booth", place="K1")
    expect(page.locator("#similar")).to_contain_text(first.number)
    _not_taken(page, "同一桌台同一晚只留给一单")
    expect(page.locator("#intake-form .refusal")).to_contain_text("§2.5")
    seen(page, "bar-refused")
    fill(page, place="K2")
    return first, _book(page)


def _came(evening: Day, first: Case) -> None:
    """The greeter has the evening before her, and seats those who have come."""
    evening.becomes(at(f"{MONDAY} 20:30"))
    page = evening.sit(evening.village.cast.chen_jie)
    _evening_of(page, "K1", "K2")
    seen(page, "bar-evening")
    page.locator("#cases tbody tr", has_text="K1").locator(".main-cell").click()
    _do(page, "arrive")
    _do(page, "seat")
    here(page, "已入座")


def _do(page: Page, act: str) -> None:
    do(page, act)
    send(page)


def _stayed_away(evening: Day, second: Case) -> None:
    """At ten the clock gives the table away, and says by which clause; from then on nobody books for this evening by telephone."""
    evening.becomes(at(f"{MONDAY} 22:00"))
    page = evening.sit(evening.village.cast.li_na)
    page.goto(f"/cases/{second.number}/")
    expect(page.locator(".case-head")).to_contain_text("留台中")
    evening.becomes(at(f"{MONDAY} 22:01"))
    page.reload()
    expect(page.locator(".case-head")).to_contain_text("已取消")
    expect(page.locator("#case-story")).to_contain_text("§2.3")
    expect(page.locator(".acts")).to_contain_text("已经结束，不能重开")
    seen(page, "bar-given-up")
    _calling(page, "孙梅", kind="first", channel="phone", table_class="booth", place="K2")
    _not_taken(page, "过了留台时限不再收订位")


def _after_midnight(evening: Day) -> Case:
    """It is still Monday's evening. Who comes at once was no booking; who comes later is seated, and counts for whoever booked."""
    bar = evening.village.cast
    page = evening.sit(bar.chen_jie)
    second = {"kind": "second", "channel": "desk", "table_class": "booth", "place": "K2", "booker": str(bar.li_na.pk)}
    evening.becomes(at("2026-11-24 00:30"))
    _calling(page, "钱进", **second)
    hasty = _book(page)
    expect(page.locator(".promise")).to_contain_text("今天 06:00")
    expect(page.locator(".case-people")).to_contain_text("责任人李娜")
    evening.becomes(at("2026-11-24 00:36"))
    at_case(page, hasty, "arrive")
    send(page)
    expect(page.locator(".case-head")).to_contain_text("已作废")
    expect(page.locator("#case-story")).to_contain_text("§1.1")
    evening.becomes(at("2026-11-24 00:40"))
    _calling(page, "吴刚", **second)
    night = _book(page)
    evening.becomes(at("2026-11-24 00:55"))
    at_case(page, night, "arrive")
    send(page)
    _do(page, "seat")
    here(page, "已入座")
    _evening_of(page, "已作废", "已取消", "K1", night.number)
    seen(page, "bar-evening-over")
    return night


def _counted_at_six(evening: Day) -> None:
    """The evening ends at six: then there is its count, on the list of rounds."""
    evening.becomes(at("2026-11-24 06:00"))
    page = evening.sit(evening.village.cast.li_na)
    page.goto("/rounds/?view=open")
    expect(page.locator("#rounds tbody tr", has_text="明天 06:00")).to_contain_text("核单")


def _voided_afterwards(evening: Day, first: Case, night: Case) -> None:
    """Touting at twenty to one costs the whole evening, what was seated after midnight with it; and nothing is rubbed out."""
    bar = evening.village.cast
    page = evening.sit(bar.chen_jie)
    page.goto("/intake/?customer=0&procedure=booking_offence")
    fill(page, code="touting", happened_at="2026-11-24T00:40")
    page.locator(".crowd-filter").fill("李娜")
    page.locator(".crowd .tick:visible").click()
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/WD\d{8}-\d{4}/$"))
    offence = Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])
    evening.becomes(at("2026-11-24 18:00"))
    manager = evening.sit(bar.xu_qiang)
    fill(at_case(manager, offence, "uphold"), proof="迎宾看见")
    send(manager)
    manager.goto(f"/books/performance/staff/{bar.li_na.pk}/")
    expect(manager.locator(".account-sum")).to_contain_text("0桌")
    for booking in (first, night):
        expect(manager.locator("#entries tr", has_text=booking.number)).to_have_count(2)  # what was booked, and its reversal
    expect(manager.locator("#entries .entry-void")).to_have_count(4)
    manager.goto(f"/books/points/staff/{bar.li_na.pk}/")
    expect(manager.locator(".account-sum")).to_contain_text("50分")
    expect(manager.locator("#entries")).to_contain_text("§7.5")


def test_the_evening_can_be_worked_with_on_a_phone(evening: Day) -> None:
    _booked(evening)
    page = evening.sit(evening.village.cast.chen_jie, 390)
    _evening_of(page, "K1", "K2")
    seen(page, "bar-evening-390")
    page.locator("#cases tbody tr", has_text="K1").locator(".main-cell").click()
    do(page, "arrive")
    seen(page, "bar-arrive-390")
    send(page)
    page.goto("/intake/?customer=0&procedure=table_booking")
    seen(page, "bar-booking-390")
