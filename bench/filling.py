"""Fills the installation: the demo company, past cases, and open ones that nobody touches. `python -m bench.filling CASES OPEN`.

Run again it adds only what is missing.
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

    from bench import untouched  # noqa: PLC0415  it needs Django loaded
    from shouwen.ops import past, seed  # noqa: PLC0415  it needs Django loaded

    seed.demo_company(cases, aloud)
    untouched.fill(open_cases, timezone.localtime(), aloud)
    past.take_stock()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
