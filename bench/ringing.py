"""(d) The clock: how fast a burst of deadlines drains with all its effects, and how late single ones are at a steady pace."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from bench.installation import Site, await_true
from bench.load import percentile

MARK: Final = "bench open"  # as in untouched, which cannot be imported without Django
PACE: Final = 100  # deadlines a second
EFFECTS: Final = {  # counted for the cases of the burst alone
    "breach events": "select count(*) from base_event e where kind = 'breach' and case_id = any(%s::int8[])",
    "deadlines breached": "select count(distinct (subject_id, clause)) from base_event where kind = 'breach' and case_id = any(%s::int8[])",
    "tell events": "select count(*) from base_event where kind = 'tell' and case_id = any(%s::int8[])",
    "entry events": "select count(*) from base_event where kind = 'entry' and case_id = any(%s::int8[])",
    "notices": "select count(*) from base_notice where case_id = any(%s::int8[])",
    "entries": "select count(*) from ledger_entry where case_id = any(%s::int8[])",
}
LOOK_AGAIN: Final = 0.2  # seconds: whoever looks takes processor time from those who are measured
_DRAINED: Final = """select not exists (
 select from cases_deadline d where d.stopped_at is null and d.breached_at is null and d.due_at < now())"""
_CHOOSE: Final = """select d.id from cases_deadline d join cases_case c on c.id = d.case_id
 where c.channel = %s and d.stopped_at is null and d.breached_at is null and d.due_at > now() + interval '1 year' {kind}
 order by d.id limit %s"""


def burst(site: Site, n: int) -> dict[str, Any]:
    """Let `n` deadlines fall due at once, and wait until all of them have fired."""
    ids = _chosen(site, n)
    cases = [i for (i,) in site.rows("select case_id from cases_deadline where id = any(%s::int8[])", ids)]
    had = {name: site.rows(query, cases)[0][0] for name, query in EFFECTS.items()}
    _fall_due(site, ids, "now() - interval '1 second'")
    before, begin = site.family.cpu(), time.perf_counter()
    with psycopg.connect(site.server.uri("read"), autocommit=True) as reader:
        await_true(lambda: reader.execute(_DRAINED).fetchone() == (True,), "the burst drains", 600, LOOK_AGAIN)
    took = time.perf_counter() - begin
    after = site.family.cpu()
    effects = {name: site.rows(query, cases)[0][0] - had[name] for name, query in EFFECTS.items()}
    kinds = site.rows(
        "select clause, count(*) from cases_deadline where id = any(%s::int8[]) group by clause order by 2 desc", ids
    )
    return {
        "deadlines": len(ids),
        "seconds": round(took, 2),
        "per_second": round(len(ids) / took),
        "clauses": dict(kinds),
        "effects": effects,
        "all_distinct": effects["breach events"] == effects["deadlines breached"] == len(ids),
        "cpu_ms_each": {part: round((after[part] - before[part]) * 1000 / len(ids), 3) for part in ("worker", "postgres")},
    }


def steady(site: Site, seconds: int) -> dict[str, Any]:
    """Let PACE deadlines fall due each second; return how late each was, as somebody else saw it committed."""
    ids = _chosen(site, PACE * seconds)
    _fall_due(site, ids, f"now() + interval '3 seconds' + (row_number() over (order by id) - 1) * interval '{1000 / PACE} ms'")
    due = {row[0]: row[1] for row in site.rows("select id, due_at from cases_deadline where id = any(%s::int8[])", ids)}
    late: list[float] = []
    look = "select id from cases_deadline where id = any(%s::int8[]) and breached_at is not null"
    with psycopg.connect(site.server.uri("read"), autocommit=True) as reader:
        waiting = sorted(ids, key=due.__getitem__)
        patience = time.monotonic() + seconds + 60
        while waiting and time.monotonic() < patience:
            near = waiting[: PACE * 4]
            seen = {id_ for (id_,) in reader.execute(look, [near]).fetchall()}
            now = datetime.now(UTC)
            late += [(now - due[id_]).total_seconds() for id_ in seen]
            waiting = [id_ for id_ in waiting if id_ not in seen]
            time.sleep(0.005)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        "deadlines": len(late),
        "missing": len(waiting),
        **{f"{k}_ms": round(percentile(late, v) * 1000, 1) for k, v in shares.items()},
    }


def _chosen(site: Site, n: int) -> list[int]:
    """Deadlines of untouched open cases: first those of urgent repairs, whose breach is told and costs points."""
    found: list[int] = []
    for kind in ("and d.clause = 'property/repair#2.1'", ""):
        if len(found) < n:
            more = [i for (i,) in site.rows(_CHOOSE.format(kind=kind), MARK, n)]
            found += [i for i in more if i not in set(found)]
    if len(found) < n:
        raise SystemExit(f"only {len(found)} running deadlines of {n}: fill more open cases")
    return found[:n]


def _fall_due(site: Site, ids: list[int], when: str) -> None:
    query = f"""update cases_deadline d set due_at = x.due, warn_at = null from (
        select id, {when} as due from unnest(%s::int8[]) as u (id)) x where x.id = d.id"""  # noqa: S608  our own words
    site.do(query, ids)
    site.do("select pg_notify('shouwen', 'clock')")
