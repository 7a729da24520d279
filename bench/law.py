"""The law as files: loading and checking all packs, all their scenarios, all mutants of every regulation. Needs no database.

python -m bench.law [REGULATION …]     # mutants of these only; default: of all

Each is measured as somebody would run it, in processes of its own: seconds on the wall, and those of the processor beside them,
because others may share the machine.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from typing import Any, Final

from bench.machine import ROOT
from shouwen.ops.family import settle_memory
from shouwen.ops.shelf import folders
from shouwen.policy.equivalents import judge, read_equivalents
from shouwen.policy.errors import Faults
from shouwen.policy.mutation import Mutator, written_in
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Runner, read_scenarios

PROCESSES: Final = 2


def run(times: int, regulations: Iterable[str] = ()) -> dict[str, Any]:
    """Return how long checking, scenarios and mutants take."""
    return {
        "check": _command(times, "check"),
        "scenarios": _command(1, "test"),
        "mutants": mutants(list(regulations)),
    }


def _command(times: int, verb: str) -> dict[str, Any]:
    """Return the median time of `shouwen law VERB` on all packs; raises SystemExit when it finds something wrong."""
    walls, cpus = [], []
    for _ in range(times):
        before, begin = _spent(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "shouwen", "law", verb, "--lang", "en"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        walls.append(time.perf_counter() - begin)
        cpus.append(_spent(resource.RUSAGE_CHILDREN) - before)
        if done.returncode:
            raise SystemExit(f"law {verb}:\n{done.stdout}")
    said = done.stdout.splitlines()[-1]
    return {"seconds": round(median(walls), 2), "cpu_seconds": round(median(cpus), 2), "said": said}


def _spent(who: int) -> float:
    found = resource.getrusage(who)
    return found.ru_utime + found.ru_stime


# mutants


@dataclass(frozen=True, slots=True)
class Tried:
    """The mutants of one regulation: how many, by whom unnoticed, seconds of the processor."""

    regulation: str
    mutants: int
    survived: tuple[str, ...]
    stale: tuple[str, ...]  # of its list of equivalent mutants: what is noticed after all, or is not there
    cpu_seconds: float


class Court:
    """What one process needs to try mutants; made once in it."""

    def __init__(self) -> None:
        self.sources: Sources = read_sources(folders([]))
        self.mutator = Mutator(Runner(self.sources), read_scenarios(self.sources))
        settle_memory()

    def trial(self, regulation: str) -> Tried:
        """Try all mutants of a regulation."""
        begin, m = time.process_time(), self.mutator
        wrong = [f.text("en") for r in m.failing(regulation) for f in r.wrong]
        if wrong:
            raise ValueError("\n".join(wrong))
        outcomes = [m.outcome(mutant) for name in m.everything([regulation]) for mutant in m.mutants(name)]
        listed = {k: e for k, e in read_equivalents(self.sources).items() if written_in(e.clause) == regulation}
        faults = Faults()
        survived = tuple(f"{o.mutant.clause} {o.mutant.name} [{o.mutant.grade}]" for o in judge(listed, outcomes, faults))
        stale = tuple(f.text("en") for f in faults.found)
        return Tried(regulation, len(outcomes), survived, stale, round(time.process_time() - begin, 2))


_HERE: list[Court] = []  # the court of this process


def _open_court() -> None:
    _HERE.append(Court())


def _tried(regulation: str) -> Tried:
    return _HERE[0].trial(regulation)


def mutants(regulations: list[str]) -> dict[str, Any]:
    """Try the mutants of regulations (none: of all) on two processes, those with the most text first."""
    sources = read_sources(folders([]))
    names = regulations or sorted(Runner(sources).law({}).regulations, key=lambda n: -len(sources[f"{n}.yaml"]))
    begin, before = time.perf_counter(), _spent(resource.RUSAGE_CHILDREN)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=_open_court) as pool:
        found = list(pool.map(_tried, names))
    return {
        "processes": PROCESSES,
        "mutants": sum(t.mutants for t in found),
        "seconds": round(time.perf_counter() - begin, 1),
        "cpu_seconds": round(_spent(resource.RUSAGE_CHILDREN) - before, 1),
        "load": round(os.getloadavg()[0], 1),
        "survived": [s for t in found for s in t.survived],
        "stale": [s for t in found for s in t.stale],
        "by_regulation": {
            t.regulation: {"mutants": t.mutants, "cpu_seconds": t.cpu_seconds}
            for t in sorted(found, key=lambda t: -t.cpu_seconds)
        },
    }


if __name__ == "__main__":
    print(json.dumps(run(3, sys.argv[1:]), ensure_ascii=False, indent=1))
