"""A questionnaire as a form that works without scripts: what is asked, what was chosen or typed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from shouwen.policy.nouns import Noun, Question, Questionnaire
from shouwen.policy.values import FieldType

LONGEST: Final = 2000  # characters of one answer
A_LINE: Final = 200  # characters of a remark on one item: many of them stay in the journal together
SHAPES: Final = {"choice": "one", "yes_no": "one", "number": "number", "date": "date"}  # by type; else text


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing asked on the page: a question, or one item of rows. `kind` is one, several, text, number, date, file or files."""

    name: str
    text: str
    kind: str
    required: bool = False
    choices: tuple[Choice, ...] = ()
    value: str = ""
    fault: str = ""
    remark: str = ""  # the name of the line for a remark, where there is one
    remarked: str = ""
    over: str = ""  # the words of the question whose first item this is


def given_in(wanted: Questionnaire, noun: Noun, typed: QueryDict) -> dict[str, Any]:
    """Return what was typed by question, as `policy.questionnaires.answered` wants it."""
    found: dict[str, Any] = {}
    for question in wanted.questions.values():
        name, kind = question.fills, noun.fields[question.fills].type
        if question.matrix is not None:
            found[name] = {
                item: (typed.get(f"{name}.{item}", "")[:LONGEST], typed.get(f"{name}.{item}.remark", "").strip()[:A_LINE])
                for item in question.items
            }
        elif kind.name == "file":
            continue  # what is sent, never what is typed
        elif _several(kind):
            found[name] = [v[:LONGEST] for v in typed.getlist(name)[:100]]
        else:
            found[name] = typed.get(name, "").strip()[:LONGEST]
    return found


def asked(wanted: Questionnaire, noun: Noun, given: Mapping[str, Any], faults: Mapping[str, str], lang: str) -> list[Asking]:
    """Return everything the page asks, in the order of the questionnaire, filled with what was given."""
    return [a for q in wanted.questions.values() for a in _asked(q, noun, given.get(q.fills), faults, lang)]


def _asked(q: Question, noun: Noun, given: Any, faults: Mapping[str, str], lang: str) -> Iterator[Asking]:
    kind = noun.fields[q.fills].type
    if q.matrix is None:
        several = _several(kind)
        shape = _shape(kind)
        chosen = given if several else [given]
        yield Asking(
            q.fills, q.words.text(lang), shape, q.required, _choices(kind, chosen or (), lang), given if isinstance(given, str) else "",
            faults.get(q.fills, ""),
        )  # fmt: skip
        return
    columns = kind.columns
    for n, (item, words) in enumerate(q.items.items()):
        mark, remark = (given or {}).get(item, ("", ""))
        name = f"{q.fills}.{item}"
        yield Asking(
            name, words.text(lang), "one", q.required, _choices(columns[q.matrix.mark].type, [mark], lang), "", faults.get(name, ""),
            f"{name}.remark" if q.matrix.remark else "", remark, "" if n else q.words.text(lang),
        )  # fmt: skip


def _shape(kind: FieldType) -> str:
    if kind.name == "file":
        return "files" if kind.many else "file"
    return "several" if _several(kind) else SHAPES.get(kind.name, "text")


def sent_in(
    wanted: Questionnaire, noun: Noun, files: MultiValueDict[str, UploadedFile[Any]]
) -> dict[str, list[UploadedFile[Any]]]:
    """Return the files that were sent by question, of those that ask for files."""
    asking = [q for q in wanted.questions if noun.fields[q].type.name == "file"]
    return {q: found for q in asking if (found := files.getlist(q))}


def _several(kind: FieldType) -> bool:
    return kind.name == "many" or (kind.many and kind.name == "choice")


def _choices(kind: FieldType, chosen: Any, lang: str) -> tuple[Choice, ...]:
    if kind.name == "yes_no":
        return tuple(Choice(v, text, v in chosen) for v, text in (("yes", _("是")), ("no", _("否"))))
    return tuple(Choice(c.id, c.en if c.en and lang.startswith("en") else c.zh, c.id in chosen) for c in kind.choices.values())


def place_of(name: str, wanted: Questionnaire, given: Mapping[str, Any]) -> str:
    """Return which thing asked a name of the law means: `answers.2.remark` is about the second item that was answered."""
    field, _dot, rest = name.partition(".")
    question = wanted.questions.get(field)
    if question is None or question.matrix is None:
        return field
    filled = [item for item in question.items if any(given.get(field, {}).get(item, ()))]
    row = rest.partition(".")[0]
    return f"{field}.{filled[int(row) - 1]}" if row.isdecimal() and 0 < int(row) <= len(filled) else name
