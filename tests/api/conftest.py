"""A client with a token of somebody of the cast, and the small law of the tests in force."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff
from shouwen.staff.tokens import issue
from tests.cases.law import enacted
from tests.world import NOW, cast


@dataclass(frozen=True)
class Answer:
    """Status and body."""

    status: int
    body: Any


@dataclass(frozen=True)
class Program:
    """A program that acts for a member of staff."""

    token: str

    lang: str = ""

    def get(self, path: str, **query: Any) -> Answer:
        """Read."""
        response = Client().get(f"/api/v1{path}", query, headers=self._headers())
        return Answer(response.status_code, response.json())

    def _headers(self, key: str = "") -> dict[str, str]:
        optional = {"Idempotency-Key": key, "Accept-Language": self.lang}
        return {"Authorization": f"Bearer {self.token}", **{k: v for k, v in optional.items() if v}}

    def post(self, path: str, body: object, key: str = "") -> Answer:
        """Write."""
        headers: Any = self._headers(key)
        response = Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        return Answer(response.status_code, response.json())

    def put(self, path: str, body: object) -> Answer:
        """Tell what stands."""
        headers: Any = self._headers()
        response = Client().put(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        return Answer(response.status_code, response.json())


@pytest.fixture
def people(db: None, settings: Any) -> Cast:
    """The cast, with a law in force; the API without the pages."""
    settings.ROOT_URLCONF = "tests.api.urls"
    found = cast()
    enacted()
    return found


def program(person: Staff) -> Program:
    """Return a program with a new token of somebody."""
    return Program(issue(person, "tests", now=NOW))
