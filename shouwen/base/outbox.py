"""Telling people: notices written in the transaction of their cause, sent after it.

The inbox of the application needs no sending. Every other channel has a sender, called by the worker for notices that are due;
a sender that fails is tried again, later and later, and in the end the notice says that it could not be delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from shouwen.base.journal import EventRow, write_events
from shouwen.base.live_notice import announce
from shouwen.base.models import Notice
from shouwen.base.numbering import next_ids
from shouwen.base.sql import raw, records, recordset
from shouwen.policy.act import Ref

APP: Final = "app"
CONFIRMED: Final = "confirmed"  # kind of the event; its subject is the notice, its case that of the notice
MOST_ATTEMPTS: Final = 10
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)

Sender = Callable[[Notice], None]  # raises when it could not send

_COLUMNS: Final = """id bigint, staff bigint, customer bigint, "case" bigint, clause text, clause_since date, topic text,
 text text, payload jsonb, channel text, state text, at timestamptz, confirm boolean, key text"""
_INSERT: Final = f"""insert into base_notice (id, staff_id, customer_id, case_id, clause, clause_since, topic, text, payload,
 channel, state, at, try_at, confirm, key, sent_at, attempts, trouble)
 select id, nullif(staff, 0), nullif(customer, 0), nullif("case", 0), clause, clause_since, topic, text, payload,
 channel, state, at, at, confirm, key, case when state = 'sent' then at end, 0, ''
 from {recordset(_COLUMNS)}
 on conflict (key) do nothing returning staff_id"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One notice to one person: `staff` or `customer`, never both. `key` is unique for cause and person.

    `topic` names the cause for programs (breach, task, hand_over …), `text` is the sentence, the rest goes into `payload`.
    """

    topic: str
    key: str
    at: datetime
    staff: int = 0
    customer: int = 0
    case: int = 0
    clause: str = ""
    clause_since: date | None = None
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    channel: str = APP
    confirm: bool = False


def write_notices(rows: Iterable[NoticeRow]) -> int:
    """Write notices with one statement, in the caller's transaction, and announce the inboxes; returns how many were new."""
    kept = list(rows)
    if not kept:
        return 0
    new = (_record(id_, row) for id_, row in zip(next_ids(len(kept)), kept, strict=True))
    found = raw().execute(_INSERT, [records(new)]).fetchall()
    if told := sorted({staff for (staff,) in found if staff}):
        announce(*(f"desk-{staff}" for staff in told))
    return len(found)


def _record(id_: int, row: NoticeRow) -> dict[str, Any]:
    state = Notice.State.SENT if row.channel == APP and row.staff else Notice.State.WAITING
    return {**{name: getattr(row, name) for name in NoticeRow.__slots__}, "id": id_, "state": state.value}


def mark_read(staff: int, ids: Iterable[int], *, now: datetime) -> int:
    """Note that somebody has read their notices; returns how many had been unread. Other people's ids do nothing."""
    return Notice.objects.unread(staff).filter(pk__in=list(ids)).update(read_at=now)


@transaction.atomic
def confirm(staff: int, ids: Iterable[int], *, now: datetime) -> int:
    """Note that somebody confirms their notices that ask for it; returns how many. Other people's ids do nothing.

    Each leaves one event, and whoever looks at its case sees it. What the clause did was to tell: the event names the clause in
    its data only, so that confirming is not counted as a second time the clause acted.
    """
    found = list(Notice.objects.unconfirmed(staff).filter(pk__in=list(ids)).select_for_update().order_by("pk"))
    Notice.objects.filter(pk__in=[n.pk for n in found]).update(confirmed_at=now, read_at=now)
    write_events(
        EventRow(
            subject=Ref("notice", n.topic, n.pk), kind=CONFIRMED, actor=staff, at=now, entered_at=now, case=n.case_id or 0,
            data={"clause": n.clause, "told": n.at},
        )
        for n in found
    )  # fmt: skip
    if found:
        announce(f"desk-{staff}", *sorted({f"case-{n.case_id}" for n in found if n.case_id}))
    return len(found)


def drain(senders: Mapping[str, Sender], *, now: datetime, limit: int = 100) -> int:
    """Send what is due on the channels that have a sender; returns how many were taken. Any number of workers may do this.

    Each notice has its own transaction, which holds its row while it is sent, so that no other worker sends it too. A crash after
    the sending and before the commit sends it again: `key` lets the receiver notice.
    """
    taken = 0
    while taken < limit and _send_one(senders, now):
        taken += 1
    return taken


@transaction.atomic
def _send_one(senders: Mapping[str, Sender], now: datetime) -> bool:
    due = Notice.objects.filter(state=Notice.State.WAITING, channel__in=sorted(senders), try_at__lte=now)
    notice = due.select_for_update(skip_locked=True).order_by("try_at", "id").first()
    if notice is None:
        return False
    notice.attempts += 1
    try:
        with transaction.atomic():
            senders[notice.channel](notice)
    except Exception as trouble:  # noqa: BLE001  whatever a channel raises must not stop the others
        notice.trouble = type(trouble).__name__  # its text may quote the recipient
        notice.try_at = now + min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
        if notice.attempts >= MOST_ATTEMPTS:
            notice.state = Notice.State.FAILED
    else:
        notice.state, notice.sent_at, notice.trouble = Notice.State.SENT, now, ""
    notice.save(update_fields=["attempts", "trouble", "try_at", "state", "sent_at"])
    return True
