"""Event logs put to a pack: the same from CSV and XES, right by an independent count, and every fault of a map at its place."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from shouwen.base.trouble import Exit
from shouwen.ops import cli
from shouwen.policy.law import Law, load
from shouwen.policy.packs import read_sources
from shouwen.policy.simulating_logs import LogMap, read_log_map, rehearse_log
from shouwen.policy.simulating_report import Report
from shouwen.policy.source import SourceError

PACKS = Path(__file__).parent / "logs"
DATA = Path(__file__).parents[3] / "shared/data"
COLUMNS = ("concept:name", "org:resource", "time:timestamp", "case:concept:name")
GRADE, TAKE, WAIT, RESOLVE, CLOSED = "Assign seriousness", "Take in charge ticket", "Wait", "Resolve ticket", "Closed"
# A Monday at nine, Rome; by case: the activity, who, hours since then.
EVENTS: Mapping[str, Sequence[tuple[str, str, float]]] = {
    "A": [(GRADE, "ann", 0), (TAKE, "bob", 2), (RESOLVE, "bob", 30), (CLOSED, "ann", 31)],
    "B": [(GRADE, "ann", 0), (TAKE, "bob", 26), (RESOLVE, "bob", 30), (CLOSED, "bob", 31)],
    "C": [(TAKE, "bob", 1), (WAIT, "bob", 2), (WAIT, "bob", 3), (WAIT, "bob", 4), ("Unheard of", "bob", 5), (CLOSED, "ann", 6)],
}


def pack(name: str) -> tuple[Law, LogMap]:
    return load(read_sources([PACKS / name])), read_log_map(next((PACKS / name).glob("*.map.yaml")))


def rows() -> list[tuple[str, str, str, str]]:
    """The events in order of time, so that cases lie among each other."""
    start = datetime.fromisoformat("2014-03-03T09:00:00+01:00")
    found = [(what, who, start + timedelta(hours=h), case) for case, events in EVENTS.items() for what, who, h in events]
    return [(what, who, at.isoformat(), case) for what, who, at, case in sorted(found, key=lambda e: e[2])]


@pytest.fixture
def as_csv(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    with path.open("w", newline="") as f:
        csv.writer(f).writerows([COLUMNS, *rows()])
    return path


@pytest.fixture
def as_xes(tmp_path: Path) -> Path:
    """The same as XES, packed, its cases in another order."""
    traces = []
    for case in ("C", "A", "B"):
        events = "".join(
            f'<event><string key="concept:name" value={quoteattr(what)}/><string key="org:resource" value={quoteattr(who)}/>'
            f'<date key="time:timestamp" value="{at}"/></event>'
            for what, who, at, of in rows()
            if of == case
        )
        traces.append(f'<trace><string key="concept:name" value="{case}"/>{events}</trace>')
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(f'<log xmlns="http://www.xes-standard.org">{"".join(traces)}</log>'.encode()))
    return path


def counts(report: Report) -> dict[str, tuple[int, int, int]]:
    return {c.partition("#")[2]: (f.same, f.differs, f.cannot_tell) for c, f in report.finds.items()}


def differing(report: Report, number: str) -> list[tuple[str, str]]:
    return [(e.number, e.act) for e in report.finds[f"helpdesk/ticket#{number}"].examples]


def test_each_clause_differs_in_the_cases_that_did_not_keep_it(as_csv: Path) -> None:
    law, told = pack("helpdesk")

    report = rehearse_log(law, as_csv, told)

    assert differing(report, "1") == [("B", "grade")]  # taken the next day after 26 hours: ten working hours
    assert differing(report, "4") == [("C", "take")]
    assert differing(report, "5") == [("C", "close")]
    assert differing(report, "6") == [("B", "close")]
    assert differing(report, "7") == [("C", "wait")]
    assert differing(report, "2") == differing(report, "3") == []
    assert report.finds["helpdesk/ticket#2"].moved == 2  # of A and B: C would not have been taken at all
    assert (report.subjects, report.not_looked_at) == (3, 0)
    assert report.plain()["totals"]["breaches"] == 1
    assert report.plain()["totals"]["refusals"] == 4


def test_csv_and_xes_of_one_log_give_the_same(as_csv: Path, as_xes: Path) -> None:
    law, told = pack("helpdesk")

    one, other = rehearse_log(law, as_csv, told), rehearse_log(law, as_xes, told)

    assert one.plain() == other.plain()
    assert one.acts == 3 + 4 + 4 + 5  # each is opened, too


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("procedure: ticket\n", "缺少 case、activity、at、acts"),
        ("procedure: ticket\nwhat: x\n", "没有“what”这一项"),
        ("procedure: ticket\ncase: a\nactivity: b\nat: c\nacts: [x]\n", "应为映射"),
    ],
)
def test_a_fault_of_a_map_is_said_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.map.yaml"
    path.write_text(text)

    with pytest.raises(SourceError, match=said):
        read_log_map(path)


def test_a_map_that_names_what_the_pack_has_not_is_refused(as_csv: Path) -> None:
    law, told = pack("helpdesk")
    other = LogMap("ticket", told.case, told.activity, told.at, acts={"Closed": "shut"})

    with pytest.raises(SourceError, match="shut"):
        rehearse_log(law, as_csv, other)


# ---- what a file can be instead of a log


def broken(tmp_path: Path, name: str, raw: bytes) -> tuple[SourceError, Path]:
    path = tmp_path / name
    path.write_bytes(raw)
    law, told = pack("helpdesk")
    with pytest.raises(SourceError) as e:
        rehearse_log(law, path, told)
    assert e.value.node.file == str(path)
    return e.value, path


HEADER = ",".join([*COLUMNS, "seriousness_2"])
XES = b'<log><trace><string key="concept:name" value="A"/>'
NO_LOG: Mapping[str, tuple[str, bytes, int, str]] = {
    "saved by a Chinese spreadsheet": ("a.csv", f"{HEADER}\n接单,张三,2014-03-03T09:00+01:00,A,1\n".encode("gbk"), 1, "UTF-8"),
    "sixteen bits a character": ("a.csv", HEADER.encode("utf-16"), 1, "UTF-8"),
    "without the columns of the map": ("a.csv", b"id,what\n1,Wait\n", 1, "concept:name"),
    "empty": ("a.csv", b"", 1, "没有"),
    "a cell without end": ("a.csv", f'{HEADER}\nWait,bob,2014-03-03T09:00+01:00,"{"x" * 200_000}'.encode(), 2, "CSV"),
    "not a moment in it": ("a.csv", f"{HEADER}\nWait,bob,soon,A,1\n".encode(), 1, "没有一行读得懂"),
    "not a case in it": ("a.csv", f"{HEADER}\nWait,bob,2014-03-03T09:00+01:00,,1\n".encode(), 1, "没有一行读得懂"),
    "no packed file": ("a.csv.gz", b"id,what\n", 1, "gzip"),
    "half a packed file": ("a.xes.gz", gzip.compress(XES * 999)[:60], 1, "gzip"),
    "half a file": ("a.xes", XES + b"\n<event>", 2, "XML"),
    "no XML": ("a.xes", b"\xef\xbb\xbfid,what\n", 1, "XML"),
    "entities that multiply": (
        "a.xes", b'<!DOCTYPE l [<!ENTITY a "xxxxxxxxxx">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) + b"]><log>&j;</log>", 1, "XML"),
    "a bomb": ("a.xes.gz", gzip.compress(b"<log>" + b" " * 120_000_000), 1, "200倍"),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_LOG)
def test_what_is_no_log_is_a_sentence_at_its_place(tmp_path: Path, what: str) -> None:
    name, raw, line, said = NO_LOG[what]

    wrong, _ = broken(tmp_path, name, raw)

    assert (wrong.node.line, said in wrong.zh, bool(wrong.en)) == (line, True, True), wrong.zh


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_log_that_is_not_there_is_a_sentence(tmp_path: Path, name: str) -> None:
    law, told = pack("helpdesk")

    with pytest.raises(SourceError, match="读不出"):
        rehearse_log(law, tmp_path / name, told)


def test_a_map_with_a_zone_nobody_has_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "x.map.yaml"
    path.write_text("procedure: ticket\ncase: a\nactivity: b\nat: c\nzone: ../../Rome\nacts: {x: y}\n")

    with pytest.raises(SourceError, match=r":5:7: 没有“\.\./\.\./Rome”这个时区"):
        read_log_map(path)
    with pytest.raises(SourceError, match="没有这个文件"):
        read_log_map(tmp_path / "none.yaml")


def test_rows_that_cannot_be_read_are_counted_and_the_others_give_what_they_gave(as_csv: Path, tmp_path: Path) -> None:
    law, told = pack("helpdesk")
    odd = tmp_path / "odd.csv"
    extra = [
        "Closed",
        "Closed,ann",
        "Closed,ann,2014-03-03T09:00:00+01:00,",
        "Closed,ann,0001-01-01T00:00:00+14:00,A",
        "Wait,x,soon,A,1,2,3",
    ]
    odd.write_text("\ufeff" + as_csv.read_text() + "\n".join(extra), "utf-8")

    plain, found = rehearse_log(law, as_csv, told), rehearse_log(law, odd, told)

    assert (plain.unread, found.unread) == (0, 5)
    assert counts(found) == counts(plain)


def test_a_case_whose_events_lie_in_two_traces_is_one_case(as_csv: Path, as_xes: Path) -> None:
    law, told = pack("helpdesk")
    whole = gzip.decompress(as_xes.read_bytes()).decode()
    begins = '<trace><string key="concept:name" value="C"/>'
    first = whole.index("</event>", whole.index(begins)) + len("</event>")
    as_xes.write_bytes(gzip.compress(f"{whole[:first]}</trace>{begins}{whole[first:]}".encode()))

    assert rehearse_log(law, as_xes, told).plain() == rehearse_log(law, as_csv, told).plain()


# ---- the logs themselves -------------------------------------------------------------------------------------------------

HELPDESK, INCIDENTS = DATA / "eventlog-helpdesk-italy", DATA / "eventlog-servicenow-incidents"
there = pytest.mark.skipif(not HELPDESK.exists(), reason="the event logs are not beside this repository")


@there
def test_the_help_desk_of_italy_is_the_same_from_csv_and_xes_and_right_by_hand() -> None:
    law, told = pack("helpdesk")

    one, other = (rehearse_log(law, HELPDESK / name, told, limit=700) for name in ("helpdesk.csv", "helpdesk.xes.gz"))

    assert one.plain() == other.plain()
    assert sorted(differing(one, "4")) == sorted(ungraded(700))
    assert one.finds["helpdesk/ticket#4"].differs == len(ungraded(700)) > 5


def ungraded(cases: int) -> list[tuple[str, str]]:
    """What was taken in charge before anybody graded it."""
    with (HELPDESK / "helpdesk.csv").open() as f:
        events = list(csv.DictReader(f))
    chosen = set(sorted({e["case:concept:name"] for e in events})[:cases])
    found: list[tuple[str, str]] = []
    graded: set[str] = set()
    for e in sorted(events, key=lambda e: datetime.fromisoformat(e["time:timestamp"])):
        case = e["case:concept:name"]
        if e["concept:name"] == GRADE:
            graded.add(case)
        elif e["concept:name"] == TAKE and case in chosen and case not in graded:
            found.append((case, "take"))
    return found


@there
def test_incidents_that_wait_too_often_are_those_counted_by_hand() -> None:
    law, told = pack("incidents")

    report = rehearse_log(law, INCIDENTS / "incident_event_log.csv.gz", told, limit=900)

    with gzip.open(INCIDENTS / "incident_event_log.csv.gz", "rt") as f:
        events: list[Any] = list(csv.DictReader(f))
    chosen = set(sorted({e["number"] for e in events})[:900])
    waits = Counter(e["number"] for e in events if e["number"] in chosen and e["incident_state"].startswith("Awaiting"))
    found = report.finds["incidents/incident#6"]
    assert found.differs == sum(max(0, n - 3) for n in waits.values()) > 10
    assert found.same == sum(min(3, n) for n in waits.values())


def test_the_command_finds_the_same_in_either_format_and_says_it_in_both_languages(
    as_csv: Path, as_xes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(log: Path, *words: str) -> str:
        told = PACKS / "helpdesk" / "helpdesk.map.yaml"
        assert cli.main(["law", "simulate", str(PACKS / "helpdesk"), "--log", str(log), "--map", str(told), *words]) == 0
        return capsys.readouterr().out

    one, other = (json.loads(said(log, "--json")) for log in (as_csv, as_xes))

    assert {**one, "seconds": 0, "acts_per_second": 0} == {**other, "seconds": 0, "acts_per_second": 0}
    assert one["totals"]["breaches"] == 1
    assert "helpdesk/ticket#4　新增　受理前须定级\n  相同 2（其中期限变而结果不变 0），不同 1，说不准 0" in said(
        as_xes, "--lang", "zh"
    )
    assert "3 cases" in said(as_xes, "--lang", "en")


def test_a_log_without_a_map_is_a_sentence(as_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["law", "simulate", str(PACKS / "helpdesk"), "--log", str(as_csv)]) == Exit.USAGE
    assert "--map" in capsys.readouterr().err
