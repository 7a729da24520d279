"""What a form does the second time: finding again after an answer that found nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.web.village import Village


def test_a_house_is_found_after_a_first_search_found_nothing(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, timezone.now(), 14, "阳台漏雨")
    page = sit("chen_jie")
    page.goto("/intake/?customer=0&procedure=repair")
    page.locator("#f-house").press_sequentially("没有这间")
    expect(page.locator("#found-house")).to_contain_text("没有找到")
    page.locator("#f-house").fill("云栖")
    expect(page.locator("#found-house [data-pick]").first).to_be_visible()
