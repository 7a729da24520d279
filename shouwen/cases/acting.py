"""The one way to change anything: somebody, or the clock, wants acts done; the law decides; what it allows is written together.

Doors call `act_many` (or `act`), nothing else. A refusal is a ruling, not an exception; a refused act of a batch stops no other.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import psycopg
from django.db import transaction
from django.db.utils import IntegrityError, OperationalError

from shouwen.base import repeats
from shouwen.base.errors import FieldError
from shouwen.base.late_transaction import LateTransaction
from shouwen.base.numbering import next_ids, reserve_numbers, top_up
from shouwen.base.repeats import Claim
from shouwen.cases import effects
from shouwen.cases.book import JustRead
from shouwen.cases.case_rows import local_day, number_and_step, prefix_of
from shouwen.cases.enactments import Laws
from shouwen.cases.living import Living
from shouwen.cases.plain import dump_ruling, load_ruling, request_of
from shouwen.cases.sitting import Sitting
from shouwen.policy.act import Act
from shouwen.policy.ruling import Refusal, Ruling

TRIES: Final = 5  # a transaction that PostgreSQL ends because of another one is begun again so often
MANY: Final = 20  # openings of a batch from which numbers are fetched before the transaction
# Of two that take one key at once the second is told so as if it had come later: begun again it finds the key taken.
_AGAIN: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)
COLLISIONS: Final = (OperationalError, IntegrityError)  # what may be one: ask `is_collision`


def act(wanted: Act, *, now: datetime) -> Ruling:
    """Do one act; see `act_many`."""
    return act_many([wanted], now=now)[0]


def act_and_look(wanted: Act, *, now: datetime, read: JustRead | None = None) -> tuple[Ruling, str, str]:
    """Do one act; return its ruling, and what the subject is now called by and where it stands ("" for what was never opened)."""
    kept: dict[int, Living] = {}
    (ruling,) = act_many([wanted], now=now, kept=kept, read=read)
    subject = kept.get(ruling.subject.id)
    return (ruling, subject.number, subject.step) if subject is not None else (ruling, *number_and_step(ruling.subject.id))


def act_many(
    acts: Sequence[Act], *, now: datetime, kept: dict[int, Living] | None = None, read: JustRead | None = None
) -> list[Ruling]:
    """Ask the law about each act and write what it allows, all in one transaction; return a ruling for each, in order.

    Acts are heard in the order given, each with what it causes, exactly as if they came one by one. An act whose key its actor
    has used before gets the ruling it had then, and changes nothing; KeyReused when the key stood for something else. `now` is
    when the acts are entered; the law of the moment each happened (`Act.at`) judges it. What cannot be written as asked raises
    FieldError if it is alone, and is refused if it is one of several.

    Inside a transaction of the caller it takes part in that; then the caller tries again after a deadlock. `kept` is filled with the
    subjects as they stand after their acts. `read` is what the caller has just read; it is not read again.
    """
    wanted = _with_ids(acts)
    if not wanted:
        return []
    inside = transaction.get_connection().in_atomic_block
    if not inside:
        _fetch_numbers(wanted)
    hear: Callable[..., list[Ruling]] = _hear if read is None else partial(_hear, read=read)
    for tried in range(1, TRIES + 1):
        try:
            with LateTransaction() as late:
                return hear(wanted, now, {} if kept is None else kept, late)
        except FieldError:
            if len(wanted) == 1 or hear is _apart:
                raise
            hear = _apart  # something of the batch cannot be written; nothing was
        except COLLISIONS as trouble:
            if inside or tried == TRIES or not is_collision(trouble):
                raise
            time.sleep(random.uniform(0.005, 0.02) * 2**tried)  # noqa: S311  so that the two do not meet again
    raise AssertionError("unreachable")


def _apart(acts: Sequence[Act], now: datetime, kept: dict[int, Living], late: LateTransaction) -> list[Ruling]:
    """Hear a batch. Where something of it cannot be written (a key that is taken, a file of another), that alone is refused."""
    late.begin()
    try:
        with transaction.atomic():
            return _hear(acts, now, kept, late)
    except FieldError as wrong:
        if len(acts) == 1:
            return [_unwritten(acts[0], wrong)]
    half = len(acts) // 2
    return [*_apart(acts[:half], now, kept, late), *_apart(acts[half:], now, kept, late)]


def _unwritten(act: Act, wrong: FieldError) -> Ruling:
    refusals = tuple(Refusal("", c.code, f"{c.field}：{c.zh}", f"{c.field}: {c.en}", (c.field,)) for c in wrong.complaints)
    return Ruling("refused", act, act.subject, refusals)


def is_collision(trouble: Exception) -> bool:
    """Whether PostgreSQL ended a transaction only because of another one: begun again it may go through."""
    return isinstance(trouble.__cause__, _AGAIN)


def _hear(
    acts: Sequence[Act], now: datetime, kept: dict[int, Living], late: LateTransaction, read: JustRead | None = None
) -> list[Ruling]:
    if any(a.key for a in acts):
        late.begin()  # what was answered is kept together with what was done
    sitting = Sitting(now, late.begin, read)
    answered = _answers(acts, sitting.book.laws, now)
    fresh = [i for i in range(len(acts)) if i not in answered]
    rulings = dict(zip(fresh, sitting.hear([acts[i] for i in fresh]), strict=True))
    keyed = {(acts[i].by, acts[i].key): dump_ruling(r) for i, r in rulings.items() if acts[i].key}
    repeats.remember(keyed)
    effects.wake(sitting.minutes)
    kept.update(sitting.book.subjects)
    first: dict[tuple[int, str], Ruling] = {(acts[i].by, acts[i].key): r for i, r in rulings.items()}
    return [rulings[i] if i in rulings else _answer(acts[i], answered[i], first) for i in range(len(acts))]


def _answers(acts: Sequence[Act], laws: Laws, now: datetime) -> dict[int, Any]:
    """Return what acts were answered that came before, by their place in the batch; one that comes twice in it is done once."""
    claims: list[Claim] = []
    for a in acts:
        if a.key:
            law = laws.at(a.at)
            noun = law.nouns.get(a.subject.noun) if law is not None else None
            claims.append(Claim(a.by, a.key, repeats.digest(request_of(a, noun))))
    if not claims:
        return {}
    known = repeats.claim(claims, now=now)
    found: dict[int, Any] = {}
    seen: set[tuple[int, str]] = set()
    for i, a in enumerate(acts):
        owned = (a.by, a.key)
        if a.key and (owned in known or owned in seen):
            found[i] = known.get(owned)
        seen.add(owned)
    return found


def _answer(act: Act, kept: Mapping[str, Any] | None, first: Mapping[tuple[int, str], Ruling]) -> Ruling:
    return load_ruling(kept, act) if kept is not None else first[act.by, act.key]


def _with_ids(acts: Sequence[Act]) -> list[Act]:
    """Give ids to what is only about to be opened."""
    nameless = [i for i, a in enumerate(acts) if a.name == "open" and not a.subject.id]
    found = list(acts)
    for i, id_ in zip(nameless, next_ids(len(nameless)) if nameless else (), strict=True):
        found[i] = replace(found[i], subject=replace(found[i].subject, id=id_))
    return found


def _fetch_numbers(acts: Sequence[Act]) -> None:
    """Have human numbers in hand before the transaction, so that it does not keep the counter locked while it decides."""
    opening = [a for a in acts if a.name == "open" and a.subject.kind == "case"]
    if not opening:
        return
    if len(opening) < MANY:
        top_up()
        return
    laws = Laws()
    wants: Counter[tuple[str, Any]] = Counter()
    for a in opening:
        law = laws.at(a.at)
        if law is not None and a.subject.noun in law.nouns:
            wants[prefix_of(law.nouns[a.subject.noun]), local_day(a.at)] += 1
    reserve_numbers(wants)
