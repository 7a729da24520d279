"""`python -m shouwen` and the `shouwen` command."""

from __future__ import annotations

import sys

from shouwen.ops.cli import main

if __name__ == "__main__":
    sys.exit(main())
