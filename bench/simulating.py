"""Rehearsal: acts a second on one core and on two, and memory, when a limit of the repairs is changed. Prints JSON.

SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.simulating [CASES …]      # cases looked at; 0: all there are
SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.simulating ask            # as on the page: carried out by a worker

Works on the cases `./run bench` has filled in; it only reads. The change is one everybody waits for: an urgent repair answered within half
an hour instead of one, so that each repair has to be looked at and each urgent one judged by both laws.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bench import machine
from shouwen.base.sql import raw
from shouwen.ops.family import settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.policy.company import Company
from shouwen.policy.packs import Sources
from shouwen.policy.simulating_report import Report

FILE: Final = "property/repair.yaml"
WAS: Final = "until: reply, within: 1h,"
IS: Final = "until: reply, within: 30min,"
MANAGER: Final = "zhao_jun"  # who may enact, and so rehearse
LIMIT: Final = 10_000  # acts a second on one core (issue 4)


def once(cases: int, processes: int) -> dict[str, Any]:
    """Rehearse in this process; return what was found and the most memory this and its children needed."""
    open_installation()
    load_django()
    settle_memory()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.rehearsing import Rehearsing, proposed  # noqa: PLC0415  it needs Django loaded
    from shouwen.ops.simulating import begin  # noqa: PLC0415  it needs Django loaded

    now, before = timezone.now(), _of_postgres()
    standing = files(now)
    pack = {k: v for k, v in standing.items() if k.startswith("property/")}
    proposal = proposed({**pack, FILE: changed(standing)}, Company(), now)
    report: Report = Rehearsing(proposal, beginning(), now, cases, processes, begin).run(lambda _done, _total: None)
    found = report.plain()
    cpu = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    kilobytes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = ("subjects", "acts", "acts_elsewhere", "judged", "diverged", "not_looked_at", "seconds", "acts_per_second", "totals")
    return {
        "cases": cases, "processes": processes, "load": round(os.getloadavg()[0], 1), **{k: found[k] for k in told},
        "cpu_seconds": {"itself": round(cpu[0], 2), "children": round(cpu[1], 2), "postgres": round(_of_postgres() - before, 2)},
        "peak_mb": {"itself": kilobytes[0] // 1024, "largest child": kilobytes[1] // 1024},
    }  # fmt: skip


def files(now: datetime) -> Sources:
    """Return the files of the law in force."""
    from shouwen.cases.rehearsals import files_now  # noqa: PLC0415  needs Django loaded

    return files_now(now)


def changed(standing: Sources) -> str:
    """Return the regulation of the repairs with the other limit."""
    assert WAS in standing[FILE]
    return standing[FILE].replace(WAS, IS)


def beginning() -> datetime:
    """Return when the first case was opened."""
    row = raw().execute("select min(opened_at) from cases_case").fetchone()
    assert row is not None
    first: datetime = row[0]
    return first


def ask() -> dict[str, int]:
    """Ask for the same rehearsal as a manager does on the page; return which run it is."""
    open_installation()
    load_django()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.rehearsals import Wanted  # noqa: PLC0415  it needs Django loaded
    from shouwen.cases.rehearsals import ask as asked  # noqa: PLC0415  it needs Django loaded
    from shouwen.staff import org  # noqa: PLC0415  it needs Django loaded
    from shouwen.staff.models import Staff  # noqa: PLC0415  it needs Django loaded

    now = timezone.now()
    manager = org.reader(Staff.objects.get(username=MANAGER).pk, now)
    return {"run": asked(Wanted({FILE: changed(files(now))}, beginning()), by=manager, now=now).pk}


def _of_postgres() -> float:
    """Return the seconds of CPU the server has spent on this process's connection and all that have ended; 0 where it is elsewhere."""
    row = raw().execute("select pg_backend_pid()").fetchone()
    try:
        own = _stat(row[0] if row else 0)
        postmaster = _stat(int(own[1]))
    except OSError:  # a server elsewhere
        return 0.0
    return (int(own[11]) + int(own[12]) + int(postmaster[13]) + int(postmaster[14])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return what the kernel says of a process: its state, its parent; the 11th and 12th after that are its time, then that of its dead."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()


def main() -> int:
    """Measure each size in a process of its own, so that the memory of one does not count for the next."""
    if sys.argv[1:] == ["ask"]:
        print(json.dumps(ask()))
        return 0
    words = [int(w) for w in sys.argv[1:]]
    if len(words) == 2 and words[1] > 0:
        print(json.dumps(once(*words), ensure_ascii=False))
        return 0
    runs = [(cases, processes) for cases in words or (8_400, 0) for processes in (1, 2)]
    found = [json.loads(_apart(*run)) for run in runs]
    print(
        json.dumps(
            {"machine": machine.facts(), "limit_acts_per_second_per_core": LIMIT, "runs": found}, ensure_ascii=False, indent=1
        )
    )
    return 0


def _apart(cases: int, processes: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.simulating", str(cases), str(processes)], stdout=subprocess.PIPE, text=True, check=True
    )
    print(f"· {done.stdout.strip()}", file=sys.stderr, flush=True)  # what was found stands, whatever becomes of the next
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
