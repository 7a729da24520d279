"""Rehearsal: acts a second on one core and on two, and memory, when a limit of the repairs is changed. Prints JSON.

SHOUWEN_HOME=/var/tmp/shouwen-bench python -m bench.simulating [CASES …]      # cases looked at; 0: all there are

Works on the cases `./run bench` has filled in; it only reads. The change is one everybody waits for: an urgent repair answered within half
an hour instead of one, so that each repair has to be looked at and each urgent one judged by both laws.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from bench import machine
from shouwen.base.sql import raw
from shouwen.ops.family import settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.policy.company import Company
from shouwen.policy.simulating_report import Report

FILE: Final = "property/repair.yaml"
WAS: Final = "until: [reply, assign], within: 1h,"
IS: Final = "until: [reply, assign], within: 30min,"
LIMIT: Final = 10_000  # acts a second on one core (issue 4)


def once(cases: int, processes: int) -> dict[str, Any]:
    """Rehearse in this process; return what was found and the most memory this and its children needed."""
    open_installation()
    load_django()
    settle_memory()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.enactments import sources_of  # noqa: PLC0415  it needs Django loaded
    from shouwen.cases.models import Enactment  # noqa: PLC0415  it needs Django loaded
    from shouwen.cases.rehearsing import Rehearsing, proposed  # noqa: PLC0415  it needs Django loaded
    from shouwen.ops.simulating import begin  # noqa: PLC0415  it needs Django loaded

    now = timezone.now()
    standing = Enactment.objects.holding(now)
    assert standing is not None
    text = sources_of(standing)[FILE]
    assert WAS in text
    pack = {k: v for k, v in sources_of(standing).items() if k.startswith("property/")}
    proposal = proposed({**pack, FILE: text.replace(WAS, IS)}, Company(), now)
    first = raw().execute("select min(opened_at) from cases_case").fetchone()
    assert first is not None
    report: Report = Rehearsing(proposal, first[0], now, cases, processes, begin).run(lambda _done, _total: None)
    found = report.plain()
    cpu = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    kilobytes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = ("subjects", "acts", "acts_elsewhere", "judged", "diverged", "not_looked_at", "seconds", "acts_per_second", "totals")
    return {
        "cases": cases, "processes": processes, **{k: found[k] for k in told},
        "cpu_seconds": {"itself": round(cpu[0], 2), "children": round(cpu[1], 2), "postgres": round(_of_postgres(), 2)},
        "peak_mb": {"itself": kilobytes[0] // 1024, "largest child": kilobytes[1] // 1024},
    }  # fmt: skip


def _of_postgres() -> float:
    """Return the seconds of CPU the server has spent on this process's own connection; 0 where that cannot be asked."""
    row = raw().execute("select pg_backend_pid()").fetchone()
    try:
        told = Path(f"/proc/{row[0] if row else 0}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:  # a server elsewhere
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure each size in a process of its own, so that the memory of one does not count for the next."""
    words = [int(w) for w in sys.argv[1:]]
    if len(words) == 2 and words[1] > 0:
        print(json.dumps(once(*words), ensure_ascii=False))
        return 0
    runs = [(cases, processes) for cases in words or (22_000, 0) for processes in (1, 2)]
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
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
