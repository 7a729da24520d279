"""Setting the stage of a scenario: its units and people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shouwen.policy.org import Absence, Holding, Org, Shift, StaffFact, UnitFact
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node

if TYPE_CHECKING:
    from shouwen.policy.setting import Stage


def pairs_of(merged: Mapping[str, Mapping[str, Node]], key: str) -> list[tuple[str, Node]]:
    """Return the names of a part of the stage with what each is."""
    return list(merged.get(key, {}).items())


def word_of(node: Node, key: str) -> str:
    """Return the text under a key; nothing where it is not."""
    found = node.get(key)
    return found.text or "" if found is not None else ""


def set_org(merged: Mapping[str, Mapping[str, Node]], stage: Stage, r: Reader) -> None:
    """Put units and people on the stage. Faults are noted."""
    names = stage.names
    for kind, word in (("unit", "units"), ("staff", "staff")):
        for name, _ in pairs_of(merged, word):
            names[kind][name] = stage.world.new_id()
    units = {names["unit"][n]: _unit(n, node, names) for n, node in pairs_of(merged, "units")}
    staff: dict[int, StaffFact] = {}
    holdings: list[Holding] = []
    absences: list[Absence] = []
    shifts: list[Shift] = []
    for name, node in pairs_of(merged, "staff"):
        r.known(node, ("post", "posts", "of", "skills", "superior", "absent", "deputy", "duty", "everywhere"), "人员")
        key = names["staff"][name]
        unit = names["unit"].get(word_of(node, "of"), 0)
        staff[key] = StaffFact(
            key, name, unit, names["staff"].get(word_of(node, "superior"), 0), frozenset(r.texts(node.get("skills")))
        )
        posts = (*r.texts(node.get("post")), *r.texts(node.get("posts")))
        for post in posts:
            if post not in stage.law.posts:
                r.unknown(node, post, stage.law.posts, "没有这个岗位", "there is no post")
            holdings.append(Holding(key, post, 0 if word_of(node, "everywhere") == "yes" else unit))
        for spell in r.listing(node.get("absent")):
            since, until = (stage.moment(Node("", 0, 0, text=t.strip())) for t in r.text(spell).split(".."))
            absences.append(Absence(key, since, until, names["staff"].get(word_of(node, "deputy"), 0)))
        for spell in r.listing(node.get("duty")):
            since, until = (stage.moment(Node("", 0, 0, text=t.strip())) for t in r.text(spell).split(".."))
            shifts.extend(Shift(key, p, unit, since, until) for p in posts)
    stage.world.org = Org(units, staff, tuple(holdings), tuple(absences), tuple(shifts))


def _unit(name: str, node: Node, names: Mapping[str, Mapping[str, int]]) -> UnitFact:
    calendar = word_of(node, "calendar")
    parent, head = names["unit"].get(word_of(node, "parent"), 0), names["staff"].get(word_of(node, "head"), 0)
    return UnitFact(names["unit"][name], name, parent, head, calendar, word_of(node, "kind"))
