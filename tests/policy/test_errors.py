"""What is wrong with a pack is said at its place, in Chinese and English, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.policy.company import read_company
from shouwen.policy.errors import PackError
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from shouwen.policy.source import SourceError, read_text
from tests.policy.laws import NOUNS, PACK, TRIED, faults_of, law_of, sources_of

PLACE = re.compile(r"^t/[a-z.]+:\d+:\d+: .+")
FIRST = NOUNS.count("\n") + 1  # the line of the first clause

# What is wrong, with § before the place the fault must name; what the sentences must say in Chinese and in English.
WRONG = {
    "a key nobody knows": ("  - {id: '1', zh: x, for: job, §deadlin: {until: reply}}", "是不是“deadline”",
    "did you mean 'deadline'"),
    "a parameter nobody knows": (
        "  - {id: '1', zh: x, for: job, deadline: {until: reply, §withn: 1h}}", "是不是“within”", "did you mean 'within'"),
    "an act nobody knows": ("  - {id: '1', zh: x, for: job, deadline: {until: §replay, within: 1h}}", "是不是“reply”",
    "did you mean 'reply'"),
    "a field nobody knows": (
        "  - {id: '1', zh: x, for: job, requires: {before: close, fields: [§visited_at]}}", "是不是“visit_at”",
        "did you mean 'visit_at'"),
    "a choice nobody knows": ("  - {id: '1', zh: x, for: job, when: {urgency: §urgnt}, says: {}}", "紧急(urgent)",
    "urgent, normal"),
    "a post nobody knows": (
        "  - {id: '1', zh: x, for: job, upon: close, notifies: {to: §directer}}", "是不是“director”", "did you mean 'director'"),
    "a procedure nobody knows": ("  - {id: '1', zh: x, for: §jobs, says: {}}", "是不是“job”", "did you mean 'job'"),
    "a book nobody knows": (
        "  - {id: '1', zh: x, for: job, upon: close, penalises: {who: actor, points: 1, book: §point}}", "是不是“points”",
        "did you mean 'points'"),
    "a clause nobody knows": ("  - {id: '1', zh: x, upon: {breach: §'9'}, for: job, notifies: {to: director}}", "没有这一条",
    "no clause"),
    "a span of months or minutes": ("  - {id: '1', zh: x, for: job, deadline: {until: reply, within: §10m}}", "10min", "10min"),
    "a span with a leading zero": ("  - {id: '1', zh: x, for: job, deadline: {until: reply, within: §030min}}", "30min", "30min"),
    "a span in full-width digits": ("  - {id: '1', zh: x, for: job, deadline: {until: reply, within: §１h}}", "1h", "1h"),
    "a comparison in full width": ("  - {id: '1', zh: x, for: job, when: {fee: §'＞ 0'}, says: {}}", '写 "> 0"', 'write "> 0"'),
    "a version of no day": (
        "  - {id: '1', zh: x, for: job, deadline: {until: reply, within: 1h}, versions: {2024-13-01: §{within: 2h}}}",
        "2025-07-01", "2025-07-01"),
    "no kind": ("  - §{id: '1', zh: x, for: job}", "有且只有一种", "exactly one of"),
    "two kinds": ("  - §{id: '1', zh: x, for: job, says: {}, performs: {act: close}}", "有且只有一种", "exactly one of"),
    "no number": ("  - §{zh: x, says: {}}", "没有编号(id)", "no id"),
    "a number in Chinese quotes": ("  - {id: §“1”, zh: x, says: {}}", 'id: "2.1"', 'id: "2.1"'),
    "a number twice": ("  - {id: '1', zh: x, says: {}}\n  - §{id: '1', zh: y, says: {}}", f"第{FIRST}行", f"line {FIRST}"),
    "no subject": ("  - §{id: '1', zh: x, deadline: {until: reply, within: 1h}}", "(for)", "(for)"),
    "no moment": ("  - {id: '1', zh: x, for: job, notifies: §{to: director}}", "(upon)", "upon what"),
    "no end": ("  - {id: '1', zh: x, for: job, deadline: §{within: 1h}}", "(until)", "(until)"),
    "no span": ("  - {id: '1', zh: x, for: job, deadline: §{until: reply}}", "(within)", "within"),
    "two spans": ("  - {id: '1', zh: x, for: job, deadline: {until: reply, within: 1h, due: §end_of_day}}", "只写一个", "not both"),
    "a grade that is typed": ("  - {id: '1', zh: x, §grade: executed, says: {}}", "没有“grade”这个键", "unknown key 'grade'"),
    "a sentence cut by a comma": (
        "  - {id: '1', zh: x, assumed: {zh: 原文未写,§本公司设定}, says: {}}", "给整句加引号", "quote the whole sentence"),
    "a penalty on a gate that refuses": (
        ("  - {id: '1', zh: x, for: job, requires: {before: close, fields: [fee]}}\n"
        "  - §{id: '2', zh: x, upon: {breach: '1'}, penalises: {who: actor, points: 1}}"), "or: record", "or: record"),
    "an act nobody may do": ("  - {id: '1', zh: x, for: job, excludes: {who: §anyone, acts: [close]}}", "without", "without"),
    "a source that is no entry": ("  - {id: '1', zh: x, source: [§'1-2'], says: {}}", "001-01-11", "001-01-11"),
    "two answers": (
        ("  - {id: '1', zh: x, for: job, classifies: {field: urgency, is: urgent}}\n"
        "  - §{id: '2', zh: x, for: job, classifies: {field: urgency, is: slow}}"), "overrides", "overrides"),
    "a choice that rests on itself through another": (
        ("  - §{id: '1', zh: x, for: job, when: {paid: yes}, classifies: {field: urgency, is: urgent}}\n"
        "  - {id: '2', zh: x, for: job, when: {urgency: urgent}, classifies: {field: paid, is: yes}}"), "互相依赖",
        "depend on each other"),
    "acts of the law that cause each other": (
        ("  - §{id: '1', zh: x, for: job, upon: reply, performs: {act: note}}\n"
        "  - {id: '2', zh: x, for: job, upon: note, performs: {act: reply}}"), "没有尽头", "without end"),
    "a field asked for too late": ("  - §{id: '1', zh: x, for: job, requires: {before: reply, fields: [fee]}}", "(asks)",
    "ask for it"),
    "the breach of a clause nobody knows": (
        "  - {id: '1', zh: x, upon: {breach: §'9'}, notifies: {to: director}}", "没有这一条:“9”", "there is no clause '9'"),
    "a gate before opening that asks what is filled later": (
        "  - §{id: '1', zh: x, for: job, when: {fee: '> 0'}, requires: {before: open, evidence: photo}}", "(asks)", "ask for it"),
    "a span by table": (
        "  - {id: '1', zh: x, for: job, deadline: {until: reply, within: §table}}", "按表定时限写 due: table", "write due: table"),
    "a field where somebody is wanted": (
        "  - {id: '1', zh: x, for: job, excludes: {who: §technician, acts: [close]}}", "写 {field: technician}", "write {field: technician}"),
    "a post nobody has declared": (
        "  - {id: '1', zh: x, for: job, upon: close, notifies: {to: §regional}}", "岗位在 posts 里声明", "posts are declared under `posts`"),
    "a book nobody has declared": (
        "  - {id: '1', zh: x, for: job, upon: close, rewards: §{who: actor, points: 1}}", "账簿在 books 里声明", "books are declared under `books`"),
    "an approval by nobody": (
        "  - {id: '1', zh: x, for: job, approval: {before: close, by: table}, columns: [fee, by], table: [['<= 5', §none], ['> 5', director]]}",
        "不用批准的情形写在 when 里", "what needs no approval is said in `when`"),
    "several moments": (
        "  - {id: '1', zh: x, for: job, upon: §[close, reply], notifies: {to: director}}", "只写一个时刻", "names one moment"),
    "an act that is done on tasks": (
        "  - {id: '1', zh: x, for: job, excludes: {who: actor, acts: [§claim]}}", "由开这个待办的条款的 who 定", "opens the task (who)"),
    "an act that is done on requests": (
        "  - {id: '1', zh: x, for: job, permits: {who: director, acts: [§approve]}}", "写在 approval 的 by 里", "`by` of the approval"),
    "a condition that is empty": (
        "  - {id: '1', zh: x, for: job, upon: close, when: §null, notifies: {to: director}}", "把这一行删去", "delete the line"),
    "a moment that is a Chinese word, without a noun": (
        "  - {id: '1', zh: x, upon: §逾期, notifies: {to: director}}", '写 upon: {breach: "编号"}', 'write upon: {breach: "number"}'),
    "points where the one book is another": (
        "  - {id: '1', zh: x, for: job, upon: close, rewards: §{who: actor, points: 1}}", "写 book: fine", "write book: fine"),
    "a period by table": (
        "  - {id: '1', zh: x, schedules: {open: call, for_each: staff, every: §table}}", "周期(every)不能按表定", "a period (every) cannot go by table"),
    "unset in a condition": (
        "  - {id: '1', zh: x, for: job, when: {count: §unset}, says: {}}", "unset 只用于种类的参数", "`unset` is for the parameters of a kind"),
    "a post by its Chinese name": (
        "  - {id: '1', zh: x, for: job, upon: close, notifies: {to: [§店长]}}", "是不是“manager”?", "did you mean 'manager'"),
    "a field by its Chinese name": (
        "  - {id: '1', zh: x, for: job, requires: {before: close, fields: [§件数]}}", "是不是“count”?", "did you mean 'count'"),
    "an act by its Chinese name": (
        "  - {id: '1', zh: x, for: job, requires: {before: §结案, fields: [count]}}", "是不是“close”?", "did you mean 'close'"),
    "a key with a space less": (
        "  - id: '1'\n   §zh: x\n    says: {}", "这一行的缩进与上面各行对不上", "this line is not indented like those above"),
    "a wide space as indentation": ("  - id: '1'\n§　　　　zh: x\n    says: {}", "缩进里有全角空格", "a full-width space in the indentation"),
    "a no-break space as indentation": (
        "  - id: '1'\n§\u00a0\u00a0\u00a0 zh: x\n    says: {}", "缩进里有全角空格", "a full-width space in the indentation"),
    "a quotation mark that is not closed": (
        '  - id: §"1\n    zh: x\n    says: {}\n  - id: "2"\n    zh: y\n    says: {}', "这一行的引号没有收尾", "a quotation mark in this line is not closed"),
    "a tab": ("  - id: '1'\n§\tzh: x", "请改成空格", "use spaces"),
    "a colon in full width": ("  - id： '1'\n    zh§: x", "全角标点", "full-width"),
    "a comma in full width": ("  - {id: '1', zh: x, for: job, deadline: {until: reply，within§: 1h}}", "全角标点", "full-width"),
    "a brace that is not closed": ("  - {id: '1', zh: x, says: {}\n§", "收尾的 }", "closing }"),
    "a key twice": ("  - {id: '1', zh: x, §zh: y, says: {}}", "写了两次", "stands twice"),
    "an anchor": ("  - §&a {id: '1', zh: x, says: {}}", "请写明", "write it out"),
    "a tag": ("  - {id: §!!int '1', zh: x, says: {}}", "给文字加引号", "quote the text"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_fault_names_its_place_and_what_to_write(what: str) -> None:
    marked, zh, en = WRONG[what]
    before = marked.partition("§")[0].split("\n")
    place = f"t/r.yaml:{FIRST + len(before) - 1}:{len(before[-1]) + 1}: "

    in_chinese, in_english = (faults_of(marked.replace("§", ""), lang=lang) for lang in ("zh", "en"))

    assert all(PLACE.match(f) for f in (*in_chinese, *in_english))
    assert any(f.startswith(place) and zh in f for f in in_chinese), in_chinese
    assert any(f.startswith(place) and en in f for f in in_english), in_english


def test_all_faults_are_said_at_once_in_the_order_of_the_file() -> None:
    found = faults_of(
        "  - {id: '1', zh: x, for: job, deadline: {until: replay, within: 10m}}\n  - {id: '2', zh: x, for: jobs, says: {}}\n"
    )

    places = [int(f.split(":")[1]) for f in found]
    assert len(found) == 3
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("nouns", "zh"),
    [
        (NOUNS.replace("to: done, asks", "to: dne, asks"), "是不是“done”"),
        (NOUNS.replace("to: closed}", "to: done}"), "没有动作通到环节“closed”"),
        (NOUNS.replace("reply: {zh: 回复,", "done: {zh: 回复,"), "既是环节又是动作"),
        (NOUNS.replace("type: money}", "type: mony}", 1), "是不是“money”"),
        (NOUNS.replace("paid: {zh", "step: {zh"), "请换一个字段名"),
        (NOUNS.replace("reply: {zh: 回复,", "approve: {zh: 回复,"), "请换一个动作名"),
        (NOUNS.replace("asks: [fee]", "asks: [fe]"), "是不是“fee”"),
        (NOUNS.replace("  points: {zh: 扣分, unit: 分}", "  points: {zh: 扣分, unit: 分}\n  points: {zh: 又一本}"), "写了两次"),
        (NOUNS.replace("regulation: r", "regulaton: r"), "regulation:"),
        (NOUNS.replace("title: {zh: 试验}", "title: {zh: 试验}\ncalendar: ofice"), "是不是“office”"),
        (NOUNS.replace("title: {zh: 试验}", "title: {zh: 试验}\nowner: directer"), "是不是“director”"),
        (NOUNS.replace("title: {zh: 试验}", "title: {zh: 试验}\nreviewed_on: soon"), "“soon”不是日期"),
        (NOUNS.replace("registers:\n", "registers: null\nregister:\n"), "把这一行删去"),
        (NOUNS.replace("    fields: {job: {zh", "    fields: null\n    field: {job: {zh"), "把这一行删去"),
        (NOUNS.replace("books:\n", "forms: {slip: {zh: 单, of: jobs}}\nbooks:\n"), "没有这个流程或台账:“jobs”,是不是“job”?"),
        (NOUNS.replace("books:\n", "forms: {slip: {zh: 单, of: job, prints: [fees]}}\nbooks:\n"), "表单要印的字段没有:“fees”,是不是“fee”?"),
        (NOUNS.replace("desk: {zh: 前台}", "desk: {zh: 前台, reports_to: directer}"), "reports_to:没有这个岗位“directer”,是不是“director”?"),
    ],
)  # fmt: skip
def test_the_shape_of_a_procedure_is_checked_as_it_is_read(nouns: str, zh: str) -> None:
    assert any(zh in f for f in faults_of("  - {id: '1', zh: x, says: {}}\n", nouns)), faults_of(
        "  - {id: '1', zh: x, says: {}}\n", nouns
    )


def test_what_looks_like_a_number_a_truth_or_a_time_stays_the_text_it_is() -> None:
    node = read_text("{a: 21:00, b: no, c: 030, d: 1.10, e: 2024-01-01, f: ~, g: 0x1F, h: 1e3}", "f.yaml")

    assert node.plain() == {
        "a": "21:00",
        "b": "no",
        "c": "030",
        "d": "1.10",
        "e": "2024-01-01",
        "f": "~",
        "g": "0x1F",
        "h": "1e3",
    }


def test_clock_times_and_truths_need_no_quotes_in_a_clause() -> None:
    law = law_of("""
  - {id: "1", zh: x, for: job, when: {paid: no}, requires: {before: reply, not_before: 21:00}}
  - {id: "2", zh: x, for: job, deadline: {until: reply, within: 1h}, versions: {2024-01-01: {within: 2h}}}
""")

    assert "不得早于21:00" in law.versions["t/r#1"][0].sentence()
    assert [str(c.since) for c in law.versions["t/r#2"]] == ["None", "2024-01-01"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "空的"), (b"# nothing\n", "空的"), ("a: é".encode("latin-1"), "UTF-8"), ("a: 1".encode("utf-16"), "UTF-8"),
        (b"a: " + b"x" * 10_000_000, "2MB"), (b"a: &a [x]\nb: *a\n", "锚点"), (b"a: \x07", "控制字符"), (b"a: 1\n---\nb: 2\n", "一份"),
        (b"[" * 1_000_000, "嵌套"), (b"- " * 900_000, "嵌套"), (b"{a: " * 400_000, "嵌套"), (b"{a: b}: c", "键必须是文字"), (b"a: 'x", "引号"),
        (b"a: @x", "加引号"), (b"a:\n\t- b\n", "Tab"), (b"a: b: c\n", "给整句加引号"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_pack_file_is_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(SourceError) as e:
        read_text(raw, "f.yaml")

    assert said in e.value.zh
    assert e.value.en
    assert e.value.node.line >= 1


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_text(b"\xef\xbb\xbfa: 1", "f.yaml").plain() == {"a": "1"}


@TRIED
@given(st.text(alphabet="ab:,-[]{}#&*!|>'\"%@`\n\t 中：，｛\\0", max_size=60))
def test_whatever_is_in_a_file_it_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        node = read_text(text, "f.yaml")
    except SourceError as e:
        assert e.node.line >= 1  # noqa: PT017  hypothesis needs the value either way
        assert e.zh  # noqa: PT017  hypothesis needs the value either way
        assert e.en  # noqa: PT017  hypothesis needs the value either way
    else:
        assert node.file == "f.yaml"


@TRIED
@given(st.text(max_size=200))
def test_a_broken_regulation_is_refused_never_a_crash(text: str) -> None:
    try:
        load({"t/pack.yaml": PACK, "t/r.yaml": f"regulation: r\ntitle: x\nclauses:\n  - {{id: '1', zh: x, says: {{}}}}\n{text}"})
    except PackError as e:
        assert all(f.line >= 1 and f.zh and f.en for f in e.faults)  # noqa: PT017  hypothesis needs the value either way


def test_a_file_that_is_not_utf8_names_itself(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "r.yaml").write_bytes("# 制度\nregulation: ".encode() + "报修".encode("gb18030"))

    with pytest.raises(SourceError) as e:
        read_sources([folder])

    assert (e.value.node.file, e.value.node.line, e.value.node.column) == ("t/r.yaml", 2, 13)
    assert e.value.zh == "文件不是UTF-8编码;请用编辑器“另存为”,编码选 UTF-8"


def test_the_companys_settings_are_checked_alike() -> None:
    with pytest.raises(PackError) as e:
        read_company("company: c\nvalus: {}\n")
    assert "是不是“values”" in e.value.text("zh")

    with pytest.raises(PackError) as e:
        load(sources_of("  - {id: '1', zh: x, says: {}}\n"), read_company('company: c\nvalues: {"t/r#9": {within: 1h}}\n'))
    assert "company.yaml:2:" in e.value.text("en")
    assert "no clause 't/r#9'" in e.value.text("en")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("repeals: [t/r#9]", "没有这一条:“t/r#9”"),
        ("calendar: ofice", "是不是“office”"),
        ("grants: {directer: [see]}", "是不是“director”"),
        ("intake: [call, cal]", "是不是“call”"),
        ("intake: nothing", "没有这个流程:“nothing”"),
    ],
)
def test_settings_that_speak_of_nothing_are_refused(settings: str, said: str) -> None:
    with pytest.raises(PackError) as e:
        load(sources_of("  - {id: '1', zh: x, says: {}}\n"), read_company(f"company: c\n{settings}\n"))

    assert "company.yaml:2:" in e.value.text("zh")
    assert said in e.value.text("zh")
