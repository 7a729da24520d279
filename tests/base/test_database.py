"""The databases of the tests themselves."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from shouwen.base import database
from shouwen.base.trouble import Trouble
from tests.conftest import LiveDatabase


def ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row and row[0]


@pytest.mark.django_db
def test_tests_run_as_the_application_which_owns_nothing() -> None:
    assert ask("select current_user") == "shouwen_app"
    assert ask("select count(*) from pg_class where relowner = 'shouwen_app'::regrole") == 0


@pytest.mark.django_db
def test_which_migrations_have_run_is_for_the_owner_to_write() -> None:
    assert ask("select has_table_privilege('django_migrations', 'insert')") is False


def test_a_live_database_commits_for_other_connections_to_see(live_db: LiveDatabase) -> None:
    assert ask("select current_database()") == live_db.name
    ask("insert into django_session values ('k', '', now()) returning 1")

    with psycopg.connect(live_db.env["DATABASE_URL"]) as other:
        assert other.execute("select count(*) from django_session").fetchone() == (1,)


@pytest.mark.django_db
def test_the_live_database_is_gone_afterwards() -> None:
    assert ask("select count(*) from django_session") == 0
    assert "live" not in str(connections["default"].settings_dict["NAME"])


def test_our_cursors_can_prepare_statements(live_db: LiveDatabase) -> None:
    connection.ensure_connection()
    assert connection.connection.prepare_threshold == 1


@pytest.mark.parametrize("text", ["mysql://x", "postgresql://[", "not a url"])
def test_an_address_that_is_none_is_refused_without_being_repeated(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", text)

    with pytest.raises(Trouble) as refused:
        database.django_database("app", Path("/nowhere"))

    assert text not in refused.value.zh + refused.value.en


@pytest.mark.django_db
def test_a_kept_connection_is_looked_at_without_a_query_and_a_dead_one_is_found_out() -> None:
    kept = connection.copy()
    kept.ensure_connection()
    with CaptureQueriesContext(kept) as asked:
        assert kept.is_usable()
    assert not asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s)", [kept.connection.info.backend_pid])
    until = time.monotonic() + 10
    while kept.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not kept.is_usable()
    kept.close()
