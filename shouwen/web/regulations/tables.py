"""The table of a clause as a table: conditions in its columns, the answer last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shouwen.policy.conditions import Test
from shouwen.policy.kinds.base import Rule
from shouwen.policy.paths import Path
from shouwen.policy.tables import Table
from shouwen.policy.values import FieldType, show_zh
from shouwen.web.law import said
from shouwen.web.moments import typeset
from shouwen.worktime import Span

IS = gettext_noop("为")  # how conditions of packs say that a field has a value


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a clause: heads, and rows of cells with the answer last."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def grid(rule: Rule, table: Table, lang: str) -> Grid:
    """Return the table of a rule in the reader's language, as far as its packs are translated."""
    shape = getattr(rule.kind, "shape", None)
    rows = []
    for row in table.rows:
        cells = {test.path.text: _cell(test, lang) for test in row.tests}
        answer = (
            _value(shape.type, row.answer, lang) if shape is not None and row.answer is not None else _answer(row.answer, lang)
        )
        rows.append([*(cells.get(column.text, _("任意")) for column in table.columns), answer])
    return Grid([*(_head(column, lang) for column in table.columns), _("结果")], rows)


def _head(column: Path, lang: str) -> str:
    return said(column.field, lang) if column.field is not None else column.zh


def _cell(test: Test, lang: str) -> str:
    """A condition without what the head of its column says already."""
    kind, plain = test.path.type, [v for value in test.values for v in (value if isinstance(value, tuple) else (value,))]
    if test.kind in {"is", "in"} and plain and all(isinstance(v, bool) or v in kind.choices for v in plain):
        return _("、").join(_value(kind, v, lang) for v in plain)
    return typeset(test.zh.removeprefix(test.path.zh).removeprefix(IS) or test.zh)


def _value(kind: FieldType, value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, str) and value in kind.choices:
        choice = kind.choices[value]
        return choice.en if choice.en and lang.startswith("en") else choice.zh
    return typeset(show_zh(kind, value))


def _answer(answer: Any, lang: str) -> str:
    """What a row answers, whatever it is: a span, persons, a chain of approval, a number."""
    if answer is None:
        return _("（本公司设定）")
    if isinstance(answer, Span):
        return answer.en() if lang.startswith("en") else answer.zh()
    if isinstance(answer, tuple | list):
        return _(" → ").join(_answer(one, lang) for one in answer)
    if isinstance(answer, Path):
        return _head(answer, lang)
    for name in ("who", "en", "zh") if lang.startswith("en") else ("who", "zh"):
        inner = getattr(answer, name, None)
        if inner:
            return inner if isinstance(inner, str) else _answer(inner, lang)
    return str(answer)
