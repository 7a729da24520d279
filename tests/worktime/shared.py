"""Where the real data lies: the folder SHOUWEN_SHARED, or `shared` beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"


def shared(*parts: str) -> Path:
    """Return a file of the real data; skip the test, saying so, where it is not there."""
    path = Path(os.environ.get("SHOUWEN_SHARED", _BESIDE)).joinpath("data", *parts)
    if not path.exists():
        reason = f"real data not found: {'/'.join(parts)} (set SHOUWEN_SHARED to the folder that holds data/)"
        print(reason)  # a skipped test says why, even without -rs
        pytest.skip(reason)
    return path
