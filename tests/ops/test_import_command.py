"""`shouwen import cases FILE --map MAP` as it is typed: what it prints, its report, its exit code, its progress."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shouwen.base.trouble import Exit
from shouwen.cases.models import Case
from shouwen.ops import cli, importing, saying
from tests.cases.law import enacted
from tests.world import cast

MAP = "procedure: repair\nkey: id\nat: at\nfields: {urgency: urgency}\n"
ROWS = ["id,at,urgency", "a,2026-03-02 09:00:00,urgent", "b,2026-03-02 09:00:00,sometime", "c,2026-03-02 10:00:00,urgent"]


@pytest.fixture
def files(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A map and three rows, one of which is wrong, for a company with a law; in the database of this test."""
    monkeypatch.setattr(importing, "open_installation", lambda: None)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    cast()
    enacted()
    (tmp_path / "m.yaml").write_text(MAP, "utf-8")
    (tmp_path / "rows.csv").write_text("\n".join(ROWS) + "\n", "utf-8")
    return tmp_path / "rows.csv", tmp_path / "m.yaml"


def run(*words: object) -> int:
    return cli.main(["import", "cases", *map(str, words)])


def test_the_command_takes_rows_in_says_what_became_of_them_and_writes_its_report(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, how = files
    report = tmp_path / "report.json"

    code = run(rows, "--map", how, "--report", report)

    out = capsys.readouterr().out.splitlines()
    assert code == 0
    assert out[0] == "共 3 行：新收 2，以前已收 0，未收 1。"
    assert out[1].startswith("  第 3 行：")
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    assert {k: told[k] for k in ("rows", "taken", "taken_before", "not_taken")} == {
        "rows": 3, "taken": 2, "taken_before": 0, "not_taken": 1,
    }  # fmt: skip
    assert [p["line"] for p in told["problems"]] == [3]
    assert Case.objects.count() == 2
    assert run(rows, "--map", how) == 0
    assert capsys.readouterr().out.startswith("共 3 行：新收 0，以前已收 2，未收 1。")


def test_a_report_that_cannot_be_written_is_said_before_anything_is_taken(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, how = files

    code = run(rows, "--map", how, "--report", tmp_path / "nowhere" / "report.json")

    assert code == Exit.USAGE
    assert "没有文件夹" in capsys.readouterr().err
    assert not Case.objects.exists()


def test_a_file_that_is_not_there_is_a_sentence_and_an_exit_code(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(tmp_path / "none.csv", "--map", files[1])

    said = capsys.readouterr()
    assert code == Exit.USAGE
    assert "none.csv" in said.err
    assert "Traceback" not in said.err


def test_a_long_import_says_how_far_it_is(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(saying, "QUIET_FOR", 0.0)

    run(files[0], "--map", files[1])

    assert "3 行，新收 2" in capsys.readouterr().err
