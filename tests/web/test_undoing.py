"""Taking back what was just done: offered where the law has an act for it that is open, for ten minutes, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Approval, Case
from shouwen.staff.models import Staff
from shouwen.web.cases.undoing import OFFERED
from tests.web.browsing import at_case, send
from tests.web.village import Village

Said = tuple[int, str]


def done(village: Village, case: Case, act: str, by: Staff, **typed: Any) -> Said:
    """Do an act from the page of its case; what the page answers."""
    sent = {"asked": list(typed), **typed}
    address = f"/cases/{case.number}/acts/{act}/"
    answer = village.client(by).post(address, sent, headers={"HX-Request": "true", "HX-Target": "acting"})
    return answer.status_code, answer.content.decode()


def offered(said: Said) -> tuple[str, str] | None:
    """By which act a page that was answered offers to take back what was done, and in which words."""
    status, page = said
    assert status == 200, page
    found = re.search(r'data-until="[^"]+" hx-(?:get|post)="[^"]+/acts/(\w+)/".*?</svg>\s*([^<]+)</button>', page, re.DOTALL)
    return (found[1], found[2].strip()) if found is not None else None


def test_who_was_sent_by_mistake_is_replaced_by_another(village: Village) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 18, "衣帽间渗水")

    assert offered(done(village, case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)) == ("reassign", "办错了？改派")
    assert offered(done(village, case, "reassign", cast.xu_qiang, technician=cast.qian_hao.pk)) == ("reassign", "办错了？改派")
    case.refresh_from_db()
    assert case.fields["technician"] == cast.qian_hao.pk


def test_a_correction_is_corrected_and_an_end_is_reopened(village: Village) -> None:
    chen, who = village.cast.chen_jie, village.newcomer("安可改")
    case = village.complaint(chen, timezone.now(), who, content="门口堆物", topic="service")

    assert offered(done(village, case, "amend", chen, content="门口堆杂物")) == ("amend", "办错了？更正")
    ended = done(village, case, "cancel", chen, cancel_reason="客户撤回", evidence="consent:customer:0")
    assert offered(ended) == ("reopen", "办错了？重开")
    assert offered(done(village, case, "reopen", chen, reason="客户又来电")) is None, (
        "an end is lawful or it is not: by its own act"
    )


def test_what_no_act_takes_back_and_what_the_law_closes_has_no_such_button(village: Village) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 19, "书柜后渗水")
    assert offered(done(village, case, "reply", cast.chen_jie, answer_text="师傅马上到")) is None, "what was said was said"
    assert offered(done(village, case, "note", cast.chen_jie, text="客户急")) is None

    done(village, case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    village.act(case, "accept", cast.sun_lei, ticks=("property/repair#3.8.tools", "property/repair#3.8.spares"))
    assert offered(done(village, case, "arrive", cast.sun_lei)) is None
    status, page = done(village, case, "reassign", cast.xu_qiang, technician=cast.qian_hao.pk)
    assert (status, "已到场" in page) == (409, True), "pressed late: the law says why"
    case.refresh_from_db()
    assert case.fields["technician"] == cast.sun_lei.pk


def test_a_request_is_withdrawn_by_whoever_made_it_and_only_where_it_was_made(village: Village) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), village.newcomer("安可撤"), content="车位被占", topic="service")
    asked = done(
        village, case, "extend", cast.chen_jie, clause=case.deadlines.running()[0].clause, span="2h", reason="等物业经理"
    )

    assert offered(asked) == ("withdraw", "撤回申请")
    assert offered(done(village, case, "note", cast.chen_jie, text="已请示")) is None, "a note is not what was asked for"
    waiting = Approval.objects.get(case=case)
    assert done(village, case, "withdraw", cast.chen_jie, row=waiting.pk)[0] == 200
    waiting.refresh_from_db()
    assert waiting.state != "waiting"


def test_the_offer_ends_after_ten_minutes_and_the_act_stays_among_the_others(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(
        village.cast.chen_jie, timezone.now(), village.newcomer("安可停"), content="楼道灯坏", topic="facility"
    )
    page = sit("chen_jie")
    page.clock.install()
    at_case(page, case, "hold")
    page.locator("#f-reason").fill("等客户回电")
    send(page)
    offer = page.locator("#acting .note button", has_text="办错了？恢复")
    until = offer.get_attribute("data-until")
    assert until is not None
    assert timedelta(0) < datetime.fromisoformat(until) - timezone.now() <= OFFERED

    page.clock.fast_forward(int((OFFERED + timedelta(minutes=1)).total_seconds() * 1000))

    expect(offer).to_have_count(0)
    expect(page.locator("#act-resume")).to_be_visible()
