"""Search is told what its rows are of in parts: a big table is never locked whole, and what was stopped goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from tests import databases
from tests.cases.doing import opened
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.world import at, cast

NINE = at("2026-03-02 09:00")
MANY, PART = 12_000, 5_000
FIRST = 10**12  # above every id that was given out
COPIES = """insert into cases_case select (jsonb_populate_record(c, jsonb_build_object('id', %(first)s::int8 + n, 'number', 'T' || n))).*
 from cases_case c, generate_series(1, %(many)s) n where c.id = (select min(id) from cases_case)"""
FOUND = """insert into search_row select (jsonb_populate_record(s, jsonb_build_object('object_id', %(first)s::int8 + n, 'noun', ''))).*
 from search_row s, generate_series(1, %(many)s) n
 where kind = 'case' and object_id = (select min(object_id) from search_row where kind = 'case')"""


RECORDS = """insert into registers_record (id, register, key, fields, step, marks, version, opened_at, updated_at)
 select %(first)s::int8 + n, 'house', n, '{}', '', '{}', 1, now(), now() from generate_series(1, %(many)s) n"""
OF_RECORDS = """insert into search_row select (jsonb_populate_record(s, jsonb_build_object('kind', 'record'))).* from search_row s
 where s.object_id > %(first)s"""


@pytest.fixture
def before(live_db: LiveDatabase) -> Iterator[str]:
    """A database of before the migrations, with many cases whose rows of search do not know their procedure."""
    people = cast(NINE)
    enacted("demo")
    opened("repair", people.chen_jie, NINE, urgency="normal")
    migrate("cases", "0009_surveys")
    migrate("registers", "0001_initial")
    with owner().cursor() as cursor:
        for statement in (COPIES, FOUND, RECORDS, OF_RECORDS):
            cursor.execute(statement, {"first": FIRST, "many": MANY})
        cursor.execute("update search_row set noun = ''")
    yield live_db.name
    owner().cursor().execute("reset lock_timeout")


def owner() -> BaseDatabaseWrapper:
    """The connection that may change tables."""
    return connections["owner"]


def migrate(app: str, name: str) -> None:
    """Go to a migration, forwards or backwards, as `setup` does."""
    MigrationExecutor(owner()).migrate([(app, name)])


def told(noun: str = "repair") -> tuple[int, int]:
    """How many rows of these know their procedure, and in how many transactions they were told."""
    with owner().cursor() as cursor:
        cursor.execute(
            "select count(*), count(distinct xmin::text) from search_row where noun = %s and object_id > %s", [noun, FIRST]
        )
        found: tuple[int, int] = cursor.fetchone()
        return found


@contextmanager
def held(database: str, row: int) -> Iterator[None]:
    """Somebody holds a row, and whoever wants it does not wait long."""
    with psycopg.connect(databases.SERVER.uri("owner", database)) as other, owner().cursor() as cursor:
        other.execute("select 1 from search_row where kind = 'case' and object_id = %s for update", [FIRST + row])
        cursor.execute("set lock_timeout = '100ms'")
        yield
        cursor.execute("reset lock_timeout")


def test_rows_are_told_in_parts_and_what_was_stopped_goes_on_from_there(before: str) -> None:
    with held(before, 7_000), pytest.raises(OperationalError):
        migrate("cases", "0010_reading_rights")
    stopped, parts = told()
    assert PART - 10 <= stopped <= PART, "the part before is kept"
    assert parts == 1

    migrate("cases", "0010_reading_rights")

    assert told() == (MANY, 3), "and is not written again"
    with owner().cursor() as cursor:
        cursor.execute("select count(*) from pg_trigger where tgname = 'org_changed' and tgrelid = 'cases_enactment'::regclass")
        assert cursor.fetchone() == (1,)
    migrate("cases", "0009_surveys")
    migrate("cases", "0010_reading_rights")
    assert told() == (MANY, 3), "where all know it nothing is written"
    assert told("house") == (0, 0)
    migrate("registers", "0002_search_by_noun")
    assert told("house") == (MANY, 3)
