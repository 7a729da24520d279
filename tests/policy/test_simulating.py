"""Rehearsal in memory: the same law says the same; each kind of difference is found where it is, and nowhere else."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.policy.law import Law
from shouwen.policy.simulating import Rehearsal
from shouwen.policy.simulating_law import Difference
from shouwen.policy.simulating_report import Report
from shouwen.policy.simulating_rounds import compare_rounds
from tests.policy.journal import histories
from tests.policy.laws import FANG, SUN, TRIED, WU, Play, at, law_of, org

OLD = """
  - {id: "1", zh: 两小时内回复, for: job, when: {urgency: urgent}, deadline: {from: open, until: reply, within: 2h}}
  - {id: "2", zh: 派工须写技师, for: job, requires: {before: assign, fields: [technician]}}
  - {id: "3", zh: 逾期扣一分, upon: {breach: "1"}, penalises: {who: responsible, points: 1}}
  - {id: "4", zh: 完工通知主任, for: job, upon: finish, notifies: {to: director}}
"""
UNTIL = at("2025-03-31 00:00")


def rehearsed(play: Play, new: Law, *, everything: bool = False) -> Report:
    people = org()
    return Rehearsal(new, lambda _at, _h: play.law, lambda _at: people, UNTIL, None, everything).hear(histories(play))


def played(clauses: str = OLD, *, replied: str = "2025-03-03 10:30") -> Play:
    """Three jobs of one Monday: urgent and replied to in time, urgent and replied to late, and an ordinary one."""
    play = Play(law_of(clauses))
    first = play.open("2025-03-03 09:00", urgency="urgent", technician=SUN)
    second = play.open("2025-03-03 09:05", urgency="urgent", technician=SUN)
    third = play.open("2025-03-03 09:10", urgency="normal", quote=5000)
    play.act("reply", first, replied, by=FANG)
    play.act("reply", second, "2025-03-03 13:00", by=FANG)
    for job in (first, second, third):
        play.act("assign", job, "2025-03-03 14:00", by=FANG, fields={"technician": WU})
        play.act("finish", job, "2025-03-03 15:00", by=WU, fields={"fee": 12000})
    play.clock("2025-03-10 00:00")
    return play


def counted(report: Report) -> dict[str, tuple[int, int, int]]:
    return {c.partition("#")[2]: (f.same, f.differs, f.cannot_tell) for c, f in report.finds.items()}


def test_the_same_law_leaves_nothing_to_look_at() -> None:
    play = played()

    report = rehearsed(play, law_of(OLD))

    assert (report.subjects, report.judged, report.finds) == (3, 0, {})
    assert report.acts == 3 + 2 + 3 + 3


@TRIED
@given(
    st.lists(
        st.tuples(st.sampled_from(["reply", "assign", "finish", "note", "hold", "resume", "close"]), st.integers(1, 300)),
        max_size=9,
    ),
    st.sampled_from(["urgent", "normal", None]),
)
def test_asked_again_whole_the_same_law_says_the_same_of_any_story(acts: list[tuple[str, int]], urgency: str | None) -> None:
    play = Play(law_of(OLD))
    job = play.open("2025-03-03 09:00", urgency=urgency) if urgency else play.open("2025-03-03 09:00")
    minutes = 9 * 60
    for name, later in acts:
        minutes += later
        moment = f"2025-03-{3 + minutes // 1440:02} {minutes // 60 % 24:02}:{minutes % 60:02}"
        play.act(name, job, moment, by=FANG, fields={"technician": WU} if name == "assign" else {})

    report = rehearsed(play, play.law, everything=True)

    assert report.faithful == report.judged > 0
    assert {(f.differs, f.unfaithful) for f in report.finds.values()} == {(0, 0)}


def test_a_shorter_limit_differs_only_where_the_promise_would_have_been_missed() -> None:
    report = rehearsed(played(), law_of(OLD.replace("within: 2h", "within: 1h")))

    found = report.finds["t/r#1"]
    assert (found.differs, found.moved, found.more["breaches"]) == (1, 1, 1)
    assert "会逾期" in found.examples[0].zh
    assert "03-03 11:00→03-03 10:00" in found.examples[0].zh
    assert report.diverged == 1
    assert report.not_looked_at == 3  # reply, assign and finish of that job: they might have gone otherwise


def test_a_longer_limit_saves_the_late_one() -> None:
    report = rehearsed(played(), law_of(OLD.replace("within: 2h", "within: 5h")))

    assert report.finds["t/r#1"].more["breaches"] == -1
    assert report.hours == -0.2


def test_a_promise_that_has_not_ended_when_the_record_ends_cannot_be_told() -> None:
    play = Play(law_of(OLD))
    play.open("2025-03-30 23:30", urgency="urgent")

    report = rehearsed(play, law_of(OLD.replace("within: 2h", "within: 3h")))

    assert counted(report) == {"1": (0, 0, 1)}


def test_a_hold_on_the_way_leaves_another_due_moment_unknown() -> None:
    play = Play(law_of(OLD))
    job = play.open("2025-03-03 09:00", urgency="urgent")
    play.act("hold", job, "2025-03-03 09:30", by=FANG)
    play.act("resume", job, "2025-03-03 11:30", by=FANG)
    play.act("reply", job, "2025-03-03 12:00", by=FANG)

    report = rehearsed(play, law_of(OLD.replace("within: 2h", "within: 1h")))

    assert report.finds["t/r#1"].differs == 0
    assert report.finds["t/r#1"].cannot_tell == 1


@pytest.mark.parametrize(
    ("old", "new", "clause", "differs", "words"),
    [
        ("requires: {before: assign, fields: [technician]}", "requires: {before: assign, fields: [visit_at]}", "2", 3, "现不准"),
        ("points: 1", "points: 3", "3", 1, "现记账（扣分 @"),
        ("notifies: {to: director}", "notifies: {to: desk}", "4", 3, "现通知"),
    ],
)
def test_what_a_clause_would_do_otherwise_is_said(old: str, new: str, clause: str, differs: int, words: str) -> None:
    report = rehearsed(played(), law_of(OLD.replace(old, new)))

    assert set(report.finds) == {f"t/r#{clause}"}
    found = report.finds[f"t/r#{clause}"]
    assert found.differs == differs
    assert words in found.examples[0].zh
    assert found.change == "changed"


def test_entries_are_added_up_by_book() -> None:
    report = rehearsed(played(), law_of(OLD.replace("points: 1", "points: 3")))

    assert report.entries == {"points": 2}


def test_a_new_approval_and_a_repealed_clause() -> None:
    approval = '  - {id: "5", zh: 超过一百元须批准, for: job, when: {fee: "> 100"}, approval: {before: finish, by: director}}\n'
    added = rehearsed(played(), law_of(OLD + approval))
    repealed = rehearsed(
        played(), law_of(OLD.replace('  - {id: "4", zh: 完工通知主任, for: job, upon: finish, notifies: {to: director}}\n', ""))
    )

    assert (added.finds["t/r#5"].change, added.finds["t/r#5"].more["approvals"]) == ("added", 3)
    assert (repealed.finds["t/r#4"].change, repealed.finds["t/r#4"].differs) == ("repealed", 3)


def test_a_fact_that_was_never_recorded_cannot_be_told() -> None:
    report = rehearsed(
        played(),
        law_of(
            OLD
            + '  - {id: "6", zh: 管家本人不得派工, for: job, when: {house.class: a}, excludes: {who: {field: house.keeper}, acts: assign}}\n'
        ),
    )

    assert counted(report) == {"6": (0, 0, 3)}
    assert "没有记录" in report.finds["t/r#6"].doubtful[0].zh


def test_what_the_journal_does_not_bear_out_is_called_unfaithful() -> None:
    play = played()
    other = law_of(OLD.replace("fields: [technician]", "fields: [visit_at]"))  # by this law of then nobody could have assigned
    people = org()

    report = Rehearsal(law_of(OLD), lambda _at, _h: other, lambda _at: people, UNTIL).hear(histories(play))

    assert report.finds["t/r#2"].unfaithful == report.finds["t/r#2"].cannot_tell == 3
    assert report.finds["t/r#2"].differs == 0


def test_a_comment_or_other_words_are_no_difference_and_another_calendar_is() -> None:
    law, same = law_of(OLD), law_of("  # nothing\n" + OLD.replace("两小时内回复", "两个钟头内回复"))
    day = datetime(2025, 3, 3, tzinfo=UNTIL.tzinfo).date()

    assert Difference(law.on(day), same.on(day), "job").changed == {}
    assert Difference(law.on(day), law.on(day), "job", everything=True).changed.keys() == {f"t/r#{n}" for n in "1234"}


def test_what_comes_round_more_often_is_counted_under_both_laws() -> None:
    yearly = '  - {id: "7", schedules: {open: call, every: 1mo, who: desk}}\n'
    report = Report()

    compare_rounds(
        law_of(OLD + yearly), law_of(OLD + yearly.replace("1mo", "7d")), at("2025-01-01 00:00"), at("2025-03-31 12:00"), report
    )

    assert report.finds["t/r#7"].rounds == (2, 13)
