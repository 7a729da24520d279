"""A register keeps what goes on: a record ends only at a state the register names under `ends`, on a stage as in earnest."""

from __future__ import annotations

import pytest

from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import NOUNS, PACK, faults_of, law_of

FILES = """registers:
  client:
    title: {zh: 客户档案, en: Customer file}
    fields: {name: {zh: 名称, type: text}}
    states: {met: 已接触, filed: 已备案, gone: 停止往来}
    acts:
      file: {zh: 备案, en: File, from: [met], to: filed}
      leave: {zh: 对接人调离, en: Contact leaves}
      retire: {zh: 停止往来, en: Retire, from: [met], to: gone}
"""
ENDED = FILES.replace("    acts:", "    ends: [gone]\n    acts:")
NOTHING = "  - {id: '1', zh: x, says: {}}\n"
VISIT = "  - {id: '1', zh: x, schedules: {open: call, for_each: filed_ones, every: 1mo, who: desk}}\n"
GROUPS = "groups: {filed_ones: {zh: 已备案客户, of: client, when: {state: filed}}}\n"
HEAD = "regulation: r\ngiven: {units: {E: {}}, staff: {fang: {post: desk, of: E}}}\nscenarios:\n  - title: t\n    steps:\n"
DONE = "by: fang, of: C"


def nouns(registers: str, groups: str = "") -> str:
    return NOUNS.replace("registers:\n", registers).replace("books:\n", f"{groups}books:\n", 1)


def unlike(registers: str, steps: str, clauses: str = NOTHING, groups: str = "", given: str = "") -> list[str]:
    """Return what does not hold in a scenario."""
    head = HEAD.replace("    steps:", f"    given: {given}\n    steps:") if given else HEAD
    sources = {"t/pack.yaml": PACK, "t/r.yaml": nouns(registers, groups) + clauses, "t/r.scenarios.yaml": head + steps}
    runner = Runner(sources)
    return [f.zh for s in read_scenarios(sources) for f in runner.run(s).wrong]


def test_a_record_that_came_to_the_last_state_lives_on_and_its_rounds_go_on() -> None:
    assert (
        unlike(
            FILES,
            f"      - {{at: '2026-03-02 09:00', by: fang, act: open, of: client, as: C}}\n"
            f"      - {{at: '2026-03-02 10:00', {DONE}, act: file}}\n"
            f"      - {{at: '2026-03-03 10:00', {DONE}, act: leave, expect: {{allowed: yes}}}}\n"
            f"      - {{at: '2026-04-01 10:00', expect: {{opened: [{{of: call, who: fang, clause: '1'}}]}}}}\n",
            VISIT,
            GROUPS,
        )
        == []
    )


def test_a_record_ends_where_its_register_says_so_and_then_nothing_more_is_done_to_it() -> None:
    opened = "      - {at: '2026-03-02 09:00', by: fang, act: open, of: client, as: C}\n"
    retired = f"      - {{at: '2026-03-02 10:00', {DONE}, act: retire, expect: {{step: gone}}}}\n"
    left = f"      - {{at: '2026-03-03 10:00', {DONE}, act: leave, expect: {{refused: [closed]}}}}\n"

    assert unlike(ENDED, opened + retired + left) == []
    assert unlike(ENDED, left, given="{records: {client: {C: {state: gone}}}}") == []
    assert unlike(FILES, left, given="{records: {client: {C: {state: gone}}}}") != []


def test_what_is_refused_because_a_record_ended_does_not_speak_of_reopening() -> None:
    (said,) = unlike(
        ENDED,
        f"      - {{at: '2026-03-03 10:00', {DONE}, act: leave, expect: {{allowed: yes}}}}\n",
        given="{records: {client: {C: {state: gone}}}}",
    )

    assert "已是“停止往来”" in said
    assert "重开" not in said


@pytest.mark.parametrize(
    ("registers", "clauses", "groups", "zh", "en"),
    [
        (
            ENDED.replace("leave: {zh: 对接人调离,", "leave: {zh: 对接人调离, from: [met, gone],"), NOTHING, "",
            "“停止往来”是终点(ends),到了那里对接人调离就做不成", "'gone' is an end, where 'leave' can no longer be done",
        ),
        (
            ENDED.replace("[gone]", "[filed, gone]"), VISIT, GROUPS,
            "已备案客户只有到了终点(ends)的,那里的记录不再有例行", "ended already",
        ),
        (
            ENDED, "  - {id: '1', zh: x, for: client, upon: end_of_month, when: {state: gone}, notifies: {to: desk}}\n", "",
            "到了终点(ends)的不再问起", "ended already",
        ),
        (ENDED.replace("[gone]", "[gon]"), NOTHING, "", "没有这个状态“gon”,是不是“gone”?", "did you mean 'gone'"),
        (ENDED.replace("[gone]", "[met]"), NOTHING, "", "“met”还有动作离开", "'met' is left by an act"),
    ],
)  # fmt: skip
def test_whatever_is_still_wanted_of_an_ended_record_is_a_fault(
    registers: str, clauses: str, groups: str, zh: str, en: str
) -> None:
    assert any(zh in f for f in faults_of(clauses, nouns(registers, groups))), faults_of(clauses, nouns(registers, groups))
    assert any(en in f for f in faults_of(clauses, nouns(registers, groups), "en")), faults_of(
        clauses, nouns(registers, groups), "en"
    )


def test_a_procedure_ends_where_no_act_leads_on_and_names_no_ends() -> None:
    named = NOUNS.replace("    tasks: {inspect", "    ends: [closed]\n    tasks: {inspect")
    late = NOUNS.replace("move: {zh: 改约, from: [assigned]", "move: {zh: 改约, from: [assigned, closed]")

    assert law_of(NOTHING).nouns["job"].ends == {"closed"}
    assert any("流程不写 ends" in f for f in faults_of(NOTHING, named))
    assert any("“已结案”是终点,到了那里改约就做不成" in f for f in faults_of(NOTHING, late))
