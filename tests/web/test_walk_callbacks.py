"""A walk through call-backs: today's calls, why one failed and when it is tried again, a result in place, and an honest share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from shouwen.cases.coverage import coverage
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.reports import standing
from shouwen.reports.models import Reached
from tests.web.browsing import choose
from tests.web.village import Village


def _to_call(village: Village, n: int, content: str) -> Case:
    """A repair, and the call that asks how it was."""
    chen, now = village.cast.chen_jie, timezone.now()
    repair = village.repair(chen, now, n, content)
    who = village.customer(n)
    return village.open("call_back", chen, now, who, customer=who.pk, kind="repair", repair=repair.pk)


def test_a_call_that_failed_says_why_and_when_it_is_tried_again(village: Village, sit: Callable[..., Page]) -> None:
    case = _to_call(village, 0, "水龙头滴水")
    page = sit("li_na")
    page.goto("/callbacks/?view=open")
    row = page.locator(".call-row", has_text="水龙头滴水")
    row.locator("button", has_text="记联系未果").click()
    choose(page, "miss_reason", "no_answer")
    page.locator("#f-next_try").fill("2031-05-06T09:30")
    page.keyboard.press("Control+Enter")
    expect(row).to_contain_text("未果 1 次")
    expect(row).to_contain_text("无人接听")
    expect(row).to_contain_text("2031-05-06 09:30")
    assert Case.objects.get(pk=case.pk).step == "planned"


def test_news_does_not_pull_away_a_form_that_is_on_its_way(village: Village, sit: Callable[..., Page]) -> None:
    _to_call(village, 2, "窗把手松了")
    page = sit("li_na")
    page.goto("/callbacks/?view=open")
    button = page.locator(".call-row", has_text="窗把手松了").locator("button", has_text="记联系未果")
    held: list[Route] = []
    page.route(re.compile(re.escape(str(button.get_attribute("hx-get")))), lambda route: held.append(route))  # noqa: PLW0108  playwright takes no built-in
    button.click()
    expect(button).to_have_class(re.compile("htmx-request"))
    with page.expect_response("**/callbacks/**"):
        page.evaluate(
            "htmx.ajax('GET', location.pathname + location.search, {source: '#callbacks', event: new Event('live'), swap: 'outerHTML'})"
        )
    page.wait_for_timeout(200)  # time enough to put in what came
    held[0].continue_()
    expect(page.locator(".way:has(input[name='miss_reason'])").first).to_be_visible()


def test_a_result_is_written_down_under_the_row_with_what_the_law_asks(village: Village, sit: Callable[..., Page]) -> None:
    case = _to_call(village, 1, "防盗门变形")
    page = sit("li_na")
    page.goto("/callbacks/?view=open")
    row = page.locator(".call-row", has_text="防盗门变形")
    row.locator("button", has_text="登记回访").click()
    choose(page, "outcome", "satisfied")
    page.locator(".row-acting .form-end .btn-primary").click()
    expect(row.locator(".refusal").first).to_contain_text(re.compile("回访形式|服务态度"))
    for name, answer in {
        "channel": "phone",
        "methods": "talk",
        "attitude": "good",
        "efficiency": "good",
        "effect": "good",
    }.items():
        choose(page, name, answer)
    page.locator(".row-acting .form-end .btn-primary").click()
    expect(page.locator(".call-row", has_text="防盗门变形")).to_have_count(0)
    assert Case.objects.get(pk=case.pk).fields["outcome"] == "satisfied"
    page.locator(".switch a", has_text="已回访").click()
    expect(page.locator(".call-row", has_text="防盗门变形")).to_contain_text("满意")


def test_the_share_is_of_all_that_were_to_be_called(village: Village) -> None:
    law, units = law_at(timezone.now()), [village.cast.units.yunqi.pk]
    assert law is not None

    def repairs() -> tuple[int, int]:
        found = next(c for c in coverage(law, "call_back", units, now=timezone.now()) if c.id.endswith("repair_coverage"))
        return found.part, found.whole

    part, whole = repairs()
    first = _to_call(village, 2, "扶手松动")
    _to_call(village, 3, "扶手脱漆")
    asked: dict[str, Any] = {
        "outcome": "satisfied",
        "channel": "phone",
        "methods": ["talk"],
        "attitude": "good",
        "efficiency": "good",
        "effect": "good",
    }
    village.act(first, "call", village.cast.li_na, **asked)
    assert repairs() == (part + 1, whole + 2)


def test_calls_are_narrowed_by_the_address(village: Village) -> None:
    _to_call(village, 4, "雨棚漏水")
    client = village.client(village.cast.li_na)
    assert "雨棚漏水" in client.get("/callbacks/?view=open&kind=repair").content.decode()
    assert "雨棚漏水" not in client.get("/callbacks/?view=open&kind=complaint").content.decode()
    assert "雨棚漏水" not in client.get(f"/callbacks/?view=open&unit={village.cast.units.hupan.pk}").content.decode()


def test_the_share_is_the_same_counted_now_and_kept_by_the_worker(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    _to_call(village, 5, "栏杆松动")
    now, law = timezone.now(), law_at(timezone.now())
    assert law is not None
    units = [village.cast.units.yunqi.pk, village.cast.units.hupan.pk]
    with transaction.atomic():  # the row is ours until the end: the worker of the village takes its turn before or after
        Reached.objects.update(looked_at=None)
        live, at = standing.covered_now(law, "call_back", units, now)
        monkeypatch.setattr(standing, "LIVE", -1)  # as if there were too many
        standing.keep(now)

        kept, kept_at = standing.covered_now(law, "call_back", units, now)

    assert (kept, at, kept_at) == (live, None, now)
    assert any(one.whole for one in kept)
