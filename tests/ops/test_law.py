"""`shouwen law` works on files alone, says what is wrong in the reader's language, and ends with an exit code to rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Self

import jsonschema_rs
import pytest

from shouwen.base.trouble import Exit
from shouwen.cases.conditions_sql import unbounded
from shouwen.cases.models import Enactment
from shouwen.ops import cli, law_trial, shelf
from shouwen.policy import examples
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from shouwen.policy.schema import FILES
from tests.conftest import LiveDatabase
from tests.databases import ROOT
from tests.policy.laws import NOUNS, PACK

REPAIR = examples.REGULATION
LATER = 'versions: {"2025-07-01": {within: 1h}}'


class Wall(date):
    """The calendar on the reader's wall: whether a review is due must not depend on the day the tests run."""

    @classmethod
    def today(cls) -> Self:
        """The last day on which the example pack, checked on 2026-11-01, is not yet due again."""
        return cls(2027, 11, 2)


@pytest.fixture(autouse=True)
def _on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shouwen.ops.law.date", Wall)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue of three entries, two of which the example pack cites."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    lines = [f'- {{id: "{i}", system: 售后, zh: 条目{i}, en: entry {i}}}' for i in ("001-01-11", "001-01-12", "003-01-08")]
    (folder / "001.yaml").write_text("\n".join(lines), "utf-8")
    return folder


def law(*words: object, lang: str = "zh") -> int:
    """Run `shouwen law …` in this process."""
    return cli.main(["law", str(words[0]), *map(str, words[1:]), "--lang", lang])


def change(pack: Path, before: str, after: str, file: str = "repair.yaml") -> None:
    """Write something otherwise in a file of a pack."""
    text = (pack / file).read_text("utf-8")
    assert before in text
    (pack / file).write_text(text.replace(before, after), "utf-8")


# check


def test_a_pack_in_order_says_so(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("check", pack) == 0
    assert capsys.readouterr().out == "1个制度,3条条款,没有错误\n"
    assert law("check", pack, lang="en") == 0
    assert capsys.readouterr().out == "1 regulations, 3 clauses, no faults\n"


def test_a_broken_pack_is_said_with_line_and_column_and_exit_code_19(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "until: reply", "until: replay")

    assert law("check", pack) == Exit.BROKEN_PACK
    said = capsys.readouterr()
    line = REPAIR[: REPAIR.index("until: reply")].count("\n") + 1
    assert said.err.startswith(f"demo/repair.yaml:{line}:")
    assert "是不是“reply”" in said.err
    assert said.out == ""
    law("check", pack, lang="en")
    assert "did you mean 'reply'" in capsys.readouterr().err


def test_a_file_that_is_not_yaml_is_said_alike(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "repair.yaml").write_bytes("制度".encode("gb18030"))

    assert law("test", pack) == Exit.BROKEN_PACK
    assert "demo/repair.yaml:1:1: 文件不是UTF-8编码" in capsys.readouterr().err


def test_what_the_company_still_owes_is_listed(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "within: 1h", "within: unset")

    law("check", pack)

    assert "demo/repair#2.1 的 within 由本公司设定" in capsys.readouterr().out


def test_a_regulation_nobody_has_checked_for_a_year_is_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, 'reviewed_on: "2026-11-01"', 'reviewed_on: "2026-10-31"')

    assert law("check", pack) == 0
    assert "demo/repair 上次核对于2026-10-31" in capsys.readouterr().out


def test_a_measure_that_would_read_ever_more_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Counting per person, or over everybody, what the database cannot judge reads all there is; one with a window does not."""
    assert law("check", ROOT / "tests/cases/packs/works", lang="en") == 0

    said = [line for line in capsys.readouterr().out.splitlines() if "ever slower" in line]
    assert [line.split()[2] for line in said] == ["asked_late", "asked_twice"]
    assert "the database cannot judge since.open," in said[0]


def test_the_packs_that_are_shipped_have_no_measure_that_reads_ever_more() -> None:
    assert list(unbounded(load(read_sources(shelf.folders([]))))) == []


def test_a_folder_without_a_pack_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("check", tmp_path) == Exit.USAGE
    assert "pack.yaml" in capsys.readouterr().err


def test_the_settings_of_a_named_company_folder_hold(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "within: 1h", "within: unset")
    ours = pack.parent / "ours"
    ours.mkdir()
    (ours / "pack.yaml").write_text("pack: ours\nbuilds_on: [demo]\n", "utf-8")
    (ours / "company.yaml").write_text('company: ours\nvalues: {"demo/repair#2.1": {within: 30min}}\n', "utf-8")

    assert law("check", ours) == 0
    assert "由本公司设定" not in capsys.readouterr().out
    assert law("explain", "2.1", "--pack", ours) == 0
    assert "本公司设定 within: 30min" in capsys.readouterr().out


# test


def test_scenarios_that_hold_are_counted(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("test", pack, "--verbose") == 0
    said = capsys.readouterr().out
    assert "✓" in said
    assert "紧急报修一小时内回复" in said
    assert "? 没有场景:demo/repair#3.5 收费须先征得客户同意" in said
    assert "1个场景,0个不符" in said


def test_a_scenario_that_fails_says_what_it_wanted_and_found(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, LATER, 'versions: {"2025-07-01": {within: 90min}}')

    assert law("test", pack) == 1
    assert "due 2.1:应为 2026-03-02 10:00,实为 2026-03-02 10:30" in capsys.readouterr().out


TWO_ANSWERS_IN_2027 = """
  - {id: "1", zh: 多的紧急, for: job, when: {count: "> 3"}, classifies: {field: urgency, is: urgent}}
  - id: "2"
    zh: 少的不急
    for: job
    when: {count: "<= 3"}
    classifies: {field: urgency, is: slow}
    versions: {"2027-01-01": {when: {count: ">= 3"}}, "2028-01-01": {when: {count: "<= 3"}}}
"""
FOUR = """
regulation: r
given: {units: {E: {}}, staff: {fang: {post: desk, of: E}}}
scenarios:
  - title: 四件是紧急
    tests: ["1"]
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J, with: {count: "4"}, expect: {fields: {J.urgency: urgent}}}
"""


def test_scenarios_are_asked_again_on_every_later_day_the_law_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    for name, text in (("pack", PACK), ("r", NOUNS + TWO_ANSWERS_IN_2027), ("r.scenarios", FOUR)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")

    assert law("test", folder) == 1
    said = capsys.readouterr().out
    assert "四件是紧急 @ 2027-01-01: 第t/r#1条和第t/r#2条都给“urgency”取了值" in said
    assert "2028" not in said
    assert "1个场景,0个不符;以后各日再问,1处没有答案" in said


def test_a_mutant_nobody_notices_is_printed_and_fails(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("test", pack, "--mutate") == 1
    said = capsys.readouterr().out
    assert "✗ demo/repair#2.1  deadline.warn: 75% -> 76%  [executed]" in said
    assert "✗ demo/repair#2.1  deadline.within: 2h -> 4h  [executed]" in said, "nothing shows the version before July 2025"
    assert "个变体:" in said


def test_listing_every_survivor_as_equivalent_is_refused_when_there_are_too_many(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law("test", pack, "--mutate")
    survivors = [line.split("  ")[:2] for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    listed = "".join(f'  - {{clause: "{c.rpartition("#")[2]}", mutant: "{m}", why: x}}\n' for c, m in survivors)
    (pack / "repair.mutants.yaml").write_text(f"regulation: repair\nequivalent:\n{listed}", "utf-8")

    assert law("test", pack, "--mutate") == 1
    assert "超过" in capsys.readouterr().out


OTHER = """
regulation: other
title: 别的
procedures:
  job: {title: 工作, steps: {a: 甲, b: 乙}, acts: {reply: {zh: 回复, from: [a], to: b}}}
clauses:
  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h}}
"""


def test_only_the_regulations_that_changed_are_mutated(
    pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (pack / "other.yaml").write_text(OTHER, "utf-8")
    monkeypatch.setattr(law_trial, "SHELF", pack.parent)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=pack.parent, check=True)
    assert law("test", pack, "--mutate", "--changed-since", "HEAD") == 0
    assert "0个变体" in capsys.readouterr().out

    change(pack, "until: reply, within: 1h", "until: reply, within: 3h", "other.yaml")
    assert law("test", pack, "--mutate", "--changed-since", "HEAD") == 1
    said = capsys.readouterr().out
    assert "demo/other#1" in said
    assert "demo/repair#" not in said
    assert law("test", pack, "--changed-since", "nothing-like-this") == Exit.USAGE


def test_a_regulation_nobody_has_is_a_sentence(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("test", pack, "--only", "reprair") == Exit.USAGE
    assert "demo/repair" in capsys.readouterr().err


# coverage, explain, schema, sentences


def test_coverage_is_a_list_of_objects_and_totals(pack: Path, catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("coverage", pack, "--catalogue", catalogue, "--json") == 1, "001-01-12 has neither a clause nor a reason"
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["entries"] == [
        {"id": "001-01-11", "nodes": ["demo/repair#2.1"], "grade": "executed", "scenarios": 1, "reason": None},
        {"id": "001-01-12", "nodes": [], "grade": None, "scenarios": 0, "reason": None},
        {"id": "003-01-08", "nodes": ["demo/repair#3.5"], "grade": "attested", "scenarios": 0, "reason": None},
    ]
    assert "条目 001-01-12 没有条款承担" in said.err
    assert told["systems"] == {
        "001-01": {"name": "售后", "entries": 2, "executed": 1, "attested": 0, "said": 0, "waiting": 0, "open": 1},
        "003-01": {"name": "售后", "entries": 1, "executed": 0, "attested": 1, "said": 0, "waiting": 0, "open": 0},
    }
    law("coverage", pack, "--catalogue", catalogue)
    assert "001-01 售后  2条:执行1、确认0、说明0、等待0、无1" in capsys.readouterr().out


def test_an_entry_that_waits_with_a_reason_is_no_fault(pack: Path, catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        pack, "calendar: office\n", 'calendar: office\nwaits: [{entry: "001-01-12", for: reports, why: 等报表}]\n', "pack.yaml"
    )

    assert law("coverage", pack, "--catalogue", catalogue) == 0
    assert "001-01-12  等待  等报表" in capsys.readouterr().out


def test_an_entry_the_catalogue_does_not_have_is_a_fault_with_its_place(
    pack: Path, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(pack, 'source: ["003-01-08"]', 'source: ["003-01-99"]')

    assert law("coverage", pack, "--catalogue", catalogue, "--system", "001-01") == 1
    assert "目录里没有条目“003-01-99”" in capsys.readouterr().err


def test_a_clause_is_explained_with_versions_grade_and_source(
    pack: Path, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert law("explain", "repair#2.1", "2.2", "--pack", pack, "--catalogue", catalogue) == 0
    said = capsys.readouterr().out
    for line in (
        "demo/repair#2.1  (demo/repair.yaml:", "紧急报修须在规定时间内回复客户", "执行方式:系统执行(deadline)", "起初: 报修:", "须2小时内回复客户",
        "2025-07-01: 报修:", "须1小时内回复客户", "依据 001-01-11  售后: 条目001-01-11", "本公司认定:原文未写,本公司设定",
    ):  # fmt: skip
        assert line in said


def test_a_clause_nobody_has_is_a_sentence(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("explain", "9.9", "--pack", pack) == Exit.USAGE
    assert "9.9" in capsys.readouterr().err


def test_sentences_stand_beside_the_words(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("sentences", pack) == 0
    assert "demo/repair#2.2\n    回复超时的,报其上级\n    报修:违反第2.1条的,告知责任人的上级\n" in capsys.readouterr().out


@pytest.mark.parametrize("file", FILES)
def test_the_schema_is_one(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("schema", file) == 0
    assert jsonschema_rs.validator_for(json.loads(capsys.readouterr().out))


def test_a_pack_brings_those_it_builds_on(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text(f"pack: {name}\nbuilds_on: {base}\n", "utf-8")

    assert [f.name for f in shelf.folders([str(tmp_path / "a")])] == ["a", "b", "c"]


def test_the_language_follows_the_terminal(
    pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for locale, said in (("zh_CN.UTF-8", "没有错误"), ("en_US.UTF-8", "no faults"), ("C", "no faults")):
        monkeypatch.setenv("LC_ALL", locale)
        assert cli.main(["law", "check", str(pack)]) == 0
        assert said in capsys.readouterr().out


def test_the_test_pack_of_this_house_is_no_pack_of_the_shelf() -> None:
    assert "pack: t" in PACK
    assert not (shelf.SHELF / "t").exists()


# enact


def enact(pack: Path, live_db: LiveDatabase, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `shouwen law enact` on a database of the test's own."""
    command = [sys.executable, "-m", "shouwen", "law", "enact", str(pack), "--lang", "zh", *words]
    return subprocess.run(command, env=live_db.env, capture_output=True, text=True, check=False)


def test_a_law_is_enacted_once_and_holds_from_the_moment_said(pack: Path, live_db: LiveDatabase) -> None:
    first, again = (enact(pack, live_db, "--from", "2026-01-01T00:00", "--note", "试行") for _ in range(2))

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "自2026-01-01 00:00起执行" in first.stdout
    assert [(e.note, e.effective_from.isoformat()) for e in Enactment.objects.all()] == [("试行", "2025-12-31T16:00:00+00:00")]


def test_a_broken_or_undecided_pack_is_not_enacted(pack: Path, live_db: LiveDatabase) -> None:
    change(pack, "within: 1h", "within: unset")
    undecided = enact(pack, live_db)
    change(pack, "until: reply", "until: replay")
    broken = enact(pack, live_db)

    assert (undecided.returncode, broken.returncode) == (Exit.BROKEN_PACK, Exit.BROKEN_PACK)
    assert "demo/repair#2.1 的 within" in undecided.stderr
    assert "demo/repair.yaml:" in broken.stderr
    assert not Enactment.objects.exists()


def test_a_second_law_of_one_moment_is_refused_unless_it_is_to_stand_instead(pack: Path, live_db: LiveDatabase) -> None:
    enact(pack, live_db, "--from", "2026-01-01T00:00", "--note", "试行")
    change(pack, "within: 1h", "within: 30min")
    refused = enact(pack, live_db, "--from", "2026-01-01T00:00")
    standing = Enactment.objects.count()
    taken = enact(pack, live_db, "--from", "2026-01-01T00:00", "--instead")

    assert (refused.returncode, standing) == (Exit.BROKEN_PACK, 1)
    assert "自 2026-01-01 00:00 起已有一次颁布（试行）" in refused.stderr
    assert (taken.returncode, Enactment.objects.count()) == (0, 2), taken.stderr
