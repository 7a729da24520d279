"""Rounds as pages: today's list, the month, the coverage of the whole, and who answers for what was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases import clock
from shouwen.cases.models import Case, Occurrence
from shouwen.web.rounds.due import Row
from shouwen.web.rounds.months import Month
from tests.web.browsing import choose, do, overflows, send
from tests.web.keeping import PATROL, flats, patrols
from tests.web.village import Village

pytestmark = pytest.mark.usefixtures("one_day")


def midnight(days: int) -> datetime:
    """The beginning of a day so many days from today."""
    today = timezone.localdate()
    return datetime.combine(today + timedelta(days=days), time(), timezone.get_default_timezone())


def ended(village: Village, case: Case) -> None:
    """End a patrol: it is done."""
    village.act(case, "patrol", village.cast.li_na, record="门窗完好", needs_repair="no")


def listed(client: Client, url: str) -> list[Row]:
    """Every row of a list, on all its pages: other tests' flats are patrolled too."""
    found, after = list[Row](), "first"
    while after:
        page = client.get(url if after == "first" else f"{url}&after={after}").context
        found, after = [*found, *page["rows"]], page["after"]
    return found


def test_what_falls_due_today_is_listed_with_its_flat_and_who_answers(village: Village) -> None:
    flat = flats(village, 1, "今日房", let=True)[0]
    [case] = [c for c in patrols(midnight(-10), "today") if flat.pk in c.records]
    rows = listed(village.client(village.cast.lin_yue), f"/rounds/?clause={PATROL.replace('#', '%23')}")
    row = next(r for r in rows if r.case.pk == case.pk)

    assert row.due_at is not None
    assert (row.about, row.missed, timezone.localdate(row.due_at - timedelta(seconds=1))) == (
        "今日房1",
        False,
        timezone.localdate(),
    )
    assert row.who


def test_what_is_not_due_yet_waits_among_the_open_ones_only(village: Village) -> None:
    flats(village, 1, "未到期房", let=True)
    case = patrols(midnight(0), "waiting")[0]
    client = village.client(village.cast.lin_yue)

    def waits(view: str) -> bool:
        url = f"/rounds/?view={view}&clause={PATROL.replace('#', '%23')}&day={timezone.localdate() + timedelta(days=10)}"
        return case.pk in [r.case.pk for r in listed(client, url)]

    assert [waits(view) for view in ("today", "open", "missed", "done", "all")] == [False, True, False, False, True]


def test_what_was_missed_names_who_answers_and_stays_missed_when_it_is_done_late(village: Village) -> None:
    flats(village, 2, "逾期房", let=True)
    cases = patrols(midnight(-15), "missed")
    clock.tick(timezone.now())
    client = village.client(village.cast.lin_yue)
    ended(village, cases[0])

    found = {r.case.pk: r for r in listed(client, f"/rounds/?view=missed&clause={PATROL.replace('#', '%23')}")}

    assert {c.pk for c in cases} <= set(found)
    assert all(found[c.pk].who and found[c.pk].missed for c in cases)


def test_the_coverage_counts_against_all_that_was_asked_and_opens_into_the_cases(village: Village) -> None:
    flats(village, 3, "覆盖房", let=True)
    flats(village, 1, "覆盖外房")
    cases = patrols(midnight(0), "coverage")
    ended(village, cases[0])
    client, month = village.client(village.cast.lin_yue), Month.of(timezone.localdate())

    [one] = [c for c in client.get(f"/rounds/coverage/?month={month}").context["covered"] if c.clause == PATROL]
    opened = Case.objects.filter(opened_by_clause=PATROL, opened_at__gte=midnight(1 - timezone.localdate().day))
    asked = sum(o.asked for o in Occurrence.objects.filter(clause=PATROL, at__gte=midnight(1 - timezone.localdate().day)))

    assert one.whole == one.in_time + one.late + one.waiting + one.missed == opened.count()
    assert one.asked == asked > one.whole
    assert one.in_time >= 1


def test_a_reader_of_one_site_counts_only_what_they_may_see(village: Village) -> None:
    flats(village, 1, "看得见房", let=True)
    patrols(midnight(0), "sight")
    mine = village.client(village.cast.su_min).get("/rounds/coverage/").context["covered"]
    seen = listed(village.client(village.cast.su_min), f"/rounds/?view=all&month={Month.of(timezone.localdate())}")

    assert sum(c.whole for c in mine if c.clause == PATROL) == len([r for r in seen if r.case.opened_by_clause == PATROL])


def test_the_month_shows_what_falls_due_on_each_day_and_what_will_open(village: Village) -> None:
    flats(village, 1, "月历房", let=True)
    patrols(midnight(-10), "month")
    client = village.client(village.cast.lin_yue)
    today = timezone.localdate()

    weeks = client.get(f"/rounds/month/?month={Month.of(today)}").context["weeks"]
    days = {d.day: d for week in weeks for d in week}
    ahead = client.get(f"/rounds/month/?month={Month.of(today).after}").context["weeks"]
    first = next(d for week in ahead for d in week if d.inside)

    assert all(len(week) == 7 for week in weeks)
    assert next(m for m in days[today].marks if m.clause == PATROL).whole >= 1
    assert PATROL in [clause for clause, _text in first.planned]
    assert not any(d.planned for d in days.values() if d.day < today)


def test_what_comes_round_on_the_very_first_day_of_the_calendar_is_shown(village: Village) -> None:
    month = Month.of(timezone.localdate()).after
    while month.first.weekday():  # until one that begins on a Monday: no day of the month before is shown
        month = month.after

    weeks = village.client(village.cast.lin_yue).get(f"/rounds/month/?month={month}").context["weeks"]

    assert weeks[0][0].day == month.first
    assert PATROL in [clause for clause, _text in weeks[0][0].planned]


def test_a_year_without_holidays_is_said_and_breaks_nothing(village: Village) -> None:
    page = village.client(village.cast.lin_yue).get("/rounds/month/?month=2031-02")

    assert page.status_code == 200
    assert len(page.context["weeks"]) in (4, 5, 6)


def test_nonsense_in_the_address_narrows_nothing(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    assert client.get("/rounds/?view=x&day=2026-02-31&month=2026-13&unit=a&clause=%00").context["filters"].view == "today"
    assert client.get("/rounds/month/?month=1999-01").context["month"] == Month.of(timezone.localdate())


def test_an_officer_does_a_patrol_from_the_list(village: Village, sit: Callable[..., Page]) -> None:
    flats(village, 1, "走查房", let=True, site="湖畔苑")  # no other test's flats fill that officer's page
    patrols(midnight(-10), "walk")
    page = sit("he_jing")
    page.goto("/rounds/")
    page.locator("#rounds tr", has_text="走查房1").locator(".main-cell").first.click()
    do(page, "patrol")
    page.locator("#f-record").fill("门窗完好")
    choose(page, "needs_repair", "no")
    send(page)
    page.goto("/rounds/?view=done")

    expect(page.locator("#rounds tr", has_text="走查房1").first).to_contain_text("已巡查")


def test_the_month_can_be_used_on_a_phone(village: Village, sit: Callable[..., Page]) -> None:
    flats(village, 1, "手机房", let=True, site="湖畔苑")
    patrols(midnight(-10), "phone")
    page = sit("he_jing", 390)
    page.goto("/rounds/month/")
    page.locator(".month-today .month-sum").click()

    expect(page.locator("#rounds tr", has_text="手机房1")).to_be_visible()
    assert overflows(page) == 0
