"""Files over HTTP: whoever may see the matter gets them, as what they are and never as something a browser would run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as used
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shouwen.base.models import Attachment
from shouwen.cases.models import Case
from shouwen.config import settings as shipped
from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff
from tests.api.conftest import program
from tests.base.test_attachments import JPEG, REFUSED
from tests.cases.law import enacted
from tests.world import PASSWORD, cast

PDF = b"%PDF-1.7\n" + b"\0" * 40


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "files"
    found = cast()
    enacted()
    return found


def signed_in(person: Staff) -> Client:
    client = Client()
    client.post(reverse("signing:in"), {"username": person.username, "password": PASSWORD})
    return client


def sent(client: Client, case: Case, data: bytes, name: str) -> Any:
    file = SimpleUploadedFile(name, data, content_type="image/jpeg")  # what a browser claims is not believed
    return client.post(reverse("cases:files", args=[case.number]), {"files": [file], "key": name}, headers={"HX-Request": "true"})


@pytest.fixture
def case(people: Cast) -> Case:
    opened = program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}})
    return Case.objects.get(pk=opened.body["id"])


def test_a_file_is_given_to_whoever_sees_its_matter_and_to_nobody_else(people: Cast, case: Case) -> None:
    clerk = signed_in(people.chen_jie)
    for data, name in ((JPEG, "漏水.jpg"), (PDF, "报价.pdf")):
        assert sent(clerk, case, data, name).status_code < 400
    picture, paper = Attachment.objects.order_by("pk")
    addresses = {a: reverse("cases:file", args=[case.number, a.pk]) for a in (picture, paper)}

    answer: Any = clerk.get(addresses[picture])
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, JPEG)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    taken: Any = clerk.get(addresses[picture], {"download": "1"})
    assert taken["Content-Disposition"].startswith("attachment;")
    assert b"".join(taken.streaming_content) == JPEG

    other = Case.objects.get(
        pk=program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}}).body["id"]
    )
    assert clerk.get(reverse("cases:file", args=[other.number, picture.pk])).status_code == 404  # of another matter
    assert clerk.post(addresses[picture]).status_code == 405
    stranger = signed_in(people.su_min)  # of another site
    assert stranger.get("/account/").status_code < 400
    refused, nothing = stranger.get(addresses[paper]), stranger.get(addresses[paper].replace(str(paper.pk), "1"))
    assert (refused.status_code, nothing.status_code) == (404, 404)
    assert PDF not in refused.content
    assert Client().get(addresses[paper]).status_code == 302  # to the door


@pytest.mark.parametrize("what", ["html", "svg", "program", "macros"])
def test_what_a_browser_or_computer_might_run_is_refused_by_the_page_too(people: Cast, case: Case, what: str) -> None:
    answer = sent(signed_in(people.chen_jie), case, REFUSED[what], "照片.jpg")

    assert answer.status_code == 422
    assert "不支持这种文件" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_files_lie_where_no_address_leads() -> None:
    assert not Path(shipped.MEDIA_ROOT).is_relative_to(shipped.STATIC_ROOT)
    assert not Path(shipped.STATIC_ROOT).is_relative_to(shipped.MEDIA_ROOT)
    assert not getattr(shipped, "MEDIA_URL", "")
    assert used.STATIC_URL == "/static/"
