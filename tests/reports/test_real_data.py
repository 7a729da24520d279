"""Figures of real cases: a month of a city's hotline, compared with what its own file counts."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from shouwen.base.models import Event
from shouwen.cases.enactments import enact, law_at
from shouwen.ops.case_map import read_map
from shouwen.ops.shelf import SHELF, folders
from shouwen.ops.taking_in import import_cases
from shouwen.policy.packs import read_sources
from shouwen.reports.counted import What, page
from shouwen.reports.figures import Figures, Scope
from tests.reports.test_rolling import move
from tests.worktime.shared import shared
from tests.world import NOW, at, cast

FILE = ("zh-pingshan-hotline", "pingshan_minsheng_2018_10000.csv")
ROWS = 600


@pytest.fixture
def counted(db: None, tmp_path: Path) -> Counter[date]:
    """The first rows of the file taken in, and how many of them there are for each day by the file itself."""
    with shared(*FILE).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row, _n in zip(reader, range(ROWS), strict=False)]
        names = reader.fieldnames or ()
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    cast()
    enact(read_sources(folders(["hotline"])), effective_from=at("2018-01-01 00:00"), now=NOW)
    import_cases(path, read_map(SHELF / "hotline/pingshan.map.yaml"), now=NOW, say=lambda _zh, _en: None)
    return Counter(datetime.fromisoformat(row["CREATE_TIME"]).date() for row in rows)


def told(scope: Scope) -> dict[str, list[str]]:
    """The kinds of all events of each clause in a period, by the journal itself."""
    zone, found = timezone.get_default_timezone(), dict[str, list[str]]()
    for clause, kind, moment in Event.objects.exclude(clause="").values_list("clause", "kind", "at"):
        if scope.since <= moment.astimezone(zone).date() <= scope.until:
            found.setdefault(clause, []).append(kind)
    return found


def test_figures_of_the_hotline_are_those_of_its_file_before_and_after_they_are_added_up(counted: Counter[date]) -> None:
    scope, law = Scope(min(counted), max(counted), None), law_at(NOW)
    opened = Counter(dict(Figures(scope, NOW, law).fold(("act",), ("day",), ("open",))))
    of_clauses = {name: Counter(kinds) for name, kinds in told(scope).items()}

    move(-1)

    assert opened == counted
    assert Counter(dict(Figures(scope, NOW, law).fold(("act",), ("day",), ("open",)))) == counted
    assert {name: Counter(kinds) for name, kinds in Figures(scope, NOW, law).of_clauses(list(of_clauses)).items()} == of_clauses
    assert len(of_clauses) > 1


def test_what_stands_behind_a_day_is_every_row_of_that_day_page_by_page(counted: Counter[date]) -> None:
    day, n = counted.most_common(1)[0]
    found, place = [], None
    while rows := page(What("act", "hotline_request", "open"), Scope(day, day, None), law_at(NOW), place, 7):
        found += rows
        place = (rows[-1].at, rows[-1].seq)

    assert len(found) == len({row.seq for row in found}) == n
    assert [(r.at, r.seq) for r in found] == sorted(((r.at, r.seq) for r in found), reverse=True)
