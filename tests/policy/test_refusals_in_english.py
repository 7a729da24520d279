"""A refusal is said in English to whoever reads English: posts, persons and conditions by their English names."""

from __future__ import annotations

import re

import pytest

from tests.policy.laws import FANG, HE, NOUNS, SUN, Play, law_of

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = (
    NOUNS.replace("director: {zh: 主任}", "director: {zh: 主任, en: Director}")
    .replace("desk: {zh: 前台}", "desk: {zh: 前台, en: Front desk}")
    .replace("technician: {zh: 技师, type", "technician: {zh: 技师, en: Technician, type")
    .replace("fee: {zh: 收费, type", "fee: {zh: 收费, en: Fee, type")
    .replace("urgency: {zh: 紧急程度, type", "urgency: {zh: 紧急程度, en: Urgency, type")
    .replace("urgent: 紧急,", "urgent: {zh: 紧急, en: Urgent},")
    .replace("assign: {zh: 派工,", "assign: {zh: 派工, en: Assign,")
    .replace("regulation: r\n", "regulation: r\npersons: {signer: {zh: 签发人, en: Signer, is: {post: director}}}\n")
)
TO_BE_DONE = {
    "director": "To be done by: Director.",
    "signer": "To be done by: Signer.",
    "responsible": "To be done by: the person responsible.",
    "first_asked": "To be done by: the person asked first.",
    "{post: director, of: any}": "To be done by: Director of any unit.",
    "{post: director, else: desk}": "To be done by: Director (else Front desk).",
    "{field: technician}": "To be done by: Technician.",
    "{did: assign}": "To be done by: whoever did Assign.",
    "{not_did: open}": "To be done by: whoever did not do open.",
    "{decided: assign}": "To be done by: whoever approved Assign.",
    "{superior_of: responsible}": "To be done by: the superior of the person responsible.",
    "{deputy_of: {post: director}}": "To be done by: Director or their deputy.",
    "{head_of: unit}": "To be done by: the head of the unit.",
    "{on_duty: director}": "To be done by: Director on duty.",
}


@pytest.mark.parametrize("who", TO_BE_DONE)
def test_whoever_has_to_do_it_is_named_in_english(who: str) -> None:
    clause = f"  - {{id: '1', zh: x, en: y, for: job, requires: {{before: reply, by: {who}}}}}\n"
    play = Play(law_of(clause, ENGLISH))
    case = play.open("2026-03-02 09:00")
    ruling = play.act("reply", case, "2026-03-02 09:10", FANG if who == "{not_did: open}" else SUN)

    assert [r.remedy_en for r in ruling.refusals] == [TO_BE_DONE[who]]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{urgency: urgent}", "Needed: Urgency: Urgent."),
        ("{urgency: [urgent, normal]}", "Needed: Urgency: Urgent or normal."),
        ('{fee: "> 100CNY"}', "Needed: Fee > 100CNY."),
        ("{technician: given}", "Needed: Technician filled."),
        ("{assign: given, technician: missing}", "Needed: Assign done, Technician not filled."),
        ('{times.assign: ">= 1"}', "Needed: times Assign >= 1."),
        ('[{fee: "> 100CNY"}, {urgency: urgent}]', "Needed: Fee > 100CNY or Urgency: Urgent."),
    ],
)
def test_what_is_needed_is_said_in_english(condition: str, said: str) -> None:
    law = law_of(f"  - {{id: '1', zh: x, en: y, for: job, requires: {{before: reply, that: {condition}}}}}\n", ENGLISH)
    play = Play(law)
    case = play.open("2026-03-02 09:00", urgency="slow")
    ruling = play.act("reply", case, "2026-03-02 09:10", HE)

    assert [r.remedy_en for r in ruling.refusals] == [said]
    assert not CHINESE.search(said)
