"""What a rehearsal cannot judge has its row all the same: clauses on registers and books, with how many acts and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from shouwen.base.numbering import next_id
from shouwen.cases.acting import act
from shouwen.cases.rehearsing import Proposal, Rehearsing
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.simulating_report import Report
from tests.cases.law import enacted, sources
from tests.world import NOW, cast

pytestmark = pytest.mark.django_db
FILE: Final = "works/loan.yaml"
SINCE: Final = NOW - timedelta(days=2)
FINE: Final = "fine: {zh: 罚款, unit: CNY}"
MORE: Final = """
  - {id: "90", zh: 借出须写明房间, for: key, requires: {before: lend, fields: [room]}}
  - {id: "91", zh: 罚款即告知本人, for: fine, upon: book, notifies: {to: {field: who}}}
  - {id: "92", zh: 归档前须写事由, for: refund, requires: {before: file, fields: [cause]}}
"""


def rehearsed(more: str = MORE) -> Report:
    """What is found of the little law with more clauses."""
    files = sources("works")
    stepped = files[FILE].replace(FINE, FINE[:-1] + ", steps: {due: 待执行, done: 已执行}}")
    assert stepped != files[FILE]
    return Rehearsing(Proposal({**files, FILE: stepped.rstrip() + more}, ""), SINCE, NOW).run(lambda done, total: None)


@pytest.fixture
def lent() -> None:
    """Three acts upon two keys: both came, one was lent."""
    enacted("works")
    people = cast(NOW - timedelta(days=3))
    at, first, second = NOW - timedelta(days=1), Ref("record", "key", next_id()), Ref("record", "key", next_id())
    opening = Opening(people.units.yunqi.pk)
    wishes = [Act("open", key, people.li_na.pk, at, {"tag": f"库房{key.id}"}, opening=opening) for key in (first, second)]
    for wish in [*wishes, Act("lend", first, people.li_na.pk, at)]:
        ruling = act(wish, now=at)
        assert ruling.allowed, ruling.text()


def test_a_clause_on_a_register_cannot_be_told_of_the_acts_it_may_speak_of(lent: None) -> None:
    report = rehearsed()

    plain = {c["clause"]: c for c in report.plain()["clauses"]}
    assert {name: (c["change"], c["same"], c["differs"], c["cannot_tell"]) for name, c in plain.items()} == {
        "works/loan#90": ("added", 0, 0, 1),  # one key was lent; that two came is none of its business
        "works/loan#91": ("added", 0, 0, 0),
        "works/loan#92": ("added", 0, 0, 0),
    }
    assert "untold" not in plain["works/loan#92"]
    assert plain["works/loan#90"]["untold"] == {
        "zh": "台账“钥匙”上的动作只计数，不重判：这段时间里有 1 个它会说到。",
        "en": "Acts on the register “Key” are counted, not judged again: 1 in the period it may speak of.",
    }
    assert "账簿“罚款”" in plain["works/loan#91"]["untold"]["zh"]


def test_acts_on_a_register_of_which_a_clause_differs_are_counted_among_what_is_not_read(lent: None) -> None:
    assert rehearsed().acts_elsewhere == rehearsed("").acts_elsewhere == 3


def test_what_waits_for_a_field_may_speak_of_any_act_of_its_register(lent: None) -> None:
    waits = '\n  - {id: "93", zh: 借出两日内须收回, for: key, deadline: {from: lend, until: take_back, within: 2d, who: clerk}}\n'

    assert rehearsed(waits).finds["works/loan#93"].cannot_tell == 3
