"""Lists that have grown long: pages go on where they ended, read no more than they show, and no address says a name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Notice
from shouwen.base.outbox import NoticeRow, write_notices
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.staff import org
from shouwen.web.customers import rows
from shouwen.web.notices import listing
from tests.web.village import Village


def _told(village: Village, texts: list[str]) -> str:
    """Tell somebody things, and return the mark that all of them bear."""
    mark, now = uuid4().hex[:8], timezone.now()
    who = village.cast.zeng_qin.pk
    write_notices([NoticeRow(topic="note", key=f"{mark}{i}", at=now, staff=who, text=f"{t}{mark}") for i, t in enumerate(texts)])
    return mark


def test_words_are_looked_for_among_so_many_notices_at_a_time_and_the_next_page_goes_on(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 4)
    mark = _told(village, ["甲", *["乙"] * 6, "甲", "乙"])
    client = village.client(village.cast.zeng_qin)
    sought = village.searched("zeng_qin", "/notices/", f"甲{mark}")

    found, sizes, after = list[str](), list[int](), "first"
    while after and len(sizes) < 200:
        page = client.get(f"{sought}&after={'' if after == 'first' else after}").context
        sizes.append(len(page["notices"]))
        found, after = [*found, *(n.text for n in page["notices"])], page["after"]

    assert found == [f"甲{mark}"] * 2
    assert sizes[:3] == [1, 0, 1]  # the newest four, the next, and where the first one is
    assert Notice.objects.filter(text__contains=mark).count() == 9


def test_the_cursor_of_customers_says_nobodys_name(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "page", lambda f, r, after, limit=3: _page(f, r, after, limit))
    client, after, found = village.client(village.cast.lin_yue), "first", list[int]()
    while after:
        page = client.get("/customers/", {"after": "" if after == "first" else after}).context
        found, after = [*found, *(row.customer.pk for row in page["rows"])], page["after"]
        told = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode() if after else f"[{found[-1]}]"
        assert told == f"[{found[-1]}]"

    assert found == list(Customer.objects.in_order().values_list("pk", flat=True))


_page = rows.page


def test_a_cursor_that_names_nobody_in_sight_is_refused(village: Village) -> None:
    client = village.client(village.cast.su_min)
    hidden = village.customer().pk
    cursor = base64.urlsafe_b64encode(f"[{hidden}]".encode()).decode().rstrip("=")

    assert client.get("/customers/", {"after": cursor}).status_code == 422


def test_what_is_searched_for_among_customers_stands_in_no_address(village: Village, sit: Callable[..., Page]) -> None:
    who = village.customer(7)
    page = sit("lin_yue")
    page.goto("/customers/?kind=person")
    page.locator("#customer-search").fill(who.number)
    expect(page.locator("#customers [data-row]")).to_have_count(1)
    expect(page.locator("#customers")).to_contain_text(who.number)

    assert who.number not in page.url
    assert "kind=person" in page.url
    assert not page.locator(f"a[href*='{who.number}']").count()


@pytest.mark.usefixtures("one_day")
def test_a_list_by_due_moment_shows_what_is_open_first_and_then_all_that_has_ended(village: Village) -> None:
    client, after, found = village.client(village.cast.lin_yue), "first", list[Case]()
    now = timezone.now()
    village.repair(village.cast.chen_jie, now - timedelta(minutes=5), 9, "次序")
    while after:
        page = client.get("/cases/", {"state": "all", "sort": "due", "after": "" if after == "first" else after}).context
        found, after = [*found, *page["cases"]], page["after"]

    seen = Case.objects.visible_to(org.reader(village.cast.lin_yue.pk, now))
    assert [c.pk for c in found] == list(seen.soonest_first().values_list("pk", flat=True))
    ended = client.get("/cases/?state=closed&sort=due").context
    assert ended["filters"].sort == "opened"
