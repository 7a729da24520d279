"""Every page there is: its name, who looks at it, and its address in the village of the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from tests.web.village import Village


def _stay(page: Page) -> None:
    """Nothing to be done before looking."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: `find` gives its address, `come` does what must be done before it is looked at."""

    name: str
    who: str
    find: Callable[[Village], str]
    come: Callable[[Page], None] = _stay


def _case(title: str, end: str = "") -> Callable[[Village], str]:
    return lambda village: f"/cases/{Case.objects.filter(title__contains=title).order_by('pk')[0].number}/{end}"


def _ask_callers(page: Page) -> None:
    page.locator("#caller").fill("云栖1")
    expect(page.locator("#callers [role=option]").first).to_be_visible()


def _new_caller(page: Page) -> None:
    page.locator("#caller").fill("13900001111")
    expect(page.locator("#caller-new")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#n-name")).to_be_focused()


def _refused(page: Page) -> None:
    page.locator("#act-assign").click()
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal").first).to_be_visible()


def _explained(page: Page) -> None:
    page.locator(".promise .btn-link").first.click()
    expect(page.locator(".arithmetic")).to_be_visible()


def _uncovering(page: Page) -> None:
    page.locator("[hx-get*=uncovered]").click()
    expect(page.locator(".uncover")).to_be_visible()


def _searching(page: Page) -> None:
    page.locator("#search").fill("水")
    expect(page.locator("#search-found [role=option]").first).to_be_visible()


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


PLACES: Final = (
    Place("sign-in", "", lambda v: "/sign-in/"),
    Place("desk", "chen_jie", lambda v: "/"),
    Place("desk-handed-over", "li_na", lambda v: "/"),
    Place("desk-empty", "zeng_qin", lambda v: "/"),
    Place("intake", "chen_jie", lambda v: "/intake/"),
    Place("intake-callers", "chen_jie", lambda v: "/intake/", _ask_callers),
    Place("intake-new-caller", "chen_jie", lambda v: "/intake/", _new_caller),
    Place("intake-what", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}"),
    Place("intake-repair", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}&procedure=repair"),
    Place("intake-complaint", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}&procedure=complaint"),
    Place("cases", "lin_yue", lambda v: "/cases/"),
    Place("cases-filtered", "lin_yue", lambda v: "/cases/?procedure=repair&step=received&state=all"),
    Place("cases-none", "lin_yue", lambda v: "/cases/?q=犇犇"),
    Place("case-late", "chen_jie", _case("卫生间顶上滴水"), _explained),
    Place("case-refused", "xu_qiang", _case("全屋停电"), _refused),
    Place("case-held", "chen_jie", _case("门锁不灵")),
    Place("case-handed-over", "li_na", _case("电梯里有烟味")),
    Place("case-withdrawn", "lin_yue", _case("维修师傅没戴鞋套")),
    Place("customers", "chen_jie", lambda v: "/customers/"),
    Place("customer", "chen_jie", lambda v: f"/customers/{v.customer(1).pk}/", _uncovering),
    Place("customer-new", "chen_jie", lambda v: "/customers/new/"),
    Place("regulations", "lin_yue", lambda v: "/regulations/"),
    Place("regulation", "lin_yue", lambda v: "/regulations/property/repair/"),
    Place("notices", "lin_yue", lambda v: "/notices/"),
    Place("notices-empty", "zeng_qin", lambda v: "/notices/"),
    Place("search", "lin_yue", lambda v: "/search/?q=水"),
    Place("search-quick", "chen_jie", lambda v: "/customers/", _searching),
    Place("keys", "chen_jie", lambda v: "/regulations/", _keys),
    Place("not-found", "chen_jie", lambda v: "/cases/BX-NOWHERE/"),
    Place("forbidden", "chen_jie", lambda v: "/cases/export/"),
)
