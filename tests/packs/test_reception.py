"""The reception system of the catalogue (003-09): forty entries, shared out between the packs `reception` and `centre`."""

from __future__ import annotations

from shouwen.ops import shelf
from shouwen.policy.company import company_in
from shouwen.policy.coverage import citing
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources

SYSTEM = {f"003-09-{n:02}" for n in range(1, 41)}
ROUTINE = {f"003-09-{n:02}" for n in range(15, 33)}  # the property office's routine list


def carried(pack: str) -> set[str]:
    """The entries of the system that a pack's own files cite."""
    sources = read_sources(shelf.folders([pack]))
    return {c.entry for c in citing(sources, load(sources)) if c.name.startswith(pack)} & SYSTEM


def test_visitors_are_received_by_one_pack_and_the_routine_is_done_by_the_other() -> None:
    assert carried("centre") == ROUTINE
    assert carried("reception") == SYSTEM - ROUTINE


def test_neither_burdens_the_demo_company() -> None:
    demo = company_in(shelf.SHELF / "yunqi")

    assert demo is not None
    adopted = {name.partition("/")[0] for name in load(read_sources(shelf.folders(["yunqi"])), demo).regulations}
    assert adopted.isdisjoint({"reception", "centre"})
    assert "property" in adopted
