"""Holds that were given an end: the clock resumes the case at that moment, once, by the same act a person would do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.utils import InterfaceError, OperationalError

from shouwen.base.journal import EventRow, write_events
from shouwen.base.numbering import next_id
from shouwen.base.outbox import NoticeRow, write_notices
from shouwen.base.sql import raw
from shouwen.cases.acting import act_many, is_collision
from shouwen.cases.sitting import RESUME
from shouwen.policy.act import Act, Ref

BATCH: Final = 200
_DUE: Final = """select id, procedure, held_until from cases_case where held_until <= %s and closed_at is null {only}
 order by held_until, id limit %s for no key update skip locked"""
_STAYS: Final = """update cases_case set held_until = null, version = version + 1 where id = %s
 returning coalesce(responsible_id, first_asked_id, 0)"""

log = logging.getLogger(__name__)


def resume(now: datetime) -> int:
    """Resume what is held until now or earlier; return how many were taken. What cannot be resumed stays held, and is told."""
    try:
        return _resume(now, BATCH)
    except (OperationalError, InterfaceError) as trouble:
        if is_collision(trouble):
            return 1  # nothing was done; it is taken again
        raise
    except Exception:  # noqa: BLE001  one of them must not stop the others
        log.warning("resuming failed; trying case by case")
    ids = [id_ for (id_,) in raw().execute("select id from cases_case where held_until <= %s", [now]).fetchall()]
    for id_ in ids:
        try:
            _resume(now, 1, id_)
        except (OperationalError, InterfaceError):
            raise
        except Exception as trouble:  # noqa: BLE001  whatever is wrong with one case must not hold up the others
            with transaction.atomic():
                _stays(Act(RESUME, _ref(id_), 0, now), type(trouble).__name__, "", now)
    return len(ids)


@transaction.atomic
def _resume(now: datetime, limit: int, only: int = 0) -> int:
    query = _DUE.format(only=f"and id = {only:d}" if only else "")  # a number of ours
    acts = [Act(RESUME, Ref("case", noun, id_), 0, at) for id_, noun, at in raw().execute(query, [now, limit]).fetchall()]
    for act, ruling in zip(acts, act_many(acts, now=now), strict=True):
        if ruling.refused:
            refusal = ruling.refusals[0]
            _stays(act, refusal.clause or refusal.code, refusal.text(), now)
    return len(acts)


def _ref(id_: int) -> Ref:
    row = raw().execute("select procedure from cases_case where id = %s", [id_]).fetchone()
    return Ref("case", row[0] if row is not None else "", id_)


def _stays(act: Act, why: str, text: str, now: datetime) -> None:
    """Leave a case held for a person to resume; the journal says why, and whoever answers for it is told."""
    found: Sequence[int] | None = raw().execute(_STAYS, [act.subject.id]).fetchone()
    data = {"why": why, "act": act.name}
    case = act.subject.id
    write_events([EventRow(subject=act.subject, kind="trouble", actor=0, at=act.at, entered_at=now, case=case, data=data)])
    if found is not None and found[0]:
        told = f"挂起到期，没有自动恢复，请手工恢复。{text}"
        write_notices(
            [NoticeRow(topic="trouble", key=f"{next_id()}", at=act.at, staff=found[0], case=case, text=told, payload=data)]
        )
