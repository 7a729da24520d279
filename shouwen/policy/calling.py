"""回访: procedures that are lists of calls. Which act records a call that reached somebody, which one that did not, and what they ask.

The page of call-backs shows a procedure that says `calls`; without one there is no such page. No name of a pack stands in a program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shouwen.policy.nouns import Calls, Noun
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node

FIELDS: Final = ("kind", "why", "again", "outcome")  # what is called about, why it failed, when to try again, how it ended
KEYS: Final = ("done", "missed", *FIELDS)


def read_calls(r: Reader, noun: Noun, node: Node | None) -> Calls | None:
    """Read how a procedure is called through. Faults are noted."""
    if node is None:
        return None
    r.known(node, KEYS, "calls")
    done, missed = (_known(r, node, key, noun.acts, ("动作", "act"), wanted=key == "done") for key in ("done", "missed"))
    kind, why, again, outcome = (_known(r, node, key, noun.fields, ("字段", "field")) for key in FIELDS)
    return Calls(done, missed, kind, why, again, outcome)


def _known(r: Reader, node: Node, key: str, known: Iterable[str], word: tuple[str, str], *, wanted: bool = False) -> str:
    said = node.get(key)
    name = r.text(said)
    if (name or wanted) and name not in known:
        r.unknown(said or node, name, list(known), f"{key}:没有这个{word[0]}", f"{key}: there is no {word[1]}")
    return name
