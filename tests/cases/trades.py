"""Companies of other trades for tests: the shipped packs enacted, and people of the cast in the posts they speak of."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from shouwen.cases.enactments import enact
from shouwen.ops import shelf
from shouwen.ops.cast import SINCE, Cast
from shouwen.policy.packs import read_sources
from shouwen.staff.models import Holding, Staff
from tests.cases.law import BEGINNING
from tests.world import cast

# What the demo company decided of the generic pack; another company may decide the same.
_GENERIC: Final = re.compile(r"^  generic/.*\n(?:    .*\n)*", re.MULTILINE)
_OWN: Final = {
    "hospitality": "",
    "trade": '  "trade/credit#2.10": {within: 3d}\n  "trade/credit#3.10": {is: 100%}\n  "trade/credit#8.1": {within: 1mo}\n'
    '  "trade/credit#4.7": {split: {responsible: 70%, sales_head: 30%}}\n',
}


def living_by(pack: str, calendar: str, posts: dict[str, str], now: datetime) -> Cast:
    """Return the cast of a company that has enacted one pack of the shelf, with posts (post: person) held for all its units."""
    found = cast(now)
    decided = "".join(_GENERIC.findall((shelf.SHELF / "yunqi/company.yaml").read_text()))
    text = f"company: ours\ntitle: {{zh: 本店}}\nadopts: [{pack}]\ncalendar: {calendar}\nvalues:\n{decided}{_OWN[pack]}"
    enact(read_sources(shelf.folders([pack])), text, effective_from=BEGINNING, now=BEGINNING)
    people: dict[str, Staff] = {person.username: person for person in found.everybody}
    for post, person in posts.items():
        Holding.objects.create(staff=people[person], post=post, unit=found.units.company, since=SINCE)
    return found
