"""受理: what somebody is about to choose when they open a case, guessed from what they wrote and from what is usual.

A guess is only ever shown as chosen; the person sends it, and the law judges it like any other answer. What a clause decides by
itself is not guessed: whoever filled it in would take the decision from the clause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.base.access import Reader
from shouwen.cases.intake import ALIKE, likeness, pairs, text_of
from shouwen.cases.models import Case
from shouwen.policy.kinds.choices import Choice
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field, Noun

LOOKED_AT: Final = 60  # newest cases of the procedure
ENOUGH: Final = 3  # of them must have an answer before it is called usual
USUAL: Final = 0.75  # share of those that answered


@dataclass(frozen=True, slots=True)
class Guess:
    """An answer that is likely: `said` when the text says so, else it is what is usual."""

    value: str
    said: bool


def guesses(law: Law, procedure: str, reader: Reader, *, text: str, now: datetime) -> dict[str, Guess]:
    """Return the likely answers to the choices that opening a case asks for, by field; none where nothing speaks for one."""
    noun = law.nouns.get(procedure)
    if noun is None or "open" not in noun.acts:
        return {}
    asked = _asked(law, noun, now)
    if not asked:
        return {}
    recent = Case.objects.visible_to(reader).of(procedure).order_by("-opened_at", "-pk")
    past: list[Mapping[str, Any]] = list(recent.values_list("fields", flat=True)[:LOOKED_AT])
    texts = [text_of(fields, noun) for fields in past] if text else []
    choices = law.on(now.date()).plan(noun.id, "open").choices
    rested_on = {p.text.partition(".")[0] for r in choices for p in r.paths}  # what decides something else is not left to habit
    found = {}
    for field in asked:
        said = _by_label(field, text) or _by_likeness(field, text, past, texts)
        usual = said or ("" if field.id in rested_on else _usual(field, past))
        if usual:
            found[field.id] = Guess(usual, bool(said))
    return found


def _asked(law: Law, noun: Noun, now: datetime) -> list[Field]:
    """The choices an opening asks for, without those that a clause decides where nobody says."""
    decided = {r.kind.field for r in law.on(now.date()).plan(noun.id, "open").choices if isinstance(r.kind, Choice)}
    fields = [noun.fields[f] for f in noun.acts["open"].asks if f in noun.fields]
    return [f for f in fields if f.type.name == "choice" and not f.type.many and f.id not in decided]


def _by_label(field: Field, text: str) -> str:
    """The one answer whose own words the text uses more than those of any other."""
    said = pairs(text)
    counted = sorted(((len(said & pairs(c.zh)), c.id) for c in field.type.choices.values()), reverse=True)
    if not counted or not counted[0][0] or (len(counted) > 1 and counted[1][0] == counted[0][0]):
        return ""
    return counted[0][1]


def _by_likeness(field: Field, text: str, past: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> str:
    """The answer given to the likeliest text of the past."""
    if not text:
        return ""
    best = max(((likeness(text, other), i) for i, other in enumerate(texts) if past[i].get(field.id)), default=(0.0, 0))
    return str(past[best[1]][field.id]) if best[0] >= ALIKE else ""


def _usual(field: Field, past: Sequence[Mapping[str, Any]]) -> str:
    counted = Counter(str(v) for fields in past if (v := fields.get(field.id)))
    if not counted or counted.total() < ENOUGH:
        return ""
    value, n = counted.most_common(1)[0]
    return value if n >= USUAL * counted.total() and value in field.type.choices else ""
