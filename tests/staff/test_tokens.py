"""Tokens of programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from shouwen.base.errors import NotFound
from shouwen.ops.cast import Cast
from shouwen.staff import org, tokens
from shouwen.staff.models import Staff, Token
from tests.world import NOW, cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def test_a_token_says_who_sends_it_with_one_query(world: Cast) -> None:
    secret = tokens.issue(world.li_na, "呼叫中心", now=NOW)
    tokens.bearer(secret, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        found = tokens.bearer(secret, now=NOW)
    assert len(queries) == 1
    token = Token.objects.get()
    assert found == tokens.Bearer(token.pk, world.li_na.pk, "zh-hans", org.version())


def test_only_a_hash_is_kept(world: Cast) -> None:
    secret = tokens.issue(world.li_na, "x" * 200, now=NOW)
    kept = Token.objects.values().get()
    assert secret.startswith("sw_")
    assert len(secret) > 40
    assert secret not in str(kept)
    assert kept["prefix"] == secret[:11]
    assert len(bytes(kept["hash"])) == 32
    assert secret != tokens.issue(world.li_na, "y", now=NOW)


def test_other_words_are_nobodys(world: Cast) -> None:
    secret = tokens.issue(world.li_na, "x", now=NOW)
    for wrong in ("", "sw_", secret[:-1], secret + "x", secret.upper(), "Bearer " + secret, "sw_" + "x" * 500, "sw_\0", "sw_漏"):
        assert tokens.bearer(wrong, now=NOW) is None


def test_a_token_ends_when_it_is_revoked_or_expires_or_its_owner_leaves(world: Cast) -> None:
    revoked, short, forever = (tokens.issue(world.li_na, "x", now=NOW, lasts=lasts) for lasts in (None, timedelta(days=1), None))
    tokens.revoke(Token.objects.order_by("pk")[0].pk, now=NOW)
    with pytest.raises(NotFound):
        tokens.revoke(Token.objects.order_by("pk")[0].pk, now=NOW)
    assert tokens.bearer(revoked, now=NOW) is None
    assert tokens.bearer(short, now=NOW) is not None
    assert tokens.bearer(short, now=NOW + timedelta(days=1)) is None
    assert tokens.bearer(forever, now=NOW + timedelta(days=1)) is not None
    Staff.objects.filter(pk=world.li_na.pk).update(is_active=False)
    assert tokens.bearer(forever, now=NOW) is None


def test_the_key_of_the_installation_goes_into_the_hash(world: Cast, settings: Settings) -> None:
    secret = tokens.issue(world.li_na, "x", now=NOW)
    settings.SECRET_KEY = "another"
    assert tokens.bearer(secret, now=NOW) is None


def test_last_use_is_written_at_most_once_an_hour(world: Cast) -> None:
    secret = tokens.issue(world.li_na, "x", now=NOW)
    for minutes, seen in ((0, 0), (59, 0), (60, 60), (90, 60)):
        tokens.bearer(secret, now=NOW + timedelta(minutes=minutes))
        assert Token.objects.get().last_used_at == NOW + timedelta(minutes=seen)
