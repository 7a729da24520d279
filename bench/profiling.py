"""Where the time goes: one API create, in Python by function, in PostgreSQL by statement. `python -m bench.profiling TIMES`

Python is looked at with cProfile, which makes small functions look dearer than they are: compare shares, not times.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from shouwen.ops.installation import load_django, open_installation

OURS: Final = Path(__file__).resolve().parent.parent
SHOWN: Final = 30


def main(times: int) -> None:
    """Create cases through the whole stack in this process, with and without the profiler."""
    told = json.load(sys.stdin)
    open_installation()
    load_django()
    from django.db import connection  # noqa: PLC0415  needs Django loaded
    from django.test import Client  # noqa: PLC0415  it needs Django loaded
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  it needs Django loaded

    client = Client(SERVER_NAME="127.0.0.1")
    headers: Any = {"Authorization": f"Bearer {told['token']}"}
    bodies = [body.encode() for body in told["bodies"]]

    def create(n: int) -> None:
        response = client.post("/api/v1/cases", bodies[n % len(bodies)], content_type="application/json", headers=headers)
        if response.status_code != 201:
            raise SystemExit(f"{response.status_code} {response.content[:300]!r}")

    for n in range(50):
        create(n)
    cpu, begin = time.process_time(), time.perf_counter()
    for n in range(times):
        create(n)
    took, used = time.perf_counter() - begin, time.process_time() - cpu
    with CaptureQueriesContext(connection) as captured:
        create(0)
    queries = list(captured)  # the next request clears the log
    profile = cProfile.Profile()
    profile.enable()
    for n in range(times):
        create(n)
    profile.disable()
    print(
        json.dumps(
            {
                "ms_each": round(took * 1000 / times, 2),
                "python_cpu_ms_each": round(used * 1000 / times, 2),
                "queries": [{"sql": " ".join(q["sql"].split())[:160], "ms": float(q["time"]) * 1000} for q in queries],
                **_shares(pstats.Stats(profile), times),
            },
            ensure_ascii=False,
        )
    )


def _shares(stats: pstats.Stats, times: int) -> dict[str, Any]:
    """Return the functions with the most time of their own, and the time by package."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    for (file, line, name), (_, _, tottime, cumtime, _) in stats.stats.items():  # type: ignore[attr-defined]  # its stubs lack it
        where = _named(file)
        own[f"{where}:{line} {name}"] += tottime
        whole[f"{where}:{line} {name}"] += cumtime
        packages[where.split("/")[0] if not where.startswith("shouwen/") else "/".join(where.split("/")[:2])] += tottime
    ms = 1000 / times

    def top(counted: Counter[str], n: int) -> dict[str, float]:
        return {name: round(seconds * ms, 3) for name, seconds in counted.most_common(n)}

    ours = Counter({k: v for k, v in whole.items() if k.startswith(("shouwen/", "ninja", "django/db"))})
    return {"by_package_ms": top(packages, 16), "own_ms": top(own, SHOWN), "with_callees_ms": top(ours, SHOWN + 10)}


def _named(file: str) -> str:
    if "site-packages/" in file:
        return file.rpartition("site-packages/")[2]
    path = Path(file)
    return str(path.relative_to(OURS)) if path.is_relative_to(OURS) and path.suffix == ".py" else f"python/{path.name}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
