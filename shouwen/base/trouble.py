"""What a person must put right before the program can go on, said as a sentence in both languages, with an exit code."""

from __future__ import annotations

import enum
import os


class Exit(enum.IntEnum):
    """Exit codes of the `shouwen` command; scripts may rely on them (docs/decisions/0002)."""

    FAILED = 1
    USAGE = 2
    PORT_TAKEN = 10
    OTHER_VERSION = 11
    IN_USE = 12
    DISK_FULL = 13
    NO_PERMISSION = 14
    DATABASE_DOWN = 15
    WRONG_ROLE = 16
    NOT_SET_UP = 17
    NO_ASSETS = 18
    BROKEN_PACK = 19


class Trouble(Exception):
    """Something about this installation, not about a case. It is said before anything was changed, so nothing is lost."""

    def __init__(self, code: Exit, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[type[Trouble], tuple[Exit, str, str]]:
        return type(self), (self.code, self.zh, self.en)

    def sentence(self) -> str:
        """The sentence in the language of the terminal."""
        return say(self.zh, self.en)


def say(zh: str, en: str) -> str:
    """Choose by LC_ALL, LC_MESSAGES, LANG as every program does; a terminal that names no language gets both."""
    locale = next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), "C")
    if locale.startswith("zh"):
        return zh
    return f"{zh}\n{en}" if locale.split(".")[0] in {"C", "POSIX"} else en
