"""The journal: what is written can be read, and nobody can change it."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError
from django.test.utils import CaptureQueriesContext

from shouwen.base import journal
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.models import Event
from shouwen.base.sql import raw
from shouwen.policy.act import Ref
from tests import databases
from tests.world import NOW, at

CASE = Ref("case", "repair", 2001)


def said(act: str = "reply", **more: object) -> EventRow:
    given: dict[str, object] = {"subject": CASE, "kind": ACT, "act": act, "actor": 7, "at": NOW, "entered_at": NOW, "case": 2001}
    return EventRow(**{**given, **more})  # type: ignore[arg-type]  # keywords of a test's own


ATTEMPTS = {
    "update": "update base_event set clause = 'x'",
    "update of nothing": "update base_event set clause = 'x' where false",
    "delete": "delete from base_event",
    "truncate": "truncate base_event",
    "truncate with others": "truncate base_notice, base_event cascade",
    "alter": "alter table base_event add column x int",
    "drop": "drop table base_event",
    "drop the trigger": "drop trigger event_append_only on base_event",
    "disable the trigger": "alter table base_event disable trigger event_append_only",
    "disable all triggers": "alter table base_event disable trigger all",
    "replica role": "set session_replication_role = replica",
    "replace the function": "create or replace function shouwen_append_only() returns trigger language plpgsql as 'begin end'",
    "a trigger of one's own": "create trigger mine before insert on base_event execute function shouwen_append_only()",
    "a rule": "create rule quiet as on insert to base_event do instead nothing",
    "upsert": """insert into base_event (subject_kind, noun, subject_id, kind, act, actor_id, clause, at, entered_at, data, key)
        overriding system value values ('case', 'repair', 1, 'act', 'x', 1, '', now(), now(), '{}', '')
        on conflict (seq) do update set clause = 'x'""",
    "merge": "merge into base_event e using (select 1 as x) s on true when matched then delete",
    "become the owner": "set role shouwen_owner",
    "grant oneself the right": "grant update on base_event to shouwen_app",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_the_application_cannot_change_the_journal(statement: str) -> None:
    write_events([said()])
    before = list(Event.objects.values())
    warned: list[str] = []
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.add_notice_handler(lambda d: warned.append(d.message_primary or ""))

    refused = False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        refused = True

    assert refused or "no privileges were granted" in " ".join(warned)
    assert list(Event.objects.values()) == before


@pytest.mark.django_db
def test_the_application_holds_no_right_to_change_the_journal() -> None:
    rights = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
    with connection.cursor() as cursor:
        cursor.execute("select current_user::text")
        assert cursor.fetchone() == ("shouwen_app",)
        cursor.execute("select r from unnest(%s::text[]) r where has_table_privilege('base_event', r)", [list(rights)])
        assert {r for (r,) in cursor.fetchall()} == {"select", "insert"}


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", ["update base_event set clause = 'x'", "delete from base_event", "truncate base_event"])
def test_not_even_the_owner_changes_the_journal(statement: str) -> None:
    with pytest.raises(DatabaseError, match="记录只能追加") as refused, transaction.atomic("owner"):
        connections["owner"].cursor().execute(statement)
    assert "append-only" in str(refused.value)


@pytest.mark.django_db
def test_not_even_a_superuser_who_plays_a_replica_changes_the_journal() -> None:
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(databases.SERVER.uri("postgres", name)) as server:
        server.execute("set session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            server.execute("delete from base_event")


@pytest.mark.django_db
def test_rows_come_back_as_they_were_written_and_in_order() -> None:
    late = at("2026-11-24 18:30")
    write_events(
        [
            said(
                "open", data={"fields": {"urgency": "urgent", "visit_at": NOW, "on": date(2026, 11, 24)}, "cites": []}, key="k1"
            ),
            said("", kind="promise", clause="property/repair#2.1", clause_since=date(2025, 7, 1), actor=0, at=late),
            EventRow(subject=Ref("customer", "customer", 9), kind=ACT, act="reveal", actor=7, at=NOW, entered_at=late),
        ]
    )

    first, second, third = Event.objects.order_by("seq")
    assert first.data == {
        "fields": {"urgency": "urgent", "visit_at": "2026-11-23T09:00:00+08:00", "on": "2026-11-24"},
        "cites": [],
    }
    assert (first.subject, first.case_id, first.act, first.key, first.clause_since) == (CASE, 2001, "open", "k1", None)
    assert (second.kind, second.clause, second.clause_since, second.at) == (
        "promise",
        "property/repair#2.1",
        date(2025, 7, 1),
        late,
    )
    assert (third.case_id, third.subject_kind, third.entered_at) == (None, "customer", late)


@pytest.mark.django_db
def test_a_batch_is_one_statement_that_the_query_log_shows() -> None:
    with CaptureQueriesContext(connection) as queries:
        write_events([said() for _ in range(300)])
        write_events([])
    assert len(queries) == 1
    assert Event.objects.count() == 300


@pytest.mark.django_db
def test_raw_statements_are_prepared_and_their_errors_are_djangos() -> None:
    write_events([said()])
    write_events([said()])
    prepared = (
        raw().execute("select count(*) from pg_prepared_statements where statement like 'insert into base_event%%'").fetchone()
    )
    assert prepared is not None
    assert prepared[0] >= 1
    with pytest.raises(IntegrityError, match="event_is_about_something"), transaction.atomic():
        write_events([said("", kind="")])
    with pytest.raises(ProgrammingError), transaction.atomic():
        raw().execute("select * from no_such_table")


@pytest.mark.django_db
def test_an_act_without_a_name_is_no_act() -> None:
    with pytest.raises(IntegrityError, match="event_names_its_act"), transaction.atomic():
        write_events([said("")])


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_there() -> None:
    with transaction.atomic():
        write_events([said()])
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_is_bounded_and_the_refusal_does_not_quote_it() -> None:
    with pytest.raises(journal.TooMuchData) as refused:
        write_events([said(), said(data={"note": "漏" * 30_000})])
    assert "漏" not in str(refused.value)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_pages_go_by_seq_in_both_directions() -> None:
    other = Ref("case", "repair", 2002)
    write_events([said(f"note{n}") if n % 2 else said(subject=other, case=2002) for n in range(1, 12)])
    story = Event.objects.of(CASE)

    first = story.after(0, limit=4)
    rest = story.after(first[-1].seq, limit=4)
    assert [e.act for e in [*first, *rest]] == [f"note{n}" for n in (1, 3, 5, 7, 9, 11)]
    newest = story.before(None, limit=4)
    older = story.before(newest[-1].seq, limit=4)
    assert [e.act for e in [*newest, *older]] == [f"note{n}" for n in (11, 9, 7, 5, 3, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("event_case", "select * from base_event where case_id = 5 and seq > 10 order by seq limit 50"),
        (
            "event_clause",
            "select * from base_event where clause <> '' and clause = 'a#1' and kind = 'breach' and at > now() - interval '1 d'",
        ),
        (
            "event_act",
            "select * from base_event where act <> '' and noun = 'repair' and act = 'open' and at > now() - interval '1 d'",
        ),
        ("event_actor", "select * from base_event where kind = 'act' and actor_id = 5 and at > now() - interval '1 d'"),
        ("event_subject", "select * from base_event where subject_kind = 'customer' and subject_id = 5 order by seq limit 50"),
    ],
)
def test_each_question_to_the_journal_has_its_index(index: str, query: str) -> None:
    with connection.cursor() as cursor:  # so many rows that the size of the table, not what it was when last analysed, decides
        cursor.execute(
            """insert into base_event (subject_kind, noun, subject_id, case_id, kind, act, actor_id, clause, at, entered_at, data, key)
            select case when n % 9 = 0 then 'customer' else 'case' end, 'repair', n % 500, n % 500, 'act', 'note', n % 50,
             'b#' || n % 90, now() - n * interval '1 h', now(), '{}', ''
            from generate_series(1, 4000) as n"""
        )
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {query}")
        assert index in "\n".join(line for (line,) in cursor.fetchall())
