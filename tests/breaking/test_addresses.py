"""Whatever somebody writes behind the question mark of an address, or into the fields of a form, is no error of ours."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.api.conftest import program
from tests.cases.law import enacted
from tests.world import PASSWORD, cast

# A digit that is no number, more digits than an id has, what PostgreSQL keeps nowhere, the last day of all and the first one.
ODD = ("²", "9" * 30, "\x00", "9999-12-31", "0001-01-01")
ASKED = re.compile(r"(?:GET|POST|typed|asked|sent|given|request\.\w+)\.get(?:list)?\(\s*[\"'](\w+)")
ELSEWHERE = ("live", "out", "static", "sign", "survey")  # streams, the door and the customers' page have tests of their own


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page is, and the names its package reads from what is sent."""

    path: str
    names: frozenset[str]


def patterns(found: list[Any], before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each


def names_of(module: ModuleType) -> frozenset[str]:
    files = Path(str(module.__file__)).parent.glob("*.py")
    return frozenset(name for f in files for name in ASKED.findall(f.read_text("utf-8")))


def addresses(number: str) -> Iterator[Address]:
    """Yield every page of ours, with the matter's number, an id or a word where its address wants one."""
    for pattern, each in patterns(get_resolver().url_patterns):
        module = inspect.getmodule(inspect.unwrap(each.callback))
        if module is None or not module.__name__.startswith("shouwen.web") or any(w in pattern for w in ELSEWHERE):
            continue
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<\w+:(?:key|number)>", number, pattern))
        yield Address(re.sub(r"<\w+:\w+>", "repair", path), names_of(module))


def status(client: Client, method: str, address: Address, odd: str) -> int:
    """Ask, read all of the answer, and take back what came of it."""
    with transaction.atomic():
        answer: Any = getattr(client, method)(address.path, dict.fromkeys(address.names, odd))
        if answer.streaming:
            assert b"".join(answer.streaming_content) or answer.status_code == 200
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.mark.django_db
def test_no_address_and_no_form_breaks_by_what_somebody_writes_into_it(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    people = cast()
    enacted()
    number = program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}}).body["number"]
    client = Client(raise_request_exception=False)
    client.post(reverse("signing:in"), {"username": people.zhao_jun.username, "password": PASSWORD})

    every = list(addresses(number))
    broken = [
        (method, address.path, odd)
        for address in every
        for odd in ODD
        for method in ("get", "post")
        if status(client, method, address, odd) >= 500
    ]

    assert len(every) > 60
    assert broken == []
