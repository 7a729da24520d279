"""When a due moment is soon: the server and the clock of the pages say the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Page

from shouwen.web import moments

# minutes still left, minutes before the moment at which the clause warns (None: it does not), and what that is
CASES: Final = (
    (49, 15, "soon"),  # the last hour is soon, however late the clause warns
    (61, 15, "later"),
    (300, 360, "soon"),  # the clause warns early
    (300, None, "later"),
    (49, None, "soon"),
    (-2, 15, "over"),
)


@pytest.mark.parametrize(("left", "warns", "state"), CASES)
def test_soon_is_the_last_hour_and_what_comes_after_the_warning(left: int, warns: int | None, state: str) -> None:
    now = timezone.now()
    at = now + timedelta(minutes=left)
    assert moments.due(at, now, None if warns is None else at - timedelta(minutes=warns)).state == state


def test_the_clock_of_a_page_says_so_too(sit: Callable[..., Page]) -> None:
    page = sit("chen_jie")
    page.goto("/")
    found = page.evaluate(
        """cases => {
            const now = Date.now();
            const made = cases.map(([left, warns]) => {
                const due = document.createElement("time");
                const at = now + left * 60000 + 5000;
                due.className = "due";
                due.dateTime = new Date(at).toISOString();
                if (warns !== null) due.dataset.warn = new Date(at - warns * 60000).toISOString();
                due.innerHTML = '<span class="due-left"></span>';
                document.querySelector("main").append(due);
                return due;
            });
            document.dispatchEvent(new Event("visibilitychange"));
            return made.map((due) => due.className);
        }""",
        [[left, warns] for left, warns, _state in CASES],
    )
    assert found == [f"due due-{state}" for _left, _warns, state in CASES]


SUNDAY: Final = datetime(2026, 11, 22, 14, 30, tzinfo=timezone.get_default_timezone())
SAID: Final = (
    ("2026-11-22 14:05", "今天 14:05", "Today 14:05"),
    ("2026-11-23 09:00", "明天 09:00", "Tomorrow 09:00"),
    ("2026-11-21 09:00", "昨天 09:00", "Yesterday 09:00"),
    ("2026-11-25 09:00", "11-25 周三 09:00", "11-25 Wed 09:00"),
    ("2026-03-02 09:00", "03-02 09:00", "03-02 09:00"),
    ("2025-11-22 14:05", "2025-11-22 14:05", "2025-11-22 14:05"),  # another year says which
)


@pytest.mark.parametrize(("at", "chinese", "english"), SAID)
def test_a_moment_is_said_as_its_readers_say_it(at: str, chinese: str, english: str) -> None:
    moment = timezone.make_aware(datetime.fromisoformat(at))
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert moments.when(moment, SUNDAY) == words


@pytest.mark.parametrize(
    ("language", "until", "heading", "whole"),
    [
        ("zh-hans", "今天 24:00", "11月22日（周日）", "2026年11月22日（周日）14:30"),
        ("en", "Today 24:00", "Sun 22 Nov", "Sun 22 Nov 2026 14:30"),
    ],
)
def test_the_end_of_a_day_a_heading_and_a_whole_moment(language: str, until: str, heading: str, whole: str) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=timezone.get_default_timezone())
    with translation.override(language):
        assert moments.by(midnight, SUNDAY) == until
        assert moments.long_date(date(2026, 11, 22)) == heading
        assert moments.in_full(SUNDAY) == whole


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (0.5, "即将到期", "Due soon"),
        (45, "还剩 45 分", "45 min left"),
        (125, "还剩 2 小时 5 分", "2 h 5 min left"),
        (20 * 60, "还剩 20 小时", "20 h left"),
        (72 * 60, "还剩 3 天", "3 d left"),
        (-0.5, "刚超时", "Just overdue"),
        (-185, "超时 3 小时 5 分", "Late by 3 h 5 min"),
    ],
)
def test_how_far_away_a_moment_is(minutes: float, chinese: str, english: str) -> None:
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert moments.distance(SUNDAY + timedelta(minutes=minutes), SUNDAY) == words


@pytest.mark.parametrize(
    ("fen", "said"), [(128_000, "¥1,280.00"), (0, "¥0.00"), (5, "¥0.05"), (-5, "-¥0.05"), (123_456_789_000, "¥1,234,567,890.00")]
)
def test_money_has_its_sign_its_thousands_and_its_fen_in_both_languages(fen: int, said: str) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert moments.money(fen) == said
