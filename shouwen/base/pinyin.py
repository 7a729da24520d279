"""Pinyin without tones, to find and to sort by. Names follow the readings characters have as surnames (单 is shan, 曾 is zeng).

pypinyin is loaded when the first Chinese character is read, and without its table of phrases (14 MB instead of 59): we ask
for single characters only, each once per process.
"""

from __future__ import annotations

import itertools
import json
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

MANY_READINGS: Final = frozenset("调重行长降弹藏传厦盛会省朝乐柏茜晟属便卡粘圈泊曝率巷")  # characters really read in two ways
VARIANTS: Final = 4  # ways to read one name that are kept


@lru_cache(maxsize=40_000)
def readings(char: str) -> tuple[str, ...]:
    """Return the readings of one character, the usual one first; () when it is no Chinese character. ü is written v."""
    if ord(char) < 0x3007:
        return ()
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read by pypinyin when it is imported
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin import Style, pinyin  # noqa: PLC0415  loaded when it is first needed

    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    plain = (s.replace("ê", "e") for s in found[0]) if found else ()
    return tuple(dict.fromkeys(s for s in plain if s.isascii() and s.isalpha()))


def likely(char: str) -> tuple[str, ...]:
    """Return the one or two readings a character has in words people use: 调 is diao and tiao, 王 only wang."""
    return readings(char)[: 2 if char in MANY_READINGS else 1]


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    """Return the surnames that are not read as their characters usually are."""
    kept: dict[str, str] = json.loads(Path(__file__).with_name("surnames.json").read_text(encoding="utf-8"))
    return {name: tuple(syllables.split()) for name, syllables in kept.items()}


def syllables(text: str) -> list[str]:
    """Return one syllable for each Chinese character, as usually read; other letters and digits stay words, in lower case."""
    found: list[str] = []
    word = ""
    for char in text:
        usual = readings(char)
        if not usual and char.isalnum():
            word += char.lower()
            continue
        if word:
            found.append(word)
            word = ""
        found.extend(usual[:1])
    return [*found, word] if word else found


def name_syllables(name: str) -> list[str]:
    """Return the syllables of a person's name, the surname read as a surname."""
    for size in (2, 1):
        surname = _surnames().get(name[:size])
        if surname and len(name) > size - 1:
            return [*surname, *syllables(name[size:])]
    return syllables(name)


def name_variants(name: str) -> list[tuple[str, ...]]:
    """Return ways to read a person's name: as a surname first, then as usual, then with other readings; at most VARIANTS.

    People type what they hear or guess: 单 as shan or dan, 乐 as le or yue.
    """
    each = [likely(char) for char in name]
    others = itertools.islice(itertools.product(*each), VARIANTS) if all(each) else ()
    return list(dict.fromkeys([tuple(name_syllables(name)), tuple(syllables(name)), *others]))[:VARIANTS]


def initials(parts: list[str] | tuple[str, ...]) -> str:
    """Return the first letter of each syllable.

    >>> initials(["wang", "jian", "guo"])
    'wjg'
    """
    return "".join(p[0] for p in parts)


def sort_key(name: str, *, person: bool = True) -> str:
    """Return what Chinese lists are ordered by: syllable by syllable, so that wan stands before wang and 王 before 王安."""
    return " ".join(name_syllables(name) if person else syllables(name))
