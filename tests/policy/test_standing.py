"""What stands before a scenario begins has by law what it would have had, and nothing missed before is played again."""

from __future__ import annotations

from shouwen.policy.packs import Sources
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import sources_of

CLAUSES = """
  - {id: "1", zh: 回复, for: job, deadline: {until: reply, within: 2h}}
  - {id: "2", zh: 扣分, upon: {breach: "1"}, penalises: {who: responsible, points: "1"}}
  - {id: "3", zh: 等级, for: house, classifies: {field: class, is: a}}
  - {id: "4", zh: 预告, for: job, notifies: {to: director, ahead_of: visit_at, at_least: 1d}}
""".lstrip("\n")
GIVEN = """
regulation: r
given:
  units: {E: {}}
  staff: {he: {post: director, of: E}, fang: {post: desk, of: E}}
  records: {house: {H1: {area: E}}}
"""


def wrong(scenario: str) -> tuple[str, ...]:
    """Play one scenario; return what is not as it expects."""
    sources: Sources = {**sources_of(CLAUSES), "t/r.scenarios.yaml": GIVEN + "scenarios:\n" + scenario}
    runner = Runner(sources)
    return tuple(w.text() for s in read_scenarios(sources) for w in runner.run(s).wrong)


def test_a_given_case_that_runs_has_the_promises_of_the_law() -> None:
    assert not wrong("""
  - title: 到点
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: "yes"}}}
    steps:
      - {at: "2026-03-02 10:00", expect: {due: {"1": "2026-03-02 11:00"}, breached: []}}
      - {at: "2026-03-02 11:01", expect: {breached: ["1"], booked: [{who: fang, amount: "1"}]}}
""")


def test_what_was_missed_before_the_first_step_is_late_but_not_punished_again() -> None:
    assert not wrong("""
  - title: 早已逾期
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: "yes"}}}
    steps:
      - {at: "2026-03-02 15:00", expect: {breached: [], booked: []}}
      - {at: "2026-03-02 15:10", by: fang, act: reply, of: R1, expect: {late: ["1"], breached: [], booked: []}}
""")


def test_what_was_done_already_is_not_promised() -> None:
    assert not wrong("""
  - title: 已回复
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: "yes", did: {reply: {by: fang, at: "2026-03-02 09:30"}}}}}
    steps:
      - {at: "2026-03-02 12:00", expect: {breached: [], due: {"1": none}}}
""")


def test_a_given_case_that_is_only_there_promises_nothing() -> None:
    assert not wrong("""
  - title: 背景
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00"}}}
    steps:
      - {at: "2026-03-02 12:00", expect: {breached: [], booked: []}}
""")


def test_a_notice_ahead_of_a_date_rings_at_its_moment_and_not_if_it_lies_before_the_beginning() -> None:
    assert not wrong("""
  - title: 预告
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: "yes", visit_at: "2026-03-05 14:00"}}}
    steps:
      - {at: "2026-03-04 13:59", expect: {told: []}}
      - {at: "2026-03-04 14:00", expect: {told: [{to: he, clause: "4"}]}}
  - title: 过了的不补
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: "yes", visit_at: "2026-03-05 14:00"}}}
    steps:
      - {at: "2026-03-05 09:00", expect: {told: []}}
""")


def test_fields_the_law_keeps_are_there_from_the_beginning() -> None:
    assert not wrong("""
  - title: 等级
    steps:
      - {at: "2026-03-02 09:00", expect: {fields: {H1.class: a}}}
""")


def test_promises_may_still_be_stated_instead() -> None:
    assert not wrong("""
  - title: 写明
    given: {cases: {R1: {of: job, by: fang, opened: "2026-03-02 09:00", running: {"1": {due: "2026-03-02 09:30"}}}}}
    steps:
      - {at: "2026-03-02 09:31", expect: {breached: ["1"]}}
""")
