"""Fills the demo company and prints who may sign in; a process of its own, started by `shouwen demo`."""

from __future__ import annotations

import argparse
import sys

from shouwen.base.progress import aloud, announced
from shouwen.ops.cli import in_sentences
from shouwen.ops.installation import load_django


def main() -> None:
    """Enact the packs and act the company's past, where that has not been done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=0)
    args = parser.parse_args()
    load_django()
    from shouwen.ops import seed  # noqa: PLC0415  needs Django loaded

    with announced(aloud, "正在准备演示公司", "preparing the demo company"):
        logins = seed.demo_company(cases=args.cases, say=aloud)
    for line in logins:
        print(line)


if __name__ == "__main__":
    sys.exit(in_sentences(main))
