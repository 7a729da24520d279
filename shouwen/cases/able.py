"""Who may be given work: only those whose posts see matters at all.

Fields of staff that merely name somebody (who is accused, who was there) are open to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.utils import timezone

from shouwen.base.access import all_who_see
from shouwen.base.errors import Complaint
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.choices import Assigns
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Excludes, Permits
from shouwen.policy.kinds.opens import Obliges
from shouwen.policy.law import Law, LawDay
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org
from shouwen.policy.people import Who
from shouwen.staff import org

HANDED_OVER: Final = {"hand_over": "to"}  # what a built-in act gives somebody


def able(at: datetime, known: Org | None = None) -> frozenset[int]:
    """Return the staff who may be given work at a moment; `known` spares the query for the organisation."""
    found = known or org.snapshot(at)
    return all_who_see(found, at, org.rights(found.version))


def giving(law: Law, noun: Noun, act: str, at: datetime) -> frozenset[str]:
    """Return the fields of staff an act may bring that give somebody work: who is assigned, may do an act, owes a promise or a task."""
    named = _named(law.on(timezone.localdate(at)), noun.id)
    return named | {HANDED_OVER[act]} if act in HANDED_OVER else named


def complaints(law: Law, noun: Noun, act: str, values: Mapping[str, Any], at: datetime) -> Iterator[Complaint]:
    """Yield what is wrong with the persons an act gives work to."""
    given = {n: v for n, v in values.items() if v and n in giving(law, noun, act, at)}
    may = able(at) if given else frozenset()
    for name, value in given.items():
        if not may.issuperset(value if isinstance(value, tuple) else (value,)):
            yield Complaint(name, "这个人的岗位不办理事项", "their post handles no matters", "unable")


def barred(law: Law, noun: Noun, fields: Mapping[str, Any], at: datetime) -> frozenset[int]:
    """Return whom a case is not to be handed to: those its own fields name and a clause bars from taking it over."""
    found: set[int] = set()
    for rule in law.on(timezone.localdate(at)).by_noun.get(noun.id, ()):
        if isinstance(rule.kind, Excludes) and "take_over" in rule.kind.acts and rule.kind.who is not None:
            value = fields.get(_field(rule.kind.who).removeprefix("was."))
            found.update(value if isinstance(value, tuple) else (value,) if isinstance(value, int) else ())
    return frozenset(found)


@lru_cache(maxsize=256)
def _named(day: LawDay, noun: str) -> frozenset[str]:
    found = {name for rule in day.by_noun.get(noun, ()) for name in _of(rule)}
    return frozenset(n for n in found if n and "." not in n)


def _of(rule: Rule) -> Iterator[str]:
    kind = rule.kind
    if isinstance(kind, Assigns):
        yield "" if kind.link else kind.field
        yield _field(kind.to)
    elif isinstance(kind, Permits):
        yield from map(_field, kind.who)
    elif isinstance(kind, Deadline) or (isinstance(kind, Obliges) and kind.member is None):
        yield _field(kind.who)


def _field(who: Who | None) -> str:
    """Return the field whose person is meant; "" for every other word."""
    if who is None or who.node is None:
        return ""
    inner = who.node.pairs.get("field") if who.node.pairs is not None else who.node
    text = (inner.text or "") if inner is not None else ""
    return text if who.node.pairs is not None else text.removeprefix("field ") if text.startswith("field ") else ""
