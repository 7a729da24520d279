"""What pages need of a pack's procedures and registers packs say themselves: which are calls to be made, where customers live."""

from __future__ import annotations

from shouwen.policy.nouns import Calls
from tests.policy.laws import NOUNS, faults_of, law_of

SAID = "  - {id: '1', zh: 说明, en: Said, says: {}}\n"
CALLING = NOUNS.replace("    title: {zh: 回访}\n", "    title: {zh: 回访}\n    calls: HOW\n")


def calling(how: str) -> str:
    """Return what a regulation declares, of which a procedure is a list of calls."""
    return CALLING.replace("HOW", how)


def test_a_procedure_says_which_acts_and_fields_its_calls_have() -> None:
    law = law_of(SAID, calling("{done: ring, outcome: happy}"))

    assert law.nouns["call"].calls == Calls("ring", outcome="happy")
    assert law.nouns["job"].calls is None


def test_calls_whose_act_or_field_is_not_there_are_told_when_the_pack_is_read() -> None:
    assert any("没有这个动作" in f for f in faults_of(SAID, calling("{done: reply}")))
    assert any("没有这个动作" in f for f in faults_of(SAID, calling("{outcome: happy}"))), "what records a call is wanted"
    assert any("there is no field" in f for f in faults_of(SAID, calling("{done: ring, why: reason}"), lang="en"))


def test_a_register_says_that_customers_live_in_it() -> None:
    home = NOUNS.replace("    title: {zh: 房屋}\n", "    title: {zh: 房屋}\n    home: 'yes'\n")

    assert law_of(SAID, home).nouns["house"].home
    assert not law_of(SAID).nouns["house"].home
