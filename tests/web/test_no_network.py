"""The network goes and comes back: it is said, nothing typed is lost, and what is sent again is done once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from shouwen.base.models import Event
from tests.web.browsing import do, visitor
from tests.web.village import Village

WITHOUT: Final = re.compile("Failed to load resource: net::ERR|^htmx:sendError, ")  # what a browser prints then

LATE: Final = re.compile(r"/beside/\?late$")  # what was asked before the network went
LISTENING: Final = """window.late = [], document.addEventListener('htmx:afterOnLoad', (event) => {
  if (event.detail.pathInfo.requestPath.endsWith('?late')) window.late.push(document.getElementById('trouble').textContent.slice(0, 4));
}), 0"""  # after the page's own listeners: what the notice says then


@pytest.fixture
def page(village: Village, browser: Browser) -> Iterator[Page]:
    """Chen Jie at a browser whose network goes; nothing else may go wrong."""
    came = visitor(browser, village, village.cast.chen_jie, 1440)
    yield came.page
    came.troubles[:] = [text for text in came.troubles if not WITHOUT.search(text)]
    came.leave()


def failing_meanwhile(page: Page) -> None:
    """A part of the page that follows the data asks, too, and gets no answer."""
    with page.expect_event("requestfailed", lambda request: request.method == "GET"):
        page.evaluate("htmx.trigger(document.querySelector('[data-live][hx-get]'), 'live')")


def test_what_could_not_be_sent_stays_and_is_sent_once_when_the_network_is_back(village: Village, page: Page) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 10, "断网时办理", trouble="fault")
    noted = Event.objects.filter(case_id=case.pk, act="note", actor_id=cast.chen_jie.pk)
    page.goto(f"/cases/{case.number}/")
    do(page, "note")
    page.locator("#f-text").fill("断网之前写好的话")
    page.context.set_offline(True)
    expect(page.locator("#trouble")).to_contain_text("网络断开，输入的内容都还在")

    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#trouble")).to_contain_text("没有送达服务器")
    failing_meanwhile(page)
    expect(page.locator("#trouble")).to_contain_text("没有送达服务器")
    expect(page.locator("#trouble button")).to_have_text("立即重试")
    expect(page.locator("#f-text")).to_have_value("断网之前写好的话")
    assert not noted.exists()

    page.context.set_offline(False)
    expect(page.locator("#case-story")).to_contain_text("断网之前写好的话")
    expect(page.locator("#act-form")).to_have_count(0)
    assert noted.count() == 1


def test_an_answer_to_what_was_asked_before_the_network_went_leaves_the_notice_there(village: Village, page: Page) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 13, "答复在路上", trouble="fault")
    page.goto(f"/cases/{case.number}/")
    expect(page.locator("#beside .waiting-card")).to_have_count(0)
    held: list[Route] = []
    page.route(LATE, lambda route: held.append(route))  # noqa: PLW0108  the browser marks a handler, and a built-in cannot be marked
    page.evaluate(LISTENING)
    with page.expect_request(LATE):
        page.evaluate("void htmx.ajax('GET', `${document.getElementById('beside').getAttribute('hx-get')}?late`, '#beside')")
    page.context.set_offline(True)
    expect(page.locator("#trouble")).to_contain_text("网络断开")

    held[0].fulfill(content_type="text/html", body="<p>不晚</p>")

    page.wait_for_function("window.late.length")
    assert page.evaluate("window.late") == ["网络断开"], "what stood there when the answer had been taken in"
    page.context.set_offline(False)
    expect(page.locator("#trouble")).not_to_contain_text("网络断开")


def test_what_arrived_but_was_not_answered_is_not_done_twice(village: Village, page: Page) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 11, "答复丢了", trouble="fault")
    page.goto(f"/cases/{case.number}/")
    do(page, "note")
    page.locator("#f-text").fill("送到了，答复没有回来")
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/acts/note/", lose, times=1)
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#case-story")).to_contain_text("送到了，答复没有回来")  # as news
    expect(page.locator("#trouble")).to_contain_text("没有送达服务器，请重试；重试不会重复提交。")
    expect(page.locator("#f-text")).to_have_value("送到了，答复没有回来")
    page.locator("#trouble button").click()
    expect(page.locator("#act-form")).to_have_count(0)

    assert lost == [200]
    assert Event.objects.filter(case_id=case.pk, act="note", actor_id=cast.chen_jie.pk).count() == 1


def test_live_news_that_is_cut_off_says_so_and_comes_back_with_what_was_missed(village: Village, page: Page) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 12, "断网时别人在办", trouble="fault")
    page.goto(f"/cases/{case.number}/")
    expect(page.locator("#case-story")).to_contain_text("断网时别人在办")
    page.context.set_offline(True)
    expect(page.locator("#trouble")).to_be_visible()
    village.act(case, "note", cast.xu_qiang, text="断网期间记下的话")

    page.context.set_offline(False)
    expect(page.locator("#case-story")).to_contain_text("断网期间记下的话")
    expect(page.locator("#trouble")).to_be_hidden()
