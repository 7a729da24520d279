"""`shouwen law new` writes a pack that is in order as it is, and leaves what is there alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.base.trouble import Exit
from shouwen.ops import cli, new_pack
from shouwen.policy.mutation import Mutator
from shouwen.policy.scenario import Runner, read_scenarios


def law(*words: object, lang: str = "zh") -> int:
    """Run `shouwen law …` in this process."""
    return cli.main(["law", *map(str, words), "--lang", lang])


@pytest.mark.parametrize("industry", new_pack.INDUSTRIES)
def test_a_new_pack_checks_and_tests_green(industry: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("new", tmp_path / "gym", "--industry", industry) == 0
    assert law("check", tmp_path / "gym") == 0
    assert law("test", tmp_path / "gym") == 0
    assert law("test", tmp_path / "gym", lang="en") == 0

    said = capsys.readouterr().out
    assert "1个制度,4条条款,没有错误" in said
    assert "6个场景,0个不符" in said
    assert "没有场景" not in said


def test_nothing_in_a_new_pack_can_be_wrong_unnoticed() -> None:
    sources = new_pack.sources_of("gym")
    mutator = Mutator(Runner(sources), read_scenarios(sources))
    outcomes = [mutator.outcome(m) for c in mutator.everything(["gym/complaint"]) for m in mutator.mutants(c)]

    assert len(outcomes) > 15
    assert [(o.mutant.clause, o.mutant.name) for o in outcomes if not o.noticed] == []


def test_it_tells_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    law("new", tmp_path / "gym")
    law("new", tmp_path / "club", lang="en")

    said = capsys.readouterr().out
    for folder in ("gym", "club"):
        for verb in ("check", "test", "sentences"):
            assert f"shouwen law {verb} {tmp_path / folder}" in said
    assert "接下来" in said
    assert "Next:" in said


def test_the_guide_it_names_is_there() -> None:
    guide = Path(__file__).resolve().parents[2] / "docs/guide/write-a-pack.md"
    assert "docs/guide/write-a-pack.md" in "".join(zh for zh, _ in new_pack._told(Path("x"), []))
    assert guide.is_file()


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gym").mkdir()
    (tmp_path / "gym" / "pack.yaml").write_text("mine", "utf-8")

    assert law("new", tmp_path / "gym") == Exit.USAGE
    assert "已经有了" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "gym").iterdir()] == ["pack.yaml"]
    assert (tmp_path / "gym" / "pack.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["Gym", "健身", "a b", "1a", "a-b"])
def test_a_name_that_is_no_id_is_a_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("new", tmp_path / name) == Exit.USAGE
    assert "小写字母" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", "utf-8")

    assert law("new", tmp_path / "file" / "gym") == Exit.USAGE
    assert "写不进" in capsys.readouterr().err
