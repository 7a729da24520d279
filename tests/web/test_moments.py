"""When a due moment is soon: the server and the clock of the pages say the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from django.utils import timezone
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
