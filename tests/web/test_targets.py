"""Targets on pages: what they say opens into as many rows, in the list of reports, beside the clauses, in the coverage of rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from shouwen.base.models import Event
from shouwen.cases import targets
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.policy.conditions import ALWAYS
from shouwen.policy.measures import Measure, Target
from shouwen.policy.values import FieldType
from tests.web.village import Village


@pytest.fixture
def aimed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Measure]:
    """Targets of persons, of customers, of fields and of a sum: those of the shipped regulations are of units."""
    law = law_at(timezone.now())
    assert law is not None
    plain = replace(law.measures["second_calls"], where=ALWAYS, over="calendar_year", target="<= 1")
    repairs = replace(plain, counted=Target("repair", "open"), whole=Target("repair", "open"))
    money = law.nouns["repair"].fields["fee"].type
    found = [
        replace(repairs, id="of_staff", per="responsible"),
        replace(repairs, id="of_customer", per="customer"),
        replace(repairs, id="of_trouble", per="field", custom_per="trouble"),
        replace(repairs, id="of_words", per="field", custom_per="content"),
        replace(repairs, id="of_money", fold="sum", counted=Target("repair", column="fee"), type=money, target="<= 1CNY"),
        replace(repairs, id="of_hours", fold="sum", counted=Target("repair", column="fee"), type=FieldType("number"), per="unit"),
    ]
    monkeypatch.setattr(targets, "aimed", lambda _law, of=None: [m for m in found if of is None or m.id in of])
    return {m.id: m for m in found}


def lines(village: Village, who: Any) -> dict[str, list[Any]]:
    """The lines somebody is shown, by measure."""
    found: dict[str, list[Any]] = {}
    for row in village.client(who).get("/reports/targets/").context["rows"]:
        found.setdefault(row.aim.measure.id, []).append(row)
    return found


def test_persons_customers_fields_and_sums_have_lines_that_open_into_as_many_rows(
    village: Village, aimed: dict[str, Measure]
) -> None:
    cast, now = village.cast, timezone.now()
    for n in range(3):
        made = village.repair(cast.chen_jie, now, 20 + n, f"按人计 {n}", trouble="fault")
        Case.objects.filter(pk=made.pk).update(fields={**made.fields, "fee": 12_00})

    shown = lines(village, cast.lin_yue)

    assert set(aimed) == set(shown)
    client = village.client(cast.lin_yue)
    for row in (r for name in ("of_staff", "of_customer", "of_trouble") for r in shown[name]):
        assert row.unit, row
        found = client.get(row.counted).context["opened"]
        assert len(found.members) + found.hidden == min(row.aim.part, 50), row
    numbers = [r.aim.value for r in shown["of_staff"]]
    assert numbers == sorted(numbers, reverse=True), "the farthest from the target first"
    assert {r.unit for r in shown["of_staff"]} >= {cast.chen_jie.name}
    assert "***" in "".join(r.unit for r in shown["of_customer"]) or all("*" in r.unit for r in shown["of_customer"])
    assert all(r.counted == "" for r in shown["of_words"]), "what somebody typed stands in no address"
    for row in (*shown["of_money"], *shown["of_hours"]):
        assert row.done == row.figure
        assert row.aim.part >= 36_00
        page = client.get(row.counted)
        assert {m.added for m in page.context["opened"].members if m.case and m.case.title == made.title} == {
            "¥12.00" if row.aim.measure.id == "of_money" else "1200"
        }
    assert client.get("/reports/targets/of_words/?key=%22x%22").status_code == 404


def test_of_persons_somebody_of_one_site_is_shown_their_own_people_and_no_others(
    village: Village, aimed: dict[str, Measure]
) -> None:
    cast, now = village.cast, timezone.now()
    village.repair(cast.chen_jie, now, 24, "按人计 4", trouble="fault")

    shown = lines(village, cast.chen_jie)

    assert set(shown) <= {"of_staff", "of_hours"}, "the rest are numbers of the whole company"
    assert str(cast.chen_jie.pk) in {r.aim.key for r in shown["of_staff"]}
    client = village.client(cast.chen_jie)
    company = {r.aim.key for r in lines(village, cast.lin_yue)["of_staff"]} - {r.aim.key for r in shown["of_staff"]}
    for key in company:
        assert client.get(f"/reports/targets/of_staff/?key={key}").status_code == 404
    assert client.get("/reports/targets/of_trouble/?key=%22fault%22").status_code == 404


def test_what_a_target_opens_to_is_paged_with_few_queries_and_leaves_as_a_file(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = village.client(village.cast.lin_yue)
    row = next(r for r in client.get("/reports/targets/").context["rows"] if r.aim.is_share and r.aim.missing > 2)
    monkeypatch.setattr("shouwen.web.reports.views.CHUNK", 2)

    page = client.get(row.missing)
    answer = client.get(row.missing.replace("/?", "/export/?"))

    told = answer.getvalue().decode().splitlines()[1:]
    assert len(told) == row.aim.missing
    assert [line.split(",")[0] for line in told[:3]] == [m.title for m in page.context["opened"].members[:3]]
    assert "/export/?" in page.content.decode()
    event = Event.objects.filter(act="export", actor_id=village.cast.lin_yue.pk, data__target=row.aim.measure.id).latest("seq")
    assert event.data["show"] == "missing"
    assert village.client(village.cast.chen_jie).get(row.missing.replace("/?", "/export/?")).status_code in {403, 404}


def test_each_target_says_whether_it_is_reached_in_words_and_opens_to_what_it_counted(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    rows = client.get("/reports/targets/").context["rows"]

    assert rows, "the village has vacant houses and call-backs"
    for row in rows:
        assert row.state.text
        counted = client.get(row.counted).context["opened"]
        assert len(counted.members) + counted.hidden == min(row.aim.part, 50), row.name
        if row.aim.is_share:
            missing = client.get(row.missing).context["opened"]
            assert len(missing.members) + missing.hidden == min(row.aim.missing, 50), row.name


def test_what_is_missing_names_the_house_and_its_case(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    (row, *_) = [
        r for r in client.get("/reports/targets/").context["rows"] if r.aim.measure.id == "vacant_checked" and r.aim.missing
    ]
    members = client.get(row.missing).context["opened"].members

    assert all(m.title and m.url for m in members)
    assert {m.case.procedure for m in members if m.case is not None} <= {"house_check"}


def test_somebody_of_one_site_is_shown_their_units_and_no_figure_of_the_company(village: Village) -> None:
    rows = village.client(village.cast.chen_jie).get("/reports/targets/").context["rows"]

    assert {r.aim.unit for r in rows} <= {village.cast.units.yunqi.pk}


def test_the_regulation_shows_its_targets_beside_the_clauses_that_read_them(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    page = client.get("/regulations/property/vacant-house/")
    text = page.content.decode()

    assert {r.aim.measure.id for r in page.context["aims"]} == {
        "unsold_checked",
        "unsold_entered",
        "vacant_checked",
        "basements_checked",
    }
    assert [r.aim.measure.id for r in page.context["by_clause"]["property/vacant-house#6.1"]] == [
        "unsold_checked",
        "unsold_entered",
    ]
    assert 'class="plain clause-aims"' in text
    assert 'data-entry="001-24-20" data-grade="executed"' in text, "what it carries of its source"
    calls = client.get("/regulations/property/follow-up/").context["aims"]
    assert {r.aim.measure.id for r in calls} == {"complaint_coverage", "repair_coverage", "survey_coverage"}


def test_the_coverage_of_rounds_shows_the_targets_of_what_rounds_open(village: Village) -> None:
    page = village.client(village.cast.lin_yue).get("/rounds/coverage/")

    assert {r.aim.measure.id for r in page.context["rows"]} <= {
        "vacant_checked",
        "unsold_checked",
        "unsold_entered",
        "basements_checked",
    }


def test_an_unknown_measure_is_not_found_and_a_day_that_cannot_be_is_today(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    assert client.get("/reports/targets/nothing/").status_code == 404
    page = client.get("/reports/targets/complaint_coverage/?on=x&unit=y")
    assert page.status_code == 200, "nothing to call back yet is a page that says so"
    assert page.context["opened"].row.state.text == "无应办"


def test_cases_of_rounds_are_called_by_whom_they_are_about_in_every_list(village: Village) -> None:
    site = village.cast.units.yunqi
    case = Case.objects.filter(procedure="daily_report", unit=site).order_by("pk")[0]
    client = village.client(village.cast.lin_yue)

    assert case.title == site.name
    for address in ("/cases/?procedure=daily_report&state=all", "/rounds/?view=all&clause=property/repair%2310.1"):
        assert f">{site.name}</a>" in client.get(address).content.decode(), address
