"""`shouwen law check` and `test` say which file they did not read, and never pass because they found nothing to look at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from shouwen.base.trouble import Exit
from shouwen.ops import cli


def law(verb: str, pack: Path, lang: str = "zh") -> int:
    """Run `shouwen law …` in this process."""
    return cli.main(["law", verb, str(pack), "--lang", lang])


def change(pack: Path, before: str, after: str, file: str) -> None:
    """Write something otherwise in a file of a pack."""
    text = (pack / file).read_text("utf-8")
    assert before in text
    (pack / file).write_text(text.replace(before, after), "utf-8")


@pytest.mark.parametrize("name", ["other.yml", "other.yaml.txt", "other.YAML", "other.yaml.yml"])
@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_file_nobody_reads_because_of_its_name_is_named(
    pack: Path, name: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (pack / name).write_text("regulation: other\ntitle: x\nclauses: []\n", "utf-8")

    assert law(verb, pack) == Exit.BROKEN_PACK
    assert f"demo/{name}:1:1: 文件名须以 .yaml 结尾,这个文件没有读;改名为 other.yaml" in capsys.readouterr().err
    law(verb, pack, lang="en")
    assert "rename it other.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "test"])
def test_scenarios_of_a_regulation_nobody_has_are_a_fault(pack: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "regulation: repair", "regulation: repairs", "repair.scenarios.yaml")

    assert law(verb, pack) == Exit.BROKEN_PACK
    assert "demo/repair.scenarios.yaml:2:13: 没有这个制度:“repairs”,是不是“repair”?" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_pack_without_a_regulation_is_not_passed_over(pack: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("repair", "repair.scenarios"):
        (pack / f"{name}.yaml").unlink()

    assert law(verb, pack) == Exit.BROKEN_PACK
    assert "demo/pack.yaml:1:1: 这里没有一份制度" in capsys.readouterr().err
    law(verb, pack, lang="en")
    assert "no regulation" in capsys.readouterr().err


def test_a_test_without_a_single_scenario_fails(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "repair.scenarios.yaml").unlink()

    assert law("check", pack) == 0
    assert law("test", pack) == 1
    assert "一个场景也没有:场景写在 制度名.scenarios.yaml 里" in capsys.readouterr().out


def test_a_second_copy_of_a_file_is_one_fault(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("repair", "pack"):
        (pack / f"{name} - 副本.yaml").write_text((pack / f"{name}.yaml").read_text("utf-8"), "utf-8")

    assert law("check", pack) == Exit.BROKEN_PACK
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2] for line in said] == [
        "制度包“demo”写了两次,先在 demo/pack.yaml;多出来的文件请删去",
        "制度“demo/repair”写了两次,先在 demo/repair.yaml;多出来的文件请删去",
    ]


def test_a_pack_that_is_not_called_as_its_folder_is_a_fault(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "pack: demo", "pack: demmo", "pack.yaml")

    assert law("check", pack) == Exit.BROKEN_PACK
    assert "demo/pack.yaml:2:7: 制度包写的是“demmo”,文件夹叫“demo”,两处应相同" in capsys.readouterr().err


def test_the_language_may_be_said_before_the_verb_as_well(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, said in (("zh", "没有错误"), ("en", "no faults")):
        assert cli.main(["law", "--lang", lang, "check", str(pack)]) == 0
        assert said in capsys.readouterr().out


def test_a_clause_that_rests_on_nothing_is_listed(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, '    source: ["001-01-11"]\n', "", "repair.yaml")

    assert law("check", pack) == 0
    assert "? demo/repair#2.1 没有写依据(source)或认定(assumed)" in capsys.readouterr().out


def test_a_clause_without_its_words_is_listed(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pack, "    zh: 紧急报修须在规定时间内回复客户\n", "", "repair.yaml")

    assert law("check", pack) == 0
    assert "? demo/repair#2.1 没有原话(zh)" in capsys.readouterr().out


def nowhere(pack: Path) -> None:
    (pack / "x.yaml").symlink_to("/nowhere/x.yaml")


def round_and_round(pack: Path) -> None:
    (pack / "x.yaml").symlink_to(pack / "x.yaml")


def folder(pack: Path) -> None:
    (pack / "x.yaml").mkdir()


def pipe(pack: Path) -> None:
    os.mkfifo(pack / "x.yaml")


def outside(pack: Path) -> None:
    (pack.parent / "secret").write_text("title: x\n", "utf-8")
    (pack / "x.yaml").symlink_to(pack.parent / "secret")


@pytest.mark.parametrize("odd", [nowhere, round_and_round, folder, pipe, outside])
def test_what_is_named_like_a_file_of_the_pack_and_is_none_is_a_sentence(
    pack: Path, odd: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    odd(pack)

    assert law("check", pack) == Exit.BROKEN_PACK
    assert re.match(r"demo/x\.yaml:1:1: .*没有读", capsys.readouterr().err)
    assert law("check", pack, lang="en") == Exit.BROKEN_PACK
    assert "was not read" in capsys.readouterr().err


def test_company_settings_that_are_no_file_or_a_link_out_are_a_sentence(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack.parent / "secret").write_text("company: a\n", "utf-8")
    (pack / "company.yaml").symlink_to(pack.parent / "secret")

    assert law("check", pack) == Exit.BROKEN_PACK
    assert "demo/company.yaml:1:1: 这个链接指向制度包文件夹之外" in capsys.readouterr().err


def test_two_files_of_one_name_in_folders_of_one_name_are_a_fault_and_none_is_passed_over(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pack / "demo").mkdir()
    (pack / "demo/repair.yaml").write_text("regulation: other\ntitle: x\nclauses: []\n", "utf-8")

    assert law("check", pack) == Exit.BROKEN_PACK
    assert "demo/repair.yaml:1:1: 有两个demo/repair.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("base", ["../outside", "/etc", "''", "a" * 5000, '"a\\0b"', "nobody", "{a: b}"])
def test_a_pack_to_build_on_that_is_none_is_a_sentence_where_it_is_named(
    pack: Path, base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (pack.parent / "outside").mkdir()
    (pack.parent / "outside/pack.yaml").write_text("pack: outside\ntitle: x\n", "utf-8")
    text = (pack / "pack.yaml").read_text("utf-8").strip()
    (pack / "pack.yaml").write_text(f"{text}\nbuilds_on: [{base}]\n", "utf-8")

    assert law("check", pack) == Exit.BROKEN_PACK
    assert capsys.readouterr().err.startswith(f"demo/pack.yaml:{text.count(chr(10)) + 2}:13: builds_on:")
