"""Targets on pages: what they say opens into as many rows, in the list of reports, beside the clauses, in the coverage of rounds."""

from __future__ import annotations

from shouwen.cases.models import Case
from tests.web.village import Village


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
