"""What is wrong in a scenario is said at its place, by its key, in the reader's language; so is what does not hold."""

from __future__ import annotations

import pytest

from shouwen.policy.errors import Fault, PackError
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import sources_of

CLAUSES = """
  - {id: '1', zh: x, for: job, deadline: {until: reply, within: 1h}}
  - {id: '2', zh: x, for: job, upon: finish, notifies: {to: director}}
"""
HEAD = """regulation: r
given: {units: {E: {}}, staff: {fang: {post: desk, of: E}, he: {post: director, of: E}}}
scenarios:
  - title: t
    tests: ['1']
"""
OPENED = "at: '2026-03-02 09:00', by: fang, act: open, of: job, as: J"
CASE = "of: job, opened: '2026-03-02 09:00', by: fang"

# What is wrong, with § before the place the fault must name; what the sentences must say in Chinese and in English.
WRONG = {
    "due without a clause": (f"    steps: [{{{OPENED}, expect: {{due: §'1'}}}}]", "due:这里应为一组“键: 值”", "due: a mapping is wanted"),
    "a due moment that is none": (
        f"    steps: [{{{OPENED}, expect: {{due: {{'1': §10:00}}}}}}]", "due:“10:00”不是时刻,应如 2026-03-02 09:00",
        "due: '10:00' is no moment; write it like 2026-03-02 09:00"),
    "a due moment of no clause": (
        f"    steps: [{{{OPENED}, expect: {{due: {{§'9': none}}}}}}]", "due:没有这一条:“9”", "due: there is no clause '9'"),
    "a tested clause nobody has": ("    tests: [§'7']\n    steps: []", "tests:没有这一条:“7”;可用:1、2", "tests: there is no clause '7'; known: 1, 2"),
    "a breached clause nobody has": (
        f"    steps: [{{{OPENED}, expect: {{breached: [§'1.7']}}}}]", "breached:没有这一条:“1.7”", "breached: there is no clause '1.7'"),
    "a running promise of no clause": (
        f"    given: {{cases: {{J: {{{CASE}, running: {{§'9': {{due: '2026-03-02 10:00'}}}}}}}}}}\n    steps: []",
        "running:没有这一条:“9”", "running: there is no clause '9'"),
    "a running promise without its moments": (
        f"    given: {{cases: {{J: {{{CASE}, running: {{'1': §'2026-03-02'}}}}}}}}\n    steps: []",
        "running:这里应为一组“键: 值”,如 {due:", "running: a mapping is wanted, like {due:"),
    "running, perhaps": (
        f"    given: {{cases: {{J: {{{CASE}, running: §maybe}}}}}}\n    steps: []", "running:写 yes,或写明各条", "running: write yes, or each clause"),
    "an absence of one moment": (
        "    given: {staff: {fang: {absent: §'2026-03-02'}}}\n    steps: []", "absent:应写起止", "absent: write from when to when"),
    "an absence that is a mapping": (
        "    given: {staff: {fang: {absent: §{from: x}}}}\n    steps: []", "absent:应写起止", "absent: write from when to when"),
    "an absence of no moment": (
        "    given: {staff: {fang: {absent: §'a..b'}}}\n    steps: []", "absent:“a”不是时刻", "absent: 'a' is no moment"),
    "a superior nobody is": (
        "    given: {staff: {fang: {superior: §zz}}}\n    steps: []", "superior:场景里没有人“zz”", "superior: there is nobody 'zz'"),
    "a unit nobody has": ("    given: {staff: {fang: {of: §ZZ}}}\n    steps: []", "of:场景里没有部门“ZZ”", "of: there is no unit 'ZZ'"),
    "people as a list": ("    given: {staff: §[fang]}\n    steps: []", "staff:这里应为一组“键: 值”", "staff: a mapping is wanted"),
    "somebody without keys": ("    given: {staff: {fang: §desk}}\n    steps: []", "这里应为一组“键: 值”", "a mapping is wanted"),
    "no moment": ("    steps: [§{by: fang, act: open, of: job, as: J}]", "第1步:没有写何时发生(at)", "step 1: it does not say when (at)"),
    "a time without a day": (
        "    steps: [{at: §'09:00', by: fang, act: open, of: job}]", "第1步 at:“09:00”不是时刻", "step 1 at: '09:00' is no moment"),
    "somebody nobody knows": (
        "    steps: [{at: '2026-03-02 09:00', by: §fong, act: open, of: job}]", "by:场景里没有人“fong”,是不是“fang”?",
        "by: there is nobody 'fong' in this scenario; did you mean 'fang'?"),
    "a procedure nobody knows": (
        "    steps: [{at: '2026-03-02 09:00', by: fang, act: open, of: §jub}]", "of:没有流程或台账“jub”,是不是“job”?",
        "of: there is no procedure or register 'jub'; did you mean 'job'?"),
    "an act nobody knows": (
        f"    steps: [{{{OPENED}}}, {{at: '2026-03-02 09:30', by: fang, act: §replay, of: J}}]", "第2步 act:报修没有动作“replay”,是不是“reply”?",
        "step 2 act: job has no act 'replay'; did you mean 'reply'?"),
    "an act by its Chinese name, though a refusal is expected": (
        f"    steps: [{{{OPENED}}}, {{at: '2026-03-02 09:30', by: fang, act: §回复, of: J, expect: {{refused: ['1']}}}}]",
        "第2步 act:报修没有动作“回复”,是不是“reply”?", "step 2 act: job has no act '回复'; did you mean 'reply'?"),
    "an act nobody does": (
        f"    steps: [{{{OPENED}}}, §{{at: '2026-03-02 09:30', act: reply, of: J}}]", "第2步:没有写谁做的(by)",
        "step 2: it does not say who does it (by)"),
    "a clock that runs backwards": (
        f"    steps: [{{{OPENED}}}, {{at: §'2026-03-01 09:30', by: fang, act: reply, of: J}}]",
        "第2步 at:时间倒退了:前面已到 2026-03-02 09:00;事后补录的另写 entered",
        "step 2 at: time runs backwards: it was 2026-03-02 09:00 already; for what is entered later add `entered`"),
    "a case of a procedure none is open of": (
        "    steps: [{at: '2026-03-02 09:30', by: fang, act: ring, of: §call}]", "of:还没有回访", "of: there is no call yet"),
    "a due moment of a case nobody opened": (
        f"    steps: [{{{OPENED}, expect: {{due: {{§K.1: none}}}}}}]", "due:场景里没有事项“K”", "due: there is no case or record 'K'"),
    "a due moment of a case under no clause": (
        f"    steps: [{{{OPENED}, expect: {{due: {{§J.9: none}}}}}}]", "due:没有这一条:“9”", "due: there is no clause '9'"),
    "people with a full-width comma": (
        f"    steps: [{{{OPENED}, expect: {{told: [§{{to: 'fang，he', clause: '2'}}]}}}}]", "全角标点", "full-width"),
    "a case nobody opened": (
        "    steps: [{at: '2026-03-02 09:30', by: fang, act: reply, of: §K}]", "of:场景里没有事项“K”", "of: there is no case or record 'K'"),
    "a field nobody knows": (
        f"    steps: [{{{OPENED}, with: {{§urgncy: urgent}}}}]", "with:报修没有字段“urgncy”,是不是“urgency”?",
        "with: job has no field 'urgncy'; did you mean 'urgency'?"),
    "a value that does not fit": (
        f"    steps: [{{{OPENED}, with: {{urgency: §urgnt}}}}]", "with urgency:应为其中之一", "with urgency: should be one of"),
    "a word of expect nobody knows": (
        f"    steps: [{{{OPENED}, expect: {{§dew: x}}}}]", "expect 没有“dew”这个键,是不是“due”?", "did you mean 'due'"),
    "an expectation that is a word": (
        f"    steps: [{{{OPENED}, expect: §allowed}}]", "expect:这里应为一组“键: 值”", "expect: a mapping is wanted"),
    "steps that are a word": ("    steps: §hello", "steps:这里应为列表", "steps: a list is wanted"),
    "told by a name": (f"    steps: [{{{OPENED}, expect: {{told: [§he]}}}}]", "told:这里应为一组“键: 值”", "told: a mapping is wanted"),
    "a stated measure nobody has": (
        "    given: {measures: {zzz: §'3'}}\n    steps: []", "measures:没有这个计量:“zzz”", "measures: there is no measure 'zzz'"),
    "a measure nobody has": (
        f"    steps: [{{{OPENED}, expect: {{measures: {{§zzz: 3}}}}}}]", "measures:没有这个计量:“zzz”", "measures: there is no measure 'zzz'"),
    "a fact nobody declares": (
        "    given: {facts: {zzz: §'3'}}\n    steps: []", "facts:没有声明这个事实:“zzz”", "facts: there is no declared fact 'zzz'"),
    "a field of a case without its name": (
        f"    steps: [{{{OPENED}, expect: {{fields: {{§J: x}}}}}}]", "fields:写成“事项.字段”", "fields: write case.field"),
    "an expected field nobody has": (
        f"    steps: [{{{OPENED}, expect: {{fields: {{§J.zz: x}}}}}}]", "fields:报修没有字段“zz”", "fields: job has no field 'zz'"),
    "evidence of nobody": (
        f"    steps: [{{{OPENED}, evidence: {{signature: §zz}}}}]", "evidence:场景里没有人“zz”", "evidence: there is nobody 'zz'"),
    "ticks of no clause": (f"    steps: [{{{OPENED}, ticks: [§'7']}}]", "ticks:没有这一条:“7”", "ticks: there is no clause '7'"),
    "an act done at no moment": (
        "    given: {cases: {J: {of: job, by: fang, did: {reply: §fang}}}}\n    steps: []", "did:没有写reply是何时做的(at)",
        "did: it does not say when reply was done (at)"),
    "an act nobody has that was done": (
        "    given: {cases: {J: {of: job, opened: '2026-03-02 09:00', by: fang, did: {§repy: fang}}}}\n    steps: []",
        "did:报修没有动作“repy”,是不是“reply”?", "did: job has no act 'repy'; did you mean 'reply'?"),
    "ticks of what is no checklist": (
        f"    steps: [{{{OPENED}, ticks: [§'2']}}]", "ticks:“2”不是清单(checklist)", "ticks: '2' is no checklist"),
    "a field the customer file has not": (
        "    given: {customers: {li: {§zzz: x}}}\n    steps: []", "客户档案没有字段“zzz”", "the customer file has no field 'zzz'"),
    "a column the rows have not": (
        f"    steps: [{{{OPENED}, with: {{lines: [{{§zzz: 1}}]}}}}]", "明细没有这一列:“zzz”", "the rows have no column 'zzz'"),
    "a paper in a state nobody knows": (
        f"    steps: [{{{OPENED}, with: {{papers: §{{plan: given}}}}}}]", "应为已有(filled)、缺(missing)或免(waived)",
        "filled, missing or waived"),
    "a paper nobody lists": (
        f"    steps: [{{{OPENED}, with: {{papers: §{{zzz: filled}}}}}}]", "没有“zzz”这件资料", "there is no paper 'zzz'"),
    "a stage part nobody knows": ("    given: {§stuff: {}}\n    steps: []", "是不是“staff”?", "did you mean 'staff'"),
}  # fmt: skip


def found(text: str, head: str = HEAD) -> list[Fault]:
    """Return what is wrong with a scenario, or does not hold in it."""
    nouns = {**sources_of(CLAUSES)}
    nouns["t/r.yaml"] = nouns["t/r.yaml"].replace(
        "    steps: {received",
        "      paper: {zh: 材料, type: file}\n      papers: {zh: 资料, type: slots, of: {plan: 方案}}\n"
        "      lines: {zh: 明细, type: rows, of: {name: {zh: 名称, type: text}}}\n    steps: {received",
    )
    nouns["t/r.yaml"] = nouns["t/r.yaml"].replace("house, waited]", "house, waited, paper]")
    head = head.replace("    tests: ['1']\n", "") if "tests:" in text else head
    sources = {**nouns, "t/r.scenarios.yaml": head + text + "\n"}
    try:
        runner = Runner(sources)
        return [f for s in read_scenarios(sources) for f in runner.run(s).wrong]
    except PackError as e:
        return list(e.faults)


@pytest.mark.parametrize("what", WRONG)
def test_a_fault_of_a_scenario_names_its_place_its_key_and_what_to_write(what: str) -> None:
    marked, zh, en = WRONG[what]
    lines = marked.partition("§")[0].split("\n")
    first = HEAD.count("\n") + (0 if "tests:" in marked else 1)
    place = f"t/r.scenarios.yaml:{first + len(lines) - 1}:{len(lines[-1]) + 1}: "

    faults = found(marked.replace("§", ""))

    assert any(f.text("zh").startswith(place) and zh in f.zh for f in faults), [f.text() for f in faults]
    assert any(f.text("en").startswith(place) and en in f.en for f in faults), [f.text("en") for f in faults]


def test_scenarios_of_a_regulation_nobody_has_are_refused() -> None:
    faults = found("    steps: []", HEAD.replace("regulation: r", "regulation: q"))

    assert [f.text() for f in faults] == ["t/r.scenarios.yaml:1:13: 没有这个制度:“q”;可用:r"]


def test_a_scenario_in_which_nothing_happens_is_a_fault() -> None:
    assert [f.text() for f in found("    given: {}")] == ["t/r.scenarios.yaml:4:5: 场景没有步骤(steps)"]


def test_a_file_in_a_scenario_is_written_by_any_name() -> None:
    assert found(f"    steps: [{{{OPENED}, with: {{paper: 合同.pdf}}, expect: {{allowed: yes}}}}]") == []
    (unlike,) = found(f"    steps: [{{{OPENED}, with: {{paper: a.pdf}}, expect: {{fields: {{J.paper: b.pdf}}}}}}]")
    assert "J.paper" in unlike.zh


def test_what_does_not_hold_is_said_in_the_readers_language_with_its_line() -> None:
    faults = found(
        "    steps:\n"
        f"      - {{{OPENED}, expect: {{allowed: no}}}}\n"
        "      - at: '2026-03-02 09:30'\n"
        "        expect:\n"
        "          due: {'1': '2026-03-02 10:01'}\n"
        "          breached: ['1']\n"
        "          told: [{to: he}]\n"
        "          step: {J: assigned}\n"
    )

    assert [f.text("zh") for f in faults] == [
        "t/r.scenarios.yaml:7:89: 第1步 allowed:应为被拒绝,实为做成",
        "t/r.scenarios.yaml:10:22: 第2步 due 1:应为 2026-03-02 10:01,实为 2026-03-02 10:00",
        "t/r.scenarios.yaml:11:21: 第2步 breached:应为 1,实为没有",
        "t/r.scenarios.yaml:12:18: 第2步 told:没有 {to: he};实有:没有",
        "t/r.scenarios.yaml:13:21: 第2步 step J:应为 assigned,实为 received",
    ]
    assert [f.text("en").partition(": ")[2] for f in faults] == [
        "step 1 allowed: wanted refused, found allowed",
        "step 2 due 1: wanted 2026-03-02 10:01, found 2026-03-02 10:00",
        "step 2 breached: wanted 1, found none",
        "step 2 told: no {to: he}; found: none",
        "step 2 step J: wanted assigned, found received",
    ]


def test_a_refusal_nobody_expected_says_why() -> None:
    (fault,) = found(
        f"    steps: [{{{OPENED}}}, {{at: '2026-03-02 09:30', by: fang, act: finish, of: J, expect: {{allowed: yes}}}}]"
    )

    assert fault.zh.startswith("第2步 allowed:应为做成,实为被拒绝;")
    assert fault.en.startswith("step 2 allowed: wanted allowed, found refused; ")


def test_one_thing_told_needs_no_list() -> None:
    given = f"    given: {{cases: {{J: {{{CASE}, step: assigned}}}}}}\n"
    finish = "at: '2026-03-02 09:30', by: fang, act: finish, of: J"

    assert found(f"{given}    steps: [{{{finish}, expect: {{told: {{to: he}}}}}}]") == []
    assert found(f"{given}    steps: [{{{finish}, expect: {{told: {{to: fang}}}}}}]") != []


def test_a_script_is_shown_only_where_its_condition_holds() -> None:
    sources = sources_of("  - {id: '1', zh: x, for: job, when: {urgency: urgent}, script: {before: open, items: [请马上]}}\n")
    text = "".join(
        f"      - {{{OPENED}{i}, with: {{urgency: {kind}}}, expect: {{scripts: [{said}]}}}}\n"
        for i, (kind, said) in enumerate((("urgent", "'1'"), ("slow", "")))
    )
    sources = {**sources, "t/r.scenarios.yaml": HEAD + "    steps:\n" + text}
    runner = Runner(sources)

    assert [f.text() for s in read_scenarios(sources) for f in runner.run(s).wrong] == []


def test_where_something_does_not_hold_the_step_that_was_refused_unawares_is_named_first() -> None:
    sources = sources_of(
        "  - {id: '1', zh: 须写紧急程度, en: Say how urgent, for: job, requires: {before: open, fields: [urgency]}}\n"
    )
    text = f"    steps:\n      - {{{OPENED}}}\n      - {{at: '2026-03-02 09:30', by: fang, act: reply, of: J}}\n"
    sources = {**sources, "t/r.scenarios.yaml": HEAD + text}
    runner = Runner(sources)
    faults = [f for s in read_scenarios(sources) for f in runner.run(s).wrong]

    assert [f.zh for f in faults] == ["第1步 被拒绝:1: 须写紧急程度。请补填:紧急程度", "第2步 of:“J”没有开成"]
    assert [f.en for f in faults] == ["step 1 was refused: 1: Say how urgent. Fill in: urgency.", "step 2 of: 'J' was not opened"]


def test_of_several_cases_the_due_moment_of_one_is_asked_by_its_name() -> None:
    two = f"{{{OPENED}}}, {{{OPENED.replace('as: J', 'as: K')}}}"
    done = "{at: '2026-03-02 09:30', by: fang, act: reply, of: J, expect: {due: {J.1: none, K.1: '2026-03-02 10:00'}}}"
    wrong = done.replace("J.1: none", "J.1: '2026-03-02 10:00'")

    assert found(f"    steps: [{two}, {done}]") == []
    assert [f.zh for f in found(f"    steps: [{two}, {wrong}]")] == ["第3步 due J.1:应为 2026-03-02 10:00,实为没有"]


def test_a_case_the_calendar_opened_goes_by_its_procedure_and_by_whom_it_is_for() -> None:
    sources = sources_of(
        "  - {id: '1', zh: x, schedules: {open: call, for_each: staff, every: 1mo, who: subject}}\n"
        "  - {id: '2', zh: x, for: call, permits: {who: responsible, acts: [ring]}}\n"
    )
    text = (
        "    steps:\n"
        "      - {at: '2026-03-31 09:00'}\n"
        "      - {at: '2026-04-01 09:00', by: fang, act: ring, of: call of he, expect: {refused: ['2']}}\n"
        "      - {at: '2026-04-01 09:01', by: fang, act: ring, of: call of fang, expect: {step: called}}\n"
        "      - {at: '2026-04-01 09:02', by: he, act: ring, of: call, expect: {step: {call of fang: called, call: called}}}\n"
    )
    sources = {**sources, "t/r.scenarios.yaml": HEAD + text}
    runner = Runner(sources)

    assert [f.zh for s in read_scenarios(sources) for f in runner.run(s).wrong] == []


def test_a_refusal_by_shape_is_said_in_a_sentence_where_a_clause_was_expected() -> None:
    (fault,) = found(
        f"    steps: [{{{OPENED}}}, {{at: '2026-03-02 09:30', by: fang, act: finish, of: J, expect: {{refused: ['1']}}}}]"
    )

    assert fault.zh.startswith("第2步 refused:应为 1,实为 wrong_step(现在是“已受理”,不能完工")
    assert "wrong_step (It is at 'received'." in fault.en


def test_what_was_told_can_be_pasted_into_the_scenario() -> None:
    given = f"    given: {{staff: {{hu: {{post: director, of: E}}}}, cases: {{J: {{{CASE}, step: assigned}}}}}}\n"
    (fault,) = found(
        f"{given}    steps: [{{at: '2026-03-02 09:30', by: fang, act: finish, of: J, expect: {{told: [{{to: fang}}]}}}}]"
    )

    assert fault.zh.endswith("实有:{to: [he, hu], clause: 2}")
