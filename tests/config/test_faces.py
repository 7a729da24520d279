"""What stands before the pages guards the pages, and programs are neither helped nor hindered by it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_form_of_a_page_without_its_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(reverse("signing:in"), {"username": "lin_yue"}).status_code == 403


def test_a_program_needs_no_token_of_a_form_and_gets_no_cookie() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/v1/cases", "{}", content_type="application/json")
    assert answer.status_code == 401  # its own kind of token is asked for
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_whoever_is_not_signed_in_is_sent_to_the_door_and_a_program_is_not() -> None:
    assert Client().get("/cases/").status_code == 302
    assert Client().get("/api/v1/cases").status_code == 401


POLICY = {  # nothing inline, nothing from elsewhere; a change of it is a decision, not an accident
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:", "font-src": "'self'",
    "connect-src": "'self'", "manifest-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/no-such-page/", "/api/v1/openapi.json", "/api/v1/cases"])
def test_pages_and_answers_to_programs_say_what_a_browser_may_do_with_them(path: str) -> None:
    headers = Client().get(path).headers
    said = [part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; ")]
    assert dict(said) == POLICY
    assert len(said) == len(POLICY)  # of a directive that comes twice, browsers take the first
    assert headers["Permissions-Policy"] == "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(headers["Cache-Control"].split(", "))
