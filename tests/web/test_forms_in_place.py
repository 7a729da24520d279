"""A place of forms on a slow line: what was sent is answered there, whatever else was asked for meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from tests.web.browsing import do
from tests.web.test_quick_hands import Held
from tests.web.village import Village

Sit = Callable[..., Page]


def test_a_form_that_no_answer_came_to_can_be_sent_again_at_once(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 24, "泵房跑水")
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    do(page, "reply")
    page.locator("#f-answer_text").fill("马上来")
    page.evaluate("() => { window.requestAnimationFrame = (later) => setTimeout(later, 400); }")  # too slow for its pictures
    page.route(
        re.compile(r"/acts/reply/$"),
        lambda route: route.fulfill(status=404, body="<p>?</p>", headers={"HX-Reswap": "none"}),
        times=1,
    )
    send = page.locator("#act-form .form-end .btn-primary")
    with page.expect_response(re.compile(r"/acts/reply/$")):
        send.click()
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    assert "busy" not in (page.locator("#act-form").get_attribute("class") or "").split()
    send.click()
    expect(page.locator("#acting .note-success")).to_be_visible()


def _replying(village: Village, sit: Sit, title: str) -> tuple[Page, Case]:
    """A case with an answer for the customer written down, and not sent yet."""
    case = village.repair(village.cast.chen_jie, timezone.now(), 25, title, trouble="fault")
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    do(page, "reply")
    page.locator("#f-answer_text").fill("已安排师傅")
    return page, case


def test_a_form_that_comes_late_does_not_take_away_what_was_done_meanwhile(village: Village, sit: Sit) -> None:
    page, _ = _replying(village, sit, "伸缩缝渗水")
    late = Held(page, r"/acts/note/$")
    page.locator("#act-note").click()
    late.wait()
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .note-success")).to_be_visible()
    late.come()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(page.locator("#acting .note-success")).to_be_visible()
    expect(page.locator("#act-form")).to_have_count(0)


@pytest.mark.parametrize("answer", ["已安排师傅", ""])
def test_what_is_pressed_while_a_form_is_being_sent_waits_for_the_answer(village: Village, sit: Sit, answer: str) -> None:
    page, case = _replying(village, sit, f"女儿墙裂缝{answer}")
    page.locator("#f-answer_text").fill(answer)
    sent = Held(page, r"/acts/reply/$")
    page.locator("#act-form .form-end .btn-primary").click()
    sent.wait()
    page.locator("#act-note").click()
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")  # it would have been asked for by now
    expect(page.locator("#f-answer_text")).to_be_visible()
    sent.come()
    if answer:
        expect(page.locator("#trouble")).to_contain_text("已办理")
        expect(page.locator("#act-form[action$='/note/']")).to_be_visible()
    else:  # what is wrong is read first
        expect(page.locator("#act-form[action$='/reply/'] [aria-invalid]")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(page.locator("#act-form")).to_have_attribute("action", re.compile("/note/$" if answer else "/reply/$"))
    assert Case.objects.get(pk=case.pk).marks.get("reply", [0])[0] == bool(answer)
