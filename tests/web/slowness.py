"""A machine made slow, to find the moments in a page that a quick hand could meet: SHOUWEN_SLOW=6 pytest tests/web/….

Each answer of the web process comes late by a time of its own (so that answers overtake one another), the tests wait longer, and the
browser's processor is that many times slower; SHOUWEN_SLOW=6/2 slows it down to the half only, for it is slowed down by spinning,
which others on the machine feel. What fails then fails some day on CI too: something was shown before it worked.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from playwright.sync_api import Page  # the web process reads this module too, and has no use for a browser

_late, _, _processor = os.environ.get("SHOUWEN_SLOW", "0").partition("/")
SLOW: Final = float(_late)
PROCESSOR: Final = float(_processor or _late)
USUAL: Final = 0.03  # seconds each answer is late at most, times SLOW
SELDOM: Final = 0.2  # the same for one answer in ten


class Late:
    """Middleware around all others: scripts and styles come late too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _dawdle()
        response = self.get_response(request)
        _dawdle()
        return response


def _dawdle() -> None:
    most = SELDOM if random.random() < 0.1 else USUAL  # noqa: S311  nothing secret rests on it
    time.sleep(random.uniform(0, most * SLOW))  # noqa: S311  as above


def patience(milliseconds: float) -> float:
    """How long to wait for what takes `milliseconds` at most on a machine of ours."""
    return milliseconds * max(1.0, SLOW / 2)


def slow_down(page: Page) -> None:
    """Let a page have a slow processor, if that is what was asked for."""
    if PROCESSOR > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
