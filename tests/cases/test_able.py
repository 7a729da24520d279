"""Work is given only to those whose post handles matters: refused below the faces, and not offered."""

from __future__ import annotations

import pytest

from shouwen.base.errors import FieldError
from shouwen.cases import draft
from shouwen.cases.acting import act
from shouwen.cases.draft import Wish
from shouwen.cases.models import Case
from shouwen.cases.options import option
from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff
from tests.cases.doing import opened, wanted
from tests.cases.test_withheld import NINE, TEN, caller, complaint
from tests.cases.test_withheld import people as people  # noqa: PLC0414  a fixture is used by its name
from tests.world import reader

pytestmark = pytest.mark.django_db


def given(case: Case, name: str, by: Staff, **fields: object) -> dict[str, str]:
    """Wish for an act; return which fields are wrong, and how."""
    try:
        draft.act_on(case, Wish(act=name, fields=fields), reader(by, TEN), now=TEN)
    except FieldError as wrong:
        return {c.field: c.code for c in wrong.complaints}
    return {}


def test_a_case_is_not_handed_to_an_administrator_who_reads_no_cases(people: Cast) -> None:
    case = complaint(people)
    for nobody in (people.an_ning, people.gao_yuan):
        assert given(case, "hand_over", people.chen_jie, to=nobody.pk, reason="忙") == {"to": "unable"}
    assert given(case, "hand_over", people.chen_jie, to=people.li_na.pk, reason="忙") == {}

    page = option(case.ref, "hand_over", people.chen_jie.pk, now=TEN)
    assert page is not None
    assert people.li_na.pk in page.able["to"]
    assert people.an_ning.pk not in page.able["to"]


def test_a_complaint_is_not_handed_to_whom_it_names(people: Cast) -> None:
    case = complaint(people, people.sun_lei)

    ruling = act(wanted("hand_over", case, people.xu_qiang, TEN, to=people.sun_lei.pk, reason="你去办"), now=TEN)
    assert [r.clause for r in ruling.refusals] == ["property/complaint#2.1"]

    page = option(case.ref, "hand_over", people.xu_qiang.pk, now=TEN)
    assert page is not None
    assert people.sun_lei.pk not in page.able["to"]
    assert people.qian_hao.pk in page.able["to"]


def test_whoever_is_sent_to_a_job_handles_matters_but_anybody_may_be_complained_about(people: Cast) -> None:
    job = Case.objects.get(pk=opened_repair(people))
    assert given(job, "assign", people.xu_qiang, technician=people.an_ning.pk) == {"technician": "unable"}
    assert given(job, "assign", people.xu_qiang, technician=people.sun_lei.pk) == {}
    assert given(complaint(people), "name_accused", people.chen_jie, accused=[people.an_ning.pk]) == {}


def opened_repair(people: Cast) -> int:
    """A repair that waits for somebody to be sent."""
    who = caller(people)
    return opened(
        "repair", people.chen_jie, NINE, people.units.yunqi,
        customer=who.pk, house=who.pk, place="in_home", channel="phone", content="水管漏水", trouble="leak", urgency="urgent",
    ).pk  # fmt: skip
