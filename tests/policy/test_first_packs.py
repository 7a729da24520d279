"""What writing the first packs taught the law: hand-overs, people barred from a matter, what evidence is for, and what sentences must say."""

from __future__ import annotations

import pytest

from shouwen.policy.org import Absence
from shouwen.policy.packs import Sources
from shouwen.policy.ruling import Attest, SetField, Tell, Verdict
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import FANG, HE, HU, LI, NOUNS, PACK, SUN, WU, Play, at, law_of, org, signed

LINKED = NOUNS.replace(
    "happy: {zh: 满意, type: yes_no}", "happy: {zh: 满意, type: yes_no}, told: {zh: 已告知, type: yes_no}"
).replace("paid: {zh: 是否付讫", "spoken: {zh: 回访满意, type: yes_no}\n      paid: {zh: 是否付讫")
ROWS = NOUNS.replace(
    "fee: {zh: 收费, type: money}",
    "lines: {zh: 明细, type: rows, of: {qty: {zh: 数量, type: number}, price: {zh: 单价, type: money}, sum: {zh: 金额, type: money, product_of: [qty, price]}}}\n"
    "      fee: {zh: 收费, type: money, sum_of: lines.sum}",
).replace("asks: [fee]", "asks: [lines]")


def test_nobody_takes_over_what_was_not_handed_to_them() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, says: {}}\n'))
    job = play.open("2026-03-02 09:00")

    refused = play.act("take_over", job, "2026-03-02 09:01", HU)
    assert [r.code for r in refused.refusals] == ["not_handed_over"]

    play.act("hand_over", job, "2026-03-02 09:02", FANG, fields={"to": HU})
    assert play.act("take_over", job, "2026-03-02 09:03", SUN).refused, "it was handed to somebody else"
    assert play.act("take_over", job, "2026-03-02 09:04", HU).allowed


BARRED = """
  - {id: "1", zh: x, for: job, excludes: {who: field technician, acts: [close]}}
  - {id: "2", zh: x, for: job, approval: {before: close, by: {post: director, else: desk}}}
"""


def test_whoever_is_barred_from_an_act_does_not_approve_it_either() -> None:
    play = Play(law_of(BARRED))
    job = play.open("2026-03-02 09:00", technician=HE)
    job.step = "done"

    play.act("close", job, "2026-03-02 09:10", SUN)

    assert [a.chain for a in job.approvals] == [((FANG, HU),)], "the director is barred, so those of `else` decide"


def test_nor_as_somebody_elses_deputy() -> None:
    away = Absence(HE, at("2026-03-02 09:05"), at("2026-03-03 09:05"), WU)
    play = Play(law_of(BARRED), who=org(absences=(away,)))
    job = play.open("2026-03-02 09:00", technician=WU)
    job.step = "done"
    play.act("close", job, "2026-03-02 09:10", SUN)
    row = str(job.approvals[0].id)

    assert [r.code for r in play.act("approve", job, "2026-03-02 09:20", WU, row=row).refusals] == ["not_approver"]
    assert play.effects(Verdict) == []
    assert play.act("approve", job, "2026-03-03 10:00", HE, row=row).allowed


def test_consent_to_one_thing_is_no_consent_to_another() -> None:
    play = Play(
        law_of('  - {id: "1", zh: x, for: job, requires: {before: finish, evidence: {consent: customer}, covers: quote}}\n')
    )
    job = play.open("2026-03-02 09:00", technician=SUN)

    play.act("assign", job, "2026-03-02 09:10", FANG, evidence=signed("customer", LI))
    assert play.effects(Attest) == [], "the act is not about the quote"
    assert play.act("finish", job, "2026-03-02 09:20").refused

    play.act("amend", job, "2026-03-02 09:30", FANG, fields={"quote": 3000}, evidence=signed("customer", LI))
    assert [e.what for e in play.effects(Attest)] == [("consent",)]
    assert play.act("finish", job, "2026-03-02 09:40").allowed


def test_a_task_with_a_span_is_a_promise_that_can_be_missed() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: assign, obliges: {task: inspect, done_by: finish, within: 2h}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 10:00", FANG)
    assert play.due(job) == {"1": "2026-03-02 12:00"}

    play.act("finish", job, "2026-03-02 12:00")
    assert play.due(job) == {}


def test_none_empties_a_field_so_that_it_counts_as_missing() -> None:
    play = Play(
        law_of(
            '  - {id: "1", zh: x, for: job, upon: assign, classifies: {field: count, is: none}}\n  - {id: "2", zh: x, for: job, requires: {before: finish, fields: count}}\n'
        )
    )
    job = play.open("2026-03-02 09:00", count=3)
    play.act("assign", job, "2026-03-02 10:00", FANG)

    assert job.fields["count"] is None
    assert play.act("finish", job, "2026-03-02 11:00").refused


def test_rows_keep_what_follows_in_them() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, says: {}}\n', ROWS))
    job = play.open("2026-03-02 09:00")
    job.step = "assigned"
    play.act("finish", job, "2026-03-02 10:00", fields={"lines": ({"qty": 2, "price": 1500},)})

    assert job.fields["lines"] == ({"qty": 2, "price": 1500, "sum": 3000},)
    assert job.fields["fee"] == 3000


@pytest.mark.parametrize(("linked", "written"), [(True, [("spoken", True)]), (False, [])])
def test_a_choice_writes_to_a_linked_case_when_there_is_one(linked: bool, written: list[tuple[str, bool]]) -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: call, upon: ring, classifies: {field: job.spoken, is: field happy}}\n', LINKED))
    job = play.open("2026-03-02 09:00")
    call = play.open("2026-03-02 10:00", "call", happy=True, **({"job": job.id} if linked else {}))

    play.act("ring", call, "2026-03-02 11:00", FANG)

    assert [(e.field, e.value) for e in play.effects(SetField) if e.link] == written
    assert job.fields.get("spoken") is (True if linked else None)


def test_who_is_responsible_is_known_upon_the_opening_that_makes_them_so() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: open, notifies: {to: {superior_of: responsible}}}\n'))
    play.open("2026-03-02 09:00")

    assert [e.to for e in play.effects(Tell)] == [(HE,)]


def test_what_follows_from_a_matter_keeps_who_was_asked_first() -> None:
    play = Play(
        law_of('  - {id: "1", zh: x, for: job, upon: assign, obliges: {open: call, who: {post: director}, with: {job: this}}}\n')
    )
    job = play.open("2026-03-02 09:00", by=HU)
    play.act("assign", job, "2026-03-02 09:10", FANG)

    call = next(s for s in play.world.subjects.values() if s.noun == "call")
    assert (call.responsible, call.first_asked) == (HE, HU)


def test_a_field_only_the_act_has_is_missed_by_its_own_name_and_in_english() -> None:
    play = Play(
        law_of('  - {id: "1", zh: x, for: job, requires: {before: hand_over, fields: [hand_over.to, hand_over.reason]}}\n')
    )
    job = play.open("2026-03-02 09:00")

    refusal = play.act("hand_over", job, "2026-03-02 09:10", FANG, fields={"to": HU}).refusals[0]

    assert refusal.missing == ("reason",)
    assert refusal.text("en").endswith("Fill in: Reason.")


def test_items_of_checklists_and_scripts_have_english_words() -> None:
    law = law_of("""
  - {id: "1", zh: x, for: job, checklist: {before: finish, items: {tidy: {zh: 已清理, en: Tidied}, tried: 已试用}}}
  - {id: "2", zh: x, for: job, script: {before: finish, items: [{zh: 您好, en: Good day}, 再见]}}
""")
    play = Play(law)
    job = play.open("2026-03-02 09:00")
    job.step = "assigned"

    refusal = play.act("finish", job, "2026-03-02 09:10").refusals[0]

    assert refusal.text("en").endswith("Confirm: Tidied, 已试用.")
    assert law.versions["t/r#2"][0].rule.kind.items_en == ("Good day", "再见")  # type: ignore[attr-defined]  # a script's rule has them


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (
            '{id: "1", zh: x, for: job, deadline: {until: reply, due: table}, columns: [urgency, due], table: [[urgent, 1h], [[normal, slow], 2h]]}',
            "报修:自立项起,须按表列时限(紧急程度为紧急→1小时内;紧急程度为普通或不急→2小时内)回复",
        ),
        ('{id: "1", zh: x, for: job, requires: {before: finish, that: {times.reply: ">= 1"}}}', "报修:完工前须已回复"),
        (
            '{id: "1", zh: x, for: job, requires: {before: finish, that: {times.reply: ">= 2"}}}',
            "报修:完工前须已回复至少2次",
        ),
        ('{id: "1", zh: x, for: job, requires: {before: finish, that: {paid: "yes"}}}', "报修:完工前须付讫"),
        ('{id: "1", zh: x, for: job, requires: {before: finish, fields: fee, or: record}}', "报修:完工前须填收费,否则记违规"),
        ('{id: "1", zh: x, for: call, excludes: {who: {did: job.finish}, acts: ring}}', "回访:报修完工的人不得打电话"),
        ('{id: "1", zh: x, for: job, upon: assign, classifies: {field: urgency, is: slow}}', "报修:派工时,紧急程度取不急"),
    ],
)
def test_a_sentence_reads_as_people_speak(clause: str, sentence: str) -> None:
    assert law_of(f"  - {clause}\n").versions["t/r#1"][0].sentence() == sentence


def test_an_exception_says_of_what() -> None:
    law = law_of("""
  - {id: "1", zh: x, for: job, requires: {before: finish, fields: fee}}
  - {id: "2", zh: x, for: job, when: {urgency: urgent}, overrides: "1", requires: {before: close, fields: fee}}
""")
    assert law.versions["t/r#2"][0].sentence() == "报修:紧急程度为紧急的,结案前须填收费(第1条的例外)"


def test_a_bare_number_in_a_scenario_is_a_clause_of_its_own_regulation() -> None:
    clause = '- {id: "1", zh: x, for: job, checklist: {before: finish, items: {tidy: 已清理}}}'
    other = f"regulation: a\nclauses:\n  {clause.replace('tidy', 'other')}\n"
    scenario = """
regulation: r
given: {units: {E: {}}, staff: {sun: {post: repairer, of: E}}, cases: {J: {of: job, by: sun, step: assigned, opened: "2026-03-02 08:00"}}}
scenarios:
  - title: 勾的是本制度的
    steps: [{at: "2026-03-02 09:00", by: sun, act: finish, of: J, ticks: ["1"], expect: {refused: [a#1], missing: [1.other]}}]
"""
    files: Sources = {"t/pack.yaml": PACK, "t/a.yaml": other, "t/r.yaml": f"{NOUNS}  {clause}\n", "t/r.scenarios.yaml": scenario}

    assert [Runner(files).run(s).wrong for s in read_scenarios(files)] == [()]


def test_what_other_regulations_do_while_only_the_clock_runs_counts_only_when_it_is_named() -> None:
    """Every month begins for all regulations at once: a scenario speaks of its own."""
    rounds = "schedules: {open: job, every: 1mo, due: end_of_month}"
    other = f'regulation: a\nclauses:\n  - {{id: "1", zh: x, {rounds}}}\n'
    scenario = """
regulation: r
given: {units: {E: {}}, staff: {fang: {post: desk, of: E}}}
scenarios:
  - title: 没有写到的不算
    steps: [{at: "2026-03-31 12:00"}, {at: "2026-04-01 00:00", expect: {opened: [{of: job, clause: "1"}]}}]
  - title: 写到的要在
    steps: [{at: "2026-03-31 12:00"}, {at: "2026-04-01 00:00", expect: {opened: [{clause: "1"}, {clause: a#1}]}}]
  - title: 自己的都算
    steps: [{at: "2026-03-31 12:00"}, {at: "2026-04-01 00:00", expect: {opened: []}}]
"""
    files: Sources = {
        "t/pack.yaml": PACK, "t/a.yaml": other, "t/r.yaml": f'{NOUNS}  - {{id: "1", zh: x, {rounds}}}\n', "t/r.scenarios.yaml": scenario
    }  # fmt: skip

    assert [bool(Runner(files).run(s).wrong) for s in read_scenarios(files)] == [False, False, True]
