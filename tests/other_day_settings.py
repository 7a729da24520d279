"""The settings of a process that a test starts on another day: its pages believe it is the moment that stands in a file."""

from __future__ import annotations

from tests.live_settings import *  # noqa: F403  all of them, with one middleware more
from tests.live_settings import MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "tests.web.other_day.Moved"]
