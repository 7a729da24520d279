"""The language a command speaks: Chinese or English, one at a time."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """Chooses between two texts. `lang` is zh or en."""

    lang: str

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.lang.startswith("zh") else en


def spoken() -> str:
    """Return zh where the terminal speaks Chinese (LC_ALL, LC_MESSAGES, LANG), else en."""
    locale = next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), "")
    return "zh" if locale.startswith("zh") else "en"
