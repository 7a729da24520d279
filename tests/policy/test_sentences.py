"""Every clause can be said as one sentence made from its parameters; whoever changes a number changes the sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from shouwen.ops.shelf import SHELF, folders
from shouwen.policy import examples
from shouwen.policy.mutants import NUMBER
from shouwen.policy.mutation import Mutator
from shouwen.policy.packs import SCENARIOS, Sources, read_sources
from shouwen.policy.scenario import Runner
from tests.policy.laws import faults_of, law_of

PACKS = sorted(p.parent.name for p in SHELF.glob("*/pack.yaml"))


def packs() -> Iterator[tuple[str, Sources]]:
    """Yield every shipped pack with those it builds on, and the examples of the reference."""
    yield "examples", examples.sources()
    for name in PACKS:
        yield name, read_sources(folders([name]))


BARE: Final = frozenset({"zh", "layout", "copies"})


def without_zh(text: str) -> str:
    """Return a YAML file in which every `zh` is deleted, at every depth; the words of a `says` are the clause itself.

    What papers look like goes with it: no clause reads as it says.
    """

    def strip(node: object) -> object:
        if isinstance(node, dict):
            return {k: strip(v) for k, v in node.items() if k not in BARE or "says" in node}
        return [strip(v) for v in node] if isinstance(node, list) else node

    read = yaml.load(text, yaml.BaseLoader)  # noqa: S506  it makes nothing but text
    return yaml.safe_dump(strip(read), allow_unicode=True, sort_keys=False)


def numbers_that_leave_the_sentence(sources: Sources) -> list[str]:
    """Return the changes of a number after which the clause reads as before."""
    mutator = Mutator(Runner(sources), [])
    silent = []
    for name in mutator.clauses(mutator.law.regulations):
        before = [c.sentence() for c in mutator.law.versions[name] if not c.repealed]
        for change in mutator.changes(name):
            for option in change.options:
                if option is None or NUMBER.findall(option) == NUMBER.findall(change.was):
                    continue
                compiler = mutator.compiler.under(mutator.compiler.company)
                clauses = compiler.clause(name, change.applied(mutator.compiler.declared.clauses[name][1], option))
                if not compiler.faults.found and [c.sentence() for c in clauses if not c.repealed] == before:
                    silent.append(f"{name} {change.name(option)}")
    return silent


@pytest.mark.parametrize("name", ["examples", *PACKS])
def test_a_sentence_changes_when_a_number_in_it_changes(name: str) -> None:
    assert numbers_that_leave_the_sentence(dict(packs())[name]) == []


@pytest.mark.parametrize("name", ["examples", *PACKS])
def test_it_does_so_with_every_zh_deleted(name: str) -> None:
    bare = {file: text if file.endswith(SCENARIOS) else without_zh(text) for file, text in dict(packs())[name].items()}

    assert numbers_that_leave_the_sentence(bare) == []


@pytest.mark.parametrize("name", ["examples", *PACKS])
def test_every_clause_version_reads_as_a_sentence_about_its_subject(name: str) -> None:
    law = Runner(dict(packs())[name]).law({})

    for versions in law.versions.values():
        for clause in versions:
            said = "废止" if clause.repealed else clause.sentence()
            assert said.strip()
            assert "None" not in said, f"{clause.name}: {said}"


def test_a_sentence_changes_when_any_of_its_numbers_does_also_in_tables_conditions_and_warnings() -> None:
    def said(within: str, warn: str, bound: str) -> str:
        law = law_of(
            f'  - {{id: "1", zh: x, for: job, when: {{fee: "> {bound}"}}, '
            f"deadline: {{until: reply, within: {within}, warn: {warn}}}}}\n"
        )
        return law.versions["t/r#1"][0].sentence()

    told = {said("1h", "75%", "10CNY"), said("2h", "75%", "10CNY"), said("1h", "70%", "10CNY"), said("1h", "75%", "11CNY")}

    assert len(told) == 4


def test_the_words_of_the_author_are_not_in_the_generated_sentence() -> None:
    law = law_of('  - {id: "1", zh: 两小时, for: job, deadline: {until: reply, within: 1h}}\n')

    assert law.versions["t/r#1"][0].sentence() == "报修:自立项起,须1小时内回复"


def test_the_grade_follows_from_kind_and_evidence() -> None:
    law = law_of("""
  - {id: "1", zh: x, for: job, requires: {before: close, fields: [fee]}}
  - {id: "2", zh: x, for: job, requires: {before: close, that: {paid: yes}}}
  - {id: "3", zh: x, for: job, requires: {before: close, evidence: photo}}
  - {id: "4", zh: x, for: job, checklist: {before: close, items: {a: 甲}}}
  - {id: "5", zh: x, for: job, script: {before: close, items: [您好]}}
  - {id: "6", zh: x, says: {}}
  - {id: "7", zh: x, for: job, deadline: {until: reply, within: 1h}}
""")

    assert [vs[0].grade for vs in law.versions.values()] == [
        "attested",
        "executed",
        "attested",
        "attested",
        "said",
        "said",
        "executed",
    ]
    assert any("grade" in f for f in faults_of("  - {id: '1', zh: x, grade: executed, says: {}}\n"))


READS = {
    "for: job, excludes: {who: unset, acts: [close]}": "报修:(本公司设定)不得结案",
    "for: job, permits: {who: unset, acts: [close]}": "报修:结案只能由(本公司设定)办理",
    "for: job, requires: {before: close, by: unset}": "报修:结案只能由(本公司设定)办理",
    "for: job, approval: {before: close, by: unset}": "报修:结案须先经(本公司设定)批准",
    "for: job, requires: {before: close, that: {times.reply: '>= 1'}}": "报修:结案前须已回复",
    "for: job, requires: {before: close, that: {times.reply: '> 0'}}": "报修:结案前须已回复",
    "for: job, requires: {before: close, that: {times.reply: '< 1'}}": "报修:结案前须未回复",
    "for: job, requires: {before: close, that: {times.reply: '>= 2'}}": "报修:结案前须已回复至少2次",
    "for: job, requires: {before: close, that: {times.reply: '< 3'}}": "报修:结案前须回复不足3次",
    "for: job, requires: {before: close, that: {times.reply: '<= 3'}}": "报修:结案前须回复至多3次",
    "for: job, requires: {before: close, that: {reply: given}}": "报修:结案前须已回复",
    "for: job, when: {reply: missing}, requires: {before: close, fields: [fee]}": "报修:未回复的,结案前须填收费",
    "for: job, upon: close, notifies: {to: {post: desk, of: field house.area}}": "报修:结案后,告知房屋片区的前台",
    "for: job, upon: close, notifies: {to: {superior_of: {field: house.keeper}}}": "报修:结案后,告知房屋管家的上级",
    "schedules: {open: call, for_each: house, every: 7d, who: desk}": "每周为每个房屋安排回访,由前台办理",
    "schedules: {open: call, for_each: house, every: 2w, who: desk}": "每两周为每个房屋安排回访,由前台办理",
    "schedules: {open: call, for_each: house, every: 1d, who: desk}": "每日为每个房屋安排回访,由前台办理",
    "schedules: {open: call, for_each: house, every: 3mo, who: desk}": "每3个月为每个房屋安排回访,由前台办理",
}  # fmt: skip


@pytest.mark.parametrize("clause", READS)
def test_a_sentence_reads_as_people_say_it(clause: str) -> None:
    law = law_of(f'  - {{id: "1", zh: x, {clause}}}\n')

    assert law.versions["t/r#1"][0].sentence() == READS[clause]


def test_there_is_something_to_read_on_the_shelf() -> None:
    assert PACKS, f"no packs under {Path(SHELF)}"
