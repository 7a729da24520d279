"""A rehearsal on the installation's whole past: acts a second on one core and on two, its memory, what it costs live work beside it."""

from __future__ import annotations

import sys
from typing import Any, Final

from bench import creating, pages
from bench.installation import Bench, Site, await_true

SMALL: Final = 8_400  # cases: some 100,000 acts, against which the memory of all of them is held
MILLION: Final = 1_000_000  # acts
SHOWN: Final = ("desk", "list", "case")
CREATE: Final = "create"
SECONDS, TIMES = 4.0, 3  # how long, and how often, cases are opened beside it


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
    """Return the p95 of pages and of creates while nothing else goes on, and while a process rehearses, which is then stopped."""
    cookies = {user: pages.sessions(bench, 1, [user])[0]["cookie"] for user in {*pages.WHO.values(), pages.OTHERS}}
    quiet = {**_p95s(site, cookies, n), CREATE: _created(site)}
    run_id = bench.asked("bench.simulating", "ask")["run"]
    await_true(lambda: _state(site, run_id) == "running", "the rehearsal begins")
    busy = {CREATE: _created(site), **_p95s(site, cookies, n)}
    found = {"without_p95_ms": quiet, "with_p95_ms": busy, "still_running": _state(site, run_id) == "running"}
    site.do("update cases_rehearsalrun set stopping = true where id = %s", run_id)
    await_true(lambda: _state(site, run_id) != "running", "the rehearsal ends")
    return {**found, "times": {name: round(busy[name] / quiet[name], 2) for name in quiet}}


def _p95s(site: Site, cookies: dict[str, str], n: int) -> dict[str, float]:
    looked_at = pages.addresses(site)
    return {
        name: pages.timed(site, cookies[pages.WHO.get(name, pages.OTHERS)], name, looked_at[name], n)["p95"] for name in SHOWN
    }


def _created(site: Site) -> float:
    """Return the p95 of cases opened by the API one after the other, the median of some runs."""
    return float(creating.run(site, 1, SECONDS, TIMES)["median_p95_ms"])


def _state(site: Site, run_id: int) -> str:
    [(state,)] = site.rows("select state from cases_rehearsalrun where id = %s", run_id)
    if state == "failed":
        print("· the rehearsal failed", file=sys.stderr)
    return str(state)
