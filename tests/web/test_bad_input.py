"""Clumsy hands and odd texts: pressed twice, gone back, two tabs, files too large, names too long, emoji and marks that turn lines round."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases.models import Case
from tests.web.browsing import choose, do, overflows
from tests.web.village import Village

Sit = Callable[..., Page]
TURNED = "\u202e"
ODD = f"👩‍🔧电梯坏了 مرحبا {TURNED}倒过来 𠮷野家"


def _fill(page: Page, village: Village, content: str, n: int = 5) -> None:
    page.goto(f"/intake/?customer={village.customer(n).pk}&procedure=repair")
    page.locator("#f-content").fill(content)
    choose(page, "trouble", "fault")


def test_pressing_twice_takes_in_one_case(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    _fill(page, village, "连按两下的报修")
    page.locator("#intake-form .form-end .btn-primary").dblclick()
    page.wait_for_url(re.compile(r"/cases/BX"))
    assert len([c for c in Case.objects.all() if c.fields.get("content") == "连按两下的报修"]) == 1


def test_going_back_and_sending_again_takes_in_no_second_case(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    _fill(page, village, "回退再交的报修")
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/BX"))
    page.go_back()
    expect(page.locator("#intake-form, #caller").first).to_be_visible()
    again = page.locator("#intake-form .form-end .btn-primary")
    if again.count() and page.locator("#f-content").input_value():
        again.click()
        page.wait_for_url(re.compile(r"/cases/BX"))
    assert len([c for c in Case.objects.all() if c.fields.get("content") == "回退再交的报修"]) == 1


def test_in_two_tabs_of_one_person_neither_undoes_the_other(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 16, "两个标签页", trouble="fault")
    one = sit("chen_jie")
    two = one.context.new_page()
    for page in (one, two):
        page.goto(f"/cases/{case.number}/")
        do(page, "amend")
    one.locator("#f-content").fill("第一页改的内容")
    one.locator("#act-form .form-end .btn-primary").click()
    expect(one.locator("#acting .note-success")).to_be_visible()
    choose(two, "place", "public")
    two.locator("#act-form .form-end .btn-primary").click()
    expect(two.locator("#act-form .note-warning, #acting .note-success").first).to_be_visible()
    if two.locator("#act-form .note-warning").count():
        two.locator("#act-form .form-end .btn-primary").click()
        expect(two.locator("#acting .note-success")).to_be_visible()
    case.refresh_from_db()
    assert (case.fields["content"], case.fields["place"]) == ("第一页改的内容", "public")


def test_two_gigabytes_are_refused_before_they_are_sent(village: Village) -> None:
    cookie = village.client(village.cast.chen_jie).cookies[settings.SESSION_COOKIE_NAME].value
    case = Case.objects.order_by("pk")[0]
    place = urlsplit(village.address)
    with socket.create_connection((str(place.hostname), int(place.port or 80)), timeout=120) as wire:
        head = f"POST /cases/{case.number}/files/ HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n"
        wire.sendall(
            f"{head}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 * 1024**3}\r\n\r\n--x\r\n".encode()
        )
        answer = wire.recv(4096)  # it does not wait for what never comes
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_file_that_is_too_large_is_named_before_it_leaves_the_browser(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 17, "附件太大", trouble="fault")
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/acts/note/")
    page.locator("#act-form .more summary").click()
    page.locator("#act-files").set_input_files({"name": "录像.mp4", "mimeType": "video/mp4", "buffer": b"x" * (21 * 1024 * 1024)})
    expect(page.locator("#trouble")).to_contain_text("录像.mp4")
    expect(page.locator("#act-files")).to_have_value("")


def test_a_name_of_four_hundred_characters_is_refused_in_words_and_kept(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    unit = village.cast.units.yunqi.pk
    typed = {"kind": "person", "name": "长" * 400, "unit": unit, "language": "zh-hans"}
    answer = client.post("/intake/customers/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "应为 1 至 120 个字" in page
    assert "长" * 400 in page


def test_an_address_with_a_mark_that_no_name_has_is_not_found(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    for address in ("/cases/%00/", "/regulations/property/%00/", "/registers/%00/", "/books/%00/"):
        assert client.get(address).status_code == 404, address


def test_texts_that_have_no_end_and_turn_round_are_shown_within_their_place(village: Village, sit: Sit) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 18, ODD + "啊" * 400 + "a" * 400, trouble="fault")
    for width in (1440, 390):
        page = sit("chen_jie", width)
        for address in ("/", f"/cases/{case.number}/", f"/cases/?q={case.number}"):
            page.goto(address)
            page.wait_for_timeout(200)
            assert overflows(page) <= 0, (address, width)
        title = page.locator("a.main-cell", has_text="👩‍🔧").first
        expect(title).to_contain_text("𠮷野家")
        assert title.evaluate("(e) => getComputedStyle(e).unicodeBidi") in {"isolate", "plaintext"}


def test_what_was_typed_but_not_chosen_is_not_lost_without_a_word(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(19).pk}&procedure=complaint")
    page.locator("#f-content").fill("楼下装修噪声")
    choose(page, "topic", "service")
    choose(page, "harm", "slight")
    page.locator("#f-house").fill("不知哪一栋")
    before = Event.objects.filter(act="open", actor_id=village.cast.chen_jie.pk).count()
    page.locator("#intake-form .form-end .btn-primary").click()
    expect(page.locator("#w-house")).to_contain_text("写了还没有选")
    expect(page.locator("#f-house")).to_have_value("不知哪一栋")
    assert Event.objects.filter(act="open", actor_id=village.cast.chen_jie.pk).count() == before


def test_a_house_is_picked_by_its_building(village: Village, sit: Sit) -> None:
    key = village.house(village.customer(1)).key  # 云栖1-1-101
    building = re.search(r"(\d+)-", key)
    assert building is not None
    page = sit("chen_jie")
    page.goto(f"/intake/?customer={village.customer(19).pk}&procedure=complaint")
    page.locator("#f-house").fill("")
    page.keyboard.type(f"{building[1]}幢")
    expect(page.locator("#found-house [data-pick]", has_text=f"{building[1]}-").first).to_be_visible()


def test_refused_forms_leave_nothing_in_the_console(village: Village, sit: Sit) -> None:
    """`sit` fails for whatever the browser complains of; here forms are refused in every way they are shown."""
    case = village.repair(village.cast.chen_jie, timezone.now(), 20, "被拒绝的表单", trouble="fault")
    page = sit("xu_qiang")
    page.goto(f"/cases/{case.number}/")
    do(page, "assign")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal").first).to_be_visible()
    page.goto(f"/cases/{case.number}/acts/assign/")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator(".refusal").first).to_be_visible()
    other = sit("chen_jie")
    other.goto(f"/intake/?customer={village.customer(20).pk}&procedure=complaint")
    other.locator("#intake-form .form-end .btn-primary").click()
    expect(other.locator("#intake-form .fault, #intake .refusal").first).to_be_visible()
