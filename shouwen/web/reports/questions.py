"""Questionnaires in the report: how many customers were asked and answered by themselves, and each question in its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.law import Law
from shouwen.policy.measures import percent
from shouwen.policy.nouns import Question, Questionnaire
from shouwen.policy.values import FieldType
from shouwen.web.asking import Ask
from shouwen.web.law import noun_name, said
from shouwen.web.reports.laid_out import Number, Row, Table
from shouwen.web.reports.period import Asked


@dataclass(frozen=True, slots=True)
class Put:
    """A question as the report puts it: its title, and the words of its choices."""

    title: str
    words: Mapping[str, str] = field(default_factory=dict)


def put(law: Law | None, noun: str, question: str, lang: str) -> Put:
    """Return how the report puts a question named `act.field`, or `act.field.item` of rows asked item by item."""
    act, _dot, name = question.partition(".")
    name, _dot, item = name.partition(".")
    wanted, asked = _asked(law, noun, act, name)
    kind = type_of(law, noun, f"{name}.{item}" if item else name)
    words = {c.id: said(c, lang) for c in kind.choices.values()} if kind is not None else {}
    if wanted is not None and asked is not None:
        of_item = next((w.text(lang) for w in asked.items.values() if w.zh == item), item)
        return Put(f"{wanted.title.text(lang)} · {of_item or asked.words.text(lang)}", words)
    shape = law.nouns.get(noun) if law is not None else None
    own = shape.fields.get(name) if shape is not None else None
    return Put(
        f"{noun_name(law, noun, lang)} · {said(own, lang) if own is not None else name}{f' · {item}' if item else ''}", words
    )


def place_of(law: Law | None, noun: str, question: str) -> tuple[str, int, str]:
    """Return where a question comes among others: by procedure, and there as its questionnaire has it."""
    act, _dot, name = question.partition(".")
    wanted, asked = _asked(law, noun, act, name.partition(".")[0])
    if wanted is None or asked is None:
        return noun, -1, question
    items = [w.zh for w in asked.items.values()]
    item = name.partition(".")[2]
    return noun, list(wanted.questions).index(asked.fills) * 1000 + (items.index(item) if item in items else 999), question


def type_of(law: Law | None, noun: str, name: str) -> FieldType | None:
    """Return the type an answer is of: the field's, or the mark's of rows asked item by item (`field.item`)."""
    shape = law.nouns.get(noun) if law is not None else None
    own = shape.fields.get(name.partition(".")[0]) if shape is not None else None
    if own is None or own.type.name != "rows":
        return own.type if own is not None else None
    return next((c.type for c in own.type.columns.values() if c.type.name == "choice"), None)


def _asked(law: Law | None, noun: str, act: str, name: str) -> tuple[Questionnaire | None, Question | None]:
    shape = law.nouns.get(noun) if law is not None else None
    for wanted in shape.questionnaires.values() if shape is not None else ():
        if wanted.act == act and name in wanted.questions:
            return wanted, wanted.questions[name]
    return None, None


def questionnaires(request: Ask, asked: Asked, law: Law | None, fold: list[tuple[Any, ...]]) -> list[Table]:
    """Return the table of questionnaires: customers who were asked to answer themselves, and who did. None where nobody was asked."""
    found: Counter[tuple[str, str, str]] = Counter()
    for kind, noun, name, _unit, n in fold:
        found[kind, noun, name] += n
    rows = [
        Row(
            wanted.title.text(request.lang),
            [
                Number(told, asked.counted(kind="tell", noun=noun, name=clause)),
                Number(
                    did := found["by_customer", noun, wanted.act], asked.counted(kind="by_customer", noun=noun, name=wanted.act)
                ),
            ],
            percent(did, told),
            clause,
            wanted.title.text(request.lang),
        )
        for noun, wanted, clause in _asking(law)
        if (told := found["tell", noun, clause])
    ]
    return (
        [Table("questionnaires", _("请客户自己答的问卷"), [_("问卷"), _("已请"), _("客户已答")], rows, _("答卷率"))]
        if rows
        else []
    )


def _asking(law: Law | None) -> Iterator[tuple[str, Questionnaire, str]]:
    """Yield each questionnaire customers are asked, with the noun it belongs to and the clause that asks it."""
    for versions in law.versions.values() if law is not None else ():
        for rule in versions[-1].rules.values():
            if isinstance(rule.kind, Notifies) and rule.kind.questionnaire and rule.kind.party is None and rule.noun is not None:
                yield rule.noun.id, rule.noun.questionnaires[rule.kind.questionnaire], rule.clause.name
