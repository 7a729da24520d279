"""What earlier versions of the software let be enacted loads in this one: a new check looks at what is to be enacted, never at what was."""

from __future__ import annotations

from typing import Final

import pytest

from shouwen.policy.errors import PackError
from shouwen.policy.law import load
from tests.policy.laws import NOUNS, sources_of

CLAUSE: Final = '  - {id: "1", zh: 到场, for: job, says: {}}\n'
THEN: Final = {
    "a target that any count reaches": 'measures: {shut: {zh: 结案数, count: job.close, per: unit, over: calendar_month, target: "0"}}\n',
    "a target in words": "measures: {shut: {zh: 结案数, count: job.close, per: unit, over: calendar_month, target: 越多越好}}\n",
    "rows that a form prints as a field": "forms: {slip: {zh: 单, of: job, prints: [lines]}}\n",
}


@pytest.mark.parametrize("case", THEN)
def test_what_was_enacted_before_a_check_was_written_still_loads(case: str) -> None:
    nouns = NOUNS.replace(
        "paid: {zh: 是否付讫", "lines: {zh: 明细, type: rows, of: {item: {zh: 项目, type: text}}}\n      paid: {zh: 是否付讫"
    )
    sources = sources_of(CLAUSE, nouns.replace("clauses:\n", THEN[case] + "clauses:\n"))

    with pytest.raises(PackError):
        load(sources)
    assert load(sources, enacted=True).versions["t/r#1"]
