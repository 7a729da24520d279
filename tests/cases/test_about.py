"""What rounds opened is told apart wherever cases are shown: its title says whom or what it is about, and no row asks for that."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.numbering import next_id
from shouwen.base.sql import raw
from shouwen.cases import clock
from shouwen.cases.acting import act, act_many
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Round
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from tests.cases import test_vacant_houses as vacant
from tests.cases.doing import did
from tests.cases.law import sources
from tests.cases.test_vacant_houses import FIRST, FOUND, LAST_DAY, UNDECORATED, UNSOLD, checks, houses, people
from tests.world import at, cast

__all__ = ["people"]  # the company of the vacant houses, as a fixture
pytestmark = pytest.mark.django_db


def test_each_case_of_a_round_is_called_by_its_house_and_stays_so_when_something_is_written(people: Cast) -> None:
    here = houses(people, 甲一=UNSOLD, 乙二=UNDECORATED)
    clock.tick(FIRST)
    assert {c.title for c in checks().values()} == {"甲一", "乙二"}

    did("check", checks()[here["甲一"]], people.li_na, at("2026-04-02 09:00"), **FOUND)

    assert checks()[here["甲一"]].title == "甲一 · 好", "the house first, then what was written"
    found = raw().execute("select preview from search_row where kind = 'case' and object_id = %s", [checks()[here["甲一"]].pk])
    assert found.fetchone() == ("甲一 · 好",), "search shows it so"


def test_a_round_of_units_is_called_by_the_unit(people: Cast) -> None:
    clock.tick(FIRST)

    of_units = dict(Case.objects.filter(procedure="service_month").values_list("unit__name", "title"))
    assert of_units
    assert all(title == name for name, title in of_units.items())


def test_a_round_of_staff_is_called_by_whom_it_asks() -> None:
    company, files = cast(LAST_DAY), sources("works")
    own = '  - {id: "90", zh: 各人每月自查, schedules: {open: key_check, for_each: staff, every: 1mo, who: subject}}\n'
    enact({**files, "works/loan.yaml": files["works/loan.yaml"].rstrip() + "\n" + own}, effective_from=LAST_DAY, now=LAST_DAY)
    Round.objects.create(looked_until=LAST_DAY)
    clock.tick(FIRST)

    titles = dict(Case.objects.filter(opened_by_clause="works/loan#90").values_list("responsible", "title"))
    assert titles[company.li_na.pk] == company.li_na.name
    assert all(titles.values())


def test_the_house_was_wrong_and_the_title_follows(people: Cast) -> None:
    here = houses(people, 甲一=UNSOLD, 乙二=UNDECORATED)
    clock.tick(FIRST)
    case = checks()[here["甲一"]]

    did("amend", case, people.lin_yue, at("2026-04-02 09:00"), house=here["乙二"])

    case.refresh_from_db()
    assert case.title == "乙二"


def test_what_somebody_said_stays_the_title_of_what_no_law_opened(people: Cast) -> None:
    house = houses(people, 甲一=UNSOLD)["甲一"]
    ref = Ref("case", "repair", next_id())
    brought = {"house": house, "content": "水龙头漏水", "place": "public", "channel": "staff", "trouble": "leak"}

    ruling = act(Act("open", ref, people.li_na.pk, LAST_DAY, brought, opening=Opening(people.units.yunqi.pk)), now=LAST_DAY)

    assert ruling.allowed, ruling.refusals
    assert Case.objects.get(pk=ref.id).title == "水龙头漏水"


def test_a_call_back_is_called_by_the_house_and_by_what_was_repaired(people: Cast) -> None:
    house = houses(people, 甲一=UNSOLD)["甲一"]
    repair, call = Ref("case", "repair", next_id()), Ref("case", "call_back", next_id())
    brought = {"house": house, "content": "水龙头漏水", "place": "public", "channel": "staff", "trouble": "leak"}
    asked = {"kind": "repair", "repair": repair.id}
    acts = [
        Act("open", ref, people.chen_jie.pk, LAST_DAY, fields, opening=Opening(people.units.yunqi.pk))
        for ref, fields in ((repair, brought), (call, asked))
    ]

    rulings = act_many(acts, now=LAST_DAY)

    assert [r.outcome for r in rulings] == ["allowed"] * 2, [r.refusals for r in rulings]
    assert Case.objects.get(pk=call.id).title == "甲一 · 水龙头漏水"


def test_names_are_read_once_for_a_batch_however_many_cases(people: Cast) -> None:
    houses(people, **{f"房{i}": UNSOLD for i in range(12)})
    clock.tick(FIRST)
    cases = sorted(checks().values(), key=lambda c: c.pk)
    moment = at("2026-04-02 09:00")
    notes = [Act("note", c.ref, people.li_na.pk, moment, {"text": "门前有杂物"}) for c in cases]

    with CaptureQueriesContext(connection) as one:
        act(notes[0], now=moment)
    with CaptureQueriesContext(connection) as many:
        act_many(notes[1:], now=moment)

    assert sum('"registers_record"' in q["sql"] or "registers_record" in q["sql"] for q in many) <= 1
    assert len(many) <= len(one) + 2
    assert vacant.CLAUSE in {c.opened_by_clause for c in cases}
