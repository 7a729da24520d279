"""The layout of a form: what it may name, and what is said at the place when it names what is not there."""

from __future__ import annotations

import pytest

from shouwen.policy.law import Law
from tests.policy.laws import NOUNS, faults_of, law_of

CLAUSE = "  - {id: '1', zh: 先问, for: job, says: {}}\n"
ROWS = NOUNS.replace(
    "waited: {zh: 等候, type: span}",
    "waited: {zh: 等候, type: span}\n      lines: {zh: 明细, type: rows, of: {name: {zh: 名称, type: text}, price: {zh: 价, type: money}}}",
)
WITH = ROWS.replace("clauses:\n", "measures:\n  shut: {zh: 结案数, count: job.close, over: calendar_month}\n{forms}clauses:\n")


def forms(slip: str) -> str:
    """Return the small company's regulation with one form."""
    return WITH.replace("{forms}", f"forms:\n  slip: {{zh: 单子, {slip}}}\n")


def law(slip: str) -> Law:
    return law_of(CLAUSE, forms(slip))


def told(slip: str) -> list[tuple[str, str]]:
    """Return the faults of a form in both languages, each with where it stands."""
    line = forms(slip).split("forms:")[0].count("\n") + 2
    chinese, english = (faults_of(CLAUSE, forms(slip), lang=lang) for lang in ("zh", "en"))
    assert all(f.startswith(f"t/r.yaml:{line}:") and int(f.split(":")[2]) > 1 for f in (*chinese, *english)), chinese
    return list(zip(chinese, english, strict=True))


def test_a_layout_is_read_part_by_part() -> None:
    slip = law(
        "of: job, every: 1mo, copies: {customer: 客户联, director: {zh: 存档联, en: Filed}}, layout: [{title: {zh: 报修, en: Job}, boxes: [number, fee, "
        "house.class, did.finish, {zh: 备注, en: Remarks}]}, {rows: lines}, {says: ['t/r#1']}, {text: 请核对}, "
        "{signs: [customer, director, did.close]}, {lists: [number, fee], dated: closed, filled: fee, steps: [done, closed]}, {figures: [shut]}]"
    ).forms["slip"]

    assert [s.kind for s in slip.layout] == ["boxes", "rows", "says", "text", "signs", "lists", "figures"]
    assert [(b.word, b.zh, b.en) for b in slip.layout[0].boxes][-2:] == [("did.finish", "", ""), ("", "备注", "Remarks")]
    register = slip.layout[5]
    assert (slip.layout[0].title.en, slip.layout[1].names) == ("Job", ("lines",))
    assert (register.dated, register.filled, register.steps) == ("closed", "fee", ("done", "closed"))
    assert [(who, c.zh, c.en) for who, c in slip.copies.items()] == [("customer", "客户联", ""), ("director", "存档联", "Filed")]
    assert (str(slip.every), slip.of_one, slip.of_many) == ("1mo", True, True)


def test_a_form_that_only_prints_fields_has_them_as_its_boxes_and_one_that_says_nothing_is_a_name() -> None:
    plain = law("of: job, prints: [number, fee]").forms["slip"]
    bare = law("of: job").forms["slip"]

    assert [b.word for b in plain.layout[0].boxes] == ["number", "fee"]
    assert (plain.of_one, plain.of_many) == (True, False)
    assert (bare.layout, bare.of_one, bare.of_many) == ((), False, False)


@pytest.mark.parametrize(
    ("slip", "zh", "en"),
    [
        ("of: jab", "没有这个流程或台账:“jab”,是不是“job”?", "there is no procedure or register 'jab'; did you mean 'job'?"),
        ("of: job, prints: [fea]", "表单要印的字段没有:“fea”,是不是“fee”?", "prints a field that is not there: 'fea'"),
        ("of: call, layout: [{boxes: [fee]}]", "表单要印的字段没有:“fee”", "prints a field that is not there: 'fee'"),
        (
            "of: job, layout: [{boxes: [house.rank]}]",
            "表单要印的字段没有:house.“rank”",
            "prints a field that is not there: 'rank'",
        ),
        ("of: job, layout: [{boxes: [customer.name]}]", "表单要印的字段没有:“customer.name”", "not there: 'customer.name'"),
        ("of: job, layout: [{boxes: [did.finsh]}]", "没有这个动作:“finsh”,是不是“finish”?", "there is no act 'finsh'"),
        ("of: job, layout: [{boxes: [lines]}]", "“lines”是明细,请写 rows: lines", "'lines' has rows: write rows: lines"),
        ("of: job, layout: [{rows: fee}]", "表单的明细不是这里的 rows 字段:“fee”", "no field of rows here is called 'fee'"),
        ("of: job, layout: [{lists: [nomber]}]", "表单要印的字段没有:“nomber”,是不是“number”?", "not there: 'nomber'"),
        ("of: job, layout: [{lists: [number], dated: fee}]", "没有这个日期:“fee”", "there is no date 'fee'"),
        ("of: job, layout: [{lists: [number], filled: fea}]", "没有这个字段:“fea”", "there is no field 'fea'"),
        ("of: job, layout: [{lists: [number], steps: [done, ended]}]", "没有这个环节:“ended”", "there is no step 'ended'"),
        ("of: job, layout: [{boxes: [number], dated: closed}]", "dated 只用在 lists 里", "dated goes with lists only"),
        ("of: job, layout: [{figures: [shut]}]", "印统计数的表单须写周期", "says its period"),
        ("every: 1mo, layout: [{figures: [shot]}]", "没有这个计量:“shot”,是不是“shut”?", "there is no measure 'shot'"),
        ("of: job, layout: [{says: ['t/r#2']}]", "没有这个条款:“t/r#2”", "there is no clause 't/r#2'"),
        ("of: job, layout: [{signs: [director, boss]}]", "没有这个签字的人:“boss”", "nobody signs who is called 'boss'"),
        ("of: job, layout: [{signs: [did.shut]}]", "没有这个动作:“shut”", "there is no act 'shut'"),
        ("of: job, layout: [{boxes: [number], rows: lines}]", "须写明恰好一样", "exactly one of"),
        ("of: job, layout: [number]", "版式的一块应为一组", "a part of a layout is a mapping"),
        ("of: job, layout: [{bxes: [number], boxes: [fee]}]", "版式没有“bxes”这个键,是不是“boxes”?", "unknown key 'bxes'"),
        ("of: job, layout: [{boxes: [{en: Remarks}]}]", "没有写中文", "no Chinese words"),
        ("of: job, every: 2mo", "没有“2mo”", "there is no '2mo'"),
        ("layout: [{boxes: [number]}]", "表单没有写 of,不知印自哪里", "does not say what it is of"),
    ],
)
def test_what_a_layout_may_not_name_is_said_at_its_place_in_both_languages(slip: str, zh: str, en: str) -> None:
    ((chinese, english),) = told(slip)

    assert zh in chinese
    assert en in english
