"""The demo company's year: lawful, in order of time, before the present, once; believable by its calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shouwen.base.models import Event, Notice
from shouwen.cases.models import Case, Deadline, Task
from shouwen.ledger.models import Entry
from shouwen.ops import chronicle, seasons, seed, vacancies, year
from shouwen.ops.cast import find
from shouwen.ops.story import Player, Story
from shouwen.ops.tales import Around
from shouwen.ops.year import Year, days_there
from shouwen.staff.models import Absence
from shouwen.web.touring import history
from tests.demo import silent, wrong
from tests.world import NOW, ZONE, at

END = at("2026-11-15 00:00")
STORM = date(2026, 7, 24)
SHORT = 1  # weeks played by a test, instead of 52

Week = Callable[..., Year]


@pytest.fixture
def week_before(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Week:
    """Sets the company up without its present and returns the year that is to be played; `ends` moves it."""
    settings.HOME = tmp_path
    monkeypatch.setattr(year, "WEEKS", SHORT)

    def made(ends: datetime = END) -> Year:
        monkeypatch.setattr(seed, "fill", lambda *_: [])
        seed.demo_company(0, silent, NOW)
        found = seed.year(silent, NOW)
        found.end = ends
        return found

    return made


def test_a_week_with_the_storm_is_lawful_and_leaves_nothing_open(week_before: Week) -> None:
    ends = at("2026-08-02 00:00")
    played = week_before(ends)
    year_of = Year(played.around, ends, silent)
    year_of.fill()
    _storm(year_of)

    assert wrong(year_of.players) == []
    checks = Case.objects.filter(procedure="house_check")  # of August, which has begun
    assert {c.procedure for c in Case.objects.open()} == {c.procedure for c in checks.open()}
    assert not Task.objects.open().exclude(case__in=checks.open()).exists()
    kept = Deadline.objects.running().exclude(subject_kind="record")  # an article is in force for long
    assert not kept.exclude(subject_id__in=checks.values("pk")).exists()
    assert not Event.objects.filter(kind__in=["trouble", "refused_follow_up"]).exists()
    assert not Notice.objects.filter(staff_id__isnull=False, read_at=None, case_id__isnull=False).exists()


def _storm(played: Year) -> None:
    """Play the day of the storm."""
    played._play(STORM, STORM)


def test_on_the_day_of_the_storm_forty_leaks_come_in_within_three_hours_and_late_answers_cost_points(week_before: Week) -> None:
    played = week_before()

    _storm(played)

    assert wrong(played.players) == []
    leaks = Case.objects.filter(procedure="repair", fields__trouble="leak")
    opened = sorted(c.opened_at for c in leaks)
    assert len(opened) == seasons.STORM_LEAKS
    assert opened[-1] - opened[0] <= timedelta(hours=3)
    breaches = Event.objects.filter(kind="breach", clause="property/repair#2.1")
    assert breaches.count() >= 5
    assert all(e.at.astimezone(ZONE).date() == STORM for e in breaches)
    assert Entry.objects.filter(book="points").count() >= 5
    aftermath = Case.objects.filter(procedure="complaint")
    assert {c.opened_at.astimezone(ZONE).date() - STORM for c in aftermath} >= {timedelta(days=n) for n in (1, 2, 3)}


def test_complaints_that_went_wrong_are_put_right(week_before: Week) -> None:
    played = week_before()
    days = (date(2026, 6, 1) + timedelta(days=n) for n in range(60))
    told = {on: chronicle.of_day(played.around, on, None, ZONE) for on in days}

    unanswered = next(on for on, stories in told.items() if _who_waited(stories))
    late = next(on for on, stories in told.items() if any(_answered_late(s) for s in stories))
    again = next(on for on, stories in told.items() if any("上次修过又坏了" in _words(s) for s in stories))
    for on in {unanswered, late, again}:
        played._play(on, None)

    assert wrong(played.players) == []
    (who, *_) = _who_waited(told[unanswered])
    repairs = Case.objects.filter(procedure="repair", customer=who, opened_at__date=unanswered).values_list("pk", flat=True)
    assert Event.objects.filter(kind="breach", clause="property/repair#2.1", case_id__in=repairs).count() == 1
    _put_right(Case.objects.get(procedure="complaint", customer=who, opened_at__date=unanswered + timedelta(days=1)))
    overdue = Event.objects.filter(kind="breach", clause="property/complaint#4.1").values_list("case_id", flat=True)
    assert overdue
    for complaint in Case.objects.filter(pk__in=overdue):
        _put_right(complaint)
    second = Case.objects.filter(procedure="repair", title__contains="上次修过又坏了").latest("opened_at")
    assert Case.objects.filter(procedure="repair", customer=second.customer, opened_at__lt=second.opened_at).exists()
    assert second.closed_at is not None


def _put_right(complaint: Case) -> None:
    """It is closed, and the customer was called before, and said how it was."""
    call = Case.objects.get(procedure="call_back", parent=complaint)
    assert call.fields["outcome"] == complaint.fields["called_back"] == "satisfied"
    assert call.closed_at is not None
    assert complaint.closed_at is not None
    assert call.closed_at <= complaint.closed_at


def _words(story: Story) -> str:
    return str((story.steps[0].fields or {}).get("content", ""))


def _who_waited(stories: Iterable[Story]) -> list[int]:
    """The customers whose urgent repair was answered late and who complain the day after."""
    kept = list(stories)
    late = {s.customer for s in kept if s.ref.noun == "repair" and _delay(s, "reply") > timedelta(hours=1)}
    return [s.customer for s in kept if s.ref.noun == "complaint" and s.customer in late]


def _answered_late(story: Story) -> bool:
    return story.ref.noun == "complaint" and _delay(story, "answer") > timedelta(hours=48)


def _delay(story: Story, act: str) -> timedelta:
    """How long after its beginning an act was first done; nothing where it never was."""
    return next((s.at - story.steps[0].at for s in story.steps if s.act == act), timedelta(0))


def test_one_technician_is_in_one_house_at_a_time_in_the_storm(week_before: Week) -> None:
    around = week_before().around
    told = [s for s in chronicle.of_day(around, STORM, STORM, ZONE) if s.steps[0].fields.get("trouble") == "leak"]

    visits: dict[int, list[tuple[datetime, datetime]]] = {}
    for story in told:
        when = {s.act: s.at for s in story.steps}
        tech = next(s.by for s in story.steps if s.act == "arrive")
        visits.setdefault(tech, []).append((when["arrive"], when["finish"]))

    assert len(visits) == 3
    for found in visits.values():
        found.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_killed_in_the_middle_of_a_day_it_goes_on_and_nothing_is_there_twice(
    week_before: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = week_before()
    play = Player._batch

    def dying(self: Player) -> Any:
        if len(days_there()) == 2 and self.acts > 10:  # one day is whole, another under way
            raise KeyboardInterrupt  # as abrupt as it gets within one process
        return play(self)

    monkeypatch.setattr(Player, "_batch", dying)
    with pytest.raises(KeyboardInterrupt):
        first.fill()
    had, there = Case.objects.count(), days_there()
    monkeypatch.setattr(Player, "_batch", play)
    assert had
    assert len(there) == 1  # the day it died in is not there at all

    second = Year(first.around, END, silent)
    second.fill()

    assert wrong(second.players) == []
    openings = Counter((c.title, c.opened_at) for c in Case.objects.filter(procedure__in=["repair", "complaint", "information"]))
    assert openings
    assert max(openings.values()) == 1
    assert there < days_there()
    events = Event.objects.count()
    again = Year(first.around, END, silent)
    again.fill()
    assert again.players == []
    assert Event.objects.count() == events


def test_the_week_comes_first_and_the_year_ends_before_it(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(year, "WEEKS", 2)
    seed.demo_company(0, silent, NOW)
    present = set(Event.objects.values_list("pk", flat=True))
    before = dict(Case.objects.values_list("pk", "step"))
    earliest = min(Event.objects.filter(kind="act", case_id__isnull=False).values_list("at", flat=True))

    found = seed.year(silent, NOW + timedelta(hours=2))
    found.fill()

    assert found.end == END <= earliest
    assert wrong(found.players) == []
    arrived = Event.objects.exclude(pk__in=present).exclude(kind="absence").exclude(case_id=None)
    assert arrived.exists()
    assert not arrived.filter(at__gte=END).exists()
    assert not arrived.filter(at__lt=found.begin).exists()
    assert {pk: Case.objects.get(pk=pk).step for pk in before} == before  # the present stands as it stood


def test_newer_regulations_appear_too_and_come_to_their_end(week_before: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    played = week_before()

    def rare(around: Around, on: date, storm: date | None, zone: tzinfo) -> list[Story]:
        told = chronicle.Chronicler(around, seasons.Day(on, "office", 0, ()), zone)
        at_ten = datetime.combine(on, time(10), zone)
        return [
            tell(at_ten, site)
            for tell in (told.enquiry, told.message, told.found, told.idea) for _ in range(6) for site in around.sites
        ]  # fmt: skip

    monkeypatch.setattr(year, "of_day", rare)
    played._play(date(2026, 3, 18), None)

    assert wrong(played.players) == []
    ended = Counter(Case.objects.ended().values_list("procedure", flat=True))
    assert {name: ended[name] for name in ("enquiry", "message", "found_item", "idea", "visit")} == dict.fromkeys(
        ("enquiry", "message", "found_item", "idea", "visit"), 12
    )
    assert not Case.objects.open().exists()


def test_in_one_day_everything_is_entered_in_the_order_of_time(week_before: Week) -> None:
    played = week_before()

    played._play(date(2026, 3, 18), None)

    acts = list(
        Event.objects.filter(kind__in=["act", "breach"], case_id__isnull=False).order_by("seq").values_list("at", flat=True)
    )
    assert len(acts) > 20
    late = [b - a for a, b in zip(acts[1:], acts, strict=False) if b > a]
    assert all(by <= year.WINDOW for by in late)


def test_progress_is_told_until_the_year_is_whole(week_before: Week) -> None:
    seen: list[int] = []
    found = week_before()
    assert history.progress() == {}
    found.rest = lambda _: seen.append(history.progress()["of"])

    found.fill()

    assert set(seen) == {SHORT}
    assert history.progress() == {}


# ---- the calendar, without a database ------------------------------------------------------------------------------------


def test_days_are_what_the_state_council_announced() -> None:
    assert seasons.kind_of(date(2026, 2, 17)) == "festival"
    assert seasons.kind_of(date(2026, 2, 14)) == "office"  # a Saturday that is made up for
    assert seasons.kind_of(date(2026, 10, 1)) == "holiday"
    assert seasons.kind_of(date(2026, 11, 14)) == "weekend"
    assert seasons.kind_of(date(2026, 11, 16)) == "office"


def test_at_spring_festival_pipes_burst_and_nothing_else_comes_in() -> None:
    festival = [d for n in range(60) if (d := seasons.day_of(date(2026, 1, 20) + timedelta(days=n), None)).kind == "festival"]

    assert len(festival) >= 8
    assert {kind for d in festival for kind in d.urgent} == {"leak"}
    assert sum(d.stories for d in festival) == 0


def test_weekends_are_quieter_and_seasons_differ() -> None:
    days = [seasons.day_of(date(2025, 11, 16) + timedelta(days=n), STORM) for n in range(364)]
    mean = {kind: _mean(d.stories for d in days if d.kind == kind) for kind in ("office", "weekend", "holiday")}
    winter = [k for d in days if d.on.month in (12, 1, 2) for k in d.urgent]
    summer = [k for d in days if d.on.month in (6, 7, 8, 9) and d.kind != "storm" for k in d.urgent]

    assert mean["weekend"] < mean["office"] / 2
    assert mean["holiday"] < mean["weekend"]
    assert winter.count("leak") > 2 * winter.count("outage")
    assert summer.count("outage") > summer.count("leak")


def _mean(numbers: Iterable[int]) -> float:
    found = list(numbers)
    return sum(found) / len(found)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (date(2025, 11, 16), date(2026, 11, 15), date(2026, 7, 24)),
        (date(2025, 7, 1), date(2026, 6, 30), date(2025, 7, 24)),
        (date(2026, 8, 1), date(2026, 9, 1), None),
    ],
)
def test_every_year_has_its_storm_on_an_office_day(since: date, until: date, found: date | None) -> None:
    assert seasons.storm_in(since, until) == found


def test_who_is_on_leave_sends_the_deputy_and_teams_satisfy_differently(week_before: Week) -> None:
    around = week_before(at("2026-03-15 00:00")).around
    leave = date(2026, 2, 26)
    days = [seasons.day_of(leave + timedelta(days=n), None) for n in range(5)]
    told = [s for d in days for s in chronicle.Chronicler(around, d, ZONE).stories()]
    busy = {s.by for story in told for s in story.steps if leave <= s.at.date() < date(2026, 3, 6)}
    c = find()

    assert c.sun_lei.pk not in busy
    assert c.qian_hao.pk in busy
    rated: dict[int, list[str]] = {}
    for n in range(0, 300, 5):
        day = seasons.Day(date(2026, 3, 10) + timedelta(days=n), "office", 6, ())
        for story in chronicle.Chronicler(around, day, ZONE).stories():
            rated.setdefault(story.unit, []).extend(
                str(s.fields["rating"]) for s in story.steps if s.act == "confirm" and s.fields
            )
    share = {unit: found.count("very_satisfied") / len(found) for unit, found in rated.items()}
    assert share[c.units.yunqi.pk] > share[c.units.hupan.pk] + 0.05


def test_the_leave_is_written_down_once(week_before: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year, "of_day", lambda *_: [])
    monkeypatch.setattr(year, "WEEKS", 8)
    found = week_before(at("2026-03-15 00:00"))

    found.fill()
    Year(found.around, found.end, silent).fill()

    assert [a.deputy_id for a in Absence.objects.filter(staff=find().sun_lei)] == [find().qian_hao.pk]


def test_vacant_houses_are_checked_every_month_some_late_and_what_was_missed_is_told(week_before: Week) -> None:
    """Each month's round is the law's own; the month before the present has houses nobody looked at, this one has some to come."""
    ends = at("2026-10-20 00:00")
    played = Year(week_before(ends).around, ends, silent)
    for month in (8, 9, 10):
        played._play(date(2026, month, 1), STORM)

    checks = Case.objects.filter(procedure="house_check", opened_by_clause=vacancies.CLAUSE)
    by_month = {m: checks.filter(opened_at=at(f"2026-{m:02}-01 00:00")) for m in (8, 9, 10)}
    assert wrong(played.players) == []
    assert len({found.count() for found in by_month.values()}) == 1
    assert not by_month[8].open().exists()
    missed = by_month[9].open()
    assert missed.count() == vacancies.MISSED
    assert (
        Event.objects.filter(kind="breach", clause=vacancies.CLAUSE, case_id__in=missed.values("pk")).count() == vacancies.MISSED
    )
    assert 0 < by_month[10].open().count() < by_month[10].count()
