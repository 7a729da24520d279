"""A company whose pages stand on another day: an evening, a month, played in a test at its own hours, whatever day it is.

The pages read time once for each request; here they read it from a file that the test writes. What falls due is done by the clock of
the company, as its worker would: `Day.becomes` lets it run to the moment.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from django.http import HttpRequest, HttpResponseBase
from playwright.sync_api import Browser, Page, expect

from shouwen.cases import clock
from shouwen.staff import org
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask
from tests import sites
from tests.web.browsing import Visitor, axe, overflows, visitor
from tests.web.village import Village, environment, home_of

MOMENT: Final = "SHOUWEN_MOMENT_OF_TEST"  # names the file


class Moved:
    """Middleware after that of the pages: it is the moment of the test."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        ask = cast(Ask, request)
        ask.now = datetime.fromisoformat(Path(os.environ[MOMENT]).read_text())
        if ask.reader.staff:  # who holds which post, who is away and who stands in: then, not today
            ask.org, ask.reader = org.snapshot(ask.now), org.reader(ask.reader.staff, ask.now)
        return self.get_response(request)


@dataclass
class Day:
    """What time it is in the company, and who sits at which browser."""

    village: Village
    browser: Browser
    file: Path
    visitors: dict[tuple[str, int], Visitor] = field(default_factory=dict)

    def becomes(self, moment: datetime) -> None:
        """Let time pass until a moment: the clock does what has fallen due, and every browser knows."""
        clock.tick(moment)
        write(self.file, moment)
        for one in self.visitors.values():
            one.page.clock.set_fixed_time(moment)

    def sit(self, person: Staff, width: int = 1440) -> Page:
        """Somebody sits down, or goes on where they were."""
        key = (person.username, width)
        if key not in self.visitors:
            self.visitors[key] = visitor(self.browser, self.village, person, width)
            self.visitors[key].page.clock.set_fixed_time(datetime.fromisoformat(self.file.read_text()))
        return self.visitors[key].page


def seen(page: Page, name: str) -> None:
    """Somebody looks at the page: it is theirs to use, and SHOUWEN_SHOTS=DIR keeps a picture of it."""
    expect(page.locator(".waiting-card")).to_have_count(0)  # what is fetched after the page itself
    if shots := os.environ.get("SHOUWEN_SHOTS"):
        page.screenshot(path=Path(shots) / f"{name}.png", full_page=True, caret="initial")
    found = axe(page)
    assert not found, found
    assert overflows(page) <= 0


def write(file: Path, moment: datetime) -> None:
    """Write the moment down at once: whoever reads sees this one or the one before."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(moment.isoformat())
    fresh.replace(file)


@contextlib.contextmanager
def day_of(database: str, browser: Browser, moment: datetime) -> Iterator[Day]:
    """Serve a company that stands in a database, from a moment on; at the end everybody leaves, and nothing may have gone wrong."""
    env: Mapping[str, str] = environment(database)
    file = home_of(database) / "moment"
    write(file, moment)
    moved = {**env, MOMENT: str(file), "DJANGO_SETTINGS_MODULE": "tests.other_day_settings"}
    with sites.serving(moved) as address:
        day = Day(Village(address, database), browser, file)
        day.becomes(moment)
        yield day
        for one in day.visitors.values():
            one.leave()
