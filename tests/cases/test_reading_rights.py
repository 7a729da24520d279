"""Who reads which cases by the law in force: at every door, from its day on, and the same in SQL as by counting on one's fingers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.base.access import Reader, Rights, reader_of, units_in_sight
from shouwen.base.models import Event
from shouwen.base.search import search, write_search
from shouwen.base.search_tokens import SearchDoc
from shouwen.cases.enactments import enact, law_at
from shouwen.cases.models import Case, Deadline
from shouwen.ops.cast import Cast
from shouwen.policy.org import Holding, Org, StaffFact, UnitFact
from shouwen.policy.reading_rights import Reading, readings
from shouwen.policy.ruling import Cite
from shouwen.reports.counted import What, page
from shouwen.reports.figures import Figures, Scope, open_below, units_below, wider_below
from shouwen.reports.standing import open_now
from shouwen.staff import org
from shouwen.staff.models import Staff
from shouwen.web.live_rights import _may_hear
from tests.cases.doing import opened
from tests.cases.law import enacted, sources
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE, TEN = at("2026-03-02 09:00"), at("2026-03-02 10:00")
READING: Final = """
regulation: reading
title: {zh: 阅读}
posts: {repairer: {zh: 维修人员}, service_director: {zh: 客服主任}}
clauses:
  - {id: "1", zh: 维修人员看各处的报修, for: repair, reads: {who: {post: repairer, of: any}}}
  - {id: "2", zh: 回访只给客服主任看, for: call_back, reads: {who: {post: service_director, of: any}, only: "yes"}}
"""


def law_of_reading(begins: datetime) -> None:
    """Let the clauses about reading hold from a moment on."""
    more = READING.replace("posts: {repairer: {zh: 维修人员}, ", "posts: {")
    enact({**sources("demo"), "demo/reading.yaml": more}, effective_from=begins, now=begins)


@pytest.fixture
def people() -> Cast:
    """The cast under the little law."""
    enacted()
    return cast(NINE)


def sees(person: Staff, case: Case, now: datetime = TEN) -> set[bool]:
    """Whether somebody sees a case, asked at every door."""
    who = reader(person, now)
    return {
        Case.objects.visible_to(who).filter(pk=case.pk).exists(),
        any(h.id == case.pk for h in search(case.number, who).hits),
        Event.objects.visible_to(who).filter(case_id=case.pk).exists(),
        Deadline.objects.visible_to(who).filter(case_id=case.pk).exists(),
        case.pk in units_in_sight({"case": [case.pk]}, who)["case"],
        f"case-{case.pk}" in _may_hear([f"case-{case.pk}"], who),
    }


def test_a_clause_opens_the_cases_of_other_units_at_every_door_from_its_moment_on(people: Cast) -> None:
    case = opened("repair", people.su_min, NINE, people.units.hupan, urgency="urgent")
    assert sees(people.sun_lei, case) == {False}

    law_of_reading(at("2026-03-02 11:00"))

    assert sees(people.sun_lei, case) == {False}
    assert sees(people.sun_lei, case, at("2026-03-02 11:00")) == {True}
    assert sees(people.chen_jie, case, at("2026-03-02 11:00")) == {False}, "a receptionist of another site is no repairer"


def test_a_limit_closes_them_to_every_other_post_but_not_to_whoever_works_on_them(people: Cast) -> None:
    case = opened("call_back", people.chen_jie, NINE, people.units.yunqi)
    assert sees(people.zhao_jun, case) >= {True}

    law_of_reading(TEN)

    assert True not in sees(people.zhao_jun, case), "not even at the top"
    assert Case.objects.visible_to(reader(people.chen_jie, TEN)).filter(pk=case.pk).exists(), "who took it in"
    assert Case.objects.visible_to(reader(people.lin_yue, TEN)).filter(pk=case.pk).exists()


def told(person: Staff, noun: str) -> tuple[int, list[str]]:
    """How many openings somebody's figures count, and the numbers of the cases behind them."""
    who, day, law = reader(person, TEN), TEN.date(), law_at(TEN)
    scope = Scope(day, day, units_below(org.snapshot(TEN), 0, who), who, wider_below(org.snapshot(TEN), 0, who))
    counted = Figures(scope, TEN, law).fold(["act"], ("noun",), ["open"], [noun])
    return sum(row[-1] for row in counted), [r.number for r in page(What("act", noun, "open"), scope, law, None, 9)]


def test_figures_count_what_a_clause_opens_and_tell_no_case_that_one_closes(people: Cast) -> None:
    far = opened("repair", people.su_min, NINE, people.units.hupan, urgency="urgent")
    closed = opened("call_back", people.chen_jie, NINE, people.units.yunqi)
    assert told(people.sun_lei, "repair") == (0, [])
    assert told(people.zhao_jun, "call_back") == (1, [closed.number])

    law_of_reading(TEN)

    assert told(people.sun_lei, "repair") == (1, [far.number])
    assert told(people.zhao_jun, "call_back") == (1, [""]), "counted, and not told"
    assert told(people.chen_jie, "call_back") == (1, [closed.number]), "whose it is"


def test_what_is_open_now_is_counted_by_whoever_may_read_it_and_by_nobody_else(people: Cast) -> None:
    opened("repair", people.su_min, NINE, people.units.hupan, urgency="urgent")
    opened("call_back", people.su_min, NINE, people.units.hupan)
    opened("call_back", people.chen_jie, NINE, people.units.yunqi)

    def count(person: Staff, unit: int = 0) -> int:
        seen = open_below(org.snapshot(TEN), unit, reader(person, TEN))
        return sum(load.open for load in open_now(seen, TEN)[0])

    hupan = people.units.hupan.pk
    assert (count(people.sun_lei), count(people.sun_lei, hupan), count(people.zhao_jun)) == (1, 0, 3)

    law_of_reading(TEN)

    assert (count(people.sun_lei), count(people.sun_lei, hupan)) == (1, 1), "a repair of another site, and no call-back of any"
    assert (count(people.zhao_jun), count(people.zhao_jun, people.units.yunqi.pk)) == (1, 0), "the repair alone"
    assert count(people.lin_yue) == 3


def test_a_request_that_knows_the_organisation_asks_nothing_more_for_what_the_law_says(people: Cast) -> None:
    law_of_reading(NINE)
    version = org.version()
    org.reader(people.sun_lei.pk, TEN, version)

    with CaptureQueriesContext(connection) as asked:
        found = org.reader(people.sun_lei.pk, TEN, version)

    assert found.nouns
    assert not asked.captured_queries


def test_the_list_of_whoever_reads_more_goes_down_the_index_of_the_newest(people: Cast) -> None:
    law_of_reading(NINE)
    rows = Case.objects.visible_to(reader(people.sun_lei, TEN)).order_by("-opened_at", "-pk")[:30]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")

    assert "case_newest" in rows.explain()


# ---- against counting on one's fingers ---------------------------------------------------------------------------------

UNITS: Final = {1: UnitFact(1, "总部"), 2: UnitFact(2, "甲", 1), 3: UnitFact(3, "乙", 1), 4: UnitFact(4, "甲一", 2)}
POSTS: Final = ("p", "q", "r")
NOUNS: Final = ("a", "b", "c")
ME, OTHER = 50, 51
GRANTS: Final = (("see",), (), ("administer:staff",), ("see", "audit"))


@dataclass(frozen=True)
class World:
    """Who holds what, what the company grants, what the law says."""

    held: tuple[tuple[str, int], ...]
    grants: tuple[tuple[str, ...], ...]
    said: tuple[Reading, ...]

    def covers(self, root: int, unit: int) -> bool:
        """Whether a post held there reaches a unit (0: what is of none)."""
        while unit and unit != root:
            unit = UNITS[unit].parent
        return root in (0, 1) or unit == root

    def by_hand(self, noun: str, unit: int) -> bool:
        """Whether the cases of a noun in a unit are read by post."""
        may = dict(zip(POSTS, self.grants, strict=True))
        ground = [root for post, root in self.held if "see" in may[post]]
        only = [r for r in self.said if r.noun == noun and r.only]
        for post, root in self.held:
            mine = [r for r in only if r.post == post]
            if "see" in may[post] and (not only or mine):
                roots = ground if any(r.anywhere for r in mine) else [root]
                if any(self.covers(r, unit) for r in roots):
                    return True
            given = [r for r in self.said if r.noun == noun and r.post == post and not r.only]
            if given and may[post] != ("administer:staff",) and (any(r.anywhere for r in given) or self.covers(root, unit)):
                return True
        return False

    @property
    def reader(self) -> Reader:
        """The reader of whom all this is true."""
        held = tuple(Holding(ME, post, root) for post, root in self.held)
        rights = Rights(dict(zip(POSTS, self.grants, strict=True)), {})
        return reader_of(Org(UNITS, {ME: StaffFact(ME, "")}, held), ME, NINE, rights, self.said)


REACHES = st.builds(
    Reading, st.sampled_from(NOUNS[:2]), st.sampled_from(POSTS), st.booleans(), st.booleans(), st.just(Cite("x", None))
)
HELD = st.tuples(st.sampled_from(POSTS), st.sampled_from([0, 1, 2, 3, 4]))
WORLDS = st.builds(
    World,
    st.lists(HELD, max_size=3, unique=True).map(tuple),
    st.tuples(*[st.sampled_from(GRANTS)] * len(POSTS)),
    st.lists(REACHES, max_size=4).map(tuple),
)


@pytest.fixture
def everywhere() -> dict[int, tuple[str, int, bool]]:
    """A case of each noun in each unit and in none, and again one that is mine; by id: noun, unit, mine."""
    made = dict(enumerate(product(NOUNS, (0, *UNITS), (False, True)), 1000))
    Case.objects.bulk_create(
        Case(
            id=pk, number=f"N{pk}", procedure=noun, enactment_id=1, unit_id=unit or None, responsible_id=ME if mine else OTHER,
            opened_at=NINE, entered_at=NINE,
        )
        for pk, (noun, unit, mine) in made.items()
    )  # fmt: skip
    write_search(
        (
            SearchDoc(
                kind="case", id=pk, unit=unit, sort_at=datetime(2026, 1, 1, tzinfo=UTC), title="x", body="漏水", noun=noun,
                people=(ME,) if mine else (OTHER,),
            )
            for pk, (noun, unit, mine) in made.items()
        ),
        now=NINE,
    )  # fmt: skip
    return made


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=WORLDS)
def test_memory_lists_search_and_glances_agree_with_counting_by_hand(
    world: World, everywhere: dict[int, tuple[str, int, bool]]
) -> None:
    who = world.reader
    wanted = {pk for pk, (noun, unit, mine) in everywhere.items() if mine or world.by_hand(noun, unit)}

    assert {pk for pk, (noun, unit, mine) in everywhere.items() if mine or who.sees(noun, unit)} == wanted
    assert set(Case.objects.visible_to(who).values_list("pk", flat=True)) == wanted
    assert {h.id for h in search("漏水", who, limit=100).hits} == wanted
    assert set(units_in_sight({"case": list(everywhere)}, who)["case"]) == wanted


def test_the_law_in_force_is_the_law_that_is_asked(people: Cast) -> None:
    law_of_reading(NINE)
    law = law_at(TEN)

    assert law is not None
    assert [(r.noun, r.post, r.anywhere, r.only) for r in readings(law.on(TEN.date()))] == [
        ("repair", "repairer", True, False), ("call_back", "service_director", True, True),
    ]  # fmt: skip
