"""What somebody on the telephone needs at once: who it is among many of one name, where they live, the number, what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.customers.models import Customer, Relation
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.policy.measures import percent
from shouwen.policy.ruling import Refusal
from shouwen.registers.models import Record
from shouwen.web.desk.owing import closed
from shouwen.web.desk.rows import Way
from tests.web.browsing import overflows
from tests.web.test_walk_dispatch import long_ago
from tests.web.village import Village

LONG = "云栖湖畔科技创新产业发展投资管理有限责任公司第一分公司筹备处"


PLACES: Final = ("/customers/", "/intake/callers/")  # where somebody is looked for


def looked(client: Client, address: str, text: str) -> str:
    """What is found by what somebody typed."""
    return client.post(address, {"q": text}, headers={"HX-Request": "true"}).content.decode()


def test_a_share_is_rounded_and_never_whole_while_something_is_missing() -> None:
    assert [percent(*pair) for pair in ((26, 31), (1, 8), (999, 1000), (31, 31), (40, 31), (0, 5), (0, 0))] == [
        84, 13, 99, 100, 100, 0, None,
    ]  # fmt: skip


def test_a_whole_name_is_marked_and_part_of_one_stays_masked(village: Village) -> None:
    client, who = village.client(village.cast.chen_jie), village.customer(9)
    for address in PLACES:
        assert f"<mark>{who.name}</mark>" in looked(client, address, who.name)
        for part in (who.name[0], who.name[1:]):
            assert who.name not in looked(client, address, part)


def test_a_whole_number_is_marked_and_its_tail_in_the_mask(village: Village) -> None:
    client, number = village.client(village.cast.chen_jie), village.customer(9).phones.get(is_main=True).number
    for address in PLACES:
        assert f"<mark>{number}</mark>" in looked(client, address, number)
        found = looked(client, address, number[-4:])
        assert f"{number[:3]}****<mark>{number[-4:]}</mark>" in found
        assert number not in found


def test_namesakes_are_told_apart_by_their_houses_and_their_last_matter(village: Village) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 19, "晾衣架松动")
    who = village.customer(19)
    house, client = village.house(who).key, village.client(village.cast.chen_jie)
    for address in PLACES:
        found = looked(client, address, who.number)
        assert house in found
        assert "晾衣架松动" in found
    hidden = client.get("/customers/?sort=oldest").content.decode()  # before whoever other tests brought
    assert case.title in hidden
    assert who.name not in hidden


def test_one_press_shows_the_number_for_the_case_and_it_stays_while_the_call_is_written_down(
    village: Village, sit: Callable[..., Page]
) -> None:
    who = village.customer(23)
    call = village.open(
        "call_back", village.cast.li_na, timezone.now(), who, kind="repair", customer=who.pk,
        repair=village.repair(village.cast.chen_jie, timezone.now() - timedelta(minutes=5), 23, "纱窗破了").pk,
    )  # fmt: skip
    number = who.phones.get(is_main=True).number
    page = sit("li_na")
    page.goto("/callbacks/?view=open")
    row = page.locator(".call-row", has_text=call.number)
    expect(row).not_to_contain_text(number)
    row.locator("button", has_text="看号码").click()
    expect(row.locator(".uncovered")).to_contain_text(number)
    row.locator("[data-act]").click()
    expect(row.locator("#act-form")).to_be_visible()
    expect(row.locator(".uncovered")).to_contain_text(number)
    shown = Event.objects.get(act="reveal", case_id=call.pk)
    assert (shown.actor_id, shown.subject_id, shown.data["reason"]) == (village.cast.li_na.pk, who.pk, "办理回访")


def test_who_is_in_no_open_case_of_the_customer_is_asked_why(village: Village) -> None:
    client, who = village.client(village.cast.chen_jie), village.customer(14)
    others = village.repair(village.cast.chen_jie, timezone.now(), 15, "门缝漏风")
    number = who.phones.get(is_main=True).number
    for said in ({}, {"case": others.number}, {"case": "BX-NOWHERE"}):
        answer = client.post(f"/customers/{who.pk}/uncovered/", said)
        assert (answer.status_code, number in answer.content.decode()) == (422, False)
    assert not Event.objects.filter(act="reveal", subject_id=who.pk).exists()


def test_a_new_callers_house_is_found_linked_and_stands_in_the_repair(village: Village, sit: Callable[..., Page]) -> None:
    house = Record.objects.filter(register="house", customer=None, unit=village.cast.units.yunqi).order_by("pk")[0]
    page = sit("chen_jie")
    page.goto("/intake/")
    page.locator("#caller").fill("司马搬来")
    expect(page.locator("#caller-new")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.locator("#f-house").fill(house.key)
    page.locator("#found-house [data-pick]", has_text=house.key).first.click()
    page.locator(".new-caller [type=submit]").click()
    expect(page.locator(".customer-card")).to_be_visible()
    made = Customer.objects.get(name="司马搬来")
    assert Relation.objects.get(customer=made).record_id == house.pk
    assert (made.unit_id, made.addresses.get().text) == (house.unit_id, house.key)
    page.locator(".procedure[href$='procedure=repair']").click()
    expect(page.locator("#f-house")).to_have_value(re.compile(house.key))


def test_an_address_that_is_no_house_of_ours_is_kept_as_it_was_said(village: Village) -> None:
    client, unit = village.client(village.cast.chen_jie), village.cast.units.yunqi.pk
    told = {
        "name": "司马在外",
        "kind": "person",
        "unit": str(unit),
        "language": "zh-hans",
        "house": "",
        "house.text": "河对岸老街七号",
    }
    assert client.post("/intake/customers/", told).status_code == 200
    made = Customer.objects.get(name="司马在外")
    assert (made.addresses.get().text, made.relations.count()) == ("河对岸老街七号", 0)
    for foreign in ("1", "９９", "x"):
        client.post("/intake/customers/", {**told, "name": f"司马{foreign}", "house": foreign, "house.text": ""})
    assert not Relation.objects.filter(customer__name__startswith="司马", customer__addresses=None).exists()


def test_the_first_places_are_those_the_company_said_whatever_was_opened_last(village: Village) -> None:
    client, who = village.client(village.cast.chen_jie), village.customer(16)
    places = re.compile(r'procedure=([a-z_]+)"[^>]*data-digit="(\d)"')
    before = places.findall(client.get(f"/intake/?customer={who.pk}").content.decode())
    assert [p for p, _ in before[:3]] == ["repair", "complaint", "enquiry"]
    assert [n for _, n in before] == list("12345678")
    for _ in range(3):
        village.complaint(village.cast.chen_jie, timezone.now(), who, content="车位被占", topic="facility")
    assert places.findall(client.get(f"/intake/?customer={who.pk}").content.decode()) == before


def test_the_others_lie_by_regulation_and_are_found_by_name_or_spelling(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(16).pk}")
    page.locator("details.elsewhere summary").click()
    expect(page.locator(".shelf h4", has_text="钥匙管理规程")).to_be_visible()
    page.locator(".shelf-filter").fill("yaoshi")
    expect(page.locator(".shelf .procedure:visible")).to_have_text(["钥匙借用", "钥匙检查"])
    expect(page.locator("#shelves h3:visible")).to_have_text(["公司内部办的"])
    page.locator(".shelf-filter").fill("没有的")
    expect(page.locator("[data-none]")).to_be_visible()
    page.locator(".shelf-filter").fill("钥匙借")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"procedure=key_loan$"))


def test_what_is_put_right_is_no_longer_called_wrong_and_what_a_clause_decides_need_not_be_said(
    village: Village, sit: Callable[..., Page]
) -> None:
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(13).pk}&procedure=repair")
    page.locator("#f-house").fill("")
    page.locator("#intake-form .form-end .btn-primary").click()
    expect(page.locator("#w-content")).to_be_visible()
    expect(page.locator("#w-house")).to_be_visible()
    page.locator("#f-content").fill("跑水漏水")
    expect(page.locator("#w-content")).to_have_count(0)
    house = village.house(village.customer(13)).key
    page.locator("#f-house").fill(house)
    page.locator("#found-house [data-pick]", has_text=house).first.click()
    expect(page.locator("#w-house")).to_have_count(0)
    expect(page.locator("#l-urgency")).not_to_have_class(re.compile("needed"))


def test_a_long_name_breaks_nothing(village: Village, sit: Callable[..., Page]) -> None:
    now, cast = timezone.now(), village.cast
    new = NewCustomer(unit=cast.units.yunqi.pk, name=LONG, kind=Customer.Kind.COMPANY)
    firm = Customer.objects.get(pk=create_customers([new], by=cast.lin_yue.pk, at=now, now=now)[0])
    asked = {"customer": firm.pk, "house": village.house(village.customer(4)).pk, "place": "public", "channel": "phone"}
    case = village.open("repair", cast.chen_jie, now, firm, **asked, content="大堂玻璃裂了", trouble="fault")
    for width in (1440, 390):
        page = sit("chen_jie", width)
        for address in (
            f"/intake/?customer={firm.pk}&procedure=repair",
            f"/cases/{case.number}/",
            "/dispatch/",
            "/",
            "/customers/",
        ):
            page.goto(address)
            assert overflows(page) <= 0, (address, width)
        page.goto(f"/intake/?customer={firm.pk}")
        button, card = (
            page.locator(".customer-card .card-head .btn").bounding_box(),
            page.locator(".customer-card").bounding_box(),
        )
        assert button
        assert card
        assert button["x"] + button["width"] <= card["x"] + card["width"]


def test_why_nobody_may_be_sent_is_said_once_and_what_cannot_be_ticked_is_not_sent(village: Village) -> None:
    for n in (17, 18):
        village.repair(village.cast.chen_jie, timezone.now(), n, f"窗把手掉了{n}", trouble="fault")
    shut = village.client(village.cast.chen_jie).get("/dispatch/").content.decode()
    assert shut.count("请由工程部主任或其代理人办理") == 1
    assert "勾选的按第一人选派出" not in shut
    opened = village.client(village.cast.xu_qiang).get("/dispatch/").content.decode()
    assert "请由工程部主任或其代理人办理" not in opened
    assert "勾选的按第一人选派出" in opened


def test_who_sends_somebody_reads_the_whole_fault_and_the_house(village: Village, sit: Callable[..., Page]) -> None:
    text = "厨房和客厅的灯都闪，业主说从昨天晚上开始，怀疑线路老化，要带测电笔和备用灯管"
    case = village.repair(village.cast.chen_jie, long_ago(), 10, text, trouble="fault")
    page = sit("xu_qiang")
    page.goto("/dispatch/")
    row = page.locator(".dispatch-row", has_text=case.number)
    expect(row).to_contain_text(village.house(village.customer(10)).key)
    title = row.locator(".main-cell")
    assert title.evaluate("e => e.scrollWidth <= e.clientWidth + 1 || getComputedStyle(e).whiteSpace === 'normal'")
    expect(title).to_have_text(Case.objects.get(pk=case.pk).title)


def test_a_reason_that_stands_in_a_row_above_is_not_said_again_on_the_desk() -> None:
    why, other = ((Refusal(f"p/r#{n}", "permits", "由主任办理", "the head does it"),) for n in (1, 2))
    told: set[Sequence[Refusal]] = set()
    ways = [closed(Way("assign", "派工"), reason, told) for reason in (why, other, why)]
    assert [(w.how, w.again) for w in ways] == [("barred", False), ("barred", False), ("barred", True)]
