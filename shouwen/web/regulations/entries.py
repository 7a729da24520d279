"""The entries of the source that a regulation carries: each with how it is carried and by what, as `law coverage` counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.urls import reverse
from django.utils.translation import gettext as _

from shouwen.policy import coverage
from shouwen.policy.law import Law
from shouwen.policy.nouns import Regulation
from shouwen.policy.source import Node
from shouwen.web.law import anchor, cited


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that carries an entry: a clause (with where it stands), a field, a step, a measure …"""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Carried:
    """One entry of the source: how it is carried by all there is, and by what, here first."""

    entry: str
    grade: str
    places: Sequence[Place]


_known: WeakKeyDictionary[Law, Mapping[str, tuple[str, tuple[str, ...]]]] = WeakKeyDictionary()


def _carried(law: Law) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    found = _known.get(law)
    if found is None:
        found = _known[law] = coverage.carried(law)
    return found


def entries(law: Law, regulation: Regulation, lang: str) -> list[Carried]:
    """Return the entries that a regulation cites, in their order."""
    found = []
    for entry, (grade, names) in sorted(_carried(law).items()):
        here = [n for n in names if _regulation(n) == regulation.name]
        if here:
            others = [n for n in names if _regulation(n) != regulation.name]
            found.append(Carried(entry, grade, [_place(law, name, regulation, lang) for name in (*here, *others)]))
    return found


def _regulation(name: str) -> str:
    return name.partition("#")[0].partition(":")[0]


def _place(law: Law, name: str, here: Regulation, lang: str) -> Place:
    """Say a node in words: a clause by its number, anything else by what it is called."""
    of = law.regulations[_regulation(name)]
    own, title = of.name == here.name, of.en if of.en and lang.startswith("en") else of.zh
    if "#" in name:
        clause = cited(law, name, lang)
        return Place(clause.short if own else clause.long, f"#{anchor(name.partition('#')[2])}" if own else clause.url)
    words = _called(of, name.partition(":")[2], lang)
    url = "" if own else reverse("regulations:page", args=[of.pack, of.id])
    return Place(words if own else f"{title} {words}", url)


def _called(of: Regulation, path: str, lang: str) -> str:
    """Return what the things on the way to a node are called, from the noun down; the head of the regulation where there is no way."""
    node: Node | None = of.node
    words: list[str] = []
    for key in path.split(".") if path else ():
        node = node.get(key) if node is not None else None
        if node is not None and (word := _word(node, lang)):
            words.append(word)
    return " · ".join(words) or _("制度头")


def _word(node: Node, lang: str) -> str:
    named = node.get("title") or node
    english = named.get("en") if lang.startswith("en") else None
    said = english or named.get("zh") or (named if named.text is not None and named is not node else None)
    return said.text or "" if said is not None else ""
