"""What a clause rests on is there: whoever it tells, what it grants, the ends of a span, the field a value goes into, the unit of a book."""

from __future__ import annotations

import pytest

from tests.policy.laws import NOUNS, faults_of, law_of

CLIENT = NOUNS.replace(
    "      house: {zh: 房屋, type: record", "      client: {zh: 业主, type: customer}\n      house: {zh: 房屋, type: record"
)
PAPERS = NOUNS.replace(
    "      house: {zh: 房屋, type: record",
    "      papers: {zh: 资料, type: slots, of: {permit: 许可, plan: 图纸}}\n      house: {zh: 房屋, type: record",
)
SAYS = "  - {id: '1', zh: x, says: {}}\n"


def span(ends: str) -> str:
    """Return the nouns with the waiting time worked out between two ends."""
    return NOUNS.replace("waited: {zh: 等候, type: span}", f"waited: {{zh: 等候, type: span, {ends}}}").replace(", waited]", "]")


# clauses, nouns, and words the fault must have in Chinese and English
AMISS = {
    "a span that ends with an act": (
        SAYS, span("from: visit_at, until: finish"), "“finish”是动作", "'finish' is an act; let it ask for a datetime field"),
    "a span that begins with what is no date": (
        SAYS, span("from: count, until: visit_at"), "“count”不是日期或时间字段", "'count' is no date or datetime field"),
    "a right that another noun has": (
        ("  - {id: '1', zh: x, for: job, upon: finish, grants: {what: {rest: 免查}, of: house, within: 3mo}}\n"
        "  - {id: '2', zh: x, for: job, when: {grant.rest: 'yes'}, calculates: {field: fee, value: 0CNY}}\n"),
        NOUNS, "“准许免查”是准许给房屋的,报修永远没有", "'grant.rest' is granted to house, never to job"),
    "a right that another noun has, wanted by a gate": (
        ("  - {id: '1', zh: x, for: job, upon: finish, grants: {what: {rest: 免查}, of: house, within: 3mo}}\n"
        "  - {id: '2', zh: x, for: job, requires: {before: close, that: {grant.rest: 'yes'}}}\n"),
        NOUNS, "报修永远没有", "never to job"),
    "a customer under another name who is told": (
        "  - {id: '1', zh: x, for: job, upon: finish, notifies: {to: customer}}\n",
        CLIENT, "改名为 customer,或写 {field: client}", "rename it, or write {field: client}"),
    "a customer under another name by whom is counted": (
        "  - {id: '1', zh: x, for: job, limits: {act: reply, to: 1, per: customer}}\n",
        CLIENT, "报修只有“client”", "job has only 'client'"),
    "money in a book of points": (
        "  - {id: '1', zh: x, for: job, upon: finish, books: {book: points, who: actor, plus: field fee}}\n",
        NOUNS, "“收费”是金额,而账簿“扣分”的单位是分", "'fee' is money, but book 'points' counts 分"),
    "a step that is set like a field": (
        SAYS, NOUNS.replace("asks: [fee]}", "asks: [fee], sets: {step: closed}}"), "不是字段,动作不能给它取值", "step is no field"),
    "points given in the book of those taken": (
        ("  - {id: '1', zh: x, for: job, upon: finish, penalises: {who: actor, points: 2}}\n"
        "  - {id: '2', zh: x, for: job, upon: close, rewards: {who: actor, points: 1, book: points}}\n"),
        NOUNS, "账簿“扣分”已记第1条的扣,奖再记进去也是往上加", "would add to it"),
    "a number in a book of money": (
        "  - {id: '1', zh: x, for: job, upon: finish, penalises: {who: actor, money: field count}}\n",
        NOUNS, "“件数”不是金额,而账簿“罚款”的单位是CNY", "'count' is no money, but book 'fine' counts CNY"),
    "the case itself in a field of yes and no": (
        "  - {id: '1', zh: x, for: job, upon: close, obliges: {open: call, within: 3d, with: {happy: this}}}\n",
        NOUNS, "“满意”放不下 this(本件)", "'happy' cannot hold 'this'"),
    "papers asked for as one": (
        "  - {id: '1', zh: x, for: job, requires: {before: finish, fields: [papers]}}\n",
        PAPERS, "papers.permit, papers.plan", "papers.permit, papers.plan"),
    "papers asked for as one in a condition": (
        "  - {id: '1', zh: x, for: job, requires: {before: finish, that: {papers: given}}}\n",
        PAPERS, "写了“缺”也算填了", "filled even when all are missing"),
    "a deadline whose ends are the wrong way round": (
        "  - {id: '1', zh: x, for: job, deadline: {from: finish, until: assign, within: 1d}}\n",
        NOUNS, "完工以后派工就做不成了", "'assign' cannot be done after 'finish'"),
    "several clauses one is the exception of": (
        ("  - {id: '1', zh: x, for: job, calculates: {field: fee, value: 1CNY}}\n"
        "  - {id: '2', zh: x, for: job, overrides: ['1'], when: {paid: 'yes'}, calculates: {field: fee, value: 0CNY}}\n"),
        NOUNS, "只能写一条", "the number of one clause"),
}  # fmt: skip


@pytest.mark.parametrize("what", AMISS)
def test_what_would_silently_never_happen_is_refused_at_its_place(what: str) -> None:
    clauses, nouns, zh, en = AMISS[what]

    told, told_en = (faults_of(clauses, nouns, lang) for lang in ("zh", "en"))

    assert len([f for f in told if zh in f and f.startswith("t/r.yaml:")]) == 1, told
    assert len([f for f in told_en if en in f]) == 1, told_en


RIGHT = {
    "a span between two dates": (SAYS, span("from: visit_at, until: ready_at").replace(
        "      paid: {", "      ready_at: {zh: 完工时间, type: datetime}\n      paid: {")),
    "a right asked of what it was given to": (
        ("  - {id: '1', zh: x, for: job, upon: finish, grants: {what: {rest: 免查}, within: 3mo}}\n"
        "  - {id: '2', zh: x, for: job, when: {grant.rest: 'yes'}, calculates: {field: fee, value: 0CNY}}\n"), NOUNS),
    "a right only the company gives": (
        "  - {id: '2', zh: x, for: job, when: {grant.rest: 'yes'}, calculates: {field: fee, value: 0CNY}}\n", NOUNS),
    "papers one by one": (
        "  - {id: '1', zh: x, for: job, requires: {before: finish, fields: [papers.permit]}}\n", PAPERS),
    "a deadline kept by an act that comes later": (
        "  - {id: '1', zh: x, for: job, deadline: {from: open, until: close, within: 1d}}\n", NOUNS),
    "whoever called": ("  - {id: '1', zh: x, for: job, upon: finish, notifies: {to: customer}}\n", NOUNS),
    "a customer in a field": ("  - {id: '1', zh: x, for: job, upon: finish, notifies: {to: {field: client}}}\n", CLIENT),
    "the case itself in a field that points to it": (
        "  - {id: '1', zh: x, for: job, upon: close, obliges: {open: call, within: 3d, with: {job: this}}}\n", NOUNS),
}  # fmt: skip


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_there_is_not_doubted(what: str) -> None:
    assert faults_of(*RIGHT[what]) == []


def test_a_clause_of_several_procedures_is_said_in_the_words_of_each() -> None:
    nouns = NOUNS.replace("    acts: {ring:", "    acts: {open: {zh: 列入}, ring:")
    law = law_of(
        "  - {id: '1', zh: x, for: [job, call], permits: {who: desk, acts: [open]}}\n"
        "  - {id: '2', zh: x, for: [job, call], upon: note, notifies: {to: desk}}\n",
        nouns,
    )

    assert law.versions["t/r#1"][-1].sentence() == "报修:立项只能由前台办理;回访:列入只能由前台办理"
    assert law.versions["t/r#2"][-1].sentence() == "报修、回访:记一笔后,告知前台"


def test_a_chain_from_a_table_says_its_order() -> None:
    law = law_of(
        "  - {id: '1', zh: x, for: job, when: {fee: '> 0CNY'}, approval: {before: close, by: table}, columns: [fee, by], "
        "table: [['< 9CNY', desk], ['>= 9CNY', [director, manager]]]}\n"
    )

    assert law.versions["t/r#1"][-1].sentence().endswith("收费不少于9元→主任、再经店长")
