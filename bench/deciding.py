"""(e) decide(): its median time on real facts, over what is asked in life, and of ten acts by name.

`python -m bench.deciding TIMES` prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

from shouwen.ops.installation import load_django, open_installation


def main(times: int) -> None:
    """Measure."""
    open_installation()
    load_django()
    from bench.acts import Court  # noqa: PLC0415  needs Django loaded
    from bench.decide import report  # noqa: PLC0415  it needs Django loaded
    from bench.lived import questions  # noqa: PLC0415  it needs Django loaded
    from shouwen.policy.decide import decide  # noqa: PLC0415  it needs Django loaded

    found: dict[str, Any] = {}
    everything: list[float] = []
    for asked in Court().questions():
        law, act = asked.matter.law, asked.matter.act
        ruling = decide(law, asked.facts, act, asked.now)
        took = []
        for _ in range(times):
            begin = time.perf_counter()
            decide(law, asked.facts, act, asked.now)
            took.append(time.perf_counter() - begin)
        everything += took
        plan = asked.matter.day.plan(act.subject.noun, act.name)
        found[asked.name] = {
            "median_us": round(statistics.median(took) * 1e6, 1),
            "outcome": ruling.outcome,
            "effects": len(ruling.effects),
            "gates": len(plan.gates),
            "refused_by": [r.clause or r.code for r in ruling.refusals],
        }
    pooled = round(statistics.median(everything) * 1e6, 1)
    print(json.dumps({"lived": report(questions()), "ten_acts_median_us": pooled, "acts": found}, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
