"""(a) Creating a case by the API, with its law: how many a second, how long each takes, and where the processor time goes."""

from __future__ import annotations

import json
import random
import statistics
import time
from typing import Any, Final

from bench.installation import HOST, Site
from bench.load import Plan, Request, measure

BODIES: Final = 2_000  # different requests, in turn


def bodies(site: Site, *, keys: bool = False, n: int = BODIES) -> list[Request]:
    """Return requests that open repairs in the homes of customers: their words, customers and houses vary. `keys`: each with a key."""
    from shouwen.ops import matters  # noqa: PLC0415  it needs no database, but Django loaded

    chance = random.Random(5)  # noqa: S311  chosen by a seed, not secret
    homes = site.rows(
        "select id, customer_id from registers_record where register = 'house' and customer_id is not null order by id"
    )
    found = []
    for _ in range(n):
        house, customer = chance.choice(homes)
        words, trouble = matters.in_home(chance)
        fields = {
            "customer": customer,
            "house": house,
            "place": "in_home",
            "channel": "phone",
            "content": words,
            "trouble": trouble.kind,
        }
        body = {"procedure": "repair", "customer": customer, "fields": fields}
        found.append(Request("POST", "/api/v1/cases", json.dumps(body, ensure_ascii=False), "bench-{n}" if keys else ""))
    return found


def run(site: Site, clients: int, seconds: float, times: int, *, keys: bool = False) -> dict[str, Any]:
    """Measure so often; return the medians and every run. `keys`: every request has an Idempotency-Key of its own."""
    requests = bodies(site, keys=keys)
    return median_of([_once(site, requests, clients, seconds, i) for i in range(times)])


def _once(site: Site, requests: list[Request], clients: int, seconds: float, i: int) -> dict[str, Any]:
    before = site.family.cpu()
    had = _written(site)
    plan = Plan(HOST, site.port, site.token, requests, clients, seconds, run=f"{time.time_ns():x}-{i}")
    found = measure(plan)
    after = site.family.cpu()
    if set(found["statuses"]) != {"201"}:
        raise SystemExit(f"creates were refused: {found['statuses']} {found['said']}")
    done = found["ms"]["n"] + plan.warm
    cpu = {part: round((after[part] - before[part]) * 1000 / done, 2) for part in ("web", "worker", "postgres")}
    now = _written(site)
    each = {table: round((now[table] - had[table]) / done, 2) for table in now}
    return {**found, "cpu_ms": {**cpu, "total": round(sum(cpu.values()), 2)}, "rows_per_create": each}


def _written(site: Site) -> dict[str, int]:
    tables = ("cases_case", "base_event", "cases_deadline", "cases_task", "search_row", "base_notice", "base_actkey")
    counts = ", ".join(f"(select count(*) from {table})" for table in tables)  # noqa: S608  our own names
    return dict(zip(tables, site.rows(f"select {counts}")[0], strict=True))


def median_of(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run whose rate is the median, with all rates."""
    rates = sorted(r["per_second"] for r in runs)
    middle = rates[len(rates) // 2]
    chosen = next(r for r in runs if r["per_second"] == middle)
    p95 = statistics.median(r["ms"]["p95"] for r in runs)
    return {**chosen, "median_per_second": middle, "median_p95_ms": p95, "all_per_second": rates}
