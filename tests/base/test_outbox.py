"""Notices: written with their cause, told once, tried again when a channel fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.db.utils import IntegrityError

from shouwen.base import outbox
from shouwen.base.models import Event, Notice
from shouwen.base.outbox import NoticeRow, confirm, drain, mark_read, write_notices
from tests.conftest import LiveDatabase
from tests.world import NOW


def notice(key: str, **more: object) -> NoticeRow:
    return NoticeRow(**{"topic": "breach", "key": key, "at": NOW, "staff": 7, **more})  # type: ignore[arg-type]  # keywords of a test's own


@pytest.mark.django_db
def test_a_notice_in_the_inbox_has_arrived_and_cites_its_clause() -> None:
    row = notice(
        "a",
        case=5,
        clause="property/repair#2.2",
        clause_since=date(2025, 7, 1),
        text="回复超时",
        payload={"row": "1"},
        confirm=True,
    )
    assert write_notices([row]) == 1
    (found,) = Notice.objects.inbox(7)
    assert (found.state, found.sent_at, found.clause, found.clause_since) == (
        "sent",
        NOW,
        "property/repair#2.2",
        date(2025, 7, 1),
    )
    assert (found.text, found.payload, found.case_id, found.confirm) == ("回复超时", {"row": "1"}, 5, True)
    assert found.pk > 1000


@pytest.mark.django_db
def test_the_same_cause_tells_a_person_once() -> None:
    assert write_notices([notice("a"), notice("a"), notice("b")]) == 2
    assert write_notices([notice("a"), notice("c")]) == 1
    assert write_notices([]) == 0
    assert Notice.objects.count() == 3


@pytest.mark.django_db
def test_a_notice_tells_one_person() -> None:
    for nobody_or_two in ({"staff": 0}, {"customer": 3}):
        with pytest.raises(IntegrityError, match="notice_tells_one_person"), transaction.atomic():
            write_notices([notice("x", **nobody_or_two)])


@pytest.mark.django_db
def test_reading_and_confirming_is_for_the_person_told() -> None:
    write_notices([notice("a", confirm=True), notice("b"), notice("c", staff=8, confirm=True)])
    mine, plain, others = (Notice.objects.get(key=k).pk for k in "abc")

    assert mark_read(7, [plain, others], now=NOW) == 1
    assert [n.key for n in Notice.objects.unread(7)] == ["a"]
    assert not confirm(7, [others], now=NOW)
    assert not confirm(7, [plain], now=NOW)
    assert confirm(7, [mine], now=NOW)
    assert not confirm(7, [mine], now=NOW)
    assert not Notice.objects.unconfirmed(7).exists()
    assert Notice.objects.unconfirmed(8).count() == 1
    (event,) = Event.objects.filter(kind="confirmed")
    assert (event.actor_id, event.subject_id, event.at) == (7, mine, NOW)


@pytest.mark.django_db
def test_only_channels_with_a_sender_are_drained_and_in_order() -> None:
    write_notices(
        [notice("late", channel="mail", at=NOW + timedelta(hours=1)), notice("b", channel="mail"), notice("c", channel="post")]
    )
    sent: list[str] = []
    assert drain({"mail": lambda n: sent.append(n.key)}, now=NOW) == 1
    assert sent == ["b"]
    assert drain({"mail": lambda n: sent.append(n.key)}, now=NOW + timedelta(hours=1)) == 1
    assert list(Notice.objects.order_by("key").values_list("key", "state")) == [("b", "sent"), ("c", "waiting"), ("late", "sent")]


@pytest.mark.django_db
def test_what_fails_is_tried_later_and_later_and_then_said_to_have_failed() -> None:
    def fails(_: Notice) -> None:
        raise ConnectionError("13812345678 is unknown here")

    write_notices([notice("a", channel="mail")])
    now, waits = NOW, []
    while (found := Notice.objects.get()).state == "waiting":
        assert drain({"mail": fails}, now=now) == 1, "and not again in the same round"
        after = Notice.objects.get()
        assert after.attempts == found.attempts + 1
        waits.append(after.try_at - now)
        assert drain({"mail": fails}, now=now + timedelta(seconds=1)) == 0
        now = after.try_at
    assert found.state == "failed"
    assert found.attempts == outbox.MOST_ATTEMPTS == len(waits)
    assert waits[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert max(waits) <= outbox.LONGEST_WAIT
    assert found.trouble == "ConnectionError", "the text of the trouble may hold personal data"


def test_two_workers_never_send_the_same_notice(live_db: LiveDatabase) -> None:
    write_notices([notice(str(n), channel="mail") for n in range(40)])
    sent: list[str] = []

    def work() -> int:
        try:
            return drain({"mail": lambda n: sent.append(n.key)}, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [job.result() for job in [pool.submit(work) for _ in range(4)]]
    assert sum(taken) == 40
    assert sorted(sent, key=int) == [str(n) for n in range(40)]
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
