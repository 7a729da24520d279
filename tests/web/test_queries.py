"""How many queries each page asks. A page that asks more than it did is a regression; one that asks fewer gets a new baseline.

SHOUWEN_BASELINE=write writes the file anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.places import PLACES
from tests.web.village import Village

BASELINE: Final = Path(__file__).parent / "query_baseline.json"
SAME_AS_ANOTHER: Final = {
    "intake-callers",
    "intake-new-caller",
    "search-quick",
    "search-jump",
    "cases-chosen",
    "keys",
    "sign-in",
    "sign-in-invited",
    "sign-in-code",
    "survey",  # who answers is nobody's client
    "survey-english",
    "survey-wrong",
    "account-codes",
    "customer-edit",
}  # the page before something was done
USUAL: Final = 20
AT_MOST: Final = {"cases": 12, "cases-filtered": 12, "case-late": 13, "case-held": 13, "case-withdrawn": 12}


def test_pages_ask_no_more_queries_than_they_did(village: Village) -> None:
    counted = {
        place.name: _count(village, place.who, place.find(village)) for place in PLACES if place.name not in SAME_AS_ANOTHER
    }
    if os.environ.get("SHOUWEN_BASELINE") == "write":
        BASELINE.write_text(json.dumps(counted, indent=2) + "\n", "utf-8")
    known = json.loads(BASELINE.read_text("utf-8"))

    more = {name: f"{n} instead of {known.get(name, 0)}" for name, n in counted.items() if n > known.get(name, 0)}
    assert not more, "; ".join(f"{n}: {m}" for n, m in more.items())
    assert not {name: n for name, n in counted.items() if n > AT_MOST.get(name, USUAL)}


def test_a_list_of_many_asks_as_many_queries_as_a_list_of_few(village: Village) -> None:
    few = _count(village, "lin_yue", "/cases/?state=closed")
    many = _count(village, "lin_yue", "/cases/?state=all")

    assert many <= few + 1  # customers are looked up at all


def _count(village: Village, who: str, address: str) -> int:
    client = village.client(getattr(village.cast, who))
    client.get(address)  # what a process keeps is there
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)
