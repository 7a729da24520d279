"""A rehearsal on the installation's whole past: acts a second on one core and on two, its memory, what it costs live work beside it."""

from __future__ import annotations

import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench import creating, pages
from bench.installation import Bench, Site, await_true

SMALL: Final = 8_400  # cases: some 100,000 acts, against which the memory of all of them is held
MILLION: Final = 1_000_000  # acts
SHOWN: Final = ("desk", "list", "case")
CREATE: Final = "create"
SECONDS: Final = 4.0  # for which cases are opened beside it
TURNS: Final = 3


def run(bench: Bench, small: int = SMALL) -> dict[str, Any]:
    """Rehearse some cases and all of them, on one core and on two."""
    runs = bench.asked("bench.simulating", str(small), "0")["runs"]
    few, one, two = runs[0], runs[2], runs[3]
    peaks = {r["acts"]: r["peak_mb"] for r in (runs[1], two)}  # of two processes: the one that began them, and the larger of both
    most = [max(*r["peak_mb"].values(), *s["peak_mb"].values()) for r, s in ((few, runs[1]), (one, two))]
    return {
        "runs": runs,
        "acts_per_second_one_core": one["acts_per_second"],
        "acts_per_cpu_second": round(one["acts"] / max(one["cpu_seconds"]["itself"] + one["cpu_seconds"]["postgres"], 0.01)),
        "a_million_on_two_cores_s": round(MILLION * two["seconds"] / max(two["acts"], 1), 1),
        "a_million_on_two_cores_cpu_s": round(MILLION * sum(two["cpu_seconds"].values()) / max(two["acts"], 1), 1),
        "peak_mb_by_acts": {str(acts): peak for acts, peak in peaks.items()},
        "memory_all_to_few": round(most[1] / most[0], 2),
    }


def beside(bench: Bench, site: Site, n: int) -> dict[str, Any]:
    """Return the p95 of pages and of creates while nothing else goes on, and while a process rehearses: in turn, the medians of both.

    `times`: the median of what each turn came to; `still_running`: whether one was rehearsing at the end of everything measured beside it.
    """
    cookies = {user: pages.sessions(bench, 1, [user])[0]["cookie"] for user in {*pages.WHO.values(), pages.OTHERS}}
    measured = Measured(site, cookies, n)
    quiet, busy = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    went_on = True
    for _, name in itertools.product(range(TURNS), (CREATE, *SHOWN)):
        quiet[name].append(measured.p95(name))
        with rehearsing(bench, site) as run_id:
            busy[name].append(measured.p95(name))
            went_on &= _state(site, run_id) == "running"
    return {
        "without_p95_ms": {name: median(found) for name, found in quiet.items()},
        "with_p95_ms": {name: median(found) for name, found in busy.items()},
        "still_running": went_on,
        "times": {name: round(median(b / q for b, q in zip(busy[name], quiet[name], strict=True)), 2) for name in quiet},
    }


@contextmanager
def rehearsing(bench: Bench, site: Site) -> Iterator[int]:
    """Have a worker carry out a rehearsal, as somebody asks for it on the page; it is stopped afterwards."""
    run_id = bench.asked("bench.simulating", "ask")["run"]
    await_true(lambda: _state(site, run_id) == "running", "the rehearsal begins")
    yield run_id
    site.do("update cases_rehearsalrun set stopping = true where id = %s", run_id)
    await_true(lambda: _state(site, run_id) != "running", "the rehearsal ends")


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured beside a rehearsal: pages, asked for `n` times, and cases opened by the API one after the other."""

    site: Site
    cookies: Mapping[str, str]
    n: int

    def p95(self, name: str) -> float:
        """Return the 95th percentile in milliseconds."""
        if name == CREATE:
            return float(creating.run(self.site, 1, SECONDS, 1)["ms"]["p95"])
        cookie, at = self.cookies[pages.WHO.get(name, pages.OTHERS)], pages.addresses(self.site)[name]
        return float(pages.timed(self.site, cookie, name, at, self.n)["p95"])


def _state(site: Site, run_id: int) -> str:
    [(state,)] = site.rows("select state from cases_rehearsalrun where id = %s", run_id)
    if state == "failed":
        print("· the rehearsal failed", file=sys.stderr)
    return str(state)
