"""Reading mappings by declared keys: unknown keys are refused with the nearest known one, every value is checked at its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from shouwen.policy.errors import Faults
from shouwen.policy.source import Node

WORD = re.compile(r"^[a-z][a-z0-9_]{0,59}\Z")  # ids are kept in columns of 64 characters
SOURCE_ID = re.compile(r"^\d{3}-\d{2}-\d{2,3}$")


FULL_WIDTH = re.compile("[：，；、｛｝［］（）“”‘’＂＃＞＜＝％－．０-９\u3000\u00a0]")
WIDE_TIP = (
    ';这里有全角标点或数字,请改成半角 : , [] {} " 0-9',
    '; there is full-width punctuation or a digit here, write : , [] {} " 0-9',
)


def wide_tip(text: str) -> tuple[str, str]:
    """Return what to say behind a text that should be plain ASCII and has full-width punctuation in it; nothing otherwise."""
    return WIDE_TIP if FULL_WIDTH.search(text) else ("", "")


def tip_of(word: str, allowed: Iterable[str]) -> tuple[str, str]:
    """Return what to say behind a word that is not one of a list, in both languages: the nearest that is, or those there are."""
    if FULL_WIDTH.search(word):
        return WIDE_TIP
    words = sorted(set(allowed))
    if meant := _called(word, allowed):
        return f",是不是“{meant}”?", f"; did you mean {meant!r}?"
    numbered = word.replace(".", "").isdigit()  # of two numbers neither is meant by the other
    if not numbered and (near := difflib.get_close_matches(word, words, 1)):
        return f",是不是“{near[0]}”?", f"; did you mean {near[0]!r}?"
    return (f";可用:{'、'.join(words[:15])}", f"; known: {', '.join(words[:15])}") if words else ("", "")


def _called(word: str, allowed: Iterable[str]) -> str:
    """Return the id that a word is the Chinese name of, where the allowed ones come with what they mean: `{dept_manager: 业务部门经理}`."""
    if word.isascii() or not isinstance(allowed, Mapping):
        return ""
    return next((key for key, meant in allowed.items() if word in (meant, getattr(meant, "zh", None), _labelled(meant))), "")


def _labelled(meant: object) -> str | None:
    label = meant.get("zh") or meant if isinstance(meant, Node) else None
    return label.text if label is not None else None


class Reader:
    """Reads nodes and notes faults; every method returns something usable so that reading can go on to the next fault."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def fault(self, node: Node, zh: str, en: str) -> None:
        """Note a fault."""
        self.faults.add(node, zh, en)

    def doubt(self, node: Node, zh: str, en: str) -> None:
        """Note a fault that what was enacted before may have."""
        self.faults.doubt(node, zh, en)

    def known(self, node: Node, keys: Iterable[str], what_zh: str = "", *, assumes: Iterable[str] = ()) -> None:
        """Refuse keys of a mapping that are not declared, naming the nearest one that is.

        `assumed` may speak of any of these keys, and of those in `assumes` (the parameters of a clause's kind).
        """
        allowed = list(keys)
        for key, value in node.entries():
            if key not in allowed:
                self._unknown_key(node.at(key), key, value, allowed, what_zh)
        assumed = node.get("assumed") if "assumed" in allowed else None
        for key, value in assumed.entries() if assumed is not None else ():
            if key not in (known := ["zh", "en", *allowed, *assumes]):
                self._unknown_key(assumed.at(key) if assumed is not None else node, key, value, known, "assumed 里")

    def _unknown_key(self, at: Node, key: str, value: Node, allowed: list[str], what_zh: str) -> None:
        near = difflib.get_close_matches(key, allowed, 1)
        tip = f",是不是“{near[0]}”?" if near else f";可用:{'、'.join(allowed)}"
        tip_en = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(allowed)}"
        if value.text == "" and not key.isascii():  # {zh: 原文未写,本公司设定}: the comma has cut the sentence in two
            tip, tip_en = ";句子里有半角逗号时,请给整句加引号", "; quote the whole sentence when there is a comma in it"
        self.fault(at, f"{what_zh}没有“{key}”这个键{tip}", f"unknown key {key!r}{tip_en}")

    def mapping(self, node: Node | None) -> dict[str, Node]:
        """Return the pairs of a mapping; a fault and nothing if it is something else."""
        if node is None:
            return {}
        if node.pairs is None:
            empty = node.text in ("", "null", "~")
            tip = ";没有就把这一行删去,或写 {}" if empty else ""
            tip_en = "; delete the line if there is none, or write {}" if empty else ""
            self.fault(node, f"这里应为一组“键: 值”{tip}", f"a mapping is wanted here{tip_en}")
            return {}
        return node.pairs

    def listing(self, node: Node | None) -> list[Node]:
        """Return the items of a list; a single text or mapping counts as a list of one."""
        if node is None:
            return []
        return node.items if node.items is not None else [node]

    def text(self, node: Node | None, default: str = "") -> str:
        """Return a scalar's text; a fault if it is a list or mapping."""
        if node is None:
            return default
        if node.text is None:
            self.fault(node, "这里应为文字", "text is wanted here")
            return default
        return node.text

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(self.text(n) for n in self.listing(node))

    def word(self, node: Node | None, default: str = "") -> str:
        """Return an id: lower-case ASCII letters, digits and underscore."""
        text = self.text(node, default)
        if node is not None and not WORD.match(text):
            self.fault(
                node, f"“{text}”不能作标识:用小写字母、数字和下划线", f"{text!r} is no id: lower-case letters, digits and _"
            )
        return text

    def one_of(self, node: Node | None, allowed: Iterable[str], default: str = "") -> str:
        """Return a word of a closed list."""
        words = list(allowed)
        text = self.text(node, default)
        if node is not None and text not in words:
            self.unknown(node, text, allowed if isinstance(allowed, Mapping) else words)
            return default or (words[0] if words else "")
        return text

    def unknown(self, node: Node, word: str, allowed: Iterable[str], zh: str = "", en: str = "") -> None:
        """Note that a word is not one of a list, naming the nearest."""
        tip, tip_en = tip_of(word, allowed)
        self.fault(node, f"{zh or '没有'}“{word}”{tip}", f"{en or 'there is no'} {word!r}{tip_en}")

    def flag(self, node: Node | None, default: bool = False) -> bool:
        """Return yes or no."""
        if node is None:
            return default
        return self.one_of(node, ("yes", "no", "true", "false")) in ("yes", "true")

    def day(self, at: Node, text: str) -> date | None:
        """Return a day written like 2025-07-01; a fault and None for any other way, and for a year no regulation is of."""
        tip, tip_en = wide_tip(text)
        try:
            day = date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
        except ValueError:
            day = None
        if day is None:
            self.fault(at, f'“{text}”不是日期,应如 "2025-07-01"{tip}', f'{text!r} is no date like "2025-07-01"{tip_en}')
        elif not 1900 <= day.year <= 2200:
            self.fault(at, f"“{text}”的年份超出范围(1900至2200)", f"the year of {text!r} is out of range (1900 to 2200)")
            return None
        return day

    def source(self, node: Node | None) -> tuple[str, ...]:
        """Return catalogue ids (`001-01-11`)."""
        ids = self.texts(node)
        for n, text in zip(self.listing(node), ids, strict=True):
            if not SOURCE_ID.match(text):
                self.fault(n, f'“{text}”不是条目编号,应如 "001-01-11"', f'{text!r} is no catalogue id like "001-01-11"')
        return ids

    def each(self, node: Node | None, read: Callable[[str, Node], Any]) -> dict[str, Any]:
        """Read a mapping of id to something."""
        found = {}
        for key, value in self.mapping(node).items():
            if node is not None and not WORD.match(key):
                self.fault(
                    node.at(key),
                    f"“{key}”不能作标识:用小写字母、数字和下划线",
                    f"{key!r} is no id: lower-case letters, digits and _",
                )
            found[key] = read(key, value)
        return found
