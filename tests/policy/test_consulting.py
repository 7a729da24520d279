"""Registers that are looked up to answer a customer: what a pack may say of them, and what a case may cite of them when it opens."""

from __future__ import annotations

import pytest

from shouwen.policy.nouns import Consulted
from tests.policy.laws import NOUNS, faults_of, law_of

ARTICLE = """  article:
    title: {zh: 资料}
    key: name
    CONSULTED
    states: {draft: 草稿, published: 已发布}
    fields: {name: {zh: 题目, type: text}, body: {zh: 内容, type: text}, until: {zh: 有效至, type: date}}
    acts: {publish: {zh: 发布, from: [draft], to: published}}
"""
SAID = "consulted: {text: body, at: [published], until: until}"
CLAUSE = '  - {id: "1", zh: x, says: {}}\n'


def nouns(said: str, article: str = ARTICLE) -> str:
    return NOUNS.replace("registers:\n", "registers:\n" + article.replace("CONSULTED", said), 1)


def test_a_register_says_what_is_read_of_it_where_and_until_when() -> None:
    found = law_of(CLAUSE, nouns(SAID)).nouns

    assert found["article"].consulted == Consulted("body", ("published",), "until")
    assert found["house"].consulted is None


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("consulted: {at: [published]}", "text:没有这样的文字字段"),
        ("consulted: {text: until}", "text:没有这样的文字字段"),
        ("consulted: {text: body, until: name}", "until:没有这样的日期字段"),
        ("consulted: {text: body, at: [printed]}", "没有这个状态"),
        ("consulted: {text: body, page: 1}", "没有“page”"),
    ],
)
def test_what_is_not_there_is_said_at_its_place(said: str, zh: str) -> None:
    assert any(zh in fault for fault in faults_of(CLAUSE, nouns(said)))


def test_a_register_without_a_key_is_not_looked_up() -> None:
    assert any("有题目(key)的台账" in fault for fault in faults_of(CLAUSE, nouns(SAID, ARTICLE.replace("    key: name\n", ""))))


def test_a_gate_of_the_opening_may_rest_on_a_field_that_is_asked_for_then_and_later_again() -> None:
    clause = (
        '  - {id: "1", zh: x, for: job, when: {visit_at: given}, requires: {before: open, that: {visit_at: "> start_of_day"}}}\n'
    )
    later = NOUNS.replace("asks: [urgency, visit_at, quote,", "asks: [urgency, quote,", 1)
    assert later != NOUNS

    assert faults_of(clause) == []
    assert any("要到立项之后的动作才填" in fault for fault in faults_of(clause, later))
