"""Names and texts that would be a program somewhere: shown as they were written, run nowhere, in pages, attributes and files."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.access import Reader
from shouwen.customers.models import Customer
from shouwen.staff import changes, org, units
from shouwen.staff.changes import NewStaff
from shouwen.staff.models import Staff, Unit
from tests.web.browsing import clipped, overflows
from tests.web.keeping import record
from tests.web.village import Village

Sit = Callable[..., Page]
NASTY: Final = """"'><script>hit()</script><img src=x onerror=hit()>{{7*7}}{% now "Y" %}${hit()}"""
SHORT: Final = """'"><img src=x onerror=hit()>{{7*7}}"""  # a kept list has forty characters
# What came of it: elements made of a text, attributes broken out of, a sum done.
COME_TO_LIFE: Final = """() => [
  ...[...document.querySelectorAll("img[src='x'], [onerror], [onx]")].map((e) => e.outerHTML),
  ...[...document.scripts].filter((s) => s.textContent.includes("hit()")).map((s) => s.outerHTML),
  ...(window.hits ? [`run ${window.hits} times`] : []),
]"""
IN_ATTRIBUTES: Final = """(text) => [...document.querySelectorAll("*")].flatMap((e) => [...e.attributes])
  .filter((a) => a.value.includes("onerror=hit()") && !a.value.includes(text)).map((a) => `${a.name}=${a.value}`)"""


def _reader(person: Staff) -> Reader:
    return org.reader(person.pk, timezone.now())


def _unit(village: Village, name: str) -> Unit:
    told = {"name": name, "parent": village.cast.units.yunqi, "kind": "department"}
    return units.add_unit(told, by=_reader(village.cast.gao_yuan), now=timezone.now())


def _person(village: Village, name: str, unit: Unit | None = None) -> Staff:
    new = NewStaff(username=f"x{uuid.uuid4().hex[:10]}", name=name, unit=unit or village.cast.units.yunqi)
    return changes.add_staff(new, by=_reader(village.cast.gao_yuan), now=timezone.now())


def _watched(page: Page) -> Page:
    page.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1; };")
    return page


def _harmless(page: Page, address: str, *texts: str) -> None:
    """The texts stand there as they were written, and nothing has become of them."""
    page.goto(address)
    page.wait_for_load_state("load")
    for text in texts:
        expect(page.locator("main")).to_contain_text(text)
    assert page.evaluate(COME_TO_LIFE) == [], address
    assert page.evaluate(IN_ATTRIBUTES, SHORT if SHORT in texts else NASTY[:50]) == [], address


def test_programs_in_names_and_texts_of_matters_are_only_texts(village: Village, sit: Sit) -> None:
    cast, who = village.cast, village.newcomer(NASTY)
    case = village.complaint(cast.chen_jie, timezone.now(), who, content=NASTY)
    page = _watched(sit("chen_jie"))

    _harmless(page, f"/cases/{case.number}/", NASTY)
    _harmless(page, f"/customers/{who.pk}/", NASTY)
    _harmless(page, f"/intake/?customer={who.pk}&procedure=complaint", NASTY)
    _harmless(page, village.searched("chen_jie", "/cases/", case.number), NASTY[:30])
    _harmless(page, village.searched("chen_jie", "/search/", case.number), NASTY[:30])

    page.goto("/")
    page.locator("#search").fill(case.number)
    expect(page.locator("#search-found [role=option]").first).to_contain_text(case.number)
    assert page.evaluate(COME_TO_LIFE) == []
    page.goto(f"/cases/{case.number}/acts/note/")
    page.locator("#f-text").fill(NASTY)
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator(".story, #case-story").first).to_contain_text(NASTY)
    assert page.evaluate(COME_TO_LIFE) == []


def test_programs_in_what_is_searched_for_are_only_words(village: Village, sit: Sit) -> None:
    page = _watched(sit("lin_yue"))
    for address in ("/cases/", "/customers/", "/registers/house/", "/search/", "/notices/"):
        page.goto(village.searched("lin_yue", address, NASTY))
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate(COME_TO_LIFE) == [], address
    page.goto("/cases/")
    page.locator("#search").fill(NASTY)
    expect(page.locator("#search-found")).to_have_attribute("data-of", NASTY)
    assert page.evaluate(COME_TO_LIFE) == []


def test_programs_in_names_of_staff_units_and_lists_are_only_names(village: Village, sit: Sit) -> None:
    name = NASTY[:63].strip()  # nearly as long as a name of staff may be
    unit = _unit(village, name)
    person = _person(village, name, unit)
    page = _watched(sit("gao_yuan"))
    try:
        _harmless(page, f"/management/staff/{person.pk}/", name)
        _harmless(page, f"/management/staff/{person.pk}/edit/")
        _harmless(page, f"/management/staff/?unit={unit.pk}", name)
        _harmless(page, f"/management/units/{unit.pk}/")
        _harmless(page, "/management/units/", name)
    finally:
        changes.leave(person, by=_reader(village.cast.gao_yuan), now=timezone.now())
        units.close_unit(unit, by=_reader(village.cast.gao_yuan), now=timezone.now())
    _keep(village.client(village.cast.lin_yue), SHORT)
    _harmless(_watched(sit("lin_yue")), "/cases/", SHORT)


def _keep(client: Client, name: str) -> None:
    assert client.post("/lists/kept/", {"query": "procedure=repair", "name": name, "unit": ""}).status_code == 302


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_name_that_a_spreadsheet_would_run_is_a_text_in_the_file(village: Village, sign: str) -> None:
    name = f"{sign}cmd|' /C calc'!A{uuid.uuid4().int % 10**6}"
    who = village.newcomer(name)
    listed = village.searched("lin_yue", "/customers/", who.number).replace("/customers/", "/customers/export/", 1)
    answer = village.client(village.cast.lin_yue).get(listed)

    written = b"".join(answer).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert any(who.number in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(sign) and "calc" in cell]


def test_the_longest_names_are_taken_and_fit_a_phone(village: Village, sit: Sit) -> None:
    long_unit, long_name = _unit(village, "单" * 80), "名" * 64
    person = _person(village, long_name, long_unit)
    who = village.newcomer("客" * 120)
    house = record("house", village.cast.lin_yue, number="房" * 60 + uuid.uuid4().hex, area=village.cast.units.yunqi.pk)
    _keep(village.client(village.cast.gao_yuan), "单" * 40)
    case = village.complaint(village.cast.chen_jie, timezone.now(), who, content="长" * 300)
    seen = {
        "chen_jie": (f"/customers/{who.pk}/", f"/cases/{case.number}/", f"/intake/?customer={who.pk}&procedure=complaint"),
        "lin_yue": (village.searched("lin_yue", "/customers/", who.number), f"/registers/house/{house.pk}/"),
        "gao_yuan": (
            f"/management/staff/{person.pk}/", f"/management/staff/?unit={long_unit.pk}", f"/management/units/{long_unit.pk}/",
            "/management/units/", "/management/roster/", "/management/absences/",
        ),
    }  # fmt: skip
    try:
        _keep(village.client(village.cast.lin_yue), "列" * 40)
        wide = {}
        for name, addresses in seen.items():
            page = sit(name, 390)
            for address in (*addresses, *(["/cases/"] if name == "lin_yue" else [])):
                page.goto(address)
                expect(page.locator("h1")).to_be_visible()
                if overflows(page) > 0 or clipped(page):
                    wide[address] = (overflows(page), clipped(page))
        assert not wide
    finally:
        changes.leave(person, by=_reader(village.cast.gao_yuan), now=timezone.now())
        units.close_unit(long_unit, by=_reader(village.cast.gao_yuan), now=timezone.now())


def test_a_name_of_four_hundred_characters_is_refused_in_the_browser_and_stays_to_be_mended(village: Village, sit: Sit) -> None:
    page = sit("chen_jie", 390)
    before = Customer.objects.count()
    page.goto("/customers/new/")
    page.locator("main [name=name]").evaluate("(e) => { e.removeAttribute('maxlength'); e.value = '长'.repeat(400); }")
    page.locator("main form .btn-primary").click()
    expect(page.locator("main")).to_contain_text("应为 1 至 120 个字")
    expect(page.locator("main [name=name]")).to_have_value("长" * 400)
    assert overflows(page) <= 0
    for who, address in (("gao_yuan", "/management/staff/new/"), ("gao_yuan", "/management/units/new/")):
        other = sit(who, 390)
        other.goto(address)
        other.locator("main form.card").evaluate("(form) => { form.noValidate = true; }")
        other.locator("main [name=name]").evaluate("(e) => { e.removeAttribute('maxlength'); e.value = '长'.repeat(400); }")
        other.locator("main form.card .btn-primary").first.click()
        expect(other.locator("main .fault").first).to_be_visible()
        expect(other.locator("main [name=name]")).to_have_value("长" * 400)
        assert overflows(other) <= 0, address
    assert Customer.objects.count() == before
