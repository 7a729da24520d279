"""Taking in files of old cases: the real one whole, and every way a row can be wrong."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from xlsxwriter import Workbook

from shouwen.base.models import Event
from shouwen.base.trouble import Trouble
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Deadline
from shouwen.ops import importing
from shouwen.ops.case_map import read_map
from shouwen.ops.shelf import SHELF, folders
from shouwen.ops.taking_in import Report, import_cases
from shouwen.policy.packs import Sources, read_sources
from shouwen.staff.models import IMPORTER
from tests.worktime.shared import shared
from tests.world import NOW, at, cast

MAP: Final = SHELF / "hotline/pingshan.map.yaml"
COLUMNS: Final = {
    "REC_ID": "1", "CREATE_TIME": "2018-07-04 17:24:41", "EVENT_PROPERTY_NAME": "投诉", "EVENT_TYPE_NAME": "市容环卫",
    "MAIN_TYPE_NAME": "市容城管", "SUB_TYPE_NAME": "城市管理", "EVENT_SRC_NAME": "12345", "STREET_NAME": "坪山街道",
    "COMMUNITY_NAME": "和平社区", "DISPOSE_UNIT_NAME": "环水局", "INTIME_ARCHIVE_NUM": "1", "OVERTIME_ARCHIVE_NUM": "0",
    "INTIME_TO_ARCHIVE_NUM": "0",
}  # fmt: skip


@cache
def hotline() -> Sources:
    return read_sources(folders(["hotline"]))


@pytest.fixture
def law(db: None) -> None:
    """The hotline's law, in force from before the first row, and a company to take the rows in."""
    cast()
    enact(hotline(), effective_from=at("2018-01-01 00:00"), now=NOW)


def silent(zh: str, en: str) -> None:
    """Progress nobody listens to."""


def take(path: Path, map_file: Path = MAP) -> Report:
    return import_cases(path, read_map(map_file), now=NOW, say=silent)


def listed(tmp_path: Path, *rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
    """A file with these rows; what a row does not say is as in COLUMNS."""
    path = tmp_path / "rows.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows({**COLUMNS, **row} for row in rows)
    return path


def counted(field: str) -> Counter[str]:
    return Counter(Case.objects.values_list(f"fields__{field}", flat=True))


def why(report: Report) -> dict[int, str]:
    return {p.line: "; ".join(zh for zh, _ in p.why) for p in report.problems}


# ---- the real file -------------------------------------------------------------------------------------------------------


def test_the_real_file_is_taken_whole_and_the_database_counts_as_the_file_does(law: None) -> None:
    path = shared("zh-pingshan-hotline", "pingshan_minsheng_2018_10000.csv")

    report = take(path)

    rows = [
        line.split(",") for line in path.read_text("utf-8").lstrip("\ufeff").splitlines()
    ]  # a reader of its own: no quotes in it
    header, rows = rows[0], rows[1:]
    assert (report.rows, report.taken, report.before, report.problems) == (3999, 3999, 0, [])
    assert len(rows) == Case.objects.count() == 3999
    for field, column in (("area", "EVENT_TYPE_NAME"), ("channel", "EVENT_SRC_NAME"), ("street", "STREET_NAME")):
        there = Counter(row[header.index(column)] for row in rows)
        there[None] = there.pop("-", 0)  # type: ignore[index]  # «-» is nothing written
        assert counted(field) == +there
        assert {k: v for k, v in report.counts[field].items() if k} == {k: v for k, v in there.items() if k}
    natures = {"投诉": "complaint", "咨询": "enquiry", "建议": "suggestion", "求决": "request", "感谢": "thanks", "其他": "other"}
    assert counted("nature") == Counter(natures.get(row[header.index("EVENT_PROPERTY_NAME")]) for row in rows)  # «-» is none
    ended = {"1": "in_time", "0": "overtime"}
    assert counted("outcome") == Counter(ended[row[header.index("INTIME_ARCHIVE_NUM")]] for row in rows)
    moments = sorted(row[header.index("CREATE_TIME")] for row in rows)
    zone = ZoneInfo("Asia/Shanghai")
    found = Case.objects.order_by("opened_at").values_list("opened_at", flat=True)
    assert [f"{m.astimezone(zone):%Y-%m-%d %H:%M:%S}" for m in found] == moments


def test_the_real_file_once_more_adds_nothing(law: None) -> None:
    path = shared("zh-pingshan-hotline", "pingshan_minsheng_2018_10000.csv")
    take(path)
    before = Event.objects.count()

    again = take(path)

    assert (again.rows, again.taken, again.before, again.problems) == (3999, 0, 3999, [])
    assert Event.objects.count() == before
    assert Case.objects.count() == 3999


# ---- what a row becomes --------------------------------------------------------------------------------------------------


def test_a_row_is_a_case_dated_as_it_happened_and_entered_now(law: None, tmp_path: Path) -> None:
    take(listed(tmp_path, {"INTIME_ARCHIVE_NUM": "0", "EVENT_TYPE_NAME": "安全隐患"}))

    case = Case.objects.get()
    assert case.opened_at == at("2018-07-04 17:24:41")
    assert case.entered_at == NOW
    assert case.number == "RX20180704-0001"
    assert case.first_asked_id == IMPORTER
    assert case.fields["standing"] == "urgent"  # by clause 2.1, as it would be at the desk
    assert case.fields["nature"] == "complaint"
    assert Deadline.objects.get().clause == "hotline/hotline#4"
    opened = Event.objects.get(act="open", noun="hotline_request")
    assert (opened.at, opened.entered_at) == (case.opened_at, NOW)
    assert opened.key == "import:hotline_request:1"


def test_a_row_with_an_outcome_ends_with_its_opening(law: None, tmp_path: Path) -> None:
    take(listed(tmp_path, {}, {"REC_ID": "2", "INTIME_ARCHIVE_NUM": "0", "OVERTIME_ARCHIVE_NUM": "1"}))

    assert list(Case.objects.order_by("pk").values_list("step", "fields__outcome")) == [
        ("archived", "in_time"),
        ("archived", "overtime"),
    ]
    assert not Deadline.objects.running().exists()


# ---- what can be wrong with one ------------------------------------------------------------------------------------------


def test_broken_rows_are_told_line_by_line_and_the_rest_is_taken(law: None, tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        {"REC_ID": "good"},
        {"REC_ID": "a", "CREATE_TIME": "2018-13-40 00:00:00"},
        {"REC_ID": ""},
        {"REC_ID": "c", "EVENT_PROPERTY_NAME": "唱歌"},
        {"REC_ID": "d", "EVENT_TYPE_NAME": "-"},
        {"REC_ID": "e", "CREATE_TIME": "2099-01-01 00:00:00"},
        {"REC_ID": "f", "CREATE_TIME": "2017-12-31 23:59:59"},
        {"REC_ID": "x" * 200},
        {"REC_ID": "h", "COMMUNITY_NAME": "a\x00b"},
        {"REC_ID": "also good"},
    )

    report = take(path)

    assert (report.rows, report.taken) == (10, 2)
    assert Case.objects.count() == 2
    told = why(report)
    assert list(told) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert told[3] == "时间（CREATE_TIME）读不懂"
    assert told[4] == "没有编号（REC_ID）"
    assert told[5].startswith("诉求性质：应为其中之一")
    assert told[6] == "受理诉求须写明类型和来源。请补填:事件类型"
    assert told[7] == "时间（CREATE_TIME）在将来"
    assert told[8] == "2017-12-31 时还没有颁布这个流程"
    assert told[9] == "编号（REC_ID）不能用"
    assert told[10] == "社区：含有不可用的字符"
    by_law = next(p for p in report.problems if p.line == 6)
    assert by_law.clauses == ("hotline/hotline#1",)
    assert "Fill in: Type." in by_law.why[0][1]


def test_rows_of_the_wrong_length_and_of_another_encoding_do_not_stop_the_rest(law: None, tmp_path: Path) -> None:
    path = listed(tmp_path, {"REC_ID": "1"}, {"REC_ID": "4"})
    lines = path.read_bytes().splitlines()
    broken = lines[1].replace(b"1,", b"2,", 1).replace("坪山街道".encode(), "坪山街道".encode("gb18030"))
    path.write_bytes(b"\r\n".join([*lines[:2], b"too,short", broken, b"", lines[2]]) + b"\r\n")

    report = take(path)

    assert report.taken == 2
    assert why(report) == {3: "列数与表头不符", 4: "不是 utf-8-sig 编码"}


def workbook(tmp_path: Path, *rows: Mapping[str, Any], title: str = "") -> Path:
    """A workbook with these rows, its moments as moments and what looks like a number as a number; what a row does not say is as in COLUMNS."""
    path = tmp_path / "rows.XLSX"
    with Workbook(path) as book:
        sheet, moment = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d h:mm"})
        top = 1 if title else 0
        if title:
            sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, title)
        sheet.write_row(top, 0, list(COLUMNS))
        for n, row in enumerate(rows, top + 1):
            for column, value in enumerate(({**COLUMNS, **row}).values()):
                if isinstance(value, datetime):
                    sheet.write_datetime(n, column, value, moment)
                elif isinstance(value, str) and value.isdigit():
                    sheet.write_number(n, column, int(value))
                else:
                    sheet.write(n, column, value)
    return path


def test_a_workbook_is_taken_as_the_same_rows_in_a_csv_file_are(law: None, tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2018-07-04T17:24:41")

    first = take(workbook(tmp_path, {"REC_ID": "101", "CREATE_TIME": moment}, {"REC_ID": "102"}, title="2018年7月诉求"))
    again = take(listed(tmp_path, {"REC_ID": "101"}, {"REC_ID": "102"}))

    assert (first.taken, why(first)) == (2, {})
    assert (again.taken, again.before, why(again)) == (0, 2, {})


def test_rows_of_a_workbook_are_told_by_the_lines_it_shows(law: None, tmp_path: Path) -> None:
    report = take(workbook(tmp_path, {"REC_ID": "1"}, {"CREATE_TIME": "?"}, {"REC_ID": 330106199001011234}, title="诉求"))

    assert report.taken == 1
    assert why(report)[4] == "时间（CREATE_TIME）读不懂"
    assert why(report)[5].startswith("REC_ID：数字超过15位")


def test_a_workbook_that_is_broken_or_lacks_a_column_is_a_sentence(law: None, tmp_path: Path) -> None:
    whole = workbook(tmp_path, {})
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(whole.read_bytes()[:800])
    other = tmp_path / "other.xlsx"
    with Workbook(other) as book:
        book.add_worksheet().write_row(0, 0, ["编号", "时间"])

    said = []
    for path in (broken, other, tmp_path / "nowhere.xlsx"):
        with pytest.raises(Trouble) as trouble:
            take(path)
        said.append(trouble.value.zh)
    assert said[0] == "broken.xlsx：这个 Excel 文件打不开，可能已损坏。请重新另存为 .xlsx 再试。"
    assert said[1].startswith("other.xlsx 没有对应表要的列：REC_ID")
    assert said[2].startswith("读不了")


def test_a_line_is_where_its_row_begins(law: None, tmp_path: Path) -> None:
    report = take(listed(tmp_path, {"COMMUNITY_NAME": "和\n平"}, {"REC_ID": "2", "CREATE_TIME": "?"}))

    assert why(report) == {4: "时间（CREATE_TIME）读不懂"}
    assert report.taken == 1


def test_the_same_row_twice_is_taken_once_and_another_row_of_its_key_is_told_apart(law: None, tmp_path: Path) -> None:
    first = take(listed(tmp_path, {}, {}, {"STREET_NAME": "龙田街道"}))
    second = take(listed(tmp_path, {"STREET_NAME": "龙田街道"}, {"REC_ID": "2"}))

    assert (first.taken, first.before, why(first)) == (1, 1, {4: "这个编号已有一件，内容不同"})
    assert (second.taken, second.before, why(second)) == (1, 0, {2: "这个编号已有一件，内容不同"})
    assert counted("street") == {"坪山街道": 2}


def test_a_row_that_was_refused_may_come_again_put_right(law: None, tmp_path: Path) -> None:
    refused = take(listed(tmp_path, {"EVENT_TYPE_NAME": "-"}))
    again = take(listed(tmp_path, {}))

    assert (refused.taken, again.taken, again.problems) == (0, 1, [])
    assert Case.objects.get().fields["area"] == "市容环卫"


# ---- files and maps that are for something else ---------------------------------------------------------------------------


def test_a_file_without_the_columns_is_a_sentence_that_names_them(law: None, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("REC_ID,WHEN\n1,2\n")

    with pytest.raises(Trouble) as refused:
        take(path)

    assert "CREATE_TIME" in refused.value.zh
    assert "REC_ID、WHEN" in refused.value.zh
    with pytest.raises(Trouble, match="cannot be read"):
        take(tmp_path / "not there.csv")


def test_without_its_pack_nothing_is_taken_and_the_sentence_says_how_to_enact_it(db: None, tmp_path: Path) -> None:
    cast()

    with pytest.raises(Trouble, match="law enact"):
        take(listed(tmp_path, {}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("procedure: a\nkey: b\nat: c\n", "1:1: 缺少“fields”"),
        ("procedure: a\nkey: b\nat: c\nfeilds: {}\nfields: {}\n", "4:1: 对应表没有“feilds”这个键,是不是“fields”?"),
        ("procedure: a\nkey: b\nat: c\nzone: Mars/Olympus\nfields: {}\n", "4:7: 没有时区“Mars/Olympus”"),
        ("procedure: a\nkey: b\nat: c\nencoding: klingon\nfields: {}\n", "4:11: 没有编码“klingon”"),
        ("procedure: a\nkey: b\nat: c\nfields: {x: {when: [{A: '1'}]}}\n", "4:21: 每个条件须写明列的值和结果(is)"),
        ("procedure: a\nkey: b\nat: c\nfields: {x: {values: {}}}\n", "4:13: 须写明取自哪一列(column),或按什么条件(when)"),
        ("procedure: [a\n", "不是合法的YAML"),
    ],
)
def test_a_broken_map_is_said_with_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)

    with pytest.raises(Trouble) as refused:
        read_map(path)

    assert said in refused.value.zh
    assert refused.value.zh.startswith("m.yaml:")


def test_another_format_zone_unit_and_delimiter_are_read_by_the_map(law: None, tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes("号\t时\t类\t源\n7\t04/07/2018 9:05\t市容环卫\t电话\n".encode("gb18030"))
    told = tmp_path / "m.yaml"
    fields = "fields: {area: 类, channel: 源}"
    told.write_text(
        f'procedure: hotline_request\nkey: 号\nat: 时\nformat: "%d/%m/%Y %H:%M"\nzone: UTC\nunit: 湖畔苑\nsource: 旧表\n'
        f"encoding: gb18030\ndelimiter: tab\n{fields}\n",
        "utf-8",
    )

    report = take(path, told)

    case = Case.objects.select_related("unit").get()
    assert report.taken == 1
    assert case.opened_at == datetime(2018, 7, 4, 9, 5, tzinfo=ZoneInfo("UTC"))
    assert case.unit is not None
    assert case.unit.name == "湖畔苑"
    assert Event.objects.get(act="open", noun="hotline_request").key == "import:旧表:7"


def test_a_unit_nobody_knows_is_a_sentence(law: None, tmp_path: Path) -> None:
    told = tmp_path / "m.yaml"
    told.write_text(MAP.read_text("utf-8") + "unit: 月球\n", "utf-8")

    with pytest.raises(Trouble, match="no unit '月球'"):
        take(listed(tmp_path, {}), told)


def test_the_report_prints_a_sum_and_its_problems_in_the_language_of_the_terminal(
    law: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    report = take(listed(tmp_path, {}, {"REC_ID": "2", "CREATE_TIME": "x"}))

    assert importing.told(report) == ["共 2 行：新收 1，以前已收 0，未收 1。", "  第 3 行：时间（CREATE_TIME）读不懂"]
    plain = json.loads(json.dumps(report.plain()))
    assert plain["problems"] == [
        {
            "line": 3,
            "key": "2",
            "zh": ["时间（CREATE_TIME）读不懂"],
            "en": ["the moment in CREATE_TIME cannot be read"],
            "clauses": [],
        }
    ]
    assert plain["counts"]["street"] == {"坪山街道": 1}
