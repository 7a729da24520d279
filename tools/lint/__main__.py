"""`python -m tools.lint`: every rule over the whole repository."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.lint import catalogue, doors, hidden_time, http_below, locks, names, reasons, sizes

RULES = (sizes, names, doors, hidden_time, http_below, locks, reasons, catalogue)


def main() -> int:
    """Print the faults; 1 if there are any."""
    root = Path.cwd()
    faults = sorted({fault for rule in RULES for fault in rule.check(root)})
    for fault in faults:
        print(fault)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
