"""The post of somebody nobody has named is unknown; the posts of somebody who holds none are known."""

from __future__ import annotations

from tests.policy.laws import FANG, HE, NOUNS, SUN, Play, law_of

NAMED = NOUNS.replace(
    "assign: {zh: 派工, from: [received], to: assigned, asks: [visit_at, technician]}",
    "assign: {zh: 派工, from: [received], to: assigned, asks: [visit_at, technician]}\n      check: {zh: 复核}",
)
WHEN_DIRECTOR = '  - {id: "1", zh: 主任经办的先付讫, for: job, when: {technician.post: director}, requires: {before: check, that: {paid: "yes"}}}\n'


def test_a_gate_on_the_post_of_a_person_who_is_not_named_refuses_and_says_who_is_missing() -> None:
    play = Play(law_of(WHEN_DIRECTOR, NAMED))

    refused = play.act("check", play.open("2026-03-02 09:00", paid=False), "2026-03-02 09:10", FANG)

    assert refused.refused, "nobody knows whether a director does the job"
    assert [r.unknown for r in refused.refusals] == [("technician.post",)]


def test_once_the_person_is_named_the_post_is_known() -> None:
    play = Play(law_of(WHEN_DIRECTOR, NAMED))

    assert play.act("check", play.open("2026-03-02 09:00", paid=False, technician=SUN), "2026-03-02 09:10", FANG).allowed
    assert play.act("check", play.open("2026-03-02 09:00", paid=False, technician=HE), "2026-03-02 09:10", FANG).refused
