"""The processes of an installation: which they are, how much processor time they have used, how much memory they hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
TICKS: Final = os.sysconf("SC_CLK_TCK")
PARTS: Final = ("web", "worker", "postgres", "supervisor")


class Family:
    """The processes below some supervisors (each is one `shouwen serve`) and below a postmaster."""

    def __init__(self, supervisors: Sequence[int], postmaster: int) -> None:
        self.supervisors, self.postmaster = supervisors, postmaster

    def pids(self) -> dict[str, list[int]]:
        """Return the processes of each part."""
        found: dict[str, list[int]] = {part: [] for part in PARTS}
        found["supervisor"] += self.supervisors
        for pid in (pid for supervisor in self.supervisors for pid in below(supervisor)):
            found[_part(pid)].append(pid)
        found["postgres"] = [self.postmaster, *below(self.postmaster)]
        return found

    def cpu(self) -> dict[str, float]:
        """Return the seconds of processor time each part has used; what ended processes used counts with their parent."""
        return {part: sum(map(_cpu, pids)) for part, pids in self.pids().items()}

    def pss(self) -> dict[str, float]:
        """Return the proportional set size of each part, in MB: shared pages are divided among those who share them."""
        return {part: round(sum(map(_pss, pids)) / 1024, 1) for part, pids in self.pids().items()}


def below(pid: int) -> list[int]:
    """Return the descendants of a process."""
    parents = dict(_parents())
    found, look = [], [pid]
    while look:
        above = look.pop()
        children = [p for p, parent in parents.items() if parent == above]
        found += children
        look += children
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            yield int(entry.name), int(stat[1])


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name: state, parent, …"""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def ran(pid: int) -> float:
    """Return the seconds a process itself was on a processor: finer than ticks."""
    return int((PROC / str(pid) / "schedstat").read_text().split()[0]) / 1e9


def _cpu(pid: int) -> float:
    stat = _stat(pid)
    return sum(int(n) for n in stat[11:15]) / TICKS if stat else 0.0


def _pss(pid: int) -> int:
    """In KB."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _part(pid: int) -> str:
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "supervisor"
    return next((part for part in ("web", "worker") if f"shouwen.ops.{part}" in words), "supervisor")
