"""The guide to writing a pack is true: its example loads and holds, and each mistake it shows is answered as it says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from shouwen.ops import new_pack
from shouwen.policy.errors import PackError
from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.law import load
from shouwen.policy.mutation import Mutator
from shouwen.policy.packs import Sources
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import NOUNS, faults_of

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/guide/write-a-pack.md"
TEXT: Final = PAGE.read_text("utf-8")
FILE: Final = re.compile(r"`(laundry/[a-z.]+)`：\n\n```yaml\n(.*?)```", re.DOTALL)
FULLER: Final = re.compile(r"`(members/[a-z.]+)`：\n\n```yaml\n(.*?)```", re.DOTALL)
THIRD: Final = re.compile(r"`(fixit/[a-z.]+)`：\n\n```yaml\n(.*?)```", re.DOTALL)
MISTAKE: Final = re.compile(r"```diff\n(.*?)```\n\n> (.*?)\n", re.DOTALL)
MISTAKES: Final = MISTAKE.findall(TEXT)


@cache
def example() -> Sources:
    """The three files of the page."""
    return dict(FILE.findall(TEXT))


def said_of(sources: Sources) -> list[str]:
    """Return all that `law check` and `law test` say of a pack."""
    try:
        runner = Runner(sources, law=load(sources))
        return [f.text() for s in read_scenarios(sources) for f in runner.run(s).wrong]
    except PackError as e:
        return [f.text() for f in e.faults]


def spoiled(difference: str) -> Sources:
    """Return the example with the first passage that has the lines of a difference changed as it says."""
    lines = difference.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if line.startswith("-"))
    new = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
    (name,) = [n for n, text in example().items() if old in text]
    return {**example(), name: example()[name].replace(old, new, 1)}


def test_the_example_loads_and_holds() -> None:
    assert set(example()) == {"laundry/pack.yaml", "laundry/care.yaml", "laundry/care.scenarios.yaml"}
    assert said_of(example()) == []
    assert f"1个制度,{len(load(example()).versions)}条条款,没有错误" in TEXT


def test_the_fuller_example_loads_and_holds() -> None:
    sources: Sources = dict(FULLER.findall(TEXT))

    assert set(sources) == {"members/pack.yaml", "members/member.yaml", "members/member.scenarios.yaml"}
    assert said_of(sources) == []


def test_the_third_example_loads_and_holds() -> None:
    sources: Sources = dict(THIRD.findall(TEXT))

    assert set(sources) == {"fixit/pack.yaml", "fixit/repair.yaml", "fixit/repair.scenarios.yaml"}
    assert said_of(sources) == []


def test_nothing_in_the_example_can_be_wrong_unnoticed() -> None:
    mutator = Mutator(Runner(example()), read_scenarios(example()))
    outcomes = [mutator.outcome(m) for c in mutator.everything(["laundry/care"]) for m in mutator.mutants(c)]

    assert len(outcomes) > 50
    assert [(o.mutant.clause, o.mutant.name) for o in outcomes if not o.noticed] == []


def test_there_are_mistakes_to_learn_from() -> None:
    assert len(MISTAKES) >= 12


@pytest.mark.parametrize(("difference", "answer"), MISTAKES)
def test_a_mistake_is_answered_as_the_page_says(difference: str, answer: str) -> None:
    said = said_of(spoiled(difference))

    assert any(answer in s for s in said), said
    assert all(re.match(r"laundry/care[a-z.]*:\d+:\d+: ", s) for s in said)


def test_what_it_shows_of_explain_is_what_the_system_says() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    clause = load(example()).versions["laundry/care#2.1"][0]

    for said in (clause.zh, f"({clause.kind_word})", clause.sentence()):
        assert said in shown


def test_the_words_its_table_maps_to_are_kinds_of_clauses() -> None:
    table = TEXT.partition("| 制度里说 |")[2].partition("\n\n")[0]
    kinds = set(re.findall(r"`([a-z]+): \{", table)) - {"upon", "when", "evidence"}

    assert kinds <= set(KINDS)
    assert len(kinds) >= 15


def test_the_industries_it_names_are_those_there_are() -> None:
    (named,) = re.findall(r"# 行业：(.*)", TEXT)
    assert named.split() == list(new_pack.INDUSTRIES)


def test_a_clause_in_the_words_of_its_table_loads() -> None:
    assert faults_of('  - {id: "1", zh: x, for: job, requires: {before: close, that: {reply: given}}}\n', NOUNS) == []
    assert faults_of('  - {id: "1", zh: x, for: job, limits: {act: reply, to: 1, per: actor, over: business_day}}\n', NOUNS) == []
