"""How far the demo's history is: a small file beside the data, written by the process that plays it (`ops/year.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

FILE: Final = "demo-year.json"
MARK: Final = "demo"  # the file by which `shouwen demo` knows its own home


def path() -> Path:
    """Where it stands."""
    return Path(settings.HOME) / FILE


def in_demo() -> bool:
    """Whether this installation is a demo."""
    return (Path(settings.HOME) / MARK).exists()


def progress() -> Mapping[str, int]:
    """How far the year is: `weeks` of `of`; nothing when there is none under way."""
    try:
        found: dict[str, int] = json.loads(path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if found["weeks"] < found["of"] else {}
