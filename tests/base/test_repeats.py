"""Idempotency: the same key gets the same answer, also when both come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from shouwen.base.errors import KeyReused
from shouwen.base.models import ActKey
from shouwen.base.repeats import Claim, claim, digest, forget, remember
from tests.conftest import LiveDatabase
from tests.world import NOW

REQUEST = {"act": "open", "fields": {"urgency": "urgent", "parts": [{"name": "阀门"}]}}


def test_the_order_of_keys_does_not_make_another_request() -> None:
    turned = {"fields": {"parts": [{"name": "阀门"}], "urgency": "urgent"}, "act": "open"}
    assert digest(REQUEST) == digest(turned)
    assert digest(REQUEST) != digest({**REQUEST, "act": "close"})
    assert digest({"a": {"x", "y"}}) == digest({"a": {"y", "x"}})


@pytest.mark.django_db
def test_a_key_seen_before_returns_the_answer_it_had() -> None:
    mine = Claim(7, "k1", digest(REQUEST))
    assert claim([mine], now=NOW) == {}
    remember({(7, "k1"): {"outcome": "allowed", "number": "BX20261123-0001"}})
    assert claim([mine, Claim(7, "k2", b"x")], now=NOW) == {(7, "k1"): {"outcome": "allowed", "number": "BX20261123-0001"}}


@pytest.mark.django_db
def test_two_persons_may_choose_the_same_key() -> None:
    claim([Claim(7, "k1", b"a")], now=NOW)
    assert claim([Claim(8, "k1", b"b")], now=NOW) == {}


@pytest.mark.django_db
def test_a_key_for_another_request_is_refused() -> None:
    claim([Claim(7, "k1", digest(REQUEST))], now=NOW)
    with pytest.raises(KeyReused):
        claim([Claim(7, "k1", digest({"act": "close"}))], now=NOW)
    with pytest.raises(KeyReused):
        claim([Claim(7, "k2", b"a"), Claim(7, "k2", b"b")], now=NOW)
    assert claim([], now=NOW) == {}


@pytest.mark.django_db
def test_old_keys_are_forgotten_but_those_of_imports_never() -> None:
    claim([Claim(1, "import:hotline:17", b"a"), Claim(7, "k1", b"a")], now=NOW - timedelta(days=40))
    claim([Claim(7, "k2", b"a")], now=NOW)
    assert forget(NOW - timedelta(days=30)) == 1
    assert set(ActKey.objects.values_list("key", flat=True)) == {"import:hotline:17", "k2"}


def test_batches_with_the_same_keys_in_another_order_do_not_lock_each_other_out(live_db: LiveDatabase) -> None:
    def batch(turn: int) -> int:
        keys = [Claim(7, f"{turn // 2}-{n:04d}", b"a") for n in range(1000)]
        try:
            with transaction.atomic():
                return 1000 - len(claim(keys if turn % 2 else keys[::-1], now=NOW))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        fresh = list(pool.map(batch, range(16)))
    assert sum(fresh) == 8000
    assert ActKey.objects.count() == 8000


@pytest.mark.parametrize("first_ends", ["committed", "rolled back"])
def test_of_two_at_once_the_second_waits_for_the_first(live_db: LiveDatabase, first_ends: str) -> None:
    mine = [Claim(7, "k1", b"a")]
    done: list[str] = []

    def second() -> Any:
        try:
            with transaction.atomic():
                found = claim(mine, now=NOW)
                done.append("second")
                return found
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert claim(mine, now=NOW) == {}
            waiting = pool.submit(second)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            done.append("first")
            remember({(7, "k1"): "the answer"})
            transaction.set_rollback(first_ends == "rolled back")
        assert waiting.result(timeout=10) == ({(7, "k1"): "the answer"} if first_ends == "committed" else {})
    assert done == ["first", "second"]
