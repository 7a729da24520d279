"""What takes long says so, and what does not is silent."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from shouwen.base import progress
from shouwen.ops import cli, law_trial, saying
from shouwen.policy import examples


class Heard(list[str]):
    """The lines that were said, in English."""

    def __init__(self) -> None:
        super().__init__()
        self.something = threading.Event()

    def __bool__(self) -> bool:
        """Somebody listens, whatever was said so far."""
        return True

    def __call__(self, zh: str, en: str) -> None:
        """Note a line."""
        assert zh != en
        self.append(en)
        self.something.set()


def test_what_takes_longer_than_the_quiet_time_says_what_it_is_and_how_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_FOR", 0.01)
    heard = Heard()

    with progress.announced(heard, "在忙", "being busy"):
        assert heard.something.wait(30), "nothing is said while it lasts"

    assert heard[0] == "being busy …"
    assert re.fullmatch(r"being busy: took \d+ s", heard[1])
    assert len(heard) == 2


def test_what_is_quick_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_FOR", 3600.0)
    heard = Heard()

    with progress.announced(heard, "在忙", "being busy"):
        pass
    progress.wait(lambda: True, heard, "等待", "waiting")

    assert heard == []


def test_waiting_says_so_and_gives_up_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_FOR", 0.01)
    heard = Heard()

    progress.wait(heard.something.is_set, heard, "等待另一个", "waiting for the other")
    assert heard[0] == "waiting for the other …"
    with pytest.raises(TimeoutError, match="waiting for nobody"):
        progress.wait(lambda: False, None, "等", "waiting for nobody", patience=0.01)


@pytest.mark.parametrize(("words", "said"), [(["--mutate"], ", 1 mutants"), ([], "scenario 1/")])
def test_trying_mutants_and_scenarios_says_how_far_it_is(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    for name in ("pack", "repair", "repair.scenarios"):
        (folder / f"{name}.yaml").write_text(examples.sources()[f"demo/{name}.yaml"], "utf-8")
    monkeypatch.setattr(law_trial, "QUIET_FOR", 0.0)

    cli.main(["law", "test", str(folder), *words, "--lang", "en"])

    assert said in capsys.readouterr().err
    monkeypatch.setattr(law_trial, "QUIET_FOR", 3600.0)
    cli.main(["law", "test", str(folder), *words, "--lang", "en"])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("quiet", "every", "said"), [(0.0, 0.0, ["at 1", "at 2"]), (0.0, 3600.0, ["at 1"]), (3600.0, 0.0, [])])
def test_a_long_job_says_how_far_it_is_now_and_then(
    quiet: float, every: float, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saying, "QUIET_FOR", quiet)
    monkeypatch.setattr(saying, "EVERY", every)
    heard = Heard()
    paced = saying.Paced(heard)

    for n in (1, 2):
        paced.tell(f"到 {n}", f"at {n}")

    assert heard == said
