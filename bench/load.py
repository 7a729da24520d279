"""The load generator, a process of its own: clients that send prepared requests over kept connections and take the time.

It reads a plan as JSON from its input and prints what it found as JSON. Every client waits for an answer before it sends on.
"""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request; `group` says with which others its time is counted. {n} in body and key is another number each time."""

    method: str
    path: str
    body: str = ""
    key: str = ""
    group: str = ""


@dataclass(frozen=True)
class Plan:
    """What to send: for so many seconds (or so many requests), by so many clients at once."""

    host: str
    port: int
    token: str
    requests: list[Request]
    clients: int = 1
    seconds: float = 5.0
    most: int = 0  # 0: only the time counts
    warm: int = 50  # requests before the time is taken
    run: str = ""  # makes {n} of this run different from others'
    cookie: str = ""  # of a session, for pages; then there is no token


@dataclass
class Taken:
    """What one client found."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)  # of answers that were none of 2xx


def measure(plan: Plan) -> dict[str, Any]:
    """Run the load generator and return what it found."""
    told = json.dumps({**asdict(plan), "requests": [asdict(r) for r in plan.requests]})
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def percentile(times: Sequence[float], share: float) -> float:
    """Return the value below which that share lies (nearest rank)."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def summary(times: Sequence[float]) -> dict[str, float]:
    """Return how long requests took, in ms."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {"n": len(times), **{name: round(percentile(times, share) * 1000, 2) for name, share in shares.items()}}


class _Client:
    def __init__(self, plan: Plan, numbers: Iterator[int]) -> None:
        self.plan, self.numbers, self.taken = plan, numbers, Taken()
        said = (
            {"Cookie": f"sessionid={plan.cookie}", "Accept-Encoding": "gzip"}
            if plan.cookie
            else {"Authorization": f"Bearer {plan.token}"}
        )
        self.headers = {**said, "Content-Type": "application/json", "Connection": "keep-alive"}
        self.connection = http.client.HTTPConnection(plan.host, plan.port, timeout=60)

    def send(self, request: Request, n: int) -> tuple[int, float, bytes]:
        """Send one request; return status, seconds, body."""
        number = f"{self.plan.run}-{n}"
        headers = {**self.headers, **({"Idempotency-Key": request.key.replace("{n}", number)} if request.key else {})}
        body = request.body.replace("{n}", number).encode() if request.body else None
        begin = time.perf_counter()
        self.connection.request(request.method, request.path, body, headers)
        response = self.connection.getresponse()
        said = response.read()
        return response.status, time.perf_counter() - begin, said

    def run(self, until: float) -> None:
        """Send until the time is over."""
        plan = self.plan
        while time.perf_counter() < until:
            n = next(self.numbers)
            if plan.most and n >= plan.most:
                return
            request = plan.requests[n % len(plan.requests)]
            status, took, said = self.send(request, n)
            self.taken.statuses[status] += 1
            self.taken.times.setdefault(request.group, []).append(took)
            if not 200 <= status < 300 and len(self.taken.said) < 3:
                self.taken.said.append(said[:300].decode(errors="replace"))


def _run(plan: Plan) -> dict[str, Any]:
    numbers = itertools.count()
    clients = [_Client(plan, numbers) for _ in range(plan.clients)]
    for n in range(plan.warm):
        clients[n % len(clients)].send(plan.requests[n % len(plan.requests)], -1 - n)
    cpu, begin = time.process_time(), time.perf_counter()
    threads = [threading.Thread(target=c.run, args=(begin + plan.seconds,)) for c in clients]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.perf_counter() - begin
    times: dict[str, list[float]] = {}
    statuses: Counter[int] = Counter()
    for c in clients:
        statuses += c.taken.statuses
        for group, each in c.taken.times.items():
            times.setdefault(group, []).extend(each)
    everything = [t for each in times.values() for t in each]
    return {
        "per_second": round(len(everything) / took, 1),
        "ms": summary(everything),
        "groups": {group: summary(each) for group, each in times.items() if group},
        "statuses": dict(statuses),
        "seconds": round(took, 2),
        "client_cpu_ms": round((time.process_time() - cpu) * 1000 / max(1, len(everything)), 3),
        "said": [s for c in clients for s in c.taken.said][:5],
    }


if __name__ == "__main__":
    told = json.load(sys.stdin)
    requests = [Request(**r) for r in told.pop("requests")]
    print(json.dumps(_run(Plan(requests=requests, **told))))
