"""Live notices: after the commit, once each, never after a rollback."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections, transaction

from shouwen.base import live_notice
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.live_notice import CHANNEL, announce
from shouwen.base.outbox import NoticeRow, write_notices
from shouwen.policy.act import Ref
from tests import databases
from tests.conftest import LiveDatabase
from tests.world import NOW

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def listener(live_db: LiveDatabase) -> Iterator[Connection]:
    with psycopg.connect(databases.SERVER.uri("app", live_db.name), autocommit=True) as connection:
        connection.execute(f"listen {CHANNEL}")
        yield connection


def heard(listener: Connection) -> list[str]:
    return [n.payload for n in listener.notifies(timeout=0.3)]


def test_topics_of_one_transaction_come_in_one_notice_after_the_commit(listener: Connection) -> None:
    with transaction.atomic():
        announce("case-5", "desk-7")
        announce("desk-7", "clock")
        assert heard(listener) == []
    assert heard(listener) == ["case-5 desk-7 clock"]


def test_without_a_transaction_they_are_sent_at_once(listener: Connection) -> None:
    announce("case-5")
    announce("case-5")
    assert heard(listener) == ["case-5", "case-5"]


def test_a_rollback_sends_nothing_and_a_savepoint_rolled_back_only_the_rest(listener: Connection) -> None:
    with transaction.atomic():
        announce("case-1")
        transaction.set_rollback(True)
    with transaction.atomic():
        announce("case-2")
        with transaction.atomic():
            announce("case-2", "case-4")
            transaction.set_rollback(True)
        announce("case-3")
    assert heard(listener) == ["case-2 case-3"]


def test_a_thousand_topics_fit(listener: Connection) -> None:
    topics = [f"case-{10**12 + n}" for n in range(1000)]
    with transaction.atomic():
        announce(*topics)
    found = heard(listener)
    assert 1 < len(found) < 5
    assert " ".join(found).split() == topics


@pytest.mark.parametrize("topic", ["", "case 5", "case-5; drop", "客户-5", "phone-138 1234", "case-x"])
def test_a_topic_is_a_kind_and_a_number(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        announce(topic)


def test_a_notice_wakes_the_desk_of_whom_it_tells(listener: Connection) -> None:
    rows = [NoticeRow(topic="task", key=str(n), at=NOW, staff=n % 2 + 7) for n in range(4)]
    with transaction.atomic():
        write_notices(rows)
        write_events([EventRow(subject=Ref("case", "repair", 5), kind=ACT, act="note", actor=7, at=NOW, entered_at=NOW)])
    assert heard(listener) == ["desk-7 desk-8"]
    with transaction.atomic():
        write_notices(rows)
    assert heard(listener) == [], "nothing new, so nobody is woken"


def test_a_server_sends_the_topics_of_all_its_threads_together(
    live_db: LiveDatabase, listener: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_notice, "_herald", live_notice._Herald())

    threads = [threading.Thread(target=_say, args=(n,)) for n in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    came = [topic for payload in heard(listener) for topic in payload.split()]
    assert sorted(came) == [f"case-{n}" for n in range(5)]


def _say(n: int) -> None:
    try:
        with transaction.atomic():
            announce(f"case-{n}")
    finally:
        connections.close_all()
