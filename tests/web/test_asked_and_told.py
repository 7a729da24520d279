"""What a case's page tells and offers: old and new values, what waits for approval, what comes next, a no with its reason."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.base.models import Event, Notice
from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.staff.models import Holding, Staff
from shouwen.web.desk.owing import owing, tell
from tests.cases.doing import did, opened, ticked, wanted
from tests.cases.law import enacted
from tests.web.test_walk_desk import _asks
from tests.web.village import Village
from tests.world import cast


def complaint(village: Village, who: Customer, **fields: Any) -> Case:
    """A complaint taken in by the receptionist a while ago."""
    return village.complaint(village.cast.chen_jie, timezone.now() - timedelta(minutes=9), who, **{"topic": "fee"} | fields)


def page_of(village: Village, case: Case, person: Staff) -> str:
    """The page of a case as somebody sees it."""
    return village.client(person).get(f"/cases/{case.number}/").content.decode()


def primary(page: str) -> list[str]:
    """The acts that are shown as what comes next."""
    return re.findall(r'<button type="button" class="btn btn-primary"[^>]*id="act-(\w+)"', page)


def test_the_story_tells_what_stood_there_before(village: Village) -> None:
    cast = village.cast
    case = complaint(village, village.newcomer("仲恺"), topic="staff", accused=[cast.ma_jun.pk])
    village.act(case, "name_accused", cast.lin_yue, accused=[cast.sun_lei.pk])
    village.act(case, "name_accused", cast.lin_yue, accused=[])

    page = page_of(village, case, cast.lin_yue)

    assert re.findall(r'<del class="was">([^<]*)</del> → \s*([^<\s]*)', page) == [("马骏", "孙磊"), ("孙磊", "空")]


def test_a_case_somebody_is_accused_in_is_nowhere_for_them(village: Village) -> None:
    cast = village.cast
    who = village.newcomer("祝枚")
    case = complaint(village, who, topic="staff", accused=[cast.sun_lei.pk], content="孙师傅少收一个零件")
    house = village.house(village.customer(3)).pk
    other = village.repair(cast.chen_jie, timezone.now(), 3, "阳台水管松动", trouble="fault", customer=who.pk, house=house)
    client = village.client(cast.sun_lei)

    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert client.get(f"/cases/{case.number}/acts/name_accused/").status_code == 404
    visit = (timezone.now() + timedelta(hours=3)).isoformat()
    village.act(other, "assign", cast.xu_qiang, technician=cast.sun_lei.pk, visit_at=visit)
    for address in (
        f"/cases/{other.number}/beside/",
        "/cases/?state=all",
        f"/customers/{case.customer_id}/",
        f"/search/?q={case.number}",
    ):
        assert f"/cases/{case.number}/" not in client.get(address, follow=True).content.decode(), address
    assert case.number in page_of(village, case, cast.chen_jie)


def test_what_waits_for_approval_is_said_and_not_offered_again(village: Village) -> None:
    cast = village.cast
    case = complaint(village, village.newcomer("冉冲"), severity="major")
    assert primary(page_of(village, case, cast.chen_jie)) == ["investigate"]
    village.act(case, "investigate", cast.chen_jie, plan="核账")

    page = page_of(village, case, cast.chen_jie)

    assert 'id="act-investigate"' not in page
    assert "“着手办理”等待批准" in page
    assert chain(page) == [("here", "林悦")]
    assert primary(page) == ["answer"]
    asks = _asks(cast.chen_jie)
    row = next(r for r in owing(asks).rows if r.case is not None and r.case.pk == case.pk)
    tell(asks, [row])
    item = next(i for i in row.items if i.clause == "property/complaint#3.1")
    assert (item.text, item.ways) == ("着手办理（等林悦批准）", [])


def chain(page: str) -> list[tuple[str, str]]:
    """The links of the approvals on a page: who said yes, who is asked now, who comes after."""
    links = re.findall(r'<li class="link-(\w+)">(.*?)</li>', page, re.DOTALL)
    return [(state, "".join(re.sub(r"<[^>]+>", "", said).split())) for state, said in links]


def test_a_no_is_asked_for_its_reason(village: Village) -> None:
    cast = village.cast
    case = complaint(village, village.newcomer("蔺原"), severity="major")
    village.act(case, "investigate", cast.chen_jie, plan="核账")
    approval = case.approvals.get()
    client = village.client(cast.lin_yue)

    answer = client.post(f"/cases/{case.number}/acts/disapprove/", {"row": approval.pk, "why": ""})
    assert answer.status_code == 409
    assert "不同意须说明原因" in answer.content.decode()
    assert 'name="why"' in answer.content.decode()
    client.post(f"/cases/{case.number}/acts/disapprove/", {"row": approval.pk, "why": "方案太笼统"})
    approval.refresh_from_db()
    assert approval.state == "refused"


def test_what_comes_next_is_on_the_way_to_the_usual_end(village: Village) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now() - timedelta(minutes=30), 35, "厨房爆管了", trouble="leak")
    village.act(case, "reply", cast.chen_jie, answer_text="师傅在路上")
    assert primary(page_of(village, case, cast.chen_jie)) == []  # to quote is not what comes next; to assign is not hers
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    village.act(case, "accept", cast.sun_lei, ticks=("property/repair#3.8.tools", "property/repair#3.8.spares"))
    village.act(case, "arrive", cast.sun_lei)

    page = page_of(village, case, cast.sun_lei)

    assert primary(page) == ["start"]  # a review is a way round
    assert 'id="act-accept"' not in page
    assert not re.search(r'aria-describedby="why-accept"', page)  # taken already: told, no button
    form = village.client(cast.sun_lei).get(f"/cases/{case.number}/acts/start/").content.decode()
    assert 'id="f-found"' in form  # what the law wants before it is asked at once


def test_what_the_regulation_decides_is_not_marked_as_needed(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    form = client.get(f"/intake/?customer={village.customer(36).pk}&procedure=repair").content.decode()
    assert re.search(r'class="field-label" id="l-urgency"', form)
    assert re.search(r'needed" id="l-place"', form)


def test_what_a_clause_wants_confirmed_is_owed_seen_and_journalled(village: Village) -> None:
    cast = village.cast
    told = {"way": "phone", "kind": "other", "problem": "电梯里有人喊", "demand": "救人", "in_duty": False, "matter": "safety"}
    who = village.newcomer("蒲洲")
    case = village.open("contact", cast.chen_jie, timezone.now(), who, customer=who.pk, **told)
    notice = Notice.objects.get(case_id=case.pk, confirm=True)

    (row,) = [r for r in owing(_asks(cast.zhao_jun)).rows if r.notice is not None and r.notice.pk == notice.pk]
    assert [(i.kind, i.clause) for i in row.items] == [("confirm", "generic/first-contact#4.2")]
    assert "未确认：赵军" in page_of(village, case, cast.chen_jie)
    for person, status in (
        (cast.chen_jie, 404),
        (cast.zhao_jun, 200),
        (cast.zhao_jun, 200),
    ):  # nobody for others; once, not twice
        assert village.client(person).post(f"/notices/{notice.pk}/confirmation/").status_code == status

    (event,) = Event.objects.of_case(case.pk).filter(kind="confirmed")
    assert (event.actor_id, event.subject.id, event.data["clause"]) == (cast.zhao_jun.pk, notice.pk, "generic/first-contact#4.2")
    assert notice.pk not in [r.notice.pk for r in owing(_asks(cast.zhao_jun)).rows if r.notice is not None]
    page = page_of(village, case, cast.chen_jie)
    assert "未确认" not in page
    assert "赵军确认收到" in page


@pytest.mark.django_db
def test_the_links_of_a_chain_say_who_has_said_yes_who_is_asked_and_who_comes_after() -> None:
    now = timezone.now()
    began, people = now - timedelta(hours=1), cast(now - timedelta(hours=9))
    enacted("works")
    for person, post in ((people.zheng_fang, "accountant"), (people.zhao_jun, "manager")):
        Holding.objects.create(staff=person, post=post, unit=people.units.company, since=now - timedelta(hours=9))
    case = opened("refund", people.chen_jie, began, people.units.yunqi, cause="多收", urgent=False)
    did("check", case, people.ma_jun, began, amount=600_00)
    asked = act(ticked(wanted("pay", case, people.ma_jun, began), "works/loan#4.name", "works/loan#4.bank"), now=began)
    assert asked.outcome == "waiting", asked.text()
    client = Client()
    client.force_login(people.lin_yue)

    def shown() -> list[tuple[str, str]]:
        return chain(client.get(f"/cases/{case.number}/").content.decode())

    assert shown() == [("here", "郑芳"), ("ahead", "赵军")]
    assert act(replace(wanted("approve", case, people.zheng_fang, began), row=str(case.approvals.get().pk)), now=began).allowed
    assert shown() == [("past", "郑芳"), ("here", "赵军")]
