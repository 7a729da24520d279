"""A case that somebody sees by a clause says by which; one that they see anyway does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shouwen.base import access
from shouwen.cases.models import Case
from shouwen.policy.reading_rights import Reading
from shouwen.policy.ruling import Cite
from shouwen.staff.models import Holding, Staff
from tests.web.village import Village


def test_the_page_of_a_case_cites_the_clause_by_which_somebody_sees_it(village: Village) -> None:
    cast, now = village.cast, timezone.now()
    caller = village.newcomer("郭来")
    case = village.open("enquiry", cast.chen_jie, now, caller, customer=caller.pk, need="哪里办停车证")
    supervisor = Staff.objects.create(username="yan_yewu", name="严业", unit=cast.units.finance)
    held = Holding.objects.create(staff=supervisor, post="business_head", unit=cast.units.finance, since=now - timedelta(days=1))

    try:
        seen = village.client(supervisor).get(f"/cases/{case.number}/").content.decode()
    finally:
        held.delete()  # nobody else is told what a head of business is told
    usual = village.client(cast.chen_jie).get(f"/cases/{case.number}/").content.decode()

    assert "您能看，是因为" in seen
    assert "§1.12" in seen
    assert "您能看，是因为" not in usual


def test_the_board_of_dispatch_and_what_is_open_follow_a_clause_that_opens_repairs(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose posts open nothing of a site, and to whom a clause opens its repairs: they find who could go, too."""
    cast, now = village.cast, timezone.now()
    made = village.repair(cast.chen_jie, now, 31, "条款打开的派工", trouble="fault")
    person = Staff.objects.create(username="pai_gong", name="派恭", unit=cast.units.finance)
    held = Holding.objects.create(staff=person, post="business_head", unit=cast.units.finance, since=now - timedelta(days=1))
    said = [Reading("repair", "business_head", anywhere=True, only=False, cite=Cite("property/repair#1"))]

    def shown() -> tuple[set[int], set[int], set[str], int]:
        client = village.client(person)
        board = client.get("/dispatch/").context
        tiles = client.get("/reports/").context["board"].tiles if made.unit_id in {c.id for c in board["units"]} else ()
        opened = next((int(t.text) for t in tiles if t.label == "现在未结"), 0)
        return {p.id for p in board["crew"]}, {c.id for c in board["units"]}, set(board["topics"].split()), opened

    try:
        monkeypatch.setattr(access, "_SAID", [lambda _at, _version: ()])
        before = shown()
        monkeypatch.setattr(access, "_SAID", [lambda _at, _version: said])
        after = shown()
    finally:
        held.delete()

    assert before[0] == set()
    assert made.unit_id not in before[1]
    assert cast.sun_lei.pk in after[0]
    assert made.unit_id in after[1]
    assert f"unit-{made.unit_id}" in after[2] - before[2], "what changes there is heard"
    assert after[3] == Case.objects.open().filter(procedure="repair").count()
