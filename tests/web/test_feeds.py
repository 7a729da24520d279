"""Facts from outside stand on the page of the regulation that rests on them: who told them last, how old they are, what they decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import timezone, translation

from shouwen.base.access import Reader
from shouwen.cases.enactments import law_at
from shouwen.cases.outside import tell
from shouwen.ops.cast import Cast
from shouwen.staff import org
from shouwen.web.asking import Ask
from shouwen.web.regulations import feeds
from tests.cases.test_outside import boss, people, rain
from tests.world import NOW

__all__ = ["boss", "people"]  # the little law with a gate that asks for the rain, as fixtures
pytestmark = pytest.mark.django_db


def asking(lang: str) -> Ask:
    """A request of now, in a language."""
    request: Ask = RequestFactory().get("/regulations/demo/repair/")  # type: ignore[assignment]  # as the middleware leaves it
    request.now, request.lang, request.org = NOW, lang, org.snapshot(NOW)
    return request


def shown(request: Ask) -> dict[str, feeds.Shown]:
    """The feeds of the regulation, by their word."""
    law = law_at(NOW)
    assert law is not None
    found = feeds.of_regulation(request, law, law.on(timezone.localdate(NOW)), law.regulations["demo/repair"])
    return {f.name: f for f in found}


def test_each_feed_says_who_told_it_how_old_it_is_and_which_clauses_read_it(people: Cast, boss: Reader) -> None:
    tell(rain("no", NOW - timedelta(hours=30)), by=boss, now=NOW)
    found = shown(asking("zh-hans"))

    assert set(found) == {"下雨", "多远"}
    wet, away = found["下雨"], found["多远"]
    assert (wet.newest, wet.stale, wet.who, wet.source) == (NOW - timedelta(hours=30), True, people.zhao_jun.name, "气象台")
    assert "demo/repair#90" in wet.clauses
    assert (away.newest, away.stale, away.clauses) == (None, True, ("demo/repair#91",)), "told of nobody; people are ranked by it"

    tell(rain("no", NOW - timedelta(hours=1)), by=boss, now=NOW)
    assert not shown(asking("zh-hans"))["下雨"].stale


@pytest.mark.parametrize(
    ("lang", "said"), [("zh-hans", ("已过期", "从没有人提供", "气象台")), ("en", ("Rain", "Expired", "Nobody has ever"))]
)
def test_the_page_says_it_in_words_and_not_by_a_colour(people: Cast, boss: Reader, lang: str, said: tuple[str, ...]) -> None:
    tell(rain("no", NOW - timedelta(hours=30)), by=boss, now=NOW)
    with translation.override(lang):
        request = asking(lang)
        text = get_template("regulations/_feeds.html").render({"feeds": list(shown(request).values())}, request)

    assert all(word in text for word in said)
