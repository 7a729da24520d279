"""The databases of the tests themselves."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from shouwen.base import database
from shouwen.base.trouble import Exit, Trouble
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


@pytest.mark.parametrize(("version", "refused"), [(14, True), (database.FLOOR, False), (18, False)])
def test_a_server_older_than_the_oldest_we_write_for_is_refused(
    version: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "standing", lambda url: database.Standing(version, "shouwen_app", superuser=False, owned=0))

    if not refused:
        database.demand_lawful("postgresql://")
        return
    with pytest.raises(Trouble) as trouble:
        database.demand_lawful("postgresql://")
    assert trouble.value.code is Exit.OTHER_VERSION
    assert "PostgreSQL 14" in trouble.value.zh
    assert "at least 15" in trouble.value.en


SQL = re.compile(r"\b(select|insert into|update|delete from|merge into|create|alter)\b", re.IGNORECASE)
NEWER = re.compile(  # what PostgreSQL 15 does not know
    r"\b(json_table|json_exists|json_query|json_value|json_scalar|json_serialize|json_arrayagg|json_objectagg|any_value|"
    r"array_shuffle|array_sample|random_normal|erf|erfc|uuidv7|uuidv4|uuid_extract_timestamp|uuid_extract_version|to_bin|to_oct|"
    r"array_reverse|array_sort|casefold|crc32|crc32c|gamma|lgamma|merge_action|json_strip_nulls|unicode_assigned|pg_input_is_valid|"
    r"pg_input_error_info|xmltext)\s*\(|"
    r"\bis\s+json\b|\bgenerated\s+always\s+as\s+\([^)]*\)\s+virtual\b|\bwithout\s+overlaps\b|\breturning\s+(with|old\.|new\.)|"
    r"\bwhen\s+not\s+matched\s+by\s+source\b|\bon_error\b|\bmerge\s+into\b[^;]*\breturning\b",
    re.IGNORECASE,
)


def test_no_statement_of_ours_asks_for_what_the_oldest_server_lacks() -> None:
    found = []
    for path in (Path(__file__).resolve().parents[2] / "shouwen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and SQL.search(text) and (newer := NEWER.search(text)):
                found.append(f"{path.name}:{node.lineno} {newer.group()}")  # type: ignore[attr-defined]  # a constant has a line
    assert found == []


@pytest.mark.parametrize(
    "statement",
    ["select uuidv7()", "select * from json_table(x, '$')", "select x is json from t", "merge into a using b on c returning d"],
)
def test_the_names_that_are_looked_for_are_found(statement: str) -> None:
    assert SQL.search(statement)
    assert NEWER.search(statement)
