"""Scenarios asked again on every later day some clause changes: there must still be an answer, without hole or contradiction.

What a scenario expects holds on its own day only; asked again, it may be refused or promised otherwise, but a table must have
a row, one question one answer, and nothing may fail.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date

from shouwen.policy.errors import PackError
from shouwen.policy.packs import is_day
from shouwen.policy.ruling import Ruling, SetField
from shouwen.policy.scenario import Runner, Scenario
from shouwen.policy.subjects import Said
from shouwen.policy.values import BadValue


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong when a scenario was asked under the law of another day."""

    scenario: Scenario
    day: date
    zh: str
    en: str


def ask_again(runner: Runner, scenario: Scenario) -> Iterator[Trouble]:
    """Yield what goes wrong when a scenario is played under the law of each later day on which the law changes."""
    law = runner.law(scenario.values)
    first = _first_day(scenario)
    for day in law.days:
        if first is None or day <= first:
            continue
        said: list[Said] = []
        try:
            for _ in runner.play(scenario, law.as_of(day), said):
                pass  # its expectations are those of its own day
        except PackError as e:
            yield from (Trouble(scenario, day, f.zh, f.en) for f in e.faults)
        except RecursionError as e:
            yield Trouble(scenario, day, f"动作互相引发,没有尽头:{e}", f"acts cause each other without end: {e}")
        except BadValue:
            continue  # it names what this law no longer opens
        undecided = {name for name, _ in law.undecided}
        for s in said:
            yield from (Trouble(scenario, day, zh, en) for zh, en in faults_of(s.ruling, undecided))


def _first_day(scenario: Scenario) -> date | None:
    steps = scenario.node.get("steps")
    days = [at.text[:10] for s in (steps.items or [] if steps is not None else []) if (at := s.get("at")) is not None and at.text]
    return date.fromisoformat(min(days)) if days and all(map(is_day, days)) else None  # else playing it has said what is wrong


def faults_of(ruling: Ruling, undecided: Container[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield in both languages what no ruling may show: a table without an answer, a field set twice.

    A clause whose answer the company has yet to decide (`undecided`) is no hole: such a law is not enacted.
    """
    for clause, unknown in ruling.flags:
        if not unknown and clause not in undecided:
            yield f"第{clause}条没有答案", f"clause {clause} has no answer"
    seen: dict[tuple[str, str], SetField] = {}
    for e in ruling.effects:
        if not isinstance(e, SetField) or e.cite is None:
            continue
        other = seen.setdefault((e.link, e.field), e)
        if other is not e and other.cite is not None and other.cite.clause != e.cite.clause:
            yield (
                f"第{other.cite.clause}条和第{e.cite.clause}条都给“{e.field}”取了值",
                f"clauses {other.cite.clause} and {e.cite.clause} both set {e.field!r}",
            )
