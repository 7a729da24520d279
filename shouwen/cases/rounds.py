"""Rounds: what the calendar demands of every member of a population, once in each period, and what an act demands of all of them.

`look` writes down which periods have begun; `ask` goes through the members of one, a page at a time. Both may be run by any number
of workers: the page and how far it goes are written in the transaction that asks. A page is as large as can be asked within HOLD.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import ExpressionWrapper, Q
from django.db.models.fields import BooleanField
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from shouwen.base.journal import EventRow, write_events
from shouwen.base.numbering import top_up
from shouwen.base.sql import place, raw
from shouwen.cases.acting import act_many, is_collision
from shouwen.cases.effects import QUEUE
from shouwen.cases.enactments import Laws
from shouwen.cases.looking import UNKNOWN_YEAR, Look, moments, say_stuck
from shouwen.cases.models import Occurrence, Round
from shouwen.cases.populations import Page, drawn_by, kind_of, page_after, page_of, sampled
from shouwen.cases.queueing import ROUND
from shouwen.cases.rows_sql import insert
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import OpenCase, Ruling

FIRST: Final = 50  # members of the first page of a round: what one costs is not known yet
MOST: Final = 500  # of any page
HOLD: Final = 0.3  # seconds a page may take: as long what its members belong to is locked, and what falls due waits
LOOK_EVERY: Final = timedelta(seconds=20)
WAIT: Final = timedelta(minutes=10)  # until a round that waits for a year is tried again
LONG: Final = 1000  # members: a round that has asked so many lets those that begin later go before it
DRAWS: Final = 8  # samples a process remembers; of whatever is drawn again the same are drawn
PACES: Final = 100  # rounds of which a process remembers how large their pages may be
_draws: dict[tuple[str, int], Sequence[int]] = {}  # by database and round
_paces: dict[tuple[str, int], int] = {}  # members of the next page, by database and round
_MINE: Final = "select pg_try_advisory_xact_lock(hashtext('cases_round'))"

log = logging.getLogger(__name__)


@transaction.atomic
def look(now: datetime) -> int:
    """Write down which rounds have begun since the calendar was last looked at; return how many are new.

    The first time it looks from the beginning of the day, so that putting a law into force late in the morning loses nothing.
    """
    known = Round.objects.values_list("looked_until", flat=True).first()
    if known is not None and now - known < LOOK_EVERY:
        return 0
    row = raw().execute(_MINE).fetchone()
    if row is None or not row[0]:
        return 0  # another worker is looking
    found = Round.objects.first()
    since, behind = (found.looked_until, moments(found.behind)) if found is not None else (_beginning_of_day(now), {})
    if since >= now:
        return 0
    look = Look(since, behind, now)
    begun = list(look.begun())
    if begun:
        text, params = insert("cases_occurrence", QUEUE, begun)
        raw().execute(f"{text} on conflict do nothing", params)
    kept = {clause: at.isoformat() for clause, at in look.stuck.items()}
    Round.objects.update_or_create(id=1, defaults={"looked_until": now, "behind": kept})
    for clause, why in look.why.items():
        if clause not in behind:
            say_stuck(clause, why, now)
    return len(begun)


def _beginning_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now, timezone.get_default_timezone())
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)


def ask(now: datetime, *, page: int = 0) -> bool:
    """Ask the next members of one round (`page` of them; 0: as many as can be asked within HOLD); return whether there was anything to
    do. What fails is set aside, one member at a time."""
    taken: list[int] = []
    top_up()
    try:
        return _ask(now, page, taken)
    except (OperationalError, InterfaceError) as trouble:
        if is_collision(trouble):
            return True
        raise
    except Exception:  # noqa: BLE001  one member must not stop the round
        log.warning("a page of a round failed; asking its members one by one")
    for _ in range(taken[1]):
        try:
            if not _ask(now, 1, taken, taken[0]):
                break
        except (OperationalError, InterfaceError):
            raise
        except Exception as trouble:  # noqa: BLE001  whatever is wrong with one round must not stop the others
            _skip(taken[0], type(trouble).__name__, now)
    return True


@transaction.atomic
def _ask(now: datetime, page: int, taken: list[int], only: int = 0) -> bool:
    waiting = Occurrence.objects.filter(done_at=None, try_at__lte=now)
    chosen = waiting.filter(pk=only) if only else waiting
    long = ExpressionWrapper(Q(asked__gte=LONG), BooleanField())
    in_turn = chosen.order_by(long, "at", "clause", "pk")  # as `policy.rounds` plays them, but for the longest
    found = in_turn.select_for_update(skip_locked=True).first()
    if found is None:
        return False
    limit, begun = page or _paces.get((place(), found.pk), FIRST), time.perf_counter()
    taken[:] = [found.pk, limit]
    these = _page(found, limit)
    rulings = _rulings(found, these.members, now)
    if rulings is None:
        _wait(found, now)
        return True
    found.asked += these.looked_at
    found.opened += sum(isinstance(e, OpenCase) for r in rulings for e in r.effects)
    found.trouble = "" if found.trouble == UNKNOWN_YEAR else found.trouble
    found.reached = these.reached
    if these.last:
        found.done_at = now
    found.save(update_fields=["asked", "opened", "reached", "done_at", "trouble"])
    if not page:
        _pace(found.pk, limit, len(these.members), time.perf_counter() - begun)
    return True


def _pace(round_: int, limit: int, asked: int, seconds: float) -> None:
    """Keep how many members the next page of a round may have, by what this one took; it grows no faster than twofold."""
    key = place(), round_
    while key not in _paces and len(_paces) >= PACES:
        del _paces[next(iter(_paces))]
    able = int(asked * HOLD / max(seconds, 0.001))
    _paces[key] = max(1, min(able, limit * 2, MOST)) if asked else limit


class _Unknown(Exception):
    """Somebody cannot be asked before a year is entered: nothing of the page is done."""


def _rulings(o: Occurrence, members: Sequence[Ref], now: datetime) -> list[Ruling] | None:
    """Ask the members; None when a year is not known. What had to wait for a year is asked as of now, if need be."""
    for moment in (o.at, now) if o.trouble == UNKNOWN_YEAR else (o.at,):
        try:
            with transaction.atomic():
                return _demand_known(act_many([_asking(o, ref, moment) for ref in members], now=now))
        except _Unknown:
            continue
    return None


def _demand_known(rulings: list[Ruling]) -> list[Ruling]:
    if any(r.code == UNKNOWN_YEAR for ruling in rulings for r in ruling.refusals):
        raise _Unknown
    return rulings


def _wait(o: Occurrence, now: datetime) -> None:
    """Let a round wait for a year that nobody has entered, and say so once."""
    if o.trouble != UNKNOWN_YEAR:
        say_stuck(o.clause, UNKNOWN_YEAR, now)
    o.trouble, o.try_at = UNKNOWN_YEAR, now + WAIT
    o.save(update_fields=["trouble", "try_at"])


def _page(o: Occurrence, limit: int) -> Page:
    law = Laws().at(o.at)
    if law is not None and (drawn := drawn_by(law, o.clause, o.at)) is not None:
        key = place(), o.pk
        if not o.reached or key not in _draws:  # a round that begins is drawn anew, whatever went by its number before
            while len(_draws) >= DRAWS:
                del _draws[next(iter(_draws))]
            _draws[key] = sampled(drawn, law)
        first, (kind, noun) = bisect_right(_draws[key], o.reached), kind_of(drawn.population, law)
        return page_of([Ref(kind, noun, i) for i in _draws[key][first : first + limit]], limit, o.reached)
    if law is None:
        return page_of((), limit, o.reached)
    return page_after(o, law, limit, narrow=o.trouble != UNKNOWN_YEAR)  # what waited for a year may be asked by another day's law


def _asking(o: Occurrence, member: Ref, moment: datetime) -> Act:
    """Return the act that asks one member; exactly once, because how far the round is moves with it."""
    return Act(ROUND, member, o.by_id, moment, clause=o.clause, row=o.row)


@transaction.atomic
def _skip(pk: int, why: str, now: datetime) -> None:
    """Leave out a member that cannot be asked, and say so in the journal."""
    found = Occurrence.objects.select_for_update().get(pk=pk)
    these = _page(found, 1)
    if not these.members:
        return
    ref = these.members[0]
    case = ref.id if ref.kind == "case" else 0
    data = {"why": why, "act": ROUND, "row": found.row, "round": found.pk}
    write_events(
        [EventRow(subject=ref, kind="trouble", actor=0, at=now, entered_at=now, clause=found.clause, case=case, data=data)]
    )
    found.reached, found.trouble, found.tries = ref.id, why[:200], found.tries + 1
    found.asked += these.looked_at - 1  # without the one that was not
    found.save(update_fields=["reached", "asked", "trouble", "tries"])
