"""The database or the disk fails while somebody works: they are told what it is, in their language, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import settings as used
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from shouwen.api import asking
from shouwen.cases.models import Case
from shouwen.config import urls as ours
from shouwen.staff import changes
from shouwen.staff.tokens import issue
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.world import NOW, PASSWORD, cast

PHONE: Final = "1390000" + "0123"  # what an error of the database may quote
PART: Final = {"HX-Request": "true"}
SAID: Final = {  # code of PostgreSQL -> status, what a page says, code and sentence of the API in English
    "53100": (507, ("磁盘已满", "The disk is full"), "storage_full", "The disk is full and nothing was kept."),
    "58030": (507, ("磁盘已满", "The disk is full"), "storage_full", "The disk is full and nothing was kept."),
    "53300": (503, ("系统太忙", "The system is too busy"), "database_busy", "Too busy just now."),
    "25006": (
        503,
        ("数据库暂时只能查看", "The database can only be read"),
        "database_read_only",
        "The database takes no changes",
    ),
    "57P01": (503, ("数据库暂时连不上", "The database cannot be reached"), "database_down", "The database cannot be reached."),
    "22012": (500, ("系统出错了", "Something went wrong"), "broken", "Tell the administrator."),
}


def fail(code: str) -> None:
    """Have PostgreSQL itself fail with this code, quoting a row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"do $$ begin raise exception '{PHONE}' using errcode = '{code}'; end $$")


def page(request: HttpRequest, code: str) -> HttpResponse:
    """A page that fails."""
    fail(code)
    return HttpResponse()


urlpatterns = [path("fails/<code>/", page), *ours.urlpatterns]
page.open_to_all = True  # type: ignore[attr-defined]  # as @open_to_all marks it, which keeps the type of a view
handler500 = ours.handler500


@pytest.fixture
def visitor(db: None, settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("code", SAID)
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("headers", [{}, PART], ids=["page", "part"])
def test_a_page_says_what_failed_in_the_readers_language(
    visitor: Client, code: str, english: bool, headers: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    status, titles, *_ = SAID[code]
    visitor.cookies[used.LANGUAGE_COOKIE_NAME] = "en" if english else "zh-hans"

    answer = visitor.get(f"/fails/{code}/", headers=headers)

    text = answer.content.decode()
    assert answer.status_code == status
    assert titles[english] in text
    assert titles[not english] not in text
    assert ("<html" in text) is not bool(headers)
    assert answer.get("HX-Retarget") == ("#flash" if headers else None)
    assert PHONE not in text + capfd.readouterr().err  # nor is it in the log, which has the place and the code
    assert not any(inside in text for inside in ("Traceback", "raise exception", "psycopg"))


@pytest.mark.parametrize("code", SAID)
def test_a_program_is_told_what_failed_and_by_a_code(visitor: Client, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, name, sentence = SAID[code]
    monkeypatch.setattr(asking, "bearer", lambda *_args, **_more: fail(code))

    zh, en = (
        visitor.get("/api/v1/cases", headers={"Authorization": "Bearer x", "Accept-Language": lang}) for lang in ("zh", "en")
    )

    assert (en.status_code, en.json()["code"], en.json()["status"]) == (status, name, status)
    assert sentence in en.json()["detail"]
    assert not zh.json()["detail"].isascii()
    assert en["Content-Type"].startswith("application/problem+json")
    assert ("Retry-After" in en) is (status == 503)
    assert PHONE not in en.content.decode() + zh.content.decode()


@pytest.fixture
def company(live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, str]]:
    """Somebody who reads English, signed in, and their token."""
    people = cast()
    enacted()
    changes.choose_language(people.chen_jie, "en", now=NOW)
    client = Client(raise_request_exception=False)
    client.post(reverse("signing:in"), {"username": people.chen_jie.username, "password": PASSWORD})
    assert client.get("/cases/").status_code == 200
    yield client, issue(people.chen_jie, "tests", now=NOW)
    monkeypatch.undo()


def test_while_the_database_is_gone_everybody_is_told_so_and_afterwards_all_is_well(
    company: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, token = company
    address = connections["default"].settings_dict
    headers: Any = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    body = json.dumps({"procedure": "repair", "fields": {"urgency": "urgent"}})

    def send() -> Any:
        return client.post("/api/v1/cases", body, content_type="application/json", headers=headers)

    connections.close_all()
    with monkeypatch.context() as gone:
        gone.setitem(address, "HOST", "/nowhere")
        seen, part, sent, door = (
            client.get("/cases/"),
            client.get("/cases/", headers=PART),
            send(),
            Client(raise_request_exception=False).get(reverse("signing:in")),
        )

    assert [a.status_code for a in (seen, part, sent, door)] == [503] * 4
    for answer in (seen, part):
        assert "The database cannot be reached" in answer.content.decode()
    assert "数据库暂时连不上" in door.content.decode()  # nobody has chosen a language here
    assert sent.json()["code"] == "database_down"
    for answer in (seen, part, sent, door):
        assert not any(leak in answer.content.decode() for leak in ("Traceback", "/nowhere", "chen_jie", "psycopg"))
    first, again = send(), send()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert Case.objects.count() == 1
    assert client.get("/cases/").status_code == 200
