"""A round over a great population: how long its members take, page by page, and the memory, however many there are. Prints JSON.

SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.populating [MEMBERS]      # copies of one record, made and taken away again by SQL
SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.populating begin MEMBERS  # leave a round over some that belong to whoever works there

The clause is the first of the law in force that comes round to a group of a register. Three rounds are gone through: over copies that
do not belong to the group; over a hundredth as many, judged one by one, as where SQL cannot say who belongs; and over a hundredth as
many that do belong: a case is opened for each, and stays, with its record in the archive. `beside` measures what a round costs others.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg

from bench.processes import ran
from shouwen.ops.family import settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.policy.conditions import Condition
from shouwen.policy.kinds.opens import Schedules

if TYPE_CHECKING:
    from bench.installation import Bench, Site
    from shouwen.cases.models import Occurrence

MEMBERS: Final = 200_000
FEWER: Final = 100  # times: of those that are judged, and of those for whom a case is opened
FIRST: Final = 4_000_000_000_000_000  # of the copies' ids: far above all others
PERIOD: Final = "bench"
_COPY: Final = """insert into registers_record (id, key, archived_at, fields, {others})
 select {first} + g, 'bench-' || {first} + g, null, %s::jsonb, {others}
 from registers_record r, generate_series(1, {n}) g where r.id = {like}"""
_COPIES_AWAY: Final = "delete from registers_record where id > %s and key like 'bench-%%' and archived_at is null"
_TO_THE_ARCHIVE: Final = "update registers_record set archived_at = now() where id > %s and key like 'bench-%%'"
_ROUND_AWAY: Final = "delete from cases_occurrence where period = %s"


@dataclass(frozen=True)
class Group:
    """A clause, the register it comes round to, and fields by which a record belongs to its group."""

    clause: str
    register: str
    fields: dict[str, Any]


def beside(bench: Bench, site: Site, members: int, seconds: int) -> dict[str, Any]:
    """Return how long creates take, and how late deadlines are, while nothing else goes on and while a round opens cases."""
    from bench import creating, ringing  # noqa: PLC0415  the process that asks members would load a client of HTTP in vain
    from bench.installation import await_true  # noqa: PLC0415  it starts servers; the process that asks members starts none

    def measured() -> dict[str, float]:
        created = creating.run(site, 1, seconds, 1)["ms"]
        late = ringing.steady(site, seconds)
        return {"create_p50_ms": created["p50"], "create_p95_ms": created["p95"], "late_p99_ms": late["p99_ms"]}

    def state() -> tuple[int, bool]:
        [(asked, ended)] = site.rows("select asked, done_at is not null from cases_occurrence where period = %s", PERIOD)
        return asked, ended

    quiet, begun = measured(), bench.asked("bench.populating", "begin", str(members))
    await_true(lambda: state()[0] > 0, "the round begins")
    busy, (asked, ended) = measured(), state()
    await_true(lambda: state()[1], "the round ends", 600)
    site.do(_TO_THE_ARCHIVE, begun["first"])
    times = {name: round(busy[name] / max(quiet[name], 1), 2) for name in quiet}
    return {"without": quiet, "with": busy, "times": times, "asked_meanwhile": asked, "still_running": not ended}


def main(members: int, *, only_begin: bool = False) -> dict[str, Any]:
    """Make so many, ask them, take them away; then a hundredth that are judged, then a hundredth that belong.

    With `only_begin` make as many that belong, and leave them and their round.
    """
    installation = open_installation()
    load_django()
    settle_memory()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases import populations  # noqa: PLC0415  it imports models, which exist once Django is loaded

    assert installation.server is not None, "the bench has a server of its own"
    now = timezone.now()
    group, fewer = _of_a_register(now), max(members // FEWER, 1000)
    with psycopg.connect(installation.server.uri("owner"), autocommit=True) as owner:
        _take_away(owner)  # what a run that was killed has left
        if only_begin:
            first = _copy(owner, group, members, group.fields)
            _round(group, first, now)
            return {"first": first}
        found: dict[str, Any] = {"members": members, "clause": group.clause}
        with _copies(owner, group, members, {}) as first:
            found |= _asked(group, first, now)
        with _copies(owner, group, fewer, {}) as first:
            narrowed, populations.belonging = populations.belonging, lambda *_: None
            found["judged"] = {"members": fewer, **_asked(group, first, now)}
            populations.belonging = narrowed
        with _copies(owner, group, fewer, group.fields) as first:
            found["belonging"] = {"members": fewer, **_asked(group, first, now)}
            owner.execute(_TO_THE_ARCHIVE, [first])
        return found


def _of_a_register(now: datetime) -> Group:
    """Return the first clause that comes round to a group of the records of a register with some."""
    from shouwen.cases.enactments import law_at  # noqa: PLC0415  needs Django loaded
    from shouwen.registers.models import Record  # noqa: PLC0415  needs Django loaded

    law = law_at(now)
    assert law is not None, "nothing is enacted"
    for clause in law.scheduled:
        kind = clause.rule.kind
        group = law.populations.get(kind.population) if isinstance(kind, Schedules) and not kind.drawn else None
        noun = law.nouns.get(group.noun) if group is not None else None
        if group is None or noun is None or group.when is None or noun.kind != "record":
            continue
        fields = _by_which_one_belongs(group.when)
        if fields and fields.keys() <= noun.fields.keys() and Record.objects.filter(register=noun.id).exists():
            return Group(clause.name, noun.id, fields)
    raise SystemExit("no clause comes round to a group of a register")


def _by_which_one_belongs(condition: Condition) -> dict[str, Any]:
    """Return the fields of one that belongs, of a group that is told by what stands in them."""
    return {t.path.text: t.values[0] for t in condition.groups[0] if t.kind in ("is", "in") and isinstance(t.values[0], str)}


def _take_away(owner: psycopg.Connection[Any]) -> None:
    owner.execute(_COPIES_AWAY, [FIRST])
    owner.execute(_ROUND_AWAY, [PERIOD])


@contextmanager
def _copies(owner: psycopg.Connection[Any], group: Group, members: int, fields: dict[str, Any]) -> Iterator[int]:
    try:
        yield _copy(owner, group, members, fields)
    finally:
        _take_away(owner)


def _copy(owner: psycopg.Connection[Any], group: Group, members: int, fields: dict[str, Any]) -> int:
    """Copy a record so many times, with these fields only; return the id before theirs. Without any it belongs to no group."""
    columns = owner.execute("select column_name from information_schema.columns where table_name = 'registers_record'").fetchall()
    others = ", ".join(f'"{c}"' for (c,) in columns if c not in ("id", "key", "archived_at", "fields"))
    row = owner.execute(
        "select min(id), greatest(%s, max(id)) from registers_record where register = %s", [FIRST, group.register]
    ).fetchone()
    assert row is not None
    like, first = row
    owner.execute(_COPY.format(first=first, n=members, like=like, others=others).encode(), [json.dumps(fields)])
    owner.execute("vacuum analyze registers_record")
    return int(first)


@dataclass
class _Pages:
    """What the pages of a round took: seconds on the wall and of the processor, and members at whom it looked, of each; the peak of
    memory after each, in MB."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    def note(self, seconds: float, cpu: float, members: int) -> None:
        """Note a page."""
        self.seconds.append(seconds)
        self.cpu.append(cpu)
        self.members.append(members)
        self.peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)

    def grown(self, taken: list[float]) -> float:
        """Return how many times longer a member took in the last tenth of the members than in the first."""
        whole, tenths, reached = sum(self.members), [[0.0, 0.0] for _ in range(10)], 0
        for seconds, members in zip(taken, self.members, strict=True):
            tenth = tenths[min(reached * 10 // max(whole, 1), 9)]
            tenth[0], tenth[1], reached = tenth[0] + seconds, tenth[1] + members, reached + members
        each = [seconds / members for seconds, members in tenths if members]
        return round(each[-1] / max(each[0], 1e-9), 2)

    def told(self) -> dict[str, Any]:
        """Return what is printed."""
        pages = sorted(self.seconds)
        return {
            "pages": len(pages), "seconds": round(sum(pages), 2), "members_per_second": round(sum(self.members) / sum(pages)),
            "page_ms": {"p50": _ms(pages[len(pages) // 2]), "p95": _ms(pages[len(pages) * 95 // 100]), "max": _ms(pages[-1])},
            "last_tenth_to_first": self.grown(self.cpu), "on_the_wall": self.grown(self.seconds),
            "peak_mb": {"after a tenth": self.peaks[len(self.peaks) // 10], "all": self.peaks[-1]},
        }  # fmt: skip


def _round(group: Group, first: int, now: datetime) -> Occurrence:
    """Write down a round that begins behind an id."""
    from shouwen.base.numbering import next_id  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.models import Occurrence  # noqa: PLC0415  needs Django loaded

    return Occurrence.objects.create(
        id=next_id(), clause=group.clause, period=PERIOD, population=group.register, at=now, row=PERIOD, try_at=now, reached=first
    )


def _asked(group: Group, first: int, now: datetime) -> dict[str, Any]:
    """Go through the copies, as a worker does; return what the pages took."""
    from django.db import connection  # noqa: PLC0415  it reads the settings, which are there once Django is loaded

    from shouwen.cases import rounds  # noqa: PLC0415  it imports models, which exist once Django is loaded

    round_ = _round(group, first, now)
    server = connection.connection.info.backend_pid
    pages, own, theirs = _Pages(), time.process_time(), ran(server)
    while round_.done_at is None:
        before, begun, used = round_.asked, time.perf_counter(), time.process_time() + ran(server)
        rounds.ask(now)
        taken, cpu_taken = time.perf_counter() - begun, time.process_time() + ran(server) - used
        round_.refresh_from_db()
        pages.note(taken, cpu_taken, round_.asked - before)
    cpu = {"python": round(time.process_time() - own, 2), "postgres": round(ran(server) - theirs, 2)}
    each = round(sum(cpu.values()) * 1000 / max(round_.asked, 1), 4)
    return {"asked": round_.asked, "opened": round_.opened, **pages.told(), "cpu_seconds": cpu, "cpu_ms_each": each}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    leave = sys.argv[1:2] == ["begin"]
    asked_for = sys.argv[2:] if leave else sys.argv[1:]
    print(json.dumps(main(int(asked_for[0]) if asked_for else MEMBERS, only_begin=leave), ensure_ascii=False))
