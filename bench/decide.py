"""How long decide() takes: every act of a pack's scenarios, recorded with its facts, decided again and again. JSON, in µs.

python -m bench.decide [PACK]        # default: property
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

from shouwen.ops.shelf import folders
from shouwen.policy import world
from shouwen.policy.act import CLOCK_ACTS, Act
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Ruling
from shouwen.policy.scenario import Runner, read_scenarios

LIMIT = 60.0  # µs, the median over all acts (issue 2 §8)
ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it was asked."""

    law: Law
    facts: Facts
    act: Act
    now: datetime

    @property
    def kind(self) -> str:
        """What was asked about: a procedure's act, or the clock."""
        return "clock" if self.act.name in CLOCK_ACTS else f"{self.act.subject.noun}.{self.act.name}"


def kept(law: Law, facts: Facts, act: Act, now: datetime) -> Question:
    """Return a question with facts that what happens next does not change."""
    still = replace(
        facts, fields=dict(facts.fields), marks=dict(facts.marks), links={k: dict(v) for k, v in facts.links.items()},
        linked={k: replace(v, fields=dict(v.fields), marks=dict(v.marks)) for k, v in facts.linked.items()},
    )  # fmt: skip
    return Question(law, still, act, now)


def questions(pack: str) -> Iterator[Question]:
    """Play a pack's scenarios and yield every question they put to the law, with the facts as they stood."""
    sources = read_sources(folders([pack]))
    asked: list[Question] = []

    def record(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
        asked.append(kept(law, facts, act, now))
        return decide(law, facts, act, now)

    runner = Runner(sources)
    world.decide = record  # type: ignore[attr-defined]  # taken back below; it is imported there, not defined
    try:
        for scenario in read_scenarios(sources):
            if scenario.regulation.partition("/")[0] == pack:
                runner.run(scenario)
    finally:
        world.decide = decide  # type: ignore[attr-defined]  # taken back below; it is imported there, not defined
    yield from asked


def spent(question: Question) -> float:
    """Return the median time of one question, in µs, after one round that warms what is made once."""
    decide(question.law, question.facts, question.act, question.now)
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        decide(question.law, question.facts, question.act, question.now)
        times.append(time.perf_counter_ns() - begin)
    return median(times) / 1000


def report(asked: Iterable[Question]) -> dict[str, Any]:
    """Measure questions and return the figures."""
    by_act: dict[str, list[float]] = {}
    for q in asked:
        by_act.setdefault(q.kind, []).append(spent(q))
    every = [t for times in by_act.values() for t in times]
    opens = [t for kind, times in by_act.items() if kind.endswith(".open") for t in times]
    return {
        "questions": len(every), "rounds": ROUNDS, "python": platform.python_version(), "machine": platform.machine(),
        "limit_us": LIMIT, "median_us": round(median(every), 1), "open_us": round(median(opens), 1),
        "p90_us": round(sorted(every)[len(every) * 9 // 10], 1),
        "by_act_us": {k: [round(median(v), 1), len(v)] for k, v in sorted(by_act.items(), key=lambda i: -median(i[1]))},
    }  # fmt: skip


def main() -> int:
    """Print the figures of a pack."""
    pack = sys.argv[1] if len(sys.argv) > 1 else "property"
    print(json.dumps({"pack": pack, **report(questions(pack))}, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
