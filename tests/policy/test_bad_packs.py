"""What would ruin a company's day is refused when the pack is loaded: rings, acts nobody could do, pasted punctuation, huge files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.policy.company import read_company
from shouwen.policy.errors import PackError
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from shouwen.policy.source import SourceError
from tests.policy.laws import NOUNS, faults_of, sources_of

FIRST = NOUNS.count("\n") + 1  # the line of the first clause
ONE = "  - {id: '1', zh: x, says: {}}\n"


def job(*clauses: str) -> str:
    """Return clauses about a job, numbered."""
    return "".join(f"  - {{id: '{i}', zh: x, for: job, {c}}}\n" for i, c in enumerate(clauses, 1))


def told(clauses: str, zh: str, en: str) -> list[str]:
    """Return what is said, unless a fault in the file and on a line of the clauses says so in both languages."""
    chinese, english = (faults_of(clauses, lang=lang) for lang in ("zh", "en"))
    placed = all(f.startswith("t/r.yaml:") and int(f.split(":")[1]) >= FIRST and int(f.split(":")[2]) >= 1 for f in chinese)
    right = placed and any(zh in f for f in chinese) and any(en in f for f in english)
    return [] if right else [*chinese, *english, "nothing was said"][: len(chinese) + len(english) or 1]


RINGS = {
    "cases that open each other": (
        job("upon: open, obliges: {open: call}") + "  - {id: '9', zh: x, for: call, upon: open, obliges: {open: job}}\n",
        "没有尽头:job → call → job"),
    "a case that opens itself": (job("upon: open, obliges: {open: job}"), "没有尽头:job → job"),
    "acts and openings by turns": (
        job("upon: open, performs: {act: reply}", "upon: reply, obliges: {open: job}"), "没有尽头:job.open → job.reply → job.open"),
    "acts and openings over two procedures": (
        job("upon: reply, obliges: {open: call}", "upon: open, performs: {act: reply}")
        + "  - {id: '8', zh: x, for: call, upon: open, performs: {act: ring}}\n"
        "  - {id: '9', zh: x, for: call, upon: ring, obliges: {open: job}}\n", "没有尽头:"),
}  # fmt: skip


@pytest.mark.parametrize("ring", RINGS)
def test_what_causes_itself_without_end_is_refused(ring: str) -> None:
    clauses, zh = RINGS[ring]
    assert told(clauses, zh, "without end") == []


def test_what_follows_from_what_somebody_does_is_no_ring() -> None:
    assert (
        faults_of(
            job("upon: close, obliges: {open: call}") + "  - {id: '9', zh: x, for: call, upon: ring, obliges: {open: job}}\n"
        )
        == []
    )


IMPOSSIBLE = {
    "never": ("limits: {act: close, to: 0}",),
    "an interval the wrong way round": ("requires: {before: close, that: {count: '(5..3]'}}",),
    "not before nine in the evening and not after eight": (
        "requires: {before: close, not_before: 21:00}", "requires: {before: close, not_after: 20:00}"),
    "only by whoever has done it": ("requires: {before: close, by: {did: close}}",),
    "permitted only to whoever has done it": ("permits: {who: {did: close}, acts: [close]}",),
    "only once it was done": ("requires: {before: close, that: {close: given}}",),
    "only once it was done, counted": ("requires: {before: close, that: {times.close: '>= 1'}}",),
    "at a step it cannot be done at": ("requires: {before: close, that: {step: received}}",),
    "each after the other": (
        "requires: {before: reply, that: {assign: given}}", "requires: {before: assign, that: {reply: given}}"),
    "permitted to those who are barred": ("permits: {who: desk, acts: [close]}", "excludes: {who: desk, acts: [close]}"),
    "approved by whoever asks": ("approval: {before: close, by: requester}",),
    "approved by whoever does it": ("approval: {before: close, by: actor}",),
}  # fmt: skip


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_a_clause_that_makes_an_act_impossible_is_refused(what: str) -> None:
    faults = [faults_of(job(*IMPOSSIBLE[what]), lang=lang) for lang in ("zh", "en")]

    assert any("永远" in f for f in faults[0]), faults[0]
    assert any("ever" in f for f in faults[1]), faults[1]


@pytest.mark.parametrize(
    "clauses",
    [
        ("requires: {before: close, not_before: 09:00}", "requires: {before: close, not_after: 20:00}"),
        ("requires: {before: close, not_before: 21:00}", "requires: {before: close, not_after: 20:00, or: warn}"),
        ("requires: {before: close, by: {did: assign}}",),
        ("requires: {before: close, that: {reply: given}}",),
        ("requires: {before: close, that: {step: done}}",),
        ("requires: {before: reply, that: {assign: given}}",),
        ("permits: {who: [desk, director], acts: [close]}", "excludes: {who: desk, acts: [close]}"),
        ("permits: {who: desk, acts: [close]}", "excludes: {who: {did: assign}, acts: [close]}"),
        ("approval: {before: close, by: {superior_of: requester}}",),
        ("when: {urgency: slow}, limits: {act: close, to: 0}",),
    ],
)
def test_what_somebody_can_do_is_not_refused(clauses: tuple[str, ...]) -> None:
    assert faults_of(job(*clauses)) == []


NUMBERS = {
    "less than nothing": ("limits: {act: close, to: -1}", "不能小于0", "less than 0"),
    "a million": ("limits: {act: close, to: 1000000}", "最多999999", "999999 at most"),
    "too many digits": ("limits: {act: close, to: 99999999999999999999999}", "最多999999", "999999 at most"),
    "a version before there were regulations": (
        "deadline: {until: reply, within: 1h}, versions: {0001-01-01: {within: 2h}}", "年份", "the year"),
    "a version in a way nobody writes": (
        "deadline: {until: reply, within: 1h}, versions: {2024-W01-1: {within: 2h}}", "2025-07-01", "2025-07-01"),
    "two versions of one day": (
        "deadline: {until: reply, within: 1h}, versions: {2024-01-01: {within: 2h}, '2024-01-01': {within: 3h}}", "写了两次", "twice"),
    "a table with a hole": (
        "classifies: {field: urgency}, columns: [count, urgency], table: [['> 5', urgent], ['< 5', slow]]",
        "表有空缺:件数恰为5", "a hole: no row for count = 5"),
    "a table with an overlap": (
        "classifies: {field: urgency}, columns: [count, urgency], table: [['>= 5', urgent], ['<= 5', slow]]",
        f"表有重叠:件数恰为5 有2行(第{FIRST}行)", f"overlaps: 2 rows fit count = 5 (lines {FIRST})"),
    "five thousand digits": (f"limits: {{act: close, to: {'9' * 5000}}}", "最多999999", "999999 at most"),
    "a share in raised digits": ("deadline: {until: reply, within: 1h, warn: ²%}", "时间跨度", "span"),
    "a sample of a million": (
        "says: {}}\n  - {id: '9', zh: x, schedules: {open: call, for_each: job.finish, every: 1mo, take: 1000000, who: desk}",
        "最多999999", "999999 at most"),
}  # fmt: skip


@pytest.mark.parametrize("what", NUMBERS)
def test_a_number_or_a_day_beyond_all_sense_is_refused(what: str) -> None:
    clause, zh, en = NUMBERS[what]
    assert told(job(clause), zh, en) == []


CALENDARS = {
    "a list of hours": "hours: [mon-fri]",
    "a list of hours on a day": "hours: {mon-fri: [08:30-12:00]}",
    "a mapping of hours on a day": "hours: {mon-fri: {zh: x}}",
    "a list of names": "zh: [办公]",
    "a mapping for a zone": "zone: {a: b}",
    "text for seasons": "seasons: summer",
    "a list for a season": "seasons: {summer: [05-01]}",
    "lists in the hours of a season": "seasons: {summer: {from: 05-01, to: 09-30, hours: {mon: []}}}",
    "lists in lists of days off": "days_off: [[2026-05-01]]",
    "a list of special days": "special: [2026-02-13]",
    "years in a list of texts": "years: ['2026']",
    "days off for ten thousand years": "days_off: [0001-01-01..9999-12-31]",
    "the wrong year in a run of days off": "days_off: [2026-01-01..2062-01-03]",
}  # fmt: skip


@pytest.mark.parametrize("what", CALENDARS)
def test_a_calendar_of_another_shape_is_a_sentence_at_its_line(what: str) -> None:
    key = CALENDARS[what].partition(":")[0]
    sources = {"t/r.yaml": NOUNS + ONE, "t/pack.yaml": f"pack: t\ntitle: x\ncalendars:\n  odd: {{{CALENDARS[what]}}}\n"}

    with pytest.raises(PackError) as e:
        load(sources)

    assert [(f.file, f.line, f.column) for f in e.value.faults] == [("t/pack.yaml", 4, 8)]
    for lang, most in (("zh", "最多一年"), ("en", "a year is the most")):
        assert f"{key}: " in e.value.text(lang) or most in e.value.text(lang)


@pytest.mark.parametrize("run", ["9999-12-30..9999-12-31", "9999-12-31", "2024-01-01..2024-12-31"])
def test_the_last_of_all_days_and_a_whole_year_are_days_like_others(run: str) -> None:
    load({"t/r.yaml": NOUNS + ONE, "t/pack.yaml": f"pack: t\ntitle: x\ncalendars:\n  odd: {{days_off: [{run}]}}\n"})


PASTED = {
    "colon after a key": "  - id： '1'\n    zh: x\n",
    "colon after a key in braces": "  - {id：'1', zh: x, says: {}}\n",
    "comma": "  - {id: '1'，zh: x, says: {}}\n",
    "braces": "  - ｛id: '1', zh: x, says: {}｝\n",
    "brackets": "  - {id: '1', zh: x, for: job, excludes: {who: actor, acts: ［close］}}\n",
    "quotes": "  - {id: “1”, zh: x, says: {}}\n",
    "quotes around a comparison": "  - {id: '1', zh: x, for: job, when: {fee: “> 5”}, says: {}}\n",
    "quotes around a reference": "  - {id: '1', zh: x, for: job, upon: {breach: “2.1”}, notifies: {to: director}}\n",
    "spaces before a key": "  - id: '1'\n　　zh: x\n    says: {}\n",
    "a space after a colon": "  - {id:　'1', zh: x, says: {}}\n",
    "a space that does not break": "  - {id: '1', zh: x, for:\u00a0job, says: {}}\n",
    "a dash": "  － id: '1'\n    zh: x\n",
    "a comma between acts": "  - {id: '1', zh: x, for: job, excludes: {who: actor, acts: [close，reply]}}\n",
    "an enumeration comma between acts": "  - {id: '1', zh: x, for: job, excludes: {who: actor, acts: [close、reply]}}\n",
    "a clock time": "  - {id: '1', zh: x, for: job, requires: {before: close, not_before: 21：00}}\n",
    "a percent sign": "  - {id: '1', zh: x, for: job, deadline: {until: reply, within: 1h, warn: 75％}}\n",
    "a date": "  - {id: '1', zh: x, for: job, deadline: {until: reply, within: 1h}, versions: {2024－01－01: {within: 2h}}}\n",
    "a digit": "  - {id: '1', zh: x, for: job, limits: {act: close, to: １}}\n",
}


@pytest.mark.parametrize("what", PASTED)
def test_full_width_punctuation_is_named_where_it_stands(what: str) -> None:
    assert told(PASTED[what], "全角", "full-width") == []


def test_chinese_punctuation_in_what_people_read_is_no_fault() -> None:
    assert faults_of("  - {id: '1', zh: 本制度：自即日起，试行（一年）。, says: {}}\n") == []


def test_merging_keys_is_refused() -> None:
    assert told("  - {<<: {id: '1'}, zh: x, says: {}}\n", "<<", "<<") == []


def test_a_pack_of_ten_megabytes_is_refused_at_its_largest_file() -> None:
    sources = {
        **sources_of(ONE),
        **{f"t/r{i}.yaml": f"regulation: r{i}\ntitle: x\n# {'x' * (1_500_000 + i)}\n" for i in range(7)},
    }

    with pytest.raises(PackError) as e:
        load(sources)

    assert [(f.file, f.line, f.column) for f in e.value.faults] == [("t/r6.yaml", 1, 1)]
    assert "10.5MB" in e.value.text("zh")
    assert "10.5 MB" in e.value.text("en")


def test_a_file_of_ten_megabytes_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "r.yaml").write_bytes(b"x" * 10_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self.name} was read"))

    with pytest.raises(SourceError) as e:
        read_sources([folder])

    assert (e.value.node.file, e.value.node.line) == ("t/r.yaml", 1)
    assert "2MB" in e.value.zh


def test_of_a_thousand_large_files_no_more_is_read_than_a_pack_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, read = tmp_path / "t", Path.read_bytes
    folder.mkdir()
    for i in range(40):
        (folder / f"r{i}.yaml").write_bytes(b"#" * 1_900_000)
    met: list[str] = []

    def counted(path: Path) -> bytes:
        met.append(path.name)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", counted)

    with pytest.raises(PackError, match="MB"):
        read_sources([folder])

    assert len(met) == 5


def test_company_settings_that_are_a_list_are_a_sentence() -> None:
    with pytest.raises(PackError) as e:
        read_company("[a, b]\n")

    assert (e.value.faults[0].line, "键: 值" in e.value.text("zh"), "a mapping" in e.value.text("en")) == (1, True, True)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("hold: {zh: 留台, from: [received]}", "“hold”是内置动作“挂起”"),
        ("hold: {zh: 挂起, from: [received], to: assigned}", "“hold”是内置动作“挂起”"),
        ("link: 接通", "“link”是内置动作“关联”"),
        ("take_over: {zh: 接管, to: assigned}", "“take_over”是内置动作“接手”"),
    ],
)
def test_an_act_of_ones_own_under_a_built_in_name_is_refused_at_its_line(act: str, said: str) -> None:
    nouns = NOUNS.replace("      move: {zh: 改约", f"      {act}\n      move: {{zh: 改约")
    line = nouns[: nouns.index(f"      {act}")].count("\n") + 1

    assert any(f.startswith(f"t/r.yaml:{line}:") and said in f for f in faults_of(ONE, nouns)), faults_of(ONE, nouns)
    assert any("is the built-in act" in f for f in faults_of(ONE, nouns, lang="en"))


def test_an_act_of_ones_own_under_a_built_in_name_is_refused_where_the_built_in_one_is_left_out_and_in_registers() -> None:
    left_out = NOUNS.replace("    steps: {received", "    without: [hold]\n    steps: {received").replace(
        "      move: {zh: 改约", "      hold: 留台\n      move: {zh: 改约"
    )
    register = NOUNS.replace("    title: {zh: 房屋}\n", "    title: {zh: 房屋}\n    acts: {hold: 封存}\n")

    assert [any("内置动作“挂起”" in f for f in faults_of(ONE, nouns)) for nouns in (left_out, register)] == [True, True]


@pytest.mark.parametrize(
    "act",
    [
        "hold: {zh: 挂起报修, fields: {part: {zh: 等哪件, type: text}}}",
        "extend: {zh: 宽限}",
        "reopen: {zh: 返修, to: received}",
        "note: 记录",
    ],
)
def test_a_built_in_act_may_be_extended(act: str) -> None:
    assert faults_of(ONE, NOUNS.replace("      move: {zh: 改约", f"      {act}\n      move: {{zh: 改约")) == []
