"""`./run bench`: measures the figures of issues 2, 3 and 4 and prints JSON beside their limits; progress goes to the terminal.

./run bench                     everything, at 100,000 cases (the first run fills them in, some minutes)
./run bench --quick             everything, small and short: to see that it runs
./run bench create clock        only these parts: create, read, search, clock, decide, idle, profile; pages, rows, crowd, screens, opening;
                                law, rehearse, population
./run bench law                 checking all packs, all scenarios, all mutants (on two processes, a minute or two): needs no database
./run bench read search pages rows --ten-times    these again at ten times the cases, and how flat that is

Each limit that is missed is named at the end, and the exit code is 1; of a --quick run only counts that must be right at any size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import bare, creating, crowd, law, machine, opening, pages, populating, reading, rehearsing, ringing, rows, screens
from bench.installation import HOME, Bench, Site
from bench.limits import judge, missed

# In this order, whatever order they are asked for in: the clock fills the desks of a few with tens of thousands of open cases.
PARTS: Final = (
    "law", "create", "read", "search", "pages", "rows", "crowd", "screens", "opening", "rehearse", "population",
    "clock", "decide", "idle", "profile",
)  # fmt: skip
FILES_ALONE: Final = {"law"}  # parts that need no installation
DIRECTOR: Final = "lin_yue"


@dataclass(frozen=True)
class Size:
    """How much is measured, and how long."""

    cases: int
    open_cases: int
    seconds: float
    times: int
    burst: int
    steady: int
    requests: int
    members: int


FULL: Final = Size(100_000, 5_000, 8, 3, 50_000, 30, 600, 200_000)
QUICK: Final = Size(3_000, 1_200, 2, 1, 500, 3, 120, 2_000)


def main() -> int:
    """Measure what is asked for, and print it."""
    args = _arguments()
    size = QUICK if args.quick else FULL
    home = args.home or HOME.with_name(HOME.name + ("-quick" if args.quick else ""))
    bench = Bench(home.resolve())
    found: dict[str, Any] = {"machine": machine.facts(), "size": "quick" if args.quick else "full"}
    if not args.parts or args.ten_times or set(args.parts) - FILES_ALONE:
        say(f"preparing {home}: {size.cases} cases")
        bench.prepare(size.cases, size.open_cases)
        found["database"] = machine.database(bench.server.uri("owner"))
        found["machine"]["fsync_us"] = machine.fsync_us(bench.home)
    for part in (p for p in PARTS if not args.parts or p in args.parts):
        say(part)
        found[part] = RUN[part](bench, size)
        _keep(found, args.out)  # a part that fails must not take the others with it
    if args.ten_times:
        say(f"ten times: {size.cases * 10} cases")
        bench.prepare(size.cases * 10, size.open_cases * 10)
        found["ten_times"] = {"database": machine.database(bench.server.uri("owner")), **_at_ten_times(bench, size)}
    found["limits"] = judge(found)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    _keep(found, args.out)
    wrong = missed(found["limits"], small=args.quick)
    for limit in wrong:
        say(f"✗ {limit['figure']}: {limit['found']:g}, wanted {limit['limit']}; look at {limit['look_at']}; {limit['next_step']}")
    return int(bool(wrong))


def _keep(found: dict[str, Any], out: Path | None) -> None:
    if out:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="small and short")
    parser.add_argument("--ten-times", action="store_true", help="read, search, pages and rows at ten times the cases, too")
    parser.add_argument("--home", type=Path, help=f"the data directory, kept for the next run; {HOME}")
    parser.add_argument("--out", type=Path, help="write the JSON there, too")
    args = parser.parse_args()
    if wrong := [p for p in args.parts if p not in PARTS]:
        parser.error(f"no such part: {', '.join(wrong)}; known: {', '.join(PARTS)}")
    return args


def say(text: str) -> None:
    """Say what is being done."""
    print(f"· {text}", file=sys.stderr, flush=True)


def _create(bench: Bench, size: Size) -> dict[str, Any]:
    """With one web process, as `shouwen serve` starts it; with two for two cores; and bare transactions before and after."""
    found: dict[str, Any] = {"bare": {}}
    owner = bench.server.uri("owner")
    for clients in (1, 8):
        found["bare"][str(clients)] = bare.transactions(owner, clients, size.seconds)
    for web in (1, 2):
        with bench.serving(DIRECTOR, web=web) as site:
            for clients in (1, 8):
                say(f"create: {web} web process(es), {clients} client(s)")
                found[f"{web} web, {clients} clients"] = creating.run(site, clients, size.seconds, size.times)
            if web == 2:  # what the key costs
                found["2 web, 8 clients with idempotency keys"] = creating.run(site, 8, size.seconds, 1, keys=True)
    rates = {name: runs["median_per_second"] for name, runs in found.items() if name != "bare"}
    limits = {clients: bare_runs["per_second"] for clients, bare_runs in found["bare"].items()}
    found["of_the_bare_limit"] = {name: round(rate / limits[name.split(", ")[1].split()[0]], 3) for name, rate in rates.items()}
    return found


def _served(measure: Callable[[Bench, Site, Size], dict[str, Any]]) -> Callable[[Bench, Size], dict[str, Any]]:
    def run(bench: Bench, size: Size) -> dict[str, Any]:
        with bench.serving(DIRECTOR) as site:
            return measure(bench, site, size)

    return run


def _tokens(bench: Bench) -> dict[str, str]:
    return {user: bench.token(user) for user in reading.USERS}


def _read(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    return {"readers": reading.lists(site, _tokens(bench), size.requests), "queries": reading.queries(bench, site, DIRECTOR)}


def _search(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    return {"readers": reading.search(site, _tokens(bench), size.requests)}


def _clock(bench: Bench, size: Size) -> dict[str, Any]:
    """One worker as `shouwen serve` starts it; two; then the steady pace with one."""
    wanted = size.open_cases + size.burst * 2 + ringing.PACE * size.steady
    bench.prepare(size.cases, wanted)
    found: dict[str, Any] = {}
    for workers in (1, 2):
        with bench.serving(DIRECTOR, workers=workers) as site:
            say(f"clock: a burst of {size.burst}, {workers} worker(s)")
            found[f"burst, {workers} workers"] = ringing.burst(site, size.burst)
    with bench.serving(DIRECTOR) as site:
        say(f"clock: {ringing.PACE}/s for {size.steady} s")
        found["steady"] = ringing.steady(site, size.steady)
    return found


def _decide(bench: Bench, size: Size) -> dict[str, Any]:
    """On the cases of this database, on every question the scenarios of the packs put to the law, and under a law that grows."""
    found = bench.asked("bench.deciding", str(size.requests * 3))
    scenarios, growing = bench.asked("bench.decide"), bench.asked("bench.growing")
    return {
        **found,
        "scenarios": {k: scenarios[k] for k in ("questions", "median_us", "open_us", "p90_us")},
        "clauses": {k: growing[k] for k in ("median_us", "ratio", "flat")},
    }


def _idle(_bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    """After a hundred requests of each kind, ten quiet seconds."""
    reading.lists(site, {DIRECTOR: site.token}, 100)
    reading.search(site, {DIRECTOR: site.token}, 60)
    creating.run(site, 2, 1, 1)
    before = site.family.cpu()
    time.sleep(2 if size is QUICK else 10)
    after = site.family.cpu()
    pss = site.family.pss()
    quiet = {part: round(after[part] - before[part], 2) for part in after}
    return {"pss_mb": {**pss, "total": round(sum(pss.values()), 1)}, "cpu_s_while_quiet": quiet}


def _profile(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    bodies = [r.body.replace("{n}", "p") for r in creating.bodies(site, n=200)]
    return bench.asked("bench.profiling", str(size.requests // 2), told=json.dumps({"token": site.token, "bodies": bodies}))


def _pages(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    return pages.run(bench, site, size.requests // 2)


def _rows(bench: Bench, site: Site, _size: Size) -> dict[str, Any]:
    return rows.run(bench, site)


def _crowd(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    return crowd.run(bench, site, 5 if size is QUICK else 60)


def _screens(bench: Bench, site: Site, size: Size) -> dict[str, Any]:
    return screens.run(bench, site, 5 if size is QUICK else 50, 5 if size is QUICK else 60)


def _law(_bench: Bench, size: Size) -> dict[str, Any]:
    return law.run(1, ["hotline/hotline", "property/suggestion"]) if size is QUICK else law.run(size.times)


def _rehearse(bench: Bench, size: Size) -> dict[str, Any]:
    found = rehearsing.run(bench, 300 if size is QUICK else rehearsing.SMALL)
    with bench.serving(DIRECTOR) as site:
        return {**found, "beside": rehearsing.beside(bench, site, size.requests // 12)}


def _population(bench: Bench, size: Size) -> dict[str, Any]:
    found = bench.asked("bench.populating", str(size.members))
    with bench.serving(DIRECTOR) as site:
        found["beside"] = populating.beside(bench, site, size.members // 20, 1 if size is QUICK else 4)
    return found


def _opening(_bench: Bench, size: Size) -> dict[str, Any]:
    return opening.run(size.times)


def _at_ten_times(bench: Bench, size: Size) -> dict[str, Any]:
    return {part: RUN[part](bench, size) for part in ("read", "search", "pages", "rows")}


RUN: Final[dict[str, Callable[[Bench, Size], dict[str, Any]]]] = {
    "create": _create, "read": _served(_read), "search": _served(_search), "clock": _clock, "decide": _decide,
    "idle": _served(_idle), "profile": _served(_profile), "pages": _served(_pages), "rows": _served(_rows), "crowd": _served(_crowd),
    "screens": _served(_screens), "opening": _opening, "law": _law, "rehearse": _rehearse,
    "population": _population,
}  # fmt: skip


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as e:
        sys.exit(f"{e.cmd}: {e.stderr}")
