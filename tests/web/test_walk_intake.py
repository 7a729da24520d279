"""A walk through intake: a known caller's repair by the fewest keys, counted by the browser itself, and what the card says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from shouwen.policy.act import Evidence
from tests.web.browsing import drafted
from tests.web.keystrokes import Counter
from tests.web.slowness import patience
from tests.web.village import Village

MOST = 8  # keys beside the text itself
SECONDS = 15.0  # from the ringing to the case, by a practised hand (`Job.by_hand`), the text itself aside
TEXT = "厨房水管漏水"


def test_a_known_callers_repair_takes_at_most_eight_keys_beside_its_text(
    village: Village, sit: Callable[..., Page], record_property: Any
) -> None:
    caller = village.customer(2)
    for _ in range(3):  # a machine that is busy with something else for a moment says nothing of the page
        page = sit("chen_jie")
        counter = Counter(page, record_property)
        page.goto("/intake/")
        _take_in(page, caller.phones.get(is_main=True).number[-4:], caller.pk)
        job = counter.done("01 受理熟客的报修")
        if job.by_hand <= SECONDS:
            break
    made = Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])
    assert made.fields["content"] == TEXT
    assert (made.customer_id, made.fields["trouble"], made.fields["urgency"]) == (caller.pk, "leak", "urgent")
    assert made.fields["channel"] == "phone"
    assert len(job.keys) <= MOST, job.keys
    assert job.presses == 0
    assert job.by_hand <= patience(SECONDS), f"{job.by_hand:.1f} s"


def _take_in(page: Page, tail: str, caller: int) -> None:
    page.keyboard.type(tail)
    expect(page.locator(f"#caller-{caller}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".procedure:focus")).to_be_visible()
    page.keyboard.press(page.locator(".procedure[href$='procedure=repair']").get_attribute("data-digit") or "")
    expect(page.locator("#f-content")).to_be_focused()  # all before it is known
    page.keyboard.insert_text(TEXT)  # as an input method does
    expect(page.locator("input[name=trouble][value=leak]")).to_be_checked()  # by the text
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/cases/BX\d{8}-\d{4}/$"))


def test_what_the_text_says_is_shown_as_chosen_and_a_hand_has_the_last_word(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(5).pk}&procedure=repair")
    page.locator("#f-content").fill("全屋停电了")
    expect(page.locator("input[name=trouble][value=outage]")).to_be_checked()
    page.locator("#f-content").fill("水管漏水")
    expect(page.locator("input[name=trouble][value=leak]")).to_be_checked()
    page.locator(".way:has(input[name=trouble][value=fault])").click()
    page.locator("#f-content").fill("水管漏水很厉害")
    page.wait_for_timeout(600)
    assert page.locator("input[name=trouble][value=fault]").is_checked()


def test_what_a_clause_decides_is_left_to_the_clause(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(5).pk}&procedure=repair")
    assert page.locator("input[name=urgency]:checked").count() == 0
    assert page.locator("input[name=immediate]:checked").count() == 0


def test_a_draft_outlives_the_questions_its_form_asks(village: Village, sit: Callable[..., Page]) -> None:
    address = f"/intake/?customer={village.customer(6).pk}&procedure=repair"
    page = sit("chen_jie")
    page.goto(address)
    page.locator("#f-content").fill("书房漏水")
    expect(page.locator("input[name=trouble][value=leak]")).to_be_checked()  # the form has asked what the text says
    drafted(page, "书房漏水")
    page.goto(address)
    expect(page.locator("#f-content")).to_have_value("书房漏水")


def test_the_card_says_the_last_words_and_that_it_is_not_the_first_time(village: Village, sit: Callable[..., Page]) -> None:
    cast, now = village.cast, timezone.now()
    first = village.complaint(cast.chen_jie, now, content="保洁不到位", topic="facility")
    village.act(first, "note", cast.chen_jie, text="业主要求当面说明", evidence=(Evidence("self"),))
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={first.customer_id}&procedure=complaint")
    expect(page.locator(".customer-card")).to_contain_text("保洁不到位")
    expect(page.locator(".last-words")).to_contain_text("业主要求当面说明")
    expect(page.locator("#similar")).to_contain_text("90 天内第")
    expect(page.locator("#similar")).to_contain_text("可能已经受理过")


def test_enter_pressed_before_the_list_has_come_takes_the_first_of_what_was_typed(
    village: Village, sit: Callable[..., Page]
) -> None:
    wanted, other = village.customer(3), village.customer(4)
    tail, before = (c.phones.get(is_main=True).number[-6:] for c in (wanted, other))
    page = sit("chen_jie")
    page.goto("/intake/")
    page.keyboard.type(before)
    expect(page.locator(f"#caller-{other.pk}")).to_have_attribute("aria-selected", "true")

    page.keyboard.press("Control+a")
    page.keyboard.type(tail)
    page.keyboard.press("Enter")  # at once: the list on the page is still that of the number before

    expect(page).to_have_url(re.compile(rf"/intake/\?customer={wanted.pk}$"))

    page.goto(f"/intake/?customer={wanted.pk}&procedure=enquiry")
    page.locator("#knowledge").focus()
    page.keyboard.type("zhuangxiulaji")
    page.keyboard.press("Enter")  # so it is with what is looked up beside the form
    expect(page.locator("#article")).to_contain_text("每车 180 元")
    expect(page.get_by_role("button", name="引用这份资料")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#f-article")).to_have_value("装修垃圾怎么清运")
    expect(page.locator("input[name=article]")).not_to_have_value("")


def test_the_words_to_be_said_stand_beside_the_form_while_it_is_asked(village: Village) -> None:
    client, caller = village.client(village.cast.chen_jie), village.customer(8).pk

    page = client.get(f"/intake/?customer={caller}&procedure=enquiry").content.decode()

    script = re.search(r'<aside class="card script-card">(.*?)</aside>', page, re.DOTALL)
    assert script is not None
    assert "您好请问有什么可以帮您" in script.group(1)
    assert "§2.2" in script.group(1)
    assert page.index('id="intake-form"') < script.start(), "beside what is asked"
    assert "script-card" not in client.get(f"/intake/?customer={caller}&procedure=repair").content.decode()
