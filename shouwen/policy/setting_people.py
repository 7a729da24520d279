"""Setting the stage of a scenario: its units and people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from shouwen.policy.misread import Misread, reading
from shouwen.policy.org import Absence, Holding, Org, Shift, StaffFact, UnitFact
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, scalar

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
    """Put units and people on the stage. Faults are noted. Raises BadValue."""
    names = stage.names
    for kind, word in (("unit", "units"), ("staff", "staff")):
        for name, _ in pairs_of(merged, word):
            names[kind][name] = stage.world.new_id()
    units = {names["unit"][n]: _unit(n, node, stage, r) for n, node in pairs_of(merged, "units")}
    staff: dict[int, StaffFact] = {}
    holdings: list[Holding] = []
    absences: list[Absence] = []
    shifts: list[Shift] = []
    for name, node in pairs_of(merged, "staff"):
        r.mapping(node)
        r.known(node, ("post", "posts", "of", "skills", "superior", "absent", "deputy", "duty", "everywhere"), "人员")
        key = names["staff"][name]
        unit, superior = stage.named("unit", node, "of"), stage.named("staff", node, "superior")
        staff[key] = StaffFact(key, name, unit, superior, frozenset(r.texts(node.get("skills"))))
        posts = _posts(node, stage, r)
        holdings.extend(Holding(key, post, 0 if word_of(node, "everywhere") == "yes" else unit) for post in posts)
        deputy = stage.named("staff", node, "deputy")
        absences.extend(Absence(key, since, until, deputy) for since, until in _spells(node, "absent", stage, r))
        shifts.extend(Shift(key, p, unit, since, until) for since, until in _spells(node, "duty", stage, r) for p in posts)
    stage.world.org = Org(units, staff, tuple(holdings), tuple(absences), tuple(shifts))


def _posts(node: Node, stage: Stage, r: Reader) -> tuple[str, ...]:
    found = [n for key in ("post", "posts") for n in r.listing(node.get(key))]
    for n in found:
        if n.text not in stage.law.posts:
            r.unknown(n, n.text or "", stage.law.posts, "没有这个岗位", "there is no post")
    return tuple(n.text or "" for n in found)


def _spells(node: Node, key: str, stage: Stage, r: Reader) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when: `2026-03-02 08:00 .. 2026-03-04 18:00`, one or several."""
    for spell in r.listing(node.get(key)):
        ends = (spell.text or "").split("..")
        if len(ends) != 2:
            like = '"2026-03-02 08:00 .. 2026-03-04 18:00"'
            raise Misread(spell, key, f"应写起止,如 {like}", f"write from when to when, like {like}")
        with reading(spell, key):
            since, until = (stage.moment(scalar(end.strip(), spell)) for end in ends)
        yield since, until


def _unit(name: str, node: Node, stage: Stage, r: Reader) -> UnitFact:
    if node.text != "":  # `E:` and nothing is a unit about which there is nothing to say
        r.mapping(node)
    r.known(node, ("parent", "head", "calendar", "kind"), "部门")
    calendar = word_of(node, "calendar")
    if calendar and calendar not in stage.law.calendars:
        r.unknown(node.get("calendar") or node, calendar, stage.law.calendars, "没有这个日历:", "there is no calendar")
    parent, head = stage.named("unit", node, "parent"), stage.named("staff", node, "head")
    return UnitFact(stage.names["unit"][name], name, parent, head, calendar, word_of(node, "kind"))
