"""A round over a great population: how long its members take, page by page, and the memory, however many there are. Prints JSON.

SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.populating [MEMBERS]      # copies of one record, made and taken away again by SQL

The clause is the first of the law in force that comes round to a register; the copies do not belong to its group, or their cases
would stay: what opening a case costs, `./run bench create` says.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import datetime
from typing import Any, Final

import psycopg

from shouwen.ops.family import settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.policy.kinds.opens import Schedules

MEMBERS: Final = 200_000
FIRST: Final = 4_000_000_000_000_000  # of the copies' ids: far above all others
PERIOD: Final = "bench"
_COPY: Final = """insert into registers_record (id, key, archived_at, {others})
 select {first} + g, 'bench-' || g, null, {others} from registers_record r, generate_series(1, {n}) g where r.id = {like}"""
_COPIES_AWAY: Final = b"delete from registers_record where id > %s and key like 'bench-%%'"
_ROUND_AWAY: Final = b"delete from cases_occurrence where period = %s"


def main(members: int) -> dict[str, Any]:
    """Make so many, ask them, take them away."""
    installation = open_installation()
    load_django()
    settle_memory()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    assert installation.server is not None, "the bench has a server of its own"
    now = timezone.now()
    clause, register = _of_a_register(now)
    with psycopg.connect(installation.server.uri("owner"), autocommit=True) as owner:
        _take_away(owner)  # what a run that was killed has left
        try:
            _copy(owner, register, members)
            return {"members": members, "clause": clause, **_asked(clause, register, now)}
        finally:
            _take_away(owner)


def _of_a_register(now: datetime) -> tuple[str, str]:
    """Return the first clause that comes round to the records of a register with some, and the register."""
    from shouwen.cases.enactments import law_at  # noqa: PLC0415  needs Django loaded
    from shouwen.registers.models import Record  # noqa: PLC0415  needs Django loaded

    law = law_at(now)
    assert law is not None, "nothing is enacted"
    for clause in law.scheduled:
        kind = clause.rule.kind
        group = law.populations.get(kind.population) if isinstance(kind, Schedules) and not kind.drawn else None
        noun = law.nouns.get(group.noun) if group is not None and group.when is not None else None
        if noun is not None and noun.kind == "record" and Record.objects.filter(register=noun.id).exists():
            return clause.name, noun.id
    raise SystemExit("no clause comes round to a group of a register")


def _take_away(owner: psycopg.Connection[Any]) -> None:
    owner.execute(_COPIES_AWAY, [FIRST])
    owner.execute(_ROUND_AWAY, [PERIOD])


def _copy(owner: psycopg.Connection[Any], register: str, members: int) -> None:
    """Copy a record that has no fields: it belongs to no group that wants any."""
    columns = owner.execute("select column_name from information_schema.columns where table_name = 'registers_record'").fetchall()
    others = ", ".join(f'"{c}"' for (c,) in columns if c not in ("id", "key", "archived_at"))
    row = owner.execute("select min(id) from registers_record where register = %s", [register]).fetchone()
    like = row[0] if row else 0
    owner.execute(_COPY.format(first=FIRST, n=members, like=like, others=others).encode())
    owner.execute("update registers_record set fields = '{}' where id > %s", [FIRST])
    owner.execute("vacuum analyze registers_record")


def _asked(clause: str, register: str, now: datetime) -> dict[str, Any]:
    """Go through the copies; return the seconds of the pages, and the peak of memory after a tenth and at the end."""
    from shouwen.base.numbering import next_id  # noqa: PLC0415  needs Django loaded
    from shouwen.cases import rounds  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.models import Occurrence  # noqa: PLC0415  needs Django loaded

    round_ = Occurrence.objects.create(
        id=next_id(), clause=clause, period=PERIOD, population=register, at=now, row=PERIOD, try_at=now, reached=FIRST
    )
    taken, peaks, began = list[float](), list[int](), time.process_time()
    while Occurrence.objects.filter(pk=round_.pk, done_at=None).exists():
        begun = time.perf_counter()
        rounds.ask(now)
        taken.append(time.perf_counter() - begun)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    round_.refresh_from_db()
    pages = sorted(taken)
    return {
        "asked": round_.asked, "opened": round_.opened, "pages": len(pages), "seconds": round(sum(pages), 1),
        "members_per_second": round(round_.asked / sum(pages)), "cpu_seconds": round(time.process_time() - began, 1),
        "page_ms": {"p50": _ms(pages[len(pages) // 2]), "p95": _ms(pages[len(pages) * 95 // 100]), "max": _ms(pages[-1])},
        "last_tenth_to_first": round(sum(taken[-len(taken) // 10 :]) / max(sum(taken[: -(-len(taken) // 10)]), 0.001), 2),
        "peak_mb": {"after a tenth": peaks[len(peaks) // 10], "all": peaks[-1]},
    }  # fmt: skip


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS), ensure_ascii=False))
