"""How decide() takes a law that grows: the same act of the same procedure under 100, 500 and 2,000 clauses. JSON, in µs.

The clauses speak of as many procedures and acts as a company has; whoever decides one act must not look at those of the others.

python -m bench.growing
"""

from __future__ import annotations

import gc
import json
import platform
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law, load
from shouwen.policy.org import Holding, Org, StaffFact, UnitFact
from shouwen.policy.packs import Sources

SIZES: Final = (100, 500, 2000)
EACH: Final = 20  # clauses of one procedure
ROUNDS: Final = 2000
LIMIT: Final = 60.0  # µs, the median (issue 4)
FLAT: Final = 1.25  # times what the smallest law takes
WHEN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

PACK: Final = """
pack: grown
title: {zh: 大包}
calendar: office
calendars: {office: {zh: 办公, hours: {mon-fri: "08:30-12:00 13:30-17:30"}, holidays: cn}}
posts: {clerk: {zh: 经办}, head: {zh: 主管}}
books: {points: {zh: 扣分, unit: 分}}
"""
PROCEDURE: Final = """
  p{n}:
    title: {{zh: 流程{n}}}
    fields:
      urgency: {{zh: 紧急, type: choice, of: {{urgent: 急, normal: 缓}}}}
      amount: {{zh: 金额, type: money}}
      note: {{zh: 说明, type: text}}
    steps: {{received: 已受理, doing: 在办, done: 已办}}
    acts:
      open: {{zh: 立项, asks: [urgency, amount, note]}}
      reply: {{zh: 回复, from: [received, doing]}}
      start: {{zh: 开工, from: [received], to: doing}}
      finish: {{zh: 完工, from: [doing], to: done}}
"""
CLAUSES: Final = (
    "requires: {before: open, fields: [note]}", "requires: {before: start, fields: [amount]}",
    "requires: {before: finish, that: {amount: '> 0'}}", "permits: {who: clerk, acts: [start, finish]}",
    "deadline: {from: open, until: reply, within: 2h, warn: 75%}",
    "deadline: {from: start, until: finish, within: 3wd, who: responsible}",
    "limits: {act: reply, to: 9}", "excludes: {who: head, acts: [finish]}", "approval: {before: finish, by: head}",
    "script: {before: start, items: [您好]}",
)  # fmt: skip
UPON: Final = (
    "upon: open, notifies: {to: responsible}", "upon: reply, notifies: {to: head}", "upon: start, notifies: {to: head}",
    "upon: finish, notifies: {to: customer}", "upon: reply, performs: {act: note}",
)  # fmt: skip


def sources(size: int) -> Sources:
    """Return a pack of so many clauses, twenty for each procedure."""
    count = size // EACH
    text = "regulation: r\ntitle: {zh: 大}\nprocedures:" + "".join(PROCEDURE.format(n=n) for n in range(count)) + "clauses:\n"
    for n in range(count):
        for i in range(EACH):
            said = [*CLAUSES, *UPON][i] if i < len(CLAUSES) + len(UPON) else CLAUSES[i % 4]
            when = "" if i % 3 else ", when: {urgency: urgent}"
            text += f'  - {{id: "{n}.{i}", zh: 条, for: p{n}{when}, {said}}}\n'
    return {"grown/pack.yaml": PACK, "grown/r.yaml": text}


def spent(law: Law, count: int) -> float:
    """Return the median time of opening a case and of replying, over procedures spread through the law, in µs."""
    org = Org({1: UnitFact(1, "U")}, {2: StaffFact(2, "s", 1, 0, frozenset())}, (Holding(2, "clerk", 1),), (), ())
    asked = list(_questions(count, org))
    times = []
    gc.disable()
    for facts, act in asked:
        decide(law, facts, act, act.at)
    for n in range(ROUNDS):
        facts, act = asked[n % len(asked)]
        begin = time.perf_counter_ns()
        decide(law, facts, act, act.at)
        times.append(time.perf_counter_ns() - begin)
    gc.enable()
    return median(times) / 1000


def _questions(count: int, org: Org) -> Iterator[tuple[Facts, Act]]:
    for n in range(0, count, max(count // 4, 1)):
        ref, brought = Ref("case", f"p{n}", 9), {"urgency": "normal", "amount": 100, "note": "x"}
        yield Facts(unit=1, org=org), Act("open", ref, 2, WHEN, brought, opening=Opening(1))
        yield Facts(brought, "received", WHEN, {}, 1, 2, 2, org=org), Act("reply", ref, 2, WHEN)


def report() -> dict[str, Any]:
    """Return the figures."""
    taken: dict[str, float] = {}
    for size in SIZES:
        law = load(sources(size))
        taken[str(size)] = round(spent(law, size // EACH), 1)
    first, last = taken[str(SIZES[0])], taken[str(SIZES[-1])]
    return {
        "rounds": ROUNDS, "python": platform.python_version(), "machine": platform.machine(), "limit_us": LIMIT,
        "median_us": taken, "ratio": round(last / first, 2), "flat": last <= FLAT * first, "within_limit": last <= LIMIT,
    }  # fmt: skip


def main() -> int:
    """Print the figures."""
    print(json.dumps(report(), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
