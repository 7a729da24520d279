"""What a clause would do otherwise, in words of the packs: books, fields, posts and acts by their names, people by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.simulating_compare import CARRIED, Finding, Said
from shouwen.policy.values import money_zh

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "refused": ("不准", "refuses"), "ask": ("须批准", "asks approval"), "chosen": ("定为", "sets"), "kept": ("按时", "kept"),
    "late": ("逾期办成", "late"), "withdrawn": ("时限撤销", "withdrawn"), "breach": ("逾期", "breach"),
    "recorded": ("记违规", "records a breach"), "paused": ("时限暂停", "paused"), "resumed": ("时限恢复", "resumed"),
    "extended": ("时限延长", "extended"), "task": ("派待办", "gives a task"), "case": ("立项", "opens a case"),
    "performs": ("自动办理", "does"), "tell": ("通知", "tells"), "entry": ("记账", "enters"), "attested": ("已证", "attested"),
    "passed": ("说明理由放行", "passed with a reason"), "granted": ("准许", "grants"), "retained": ("保存至", "keeps until"),
    "report": ("报表", "reports"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was said then and what would be said now where they differ, each in Chinese and English; ("", "") where nothing was."""

    was: tuple[str, str] = ("", "")
    now: tuple[str, str] = ("", "")

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return self.was != self.now

    @property
    def zh(self) -> str:
        """Both in one line of Chinese."""
        return "；".join(f"{side}{words}" for side, words in (("原", self.was[0]), ("现", self.now[0])) if words)

    @property
    def en(self) -> str:
        """Both in one line of English."""
        return "; ".join(f"{side}: {words}" for side, words in (("was", self.was[1]), ("now", self.now[1])) if words)

    def __add__(self, other: Verdicts) -> Verdicts:
        """Return both together."""
        return Verdicts(_joined(self.was, other.was), _joined(self.now, other.now))


def _joined(a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
    return "；".join(filter(None, (a[0], b[0]))), "; ".join(filter(None, (a[1], b[1])))


def by_number(person: int) -> str:
    """Return how a person is written in a report: names are nobody's business there, whoever shows it looks them up."""
    return f"@{person}"


# What each place of a finding names; "" is told as it is.
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "entry": ("book", "", "amount", "party"), "chosen": ("field", "value", ""), "task": ("task", "", "", "post", ""),
    "case": ("noun", "", "post", ""), "performs": ("act",), "tell": ("", "", "form"),
}  # fmt: skip
_PARTIES: Final = {"staff": ("", ""), "customer": ("客户", "customer")}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a proposed law and of the noun an act was about; what neither knows is told by its id."""

    law: Law
    noun: Noun

    def of(self, place: str, value: Any, f: Finding) -> tuple[str, str] | None:
        """Return a value in Chinese and English; None where it is to be told as it is."""
        if place == "party":
            return _PARTIES.get(value)
        if place in ("amount", "value"):
            return self._amount(value, f) if place == "amount" else self._value(value, f)
        found = self._of_law(place).get(value)
        return (found.zh, found.en or found.zh) if found is not None else None

    def _of_law(self, place: str) -> Mapping[str, Any]:
        places: Mapping[str, Mapping[str, Any]] = {
            "book": self.law.books, "field": self.noun.fields, "task": self.noun.tasks, "post": self.law.posts,
            "noun": self.law.nouns, "act": self.noun.acts, "form": self.law.forms,
        }  # fmt: skip
        return places.get(place, {})

    def _amount(self, value: Any, f: Finding) -> tuple[str, str] | None:
        book = self.law.books.get(f.said[0])
        told = money_zh(value) if book is not None and book.is_money else f"{value}{book.unit}" if book is not None else None
        return (told, told) if told is not None else None

    def _value(self, value: Any, f: Finding) -> tuple[str, str] | None:
        field = self.noun.fields.get(f.said[0])
        choice = field.type.choices.get(value) if field is not None and isinstance(value, str) else None
        if choice is not None:
            return choice.zh, choice.en or choice.zh
        if f.said[0] in ("responsible", "first_asked") or (field is not None and field.type.name == "staff"):
            return (by_number(value), by_number(value)) if isinstance(value, int) else None
        if isinstance(value, bool):
            return ("是", "yes") if value else ("否", "no")
        return None


def differs_in(old: Said, new: Said, words: Vocabulary) -> Verdicts:
    """Return what one clause did less and did more; nothing when its findings are the same."""
    return Verdicts(_words(old.findings - new.findings, words), _words(new.findings - old.findings, words))


def _words(findings: Iterable[Finding], words: Vocabulary) -> tuple[str, str]:
    told = sorted((f for f in findings if f.kind not in CARRIED), key=repr)
    return "；".join(_word(f, 0, words) for f in told), "; ".join(_word(f, 1, words) for f in told)


def _word(f: Finding, lang: int, words: Vocabulary) -> str:
    word, places = WORDS[f.kind][lang], _PLACES.get(f.kind, ())
    parts = []
    for i, value in enumerate(f.said):
        named = words.of(places[i], value, f) if i < len(places) and places[i] and isinstance(value, str | int) else None
        parts.append(named[lang] if named is not None else _told(value))
    told = " ".join(filter(None, parts))
    return f"{word}（{told}）" if told and lang == 0 else f"{word} ({told})" if told else word


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):  # numbers in it are persons
        return "、".join(by_number(v) if isinstance(v, int) else _told(v) for v in value)
    return "" if isinstance(value, bool) or value is None else str(value)
