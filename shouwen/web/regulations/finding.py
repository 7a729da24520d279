"""Finding clauses of the law in force by their words, their number, or where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import LawDay
from shouwen.web.moments import typeset

MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A clause that was found."""

    name: str
    text: str
    sentence: str
    grade: str
    source: Sequence[str]


def find(day: LawDay, text: str, lang: str) -> tuple[list[Found], bool]:
    """Return the clauses that hold all of the words, and whether there are more than are shown."""
    words = [w for w in text.casefold().split() if w]
    found = [c for c in day.clauses.values() if all(w in _said(c) for w in words)] if words else []
    return [_found(c, lang) for c in found[:MOST]], len(found) > MOST


def _said(clause: Clause) -> str:
    """Everything a clause says, in both languages, with its number and its sources."""
    regulation = clause.regulation
    parts = (
        clause.zh,
        clause.en,
        typeset(clause.zh),
        typeset(clause.sentence()),
        regulation.zh,
        regulation.en,
        f"§{clause.id}",
        clause.name,
    )
    return "\n".join((*parts, *clause.source)).casefold()


def _found(clause: Clause, lang: str) -> Found:
    text = clause.en if lang.startswith("en") and clause.en else typeset(clause.zh)
    sentence = "" if clause.kind_word == "says" else typeset(clause.sentence())
    return Found(clause.name, text or sentence, sentence, clause.grade, clause.source)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one clause from one enactment to the next."""

    name: str
    short: str
    long: str
    before: str
    after: str


def changes(before: LawDay | None, after: LawDay) -> list[Change]:
    """Return the clauses that are new, gone or worded otherwise, as each reads."""
    old = before.clauses if before is not None else {}
    found = []
    for name in dict.fromkeys((*after.clauses, *old)):
        was, now = (typeset(c.sentence()) if (c := side.get(name)) is not None else "" for side in (old, after.clauses))
        if was != now:
            clause = after.clauses.get(name) or old[name]
            found.append(Change(name, f"§{clause.id}", f"{clause.regulation.zh} §{clause.id}", was, now))
    return found
