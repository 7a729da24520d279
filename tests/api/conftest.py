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

    def get(self, path: str, **query: Any) -> Answer:
        """Read."""
        response = Client().get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {self.token}"})
        return Answer(response.status_code, response.json())

    def post(self, path: str, body: object, key: str = "") -> Answer:
        """Write."""
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        response = Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
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
