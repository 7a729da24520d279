"""`shouwen law explain BX20261121-0007`: everything clauses did on one matter, each with its facts, its sum and its clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.installation import load_django, open_installation
from shouwen.ops.voice import Voice
from shouwen.policy.simulating_words import WORDS

if TYPE_CHECKING:
    from shouwen.base.models import Event
    from shouwen.cases.why import Why

NUMBER: Final = re.compile(r"[A-Z]{1,8}\d{8}-\d{1,8}")  # how the number of a matter looks; no clause is called so
HELD: Final = {True: "✓", False: "✗", None: "?"}
SAID: Final = {
    **WORDS,
    "promise": ("时限", "promise"),
    "warned": ("到期提醒", "reminder"),
    "task_done": ("待办已办", "task done"),
}


def is_matter(name: str) -> bool:
    """Whether a word is the number of a matter."""
    return NUMBER.fullmatch(name) is not None


def explain(numbers: list[str], say: Voice) -> int:
    """Print why, for everything a clause did on some matters. It is for whoever runs the installation: people are ids here."""
    open_installation()
    load_django()
    from shouwen.base.models import Event  # noqa: PLC0415  needs Django loaded
    from shouwen.cases import why  # noqa: PLC0415  as above
    from shouwen.cases.enactments import Laws  # noqa: PLC0415  as above
    from shouwen.cases.models import Case  # noqa: PLC0415  as above

    laws = Laws()
    for number in numbers:
        case = Case.objects.filter(number=number).first()
        if case is None:
            raise Trouble(Exit.USAGE, f"没有事项 {number}。", f"There is no matter {number}.")
        print(f"{case.number} {case.procedure}")
        for event in Event.objects.of_case(case.pk).exclude(clause=""):
            for line in _told(event, why.of_event(event, laws), say):
                print(line)
    return 0


def _told(event: Event, found: Why | None, say: Voice) -> Iterator[str]:
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    word = say(*SAID.get(event.kind, (event.kind, event.kind)))
    yield f"  {timezone.localtime(event.at):%Y-%m-%d %H:%M}  {word}  {event.clause}"
    if found is None:
        return
    yield f"    {say(found.zh or found.sentence, found.en or found.zh or found.sentence)}"
    for fact in found.reasons.facts:
        yield f"    {fact.word(say.lang)}: {fact.text(say.lang)}"
    for part in found.reasons.parts:
        yield f"    {HELD[part.held]} {part.zh}"
    if found.reasons.row:
        yield f"    {say('适用表中这一行', 'row of the table')}: {found.reasons.row}"
    if found.missed:
        yield f"    {say('因为超时', 'for a breach of')}: {found.missed}"
    if counted := say(found.sum.zh, found.sum.en):
        yield f"    {counted}"
