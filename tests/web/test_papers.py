"""The papers of a case on its page and in its forms: in the order they are listed, each with its state and with what was noted on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from shouwen.cases.models import Case
from tests.cases.power import Firm, founded
from tests.cases.test_power_project import designed
from tests.world import at

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {"extra": "missing", "own_source": {"state": "waived", "note": "无自备电源"}, "design": "filled"}


@pytest.fixture
def firm() -> Firm:
    """The power company, with a project whose papers have been submitted in part."""
    made = founded()
    designed(made)
    ruling = made.do("submit_design", "project", "officer", at("2026-03-16 09:00"), design_basis=1, papers=GIVEN)
    assert ruling.allowed, ruling.text()
    return made


def officer(firm: Firm) -> Client:
    client = Client()
    client.force_login(firm.staff["officer"])
    return client


def form(firm: Firm, case: Case) -> str:
    return officer(firm).get(f"/cases/{case.number}/acts/submit_design/").content.decode()


def test_the_page_tells_which_papers_are_there_and_why_one_is_not_needed(firm: Firm) -> None:
    case = firm.case("project")

    page = officer(firm).get(f"/cases/{case.number}/")

    assert page.status_code == 200
    said = "受电工程设计及说明书：已有、自备电源及接线方式：免（无自备电源）、另行要求的资料：缺"
    assert said in page.content.decode()


def test_a_form_shows_what_was_noted_on_a_paper(firm: Firm) -> None:
    shown = form(firm, firm.case("project"))

    waived = shown[shown.index('name="papers.own_source"') :]
    assert re.search(r'<option value="waived" selected>', waived.partition("</select>")[0])
    assert 'name="papers.own_source.note" value="无自备电源"' in waived


def test_a_note_typed_beside_a_paper_is_kept_with_it(firm: Firm) -> None:
    case = firm.case("project")
    hidden = dict(re.findall(r'<input type="hidden" name="(key|version|shown|was)" value="([^"]*)"', form(firm, case)))
    typed = {
        "papers.design": "filled", "papers.own_source": "waived", "papers.own_source.note": "无自备电源", "papers.extra": "waived",
        "papers.extra.note": " 未另行要求 ", "papers.network": "missing", "papers.network.note": "",
    }  # fmt: skip

    officer(firm).post(
        f"/cases/{case.number}/acts/submit_design/", {**hidden, "asked": ["design_basis", "papers"], "design_basis": "1", **typed}
    )

    case.refresh_from_db()
    assert case.fields["papers"] == {
        "design": "filled", "network": "missing", "own_source": {"state": "waived", "note": "无自备电源"},
        "extra": {"state": "waived", "note": "未另行要求"},
    }  # fmt: skip
