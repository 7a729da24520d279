"""A case that somebody sees by a clause says by which; one that they see anyway does not."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

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
