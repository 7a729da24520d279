"""Acts on registers are judged again as those on cases are; what cannot be judged (books, staff) has its row all the same, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from shouwen.base.numbering import next_id
from shouwen.base.sql import raw
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact_instead
from shouwen.cases.rehearsing import Proposal, Rehearsing
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.simulating_report import Report
from shouwen.registers.models import Record
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


def test_a_clause_on_a_register_is_judged_again_and_one_on_a_book_has_its_row_all_the_same(lent: None) -> None:
    report = rehearsed()

    plain = {c["clause"]: c for c in report.plain()["clauses"]}
    assert {name: (c["change"], c["same"], c["differs"], c["cannot_tell"]) for name, c in plain.items()} == {
        "works/loan#90": ("added", 0, 1, 0),  # one key was lent; that two came is none of its business
        "works/loan#91": ("added", 0, 0, 0),
        "works/loan#92": ("added", 0, 0, 0),
    }
    assert "untold" not in {**plain["works/loan#90"], **plain["works/loan#92"]}
    [row] = plain["works/loan#90"]["cases_listed"]
    assert (row["number"], row["act"]) == (Record.objects.get(step="out").key, "lend")
    assert plain["works/loan#91"]["untold"] == {
        "zh": "账簿“罚款”上的动作只计数，不重判：这段时间里有 0 个它会说到。",
        "en": "Acts on the book “罚款” are counted, not judged again: 0 in the period it may speak of.",
    }


def test_acts_on_a_register_are_counted_where_they_are_judged_and_elsewhere_where_nothing_differs(lent: None) -> None:
    told, same = rehearsed(), rehearsed("")

    assert (told.subjects, told.acts, told.judged, told.faithful, told.acts_elsewhere) == (2, 3, 1, 1, 0)
    assert (same.subjects, same.acts, same.acts_elsewhere) == (0, 0, 3)


LENDING: Final = (
    '\n  - {{id: "93", zh: 借出须收回, for: key, deadline: {{from: lend, until: take_back, within: {within}, who: clerk}}}}\n'
)


def test_another_limit_of_an_act_on_a_register_differs_where_it_came_back_between_the_two() -> None:
    files = sources("works")
    both = [{**files, FILE: files[FILE].rstrip() + LENDING.format(within=within)} for within in ("2h", "30min")]
    enact_instead(both[0], effective_from=SINCE, now=SINCE)
    people, lent_at, came_back = cast(NOW - timedelta(days=3)), NOW - timedelta(hours=10), dict[str, int]()
    for minutes in (10, 45, 50, 180):
        key = Ref("record", "key", next_id())
        wishes = [
            Act("open", key, people.li_na.pk, lent_at, {"tag": f"牌{minutes}"}, opening=Opening(people.units.yunqi.pk)),
            Act("lend", key, people.li_na.pk, lent_at),
            Act("take_back", key, people.li_na.pk, lent_at + timedelta(minutes=minutes)),
        ]
        for wish in wishes:
            assert act(wish, now=wish.at).allowed
        came_back[str(key.id)] = minutes

    report = Rehearsing(Proposal(both[1], ""), SINCE, NOW).run(lambda done, total: None)

    found = report.finds["works/loan#93"]
    between = raw().execute(
        """select r.key from base_event p join base_event k on k.subject_id = p.subject_id and k.kind = 'kept'
         join registers_record r on r.id = p.subject_id where p.kind = 'promise' and p.clause = k.clause and p.clause = %s
         and k.at - (p.data->>'anchor')::timestamptz > interval '30 min'""", ["works/loan#93"],
    ).fetchall()  # fmt: skip
    assert {e.number for e in found.examples} == {key for (key,) in between}
    assert {came_back[e.number] for e in found.examples} == {45, 50}
    assert (found.differs, found.more["breaches"], found.unfaithful) == (2, 2, 0)


def test_what_was_never_recorded_of_a_record_cannot_be_told_and_it_is_said_what(lent: None) -> None:
    counted = '\n  - {id: "94", zh: 库房钥匙不多才借, for: key, requires: {before: lend, that: {by_room: "<= 9"}}}\n'

    found = rehearsed(counted).finds["works/loan#94"]

    assert (found.same, found.differs, found.cannot_tell) == (0, 0, 1)
    assert found.doubtful[0].zh == "没有记录：每间的钥匙"
