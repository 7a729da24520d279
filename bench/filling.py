"""Fills the installation: the demo company, past cases, open ones that nobody touches, and what grows beside cases.

`python -m bench.filling CASES OPEN`; run again it adds only what is missing.
"""

from __future__ import annotations

import sys

from shouwen.base.progress import aloud
from shouwen.ops.installation import load_django, open_installation


def main(cases: int, open_cases: int) -> None:
    """Fill."""
    open_installation()
    load_django()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from bench import untouched, wider  # noqa: PLC0415  it needs Django loaded
    from shouwen.ops import past, seed  # noqa: PLC0415  it needs Django loaded

    seed.demo_company(cases, aloud)
    untouched.fill(open_cases, timezone.localtime(), aloud)
    wider.fill(cases, timezone.localtime(), aloud)
    past.take_stock()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
