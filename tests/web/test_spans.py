"""How long: what people write for it, and an extension said by the moment it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from shouwen.base.errors import FieldError
from shouwen.cases.models import Deadline
from shouwen.policy.nouns import Field
from shouwen.policy.values import FieldType
from shouwen.web import spans
from shouwen.web.fields import read
from tests.web.browsing import at_case, drafted, press, send
from tests.web.village import Village

LONG = [Field("span", "延长", FieldType("span"), "By")]
NOON = timezone.now().replace(hour=4, minute=0, second=0, microsecond=0)


def typed(**values: str) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update({name.replace("_unit", ".unit"): value for name, value in values.items()})
    return found


@pytest.mark.parametrize(
    ("text", "unit", "kept"),
    [
        ("2", "d", "2d"), ("2", "h", "2h"), ("1.5", "h", "90min"), ("2天", "h", "2d"), ("两小时", "d", "2h"), ("3个工作日", "", "3wd"),
        ("2 d", "", "2d"), ("30min", "h", "30min"), ("", "h", None),
    ],
)  # fmt: skip
def test_a_number_goes_with_the_unit_beside_it_and_a_unit_that_was_written_wins(text: str, unit: str, kept: str | None) -> None:
    assert read(typed(span=text, span_unit=unit), LONG).get("span") == kept


@pytest.mark.parametrize("text", ["明天", "一会儿", "-2", "2.345"])
def test_what_is_no_span_is_refused_with_the_name_of_the_field_and_what_to_write(text: str) -> None:
    with pytest.raises(FieldError) as wrong:
        read(typed(span=text, span_unit="h"), LONG)
    (said,) = wrong.value.complaints
    assert said.field == "span"
    assert said.zh == "“延长”写数字和单位，如 2小时、3天、5个工作日"
    with translation.override("en"), pytest.raises(FieldError) as wrong:
        read(typed(span=text, span_unit="h"), LONG)
    assert wrong.value.complaints[0].en.startswith("“By”: write a number and a unit")


def test_a_moment_is_as_long_after_the_deadline_as_it_takes_and_never_before_what_was_asked() -> None:
    assert spans.until(NOON + timedelta(hours=26), [NOON]) == "26h"
    assert spans.until(NOON + timedelta(minutes=90), [NOON, NOON]) == "90min"
    assert spans.until(NOON + timedelta(minutes=90), [NOON + timedelta(seconds=20)]) == "90min"
    for moment, due in (
        (NOON, [NOON]),
        (NOON, [NOON - timedelta(hours=1), NOON - timedelta(hours=2)]),
        (NOON, [None]),
        (NOON, []),
    ):
        with pytest.raises(FieldError):
            spans.until(moment, due)


def test_a_deadline_is_extended_by_words(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="信箱锁坏了", topic="facility")
    page = at_case(sit("chen_jie"), case, "extend")
    page.locator("#f-span").fill("明天")
    press(page)
    expect(page.locator("#w-span")).to_contain_text("“延长”写数字和单位")
    page.locator("#f-span").fill("二小时")
    page.locator("#f-reason").fill("客户出差")
    send(page)
    expect(page.locator(".consent")).to_contain_text("2小时")  # it waits for a yes


def test_a_deadline_is_extended_to_a_moment(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="信箱门掉了", topic="facility")
    first = Deadline.objects.running().filter(subject_id=case.pk).order_by("due_at")[0]
    page = at_case(sit("chen_jie"), case, "extend")
    page.locator("#f-reason").fill("客户出差")
    page.locator("#extend-to").fill(f"{timezone.localtime(first.due_at) + timedelta(hours=3):%Y-%m-%dT%H:%M}")
    press(page)
    expect(page.locator("#extend-to-fault")).to_contain_text("先选延长哪一个")  # they do not fall due together
    page.locator(f".tick input[name=clause][value='{first.clause}']").check()
    send(page)
    expect(page.locator(".consent")).to_contain_text("3小时")


def test_the_unit_that_was_chosen_comes_back_with_the_draft(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="信报箱歪了", topic="facility")
    page = at_case(sit("chen_jie"), case, "extend")
    page.locator("select[name='span.unit']").select_option("d")
    page.locator("#f-span").fill("3")
    drafted(page, '"3"')
    at_case(page, case, "extend")
    expect(page.locator("#f-span")).to_have_value("3")
    expect(page.locator("select[name='span.unit']")).to_have_value("d")
