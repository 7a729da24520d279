"""问卷: sets of questions are data of a procedure; a clause asks the customer; an answer becomes the values of an act."""

from __future__ import annotations

import pytest

from shouwen.policy.act import Act, Evidence, Ref, party_of
from shouwen.policy.nouns import Questionnaire
from shouwen.policy.questionnaires import answered, unanswered
from shouwen.policy.ruling import Tell
from tests.policy.laws import FANG, LI, NOUNS, SUN, Play, at, faults_of, law_of

ROWS = (
    "of: {item: {zh: 项目, type: text}, mark: {zh: 评价, type: choice, of: {good: 好, poor: 差}}, note: {zh: 说明, type: text}}"
)
MOOD = "mood: {zh: 满意, type: choice, of: {good: 好, poor: 差}}"
ASKING = """    steps: {planned: 待访, called: 已访}
    acts: {ring: {zh: 打电话, from: [planned], to: called, asks: [happy, mood, said, marks, lines, who]}}
    questionnaires:
      q: {zh: 问卷, act: ring, sets: {happy: "yes"}, questions: QUESTIONS}
clauses:
"""
FIELDS = (
    f"fields: {{{MOOD}, said: {{zh: 话, type: text}}, who: {{zh: 谁, type: staff}}, lines: {{zh: 行, type: rows, of: {{n: number}}}},"
    f" marks: {{zh: 逐项, type: rows, {ROWS}}}, job: {{zh: 所访报修, type: case, of: job}},"
)
WHOLE = '{mood: {zh: 好吗, en: Good?, required: "yes"}, said: 请说说, marks: {zh: 各项, required: "yes", items: {a: 甲, b: {zh: 乙, en: B}}}}'


def nouns(questions: str = WHOLE) -> str:
    old = "    steps: {planned: 待访, called: 已访}\n    acts: {ring: {zh: 打电话, from: [planned], to: called}}\nclauses:\n"
    assert old in NOUNS
    made = NOUNS.replace(old, ASKING.replace("QUESTIONS", questions))
    return made.replace("fields: {job: {zh: 所访报修, type: case, of: job},", FIELDS)


def asked(questions: str = WHOLE) -> Questionnaire:
    found = law_of("  []\n", nouns(questions)).nouns["call"].questionnaires
    return found["q"]


def test_a_questionnaire_holds_its_questions_in_both_languages_and_in_order() -> None:
    q = asked()

    assert [(x.fills, x.words.text("zh"), x.words.text("en"), x.required) for x in q.questions.values()] == [
        ("mood", "好吗", "Good?", True), ("said", "请说说", "请说说", False), ("marks", "各项", "各项", True),
    ]  # fmt: skip
    assert q.sets == {"happy": True}
    assert [w.text("en") for w in q.questions["marks"].items.values()] == ["甲", "B"]


def test_an_answer_becomes_the_values_of_its_act_and_what_is_empty_brings_nothing() -> None:
    given = {"mood": "good", "said": "", "marks": {"a": ("good", ""), "b": ("", "")}}

    assert answered(asked(), given) == {"mood": "good", "marks": [{"item": "甲", "mark": "good"}]}
    assert unanswered(asked(), given) == ["marks.b"]
    assert unanswered(asked(), {}) == ["mood", "marks.a", "marks.b"]


def test_the_customer_is_told_with_the_questionnaire_and_until_when_and_answers_as_nobody_of_the_staff() -> None:
    clauses = """  - {id: "1", zh: 请客户作答, for: call, upon: note, notifies: {to: customer, questionnaire: q, within: 2wd}}
  - {id: "2", zh: 客户评价, for: call, when: {mood: poor}, requires: {before: ring, fields: [said]}}
"""
    law = law_of(clauses, nouns())
    p = Play(law)
    case = p.open("2026-03-02 09:00", "call")

    (tell,) = [e for e in p.act("note", case, "2026-03-02 09:10", FANG, fields={"text": "问"}).effects if isinstance(e, Tell)]
    mine = Act(
        "ring", Ref("case", "call", case.id), 0, at("2026-03-02 09:20"), {"mood": "poor"}, (Evidence("self", "customer", LI),)
    )
    refused = p.world.act(mine, at("2026-03-02 09:20"))

    assert (tell.customer, tell.questionnaire, tell.until) == (LI, "q", at("2026-03-04 17:30"))
    assert law.versions["t/r#1"][0].sentence() == "回访:记一笔后,告知客户,请客户自己答问卷,2个工作日内有效"
    assert party_of(mine.by, mine.evidence) == ("customer", LI)
    assert [r.clause for r in refused.refusals] == ["t/r#2"]


@pytest.mark.parametrize(
    ("by", "evidence"),
    [(SUN, Evidence("self", "customer", LI)), (0, Evidence("consent", "customer", LI)), (0, Evidence("self", "staff", SUN))],
)
def test_nobody_else_is_taken_for_the_customer(by: int, evidence: Evidence) -> None:
    assert party_of(by, (evidence,)) == ("", 0)


def outside(clause: str, shows: str = "[happy]") -> str:
    """A questionnaire with a day and files, and the clause that asks it."""
    made = nouns("{day: 哪天, photos: {zh: 照片, required: 'yes'}}").replace(
        'sets: {happy: "yes"}', f'again: "yes", shows: {shows}'
    )
    made = made.replace("asks: [happy, mood,", "asks: [happy, mood, day, photos,").replace(
        "who: {zh: 谁, type: staff},",
        'who: {zh: 谁, type: staff}, day: {zh: 哪天, type: date}, photos: {zh: 照片, type: file, many: "yes"},',
    )
    return f'{made}  - {{id: "1", zh: 请填, for: call, upon: note, notifies: {clause}}}\n'


def test_an_outside_party_named_by_a_field_is_asked_for_dates_and_files_and_may_be_asked_again_and_again() -> None:
    law = law_of("", outside("{to: desk, questionnaire: q, field: job.house, within: 2wd}"))
    p = Play(law)
    house = p.open("2026-03-02 08:40", "house")
    calls = [p.open("2026-03-02 09:05", "call", job=p.open("2026-03-02 09:00", house=h).id) for h in (house.id, None)]

    told = [p.act("note", c, "2026-03-02 09:10", FANG, fields={"text": "问"}) for c in calls]

    (tell,) = [e for e in told[0].effects if isinstance(e, Tell)]
    assert (tell.outside, tell.customer, tell.questionnaire, tell.again) == (house.id, 0, "q", True)
    assert [e.questionnaire for e in told[1].effects if isinstance(e, Tell)] == [""], (
        "nobody to ask: staff are told, and it is said"
    )
    assert told[1].flags == (("t/r#1", ("job.house",)),)
    assert law.nouns["call"].questionnaires["q"].shows == ("happy",)
    assert law.versions["t/r#1"][0].sentence() == "回访:记一笔后,告知前台,请所访报修的房屋自己答问卷,2个工作日内有效,可反复答"
    assert party_of(0, (Evidence("self", "record", house.id),)) == ("record", house.id)


@pytest.mark.parametrize(
    ("clause", "shows", "said"),
    [
        ("{to: desk, questionnaire: q, field: job, within: 2d}", "[happy]", "不指向一个外单位"),
        ("{to: desk, questionnaire: q, field: nobody, within: 2d}", "[happy]", "没有这个字段"),
        ("{to: desk, field: job.house, within: 2d}", "[happy]", "field 只用于问卷"),
        ("{to: customer, questionnaire: q, within: 2d}", "[who]", "不能给外面的人看"),
        ("{to: customer, questionnaire: q, within: 2d}", "[nothing]", "没有这个字段"),
    ],
)
def test_who_is_asked_and_what_they_are_shown_is_checked_when_the_pack_is_loaded(clause: str, shows: str, said: str) -> None:
    assert any(said in fault for fault in faults_of("", outside(clause, shows)))


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ("{}", "没有题目"), ("{job: 哪件}", "题目应是答卷那个动作要填的字段"), ("{who: 是谁}", "不能问客户"),
        ("{marks: 各项}", "逐项评价须写 items"), ("{said: {zh: 说, items: {a: 甲}}}", "其他字段不写 items"),
        ("{lines: {zh: 行, items: {a: 甲}}}", "列为一个文字"), ("{said: {zh: 说, need: 1}}", "need"), ("{happy: 满意吗}", "又不作题目"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_when_the_pack_is_loaded(questions: str, said: str) -> None:
    assert any(said in fault for fault in faults_of("  []\n", nouns(questions)))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ("{to: customer, questionnaire: other, within: 2d}", "没有这份问卷"), ("{to: customer, questionnaire: q}", "within"),
        ("{to: desk, questionnaire: q, within: 2d}", "须有 customer"),
    ],
)  # fmt: skip
def test_a_clause_asks_a_questionnaire_there_is_of_a_customer_until_some_time(params: str, said: str) -> None:
    clause = f'  - {{id: "1", zh: 问, for: call, upon: note, notifies: {params}}}\n'

    assert any(said in fault for fault in faults_of(clause, nouns()))


def test_only_procedures_have_questionnaires_and_an_answer_is_an_act_of_their_own() -> None:
    built_in = nouns().replace("act: ring, sets", "act: note, sets")
    register = nouns().replace(
        "title: {zh: 房屋}", "title: {zh: 房屋}\n    questionnaires: {q: {zh: 问, act: open, questions: {class: 几等}}}"
    )

    assert any("答卷(act)应是本流程自己的动作" in f for f in faults_of("  []\n", built_in))
    assert any("只有流程(事项)有问卷" in f for f in faults_of("  []\n", register))
