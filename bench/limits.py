"""The limits of issues 2 (§8), 3 and 4, beside what was found; where one is missed, what to look at and the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Found = Mapping[str, Any]
FLAT: Final = 1.25  # times
FEW: Final = 3000  # rows: a page that reads no more is as good as flat, whatever it read before


@dataclass(frozen=True)
class Limit:
    """One figure to reach: where it stands in what was found, and whether more is better."""

    name: str
    part: str
    value: Callable[[Found], float]
    limit: float
    more: bool = False
    always: bool = False  # a count that must be right however little is measured

    def reached(self, value: float) -> bool:
        """Whether the figure is reached."""
        return value >= self.limit if self.more else value <= self.limit


def _best(create: Found, pick: Callable[[Found], float]) -> float:
    """The figure of eight clients, with the number of web processes that creates the most."""
    runs = [v for k, v in create.items() if k.endswith(", 8 clients")]
    chosen = max(runs, key=lambda r: r["median_per_second"])
    return pick(chosen)


def _drained(clock: Found) -> float:
    """How fast a burst drains, with the number of workers that drains it fastest; the others stand beside it."""
    return max(float(run["per_second"]) for name, run in clock.items() if name.startswith("burst"))


def _worst(readers: Found, groups: tuple[str, ...] = ()) -> float:
    """The highest p95 of any reader and kind."""
    found = [float(g["p95"]) for r in readers.values() for name, g in r["groups"].items() if not groups or name in groups]
    return max(found)


def _not_ok(readers: Found) -> int:
    """How many answers were none of 200: every request is for what its reader may see."""
    return sum(n for r in readers.values() for status, n in r["statuses"].items() if str(status) != "200")


def _wrongly_rung(clock: Found) -> int:
    """How many bursts left a deadline out or fired one twice."""
    return sum(not run["all_distinct"] for name, run in clock.items() if name.startswith("burst"))


def _most(pages: Found, pick: Callable[[Found], float]) -> float:
    return max(pick(page) for page in pages.values())


def _page(population: Found, which: str) -> float:
    """How long a page takes: of those who do not belong, are judged one by one, get a case."""
    return max(float(p["page_ms"][which]) for p in (population, population["judged"], population["belonging"]))


def _beside(population: Found, what: str) -> float:
    return float(population["beside"]["with"][what])


LIMITS: Final = (
    Limit("creates per second, 8 clients", "create", lambda f: _best(f, lambda r: r["median_per_second"]), 300, more=True),
    Limit("create p95, 8 clients (ms)", "create", lambda f: _best(f, lambda r: r["median_p95_ms"]), 40),
    Limit("processor time of a create on the server (ms)", "create", lambda f: _best(f, lambda r: r["cpu_ms"]["total"]), 5),
    Limit("list of open cases p95 (ms)", "read", lambda f: _worst(f["readers"], ("list of open cases",)), 25),
    Limit("one case p95 (ms)", "read", lambda f: _worst(f["readers"], ("one case",)), 25),
    Limit("queries of a list or a case", "read", lambda f: max(n for k, n in f["queries"].items() if "search" not in k), 12),
    Limit("answers of lists and cases other than 200", "read", lambda f: _not_ok(f["readers"]), 0, always=True),
    Limit("search p95, any kind of word and reader (ms)", "search", lambda f: _worst(f["readers"]), 60),
    Limit("answers of searches other than 200", "search", lambda f: _not_ok(f["readers"]), 0, always=True),
    Limit("bursts with a deadline missing or fired twice", "clock", _wrongly_rung, 0, always=True),
    Limit("steady: deadlines that never fired", "clock", lambda f: f["steady"]["missing"], 0, always=True),
    Limit("burst: deadlines per second", "clock", _drained, 3000, more=True),
    Limit("steady: lateness p99 (ms)", "clock", lambda f: f["steady"]["p99_ms"], 1000),
    Limit("decide() median (µs)", "decide", lambda f: max(f["lived"]["median_us"], f["scenarios"]["median_us"]), 60),
    Limit("decide() under 2,000 clauses, times that under 100", "decide", lambda f: f["clauses"]["ratio"], FLAT),
    Limit("idle installation, PSS (MB)", "idle", lambda f: f["pss_mb"]["total"], 450),
    Limit("desk, list, case, customer, dispatch p95 (ms)", "pages", lambda f: _most(f, lambda p: p["ms"]["p95"]), 60),
    Limit("queries of a page", "pages", lambda f: _most(f, lambda p: p["queries"]), 20),
    Limit("first load, compressed (KB)", "pages", lambda f: _most(f, lambda p: p["first_load_kb"]), 250),
    Limit("a swap (KB)", "pages", lambda f: _most(f, lambda p: p["swap_kb"]), 20),
    Limit("queries of any kind of page", "rows", lambda f: _most(f, lambda p: p["queries"]), 20),
    Limit("first load of any kind of page, compressed (KB)", "rows", lambda f: _most(f, lambda p: p["first_load_kb"]), 250),
    Limit("a swap of any kind of page (KB)", "rows", lambda f: _most(f, lambda p: p["swap_kb"]), 20),
    Limit("200 idle people (% of a core)", "crowd", lambda f: f["percent_of_a_core"]["total"], 5),
    Limit("a change on another's screen, p95 (ms)", "screens", lambda f: f["another_screen_ms"]["p95"], 300),
    Limit("requests of idle pages but their streams", "screens", lambda f: f["idle"]["requests"], 0),
    Limit("event streams for all tabs of a browser", "screens", lambda f: f["idle"]["streams"] / len(f["idle"]["tabs"]), 1),
    Limit("first page of a new demo (s)", "opening", lambda f: f["median"], 10),
    Limit("loading and checking all packs (s)", "law", lambda f: f["check"]["seconds"], 3),
    Limit("all scenarios (s)", "law", lambda f: f["scenarios"]["seconds"], 20),
    Limit("all mutants, two processes (s)", "law", lambda f: f["mutants"]["seconds"], 600),
    Limit("mutants nobody notices", "law", lambda f: len(f["mutants"]["survived"]), 0, always=True),
    Limit("lines of equivalent mutants that do not hold", "law", lambda f: len(f["mutants"]["stale"]), 0, always=True),
    Limit("rehearsal: acts per second, one core", "rehearse", lambda f: f["acts_per_second_one_core"], 10_000, more=True),
    Limit("rehearsal: a million acts, two cores (s)", "rehearse", lambda f: f["a_million_on_two_cores_s"], 60),
    Limit("rehearsal: memory for all cases, times that for few", "rehearse", lambda f: f["memory_all_to_few"], FLAT),
    Limit(
        "pages and creates beside a rehearsal, p95, times that without",
        "rehearse",
        lambda f: max(f["beside"]["times"].values()),
        FLAT,
    ),
    Limit(
        "a round over a great population: members not asked", "population", lambda f: f["members"] - f["asked"], 0, always=True
    ),
    Limit(
        "the last tenth of a round, times its first, by processor time", "population", lambda f: f["last_tenth_to_first"], FLAT
    ),
    Limit(
        "memory of a whole round, times that of a tenth",
        "population",
        lambda f: f["peak_mb"]["all"] / f["peak_mb"]["after a tenth"],
        FLAT,
    ),
    Limit("processor time of a member that does not belong to the group (ms)", "population", lambda f: f["cpu_ms_each"], 0.1),
    Limit("of one for whom a case is opened (ms)", "population", lambda f: f["belonging"]["cpu_ms_each"], 5),
    Limit("a page of a round, for which what falls due waits, p95 (ms)", "population", lambda f: _page(f, "p95"), 500),
    Limit(
        "a deadline that falls due in the middle of a round, p99 (ms)", "population", lambda f: _beside(f, "late_p99_ms"), 1000
    ),
    Limit("a create beside a round, p95 (ms)", "population", lambda f: _beside(f, "create_p95_ms"), 40),
)

# Where a missed figure of a part is looked into (in this JSON, or by another part), and what to try first.
NEXT: Final[Mapping[str, tuple[str, str]]] = {
    "create": ("`profile` and create.*.cpu_ms", "the process that spends most; create.of_the_bare_limit for the disk"),
    "read": ("read.queries and `profile`", "`./run bench rows`: what a list reads that it does not show"),
    "search": ("search.readers.*.groups", "the plan of the slowest kind of word: bench/plans.py"),
    "clock": ("clock.*.cpu_ms_each", "effects per statement in cases/effects.py; a second worker"),
    "decide": ("decide.lived and decide.scenarios", "`python -m bench.decide` names the acts that take longest"),
    "idle": ("idle.pss_mb", "the largest process; what it imports and does not use"),
    "pages": ("pages.*.ms beside rows.*", "the page's queries and rows: `./run bench rows`"),
    "rows": ("rows.*", "docs/decisions/0033: read what is shown"),
    "crowd": ("crowd.percent_of_a_core", "live notices: web/live.py"),
    "screens": ("screens.*", "the way of one change: base/live_notice.py, web/live.py"),
    "opening": ("opening.*", "what happens before the first page: ops/demo.py"),
    "law": ("law.mutants.by_regulation, survived and stale", "a scenario that notices; for time the regulation that takes longest"),
    "population": ("population.page_ms", "cases/rounds.py: HOLD; cases/populations.py: whether SQL says who belongs; `act_many` of a page"),
    "rehearse": ("rehearse.runs.*.cpu_seconds", "itself or postgres, whichever spends more; beside it how many rows one batch takes"),
}  # fmt: skip


def judge(found: Found) -> list[dict[str, Any]]:
    """Return each limit that was measured, with what was found and whether it is reached."""
    ten = found.get("ten_times", {})
    measured = [limit for limit in LIMITS if limit.part in found and "left_out" not in found[limit.part]]
    first = [_told(limit, limit.value(found[limit.part]), limit.name) for limit in measured]
    later = "{}, at ten times the cases"
    again = [_told(limit, limit.value(ten[limit.part]), later.format(limit.name)) for limit in LIMITS if limit.part in ten]
    return [*first, *again, *_flatness(found, ten)]


def _flatness(found: Found, ten: Found) -> list[dict[str, Any]]:
    """How many times longer a page takes at ten times the cases (its median: one late answer is not growth), and how much more it reads."""
    pages, grown = found.get("pages", {}), ten.get("pages", {})
    ratios = {name: round(grown[name]["ms"]["p50"] / pages[name]["ms"]["p50"], 2) for name in pages if name in grown}
    flat = Limit("", "pages", lambda _: 0, FLAT)
    ratios |= {name: round(after / before, 2) for name, (before, after) in _asked_by_programs(found, ten).items()}
    slower = [_told(flat, ratio, f"{name}: median at ten times the cases, times that before") for name, ratio in ratios.items()]
    rows, more = found.get("rows", {}), ten.get("rows", {})
    read = {name: (rows[name]["rows_read"], more[name]["rows_read"]) for name in rows if name in more}
    few = {name: round(max(after, FEW) / max(before, FEW), 2) for name, (before, after) in read.items()}
    return [
        *slower,
        *(_told(flat, n, f"{name}: rows read at ten times the cases, times those before") for name, n in few.items()),
    ]


def _asked_by_programs(found: Found, ten: Found) -> dict[str, tuple[float, float]]:
    """The medians of the API's lists, cases and searches, by reader, before and at ten times the cases."""
    return {
        f"API, {name}, {user}": (group["p50"], ten[part]["readers"][user]["groups"][name]["p50"])
        for part in ("read", "search")
        if part in found and part in ten
        for user, reader in found[part]["readers"].items()
        for name, group in reader["groups"].items()
    }


def missed(judged: Sequence[Found], *, small: bool) -> list[Found]:
    """Return the limits that are missed; of a small run only those that hold however little is measured."""
    return [limit for limit in judged if not limit["reached"] and (limit["always"] or not small)]


def _told(limit: Limit, value: float, name: str) -> dict[str, Any]:
    return {
        "figure": name,
        "limit": f"{'≥' if limit.more else '≤'} {limit.limit:g}",
        "found": value,
        "reached": limit.reached(value),
        "always": limit.always,
        **({} if limit.reached(value) else dict(zip(("look_at", "next_step"), NEXT[limit.part], strict=True))),
    }
