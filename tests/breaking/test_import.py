"""Files nobody should send: every row is taken or reported, none ends the import, and taking it in again adds nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from shouwen.cases.enactments import enact, enact_instead
from shouwen.cases.models import Case
from shouwen.ops.case_map import read_map
from shouwen.ops.cast import Cast
from shouwen.ops.taking_in import Report, import_cases
from tests.cases.law import BEGINNING, sources
from tests.world import NOW, at, cast

MAP = "procedure: {procedure}\nkey: id\nat: at\nfields: {{{fields}}}\n"


@pytest.fixture
def people(db: None) -> Cast:
    found = cast()
    enact(sources("demo"), effective_from=BEGINNING, now=NOW)
    return found


def taken(
    folder: Path, rows: list[str], *, procedure: str = "repair", fields: str = "urgency: urgency", now: datetime = NOW
) -> Report:
    (folder / "m.yaml").write_text(MAP.format(procedure=procedure, fields=fields), "utf-8")
    header = "id,at," + ",".join(f.split(":")[0] for f in fields.split(", "))
    (folder / "rows.csv").write_bytes("\n".join([header, *rows]).encode("utf-8", "surrogateescape"))
    return import_cases(folder / "rows.csv", read_map(folder / "m.yaml"), now=now, say=lambda zh, en: None)


WRONG = {
    "the year 1": "1,0001-01-01 00:00:00,urgent",
    "before any law": "1,1899-01-01 00:00:00,urgent",
    "the year 9999": "1,9999-12-31 23:59:59,urgent",
    "tomorrow": "1,2026-11-24 09:00:00,urgent",
    "the 30th of February": "1,2026-02-30 09:00:00,urgent",
    "no moment": "1,,urgent",
    "words for a moment": "1,gestern,urgent",
    "no key": ",2026-03-02 09:00:00,urgent",
    "a key without end": f"{'k' * 500},2026-03-02 09:00:00,urgent",
    "a key that rings": "1\x07,2026-03-02 09:00:00,urgent",
    "a word that is no choice": "1,2026-03-02 09:00:00,soon",
    "a zero byte": "1,2026-03-02 09:00:00,urgent\x00",
    "a column too many": "1,2026-03-02 09:00:00,urgent,urgent",
    "a column too few": "1,2026-03-02 09:00:00",
    "another encoding": "1,2026-03-02 09:00:00,\udcb5\udcb1",
    "a million letters": f"1,2026-03-02 09:00:00,{'x' * 1_000_000}",
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_is_reported_with_its_line_and_the_rest_is_taken(people: Cast, tmp_path: Path, row: str) -> None:
    good = [f"{n},2026-03-02 09:00:00,urgent" for n in ("a", "b")]

    report = taken(tmp_path, [good[0], row, good[1]])

    assert (report.taken, [p.line for p in report.problems]) == (2, [3])
    assert all(zh and en for zh, en in report.problems[0].why)
    assert Case.objects.count() == 2
    again = taken(tmp_path, [good[0], row, good[1]])
    assert (again.taken, again.before, len(again.problems)) == (0, 2, 1)


def test_a_key_that_comes_again_for_another_row_is_reported_and_the_rest_is_taken(people: Cast, tmp_path: Path) -> None:
    rows = [
        "1,2026-03-02 09:00:00,urgent",
        "2,2026-03-02 09:00:00,urgent",
        "1,2026-03-02 09:00:00,normal",
        "1,2026-03-02 09:00:00,urgent",
    ]

    report = taken(tmp_path, rows)

    assert (report.taken, report.before, [p.line for p in report.problems]) == (2, 1, [4])
    assert Case.objects.count() == 2


def test_a_year_nobody_has_entered_refuses_its_rows_visibly_and_takes_the_others(people: Cast, tmp_path: Path) -> None:
    enact_instead(sources("works"), effective_from=BEGINNING, now=NOW)
    rows = ["1,2003-06-02 09:00:00,多收", "2,2026-03-02 09:00:00,多收"]
    early: Any = enact(sources("works"), effective_from=at("2000-01-01 00:00"), now=NOW)
    assert early is not None

    report = taken(tmp_path, rows, procedure="refund", fields="cause: cause")

    assert report.taken == 1
    assert [p.line for p in report.problems] == [2]
    assert "2003" in report.problems[0].why[0][0], "which year is not known"
