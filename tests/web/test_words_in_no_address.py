"""What somebody searches for, a name or a number, stands in no address: of no page, no request, no link, nothing that leads back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote, unquote

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.reports import searched
from shouwen.reports.models import KeptView, SearchedFor
from shouwen.staff import org, tokens
from shouwen.staff.models import Staff
from tests.web.village import Village

WORDS: Final = "欧阳无此人"
PART: Final = {"HX-Request": "true"}


@dataclass(frozen=True, slots=True)
class List:
    """A list that is searched: whose it is, where, another of its filters, the field, and whether it has a file."""

    who: str
    at: str
    other: str
    field: str
    file: bool = True


LISTS: Final = {
    "cases": List("lin_yue", "/cases/", "state=all", "#case-q"),
    "customers": List("lin_yue", "/customers/", "kind=person", "#customer-search"),
    "notices": List("lin_yue", "/notices/", "show=all", "#notice-q"),
    "register": List("lin_yue", "/registers/house/", "state=all", "#record-q"),
    "staff": List("lin_yue", "/management/staff/", "state=all", "#staff-q"),
    "sign-ins": List("gao_yuan", "/sign-ins/", "show=plain", "#people-q", file=False),
    "everything": List("lin_yue", "/search/", "kind=case", "#search", file=False),
}
ASKED_WHILE_TYPING: Final = {
    "box": ("chen_jie", "/", "#search", "/search/quick/"),
    "caller": ("chen_jie", "/intake/", "#caller", "/intake/callers/"),
    "house": ("chen_jie", "/intake/?customer=0&procedure=repair", "#f-house", "/search/pick/record/"),
}


def says(text: str) -> bool:
    """Whether an address or a page's link holds the words, plain, escaped or within a cursor."""
    plain = unquote(text)
    packed = [base64.urlsafe_b64decode(m[: len(m) // 4 * 4]) for m in re.findall(r"[A-Za-z0-9_-]{8,}", plain)]
    return WORDS in plain or quote(WORDS) in text or any(WORDS.encode() in one for one in packed)


def links(page: str) -> list[str]:
    return re.findall(r'(?:href|action|hx-get|hx-post|formaction)="([^"]*)"', page)


@pytest.mark.parametrize("of", LISTS)
def test_a_list_that_is_searched_says_a_key_in_its_address_and_goes_on_by_it(village: Village, of: str) -> None:
    one = LISTS[of]
    client = village.client(getattr(village.cast, one.who))
    name, value = one.other.split("=")

    part = client.post(one.at, {"q": WORDS, name: value}, headers=PART)
    at = part.headers["HX-Push-Url"]
    whole = client.post(one.at, {"q": WORDS, name: value})
    page = client.get(at).content.decode()

    assert whole.headers["Location"] == at
    assert re.fullmatch(rf"{one.at}\?{one.other}&w=[0-9a-f]{{12}}", at)
    assert f'value="{WORDS}"' in page  # it is searched for still
    assert "data-row" not in page
    assert not [link for link in [*links(page), *links(part.content.decode())] if says(link)]
    if one.file:
        key = at.partition("&w=")[2]
        assert f"{one.at}export/?{one.other}&amp;w={key}" in page
        taken = client.get(f"{one.at}export/?{one.other}&w={key}")
        assert b"".join(taken.streaming_content).count(b"\n") == 1  # type: ignore[attr-defined]  # the heads alone
    without = client.post(one.at, {"q": " ", name: value}, headers=PART)
    assert without.headers["HX-Push-Url"] == f"{one.at}?{one.other}"


@pytest.mark.parametrize("of", LISTS)
def test_words_of_an_old_bookmark_leave_the_address_and_are_not_handed_to_the_door(village: Village, of: str) -> None:
    one, asked = LISTS[of], f"{LISTS[of].at}?{LISTS[of].other}&q={quote(WORDS)}"

    at = village.client(getattr(village.cast, one.who)).get(asked)
    door = Client().get(asked)

    assert at.status_code == door.status_code == 302
    assert f"{one.other}&w=" in at.headers["Location"]
    assert not says(at.headers["Location"])
    assert not says(door.headers["Location"])
    assert quote(one.other) in door.headers["Location"]


@pytest.mark.parametrize("of", LISTS)
def test_whoever_types_into_a_list_finds_no_word_of_it_in_any_address(
    village: Village, sit: Callable[..., Page], of: str
) -> None:
    one = LISTS[of]
    page, asked = sit(one.who), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{one.at}?{one.other}")
    page.locator(one.field).fill(WORDS)
    page.locator(one.field).press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]w="))
    expect(page.locator("main [data-row]")).to_have_count(0)
    page.reload()

    expect(page.locator(one.field)).to_have_value(WORDS)
    expect(page.locator("main [data-row]")).to_have_count(0)
    assert not [url for url in [page.url, *asked] if says(url)]


@pytest.mark.parametrize("of", ASKED_WHILE_TYPING)
def test_what_is_asked_while_somebody_types_says_nothing_in_its_address(
    village: Village, sit: Callable[..., Page], of: str
) -> None:
    who, at, field, asked = ASKED_WHILE_TYPING[of]
    page, urls = sit(who), list[str]()
    page.goto(at)
    page.on("request", lambda request: urls.append(request.url))
    with page.expect_response(lambda answer: asked in answer.url) as answer:
        page.locator(field).fill(WORDS)

    assert (answer.value.status, answer.value.request.method) == (200, "POST")
    assert not [url for url in [page.url, *urls] if says(url)]
    assert Client().get(asked).status_code in (302, 405)
    assert village.client(getattr(village.cast, who)).get(asked).status_code == 405


def test_a_new_caller_is_called_what_was_typed_and_no_address_says_it(village: Village, sit: Callable[..., Page]) -> None:
    page, urls = sit("chen_jie"), list[str]()
    page.on("request", lambda request: urls.append(request.url))
    page.goto("/intake/")
    page.locator("#caller").fill(WORDS)
    page.locator("#caller-new").click()

    expect(page.locator(".new-caller [name=name]")).to_have_value(WORDS)
    assert not [url for url in urls if says(url)]


def test_going_back_to_a_searched_list_finds_it_as_it_was(village: Village, sit: Callable[..., Page]) -> None:
    who, page = village.customer(11), sit("lin_yue")
    page.goto("/customers/")
    page.locator("#customer-search").fill(who.number)
    expect(page.locator("#customers [data-row]")).to_have_count(1)
    page.locator("#customers a.main-cell").click()
    page.wait_for_url(re.compile(r"/customers/\d+/"))
    page.go_back()

    expect(page.locator("#customer-search")).to_have_value(who.number)
    expect(page.locator("#customers [data-row]")).to_have_count(1)


def test_two_tabs_search_for_two_things(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    one, other = (client.post("/customers/", {"q": words}).headers["Location"] for words in ("甲甲", "乙乙"))

    assert [client.get(at).context["filters"].q for at in (one, other, one)] == ["甲甲", "乙乙", "甲甲"]
    assert client.post("/customers/", {"q": "甲甲"}).headers["Location"] == one


def test_nobody_elses_key_tells_the_words_and_a_file_is_not_taken_without_them(village: Village) -> None:
    at = village.searched("lin_yue", "/customers/", WORDS) + "&kind=person"
    other = village.client(village.cast.chen_jie)

    shown = other.get(at, follow=True)
    part = other.get(at, headers=PART)
    by_itself = other.get(at, headers={**PART, "X-By-Itself": "1"})
    file = village.client(village.cast.lin_yue).get("/customers/export/?w=000000000000")

    assert shown.redirect_chain == [("/customers/?kind=person", 302)]
    assert "这个地址里的搜索文字已经不在了" in shown.content.decode()
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/customers/?kind=person")
    assert (by_itself.status_code, "HX-Redirect" in by_itself.headers) == (204, False)
    assert file.status_code == 410


def test_words_are_kept_for_a_day_and_then_gone(village: Village) -> None:
    staff, now = village.cast.zeng_qin.pk, timezone.now()
    key = searched.keep("旧话", staff, now=now - searched.KEPT)
    late = searched.keep("新话", staff, now=now - searched.KEPT + timedelta(minutes=1))

    assert (searched.words(key, staff, now=now), searched.words(late, staff, now=now)) == ("", "新话")
    assert searched.words(late, village.cast.lin_yue.pk, now=now) == ""
    searched.forget(now)
    mine = SearchedFor.objects.visible_to(org.reader(staff, now))
    assert [one.text for one in mine.filter(text__in=("旧话", "新话"))] == ["新话"]
    assert searched.keep("  ", staff, now=now) == ""


def test_a_kept_list_is_opened_by_its_id_with_the_words_its_owner_kept(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    at = client.post("/cases/", {"q": WORDS, "state": "held"}).headers["Location"]
    query = at.partition("?")[2]

    saved = client.post("/lists/kept/", {"page": "cases", "query": query, "name": "有字的"})
    view = KeptView.objects.get(name="有字的")
    page = client.get("/cases/").content.decode()
    opened = client.get(f"/lists/kept/{view.pk}/", follow=True)
    box = client.post("/search/quick/", {"q": "有字的"}).content.decode()

    assert (saved.headers["Location"], view.query) == (at, f"q={quote(WORDS)}&state=held")
    assert f'href="/lists/kept/{view.pk}/"' in page
    assert f'href="/lists/kept/{view.pk}/"' in box
    assert not [link for link in [*links(page), *links(box)] if says(link)]
    assert opened.redirect_chain == [(at, 302)]
    assert (opened.context["filters"].q, opened.context["filters"].state) == (WORDS, "held")
    assert [k.shown for k in opened.context["views"] if k.view == view] == [True]
    assert village.client(village.cast.chen_jie).get(f"/lists/kept/{view.pk}/").status_code == 404


def test_the_cursor_of_staff_and_of_a_register_says_whose_place_it_is_and_not_what_it_is_called(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("management.people", "signing.others"):
        monkeypatch.setattr(f"shouwen.web.{module}.PAGE", 3)
    for who, address in (
        ("gao_yuan", "/management/staff/?state=all&sort=username"),
        ("gao_yuan", "/management/staff/?state=all"),
        ("gao_yuan", "/sign-ins/"),
        ("lin_yue", "/registers/house/?state=all"),
    ):
        after = village.client(getattr(village.cast, who)).get(address).context["after"]
        assert re.fullmatch(r"\[\d+\]", base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()), address


def test_the_pages_of_those_who_sign_in_lose_and_repeat_nobody(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shouwen.web.signing.others.PAGE", 4)
    client, after, found = village.client(village.cast.gao_yuan), "first", list[int]()
    while after:
        page = client.get("/sign-ins/", {"after": "" if after == "first" else after}).context
        found, after = [*found, *(p.pk for p in page["people"])], page["after"]

    assert found == list(Staff.objects.people().values_list("pk", flat=True))


def test_a_program_searches_by_a_body_also_with_a_token_that_only_reads(village: Village) -> None:
    who, he = village.customer(5), village.cast.lin_yue
    headers = {"Authorization": f"Bearer {tokens.issue(he, '只读搜索', now=timezone.now(), reads_only=True)}"}
    asked = {"q": who.number, "kind": "customer"}

    answer = Client().post("/api/v1/search", asked, content_type="application/json", headers=headers)
    other = Client().post("/api/v1/customers", asked, content_type="application/json", headers=headers)

    assert [hit["id"] for hit in answer.json()["items"]] == [who.pk]
    assert answer.json() == Client().get("/api/v1/search", asked, headers=headers).json()
    assert other.status_code == 403
