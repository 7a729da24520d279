"""`shouwen law explain BX20261121-0007`: everything clauses did on one matter, each with its facts, its sum and its clause.

A refused act leaves nothing (decision 17), so a refusal is asked for: `--act assign --as chen_jie` says what of this matter, by this
person, at this moment, is refused, by which clause and facts, and what would make it lawful.
"""

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
    from shouwen.cases.models import Case
    from shouwen.cases.why import Why

NUMBER: Final = re.compile(r"[A-Z]{1,8}\d{8}-\d{1,8}")  # how the number of a matter looks; no clause is called so
HELD: Final = {True: "✓", False: "✗", None: "?"}
SAID: Final = {
    **WORDS,
    "promise": ("时限", "promise"),
    "warned": ("到期提醒", "reminder"),
    "task_done": ("待办已办", "task done"),
    "refused_follow_up": ("没有办成", "not done"),
}


def is_matter(name: str) -> bool:
    """Whether a word is the number of a matter."""
    return NUMBER.fullmatch(name) is not None


def explain(numbers: list[str], say: Voice) -> int:
    """Print why, for everything a clause did on some matters. It is for whoever runs the installation: people are ids here."""
    open_installation()
    load_django()
    from shouwen.base.models import Event  # noqa: PLC0415  needs Django loaded
    from shouwen.cases import why  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.enactments import Laws  # noqa: PLC0415  needs Django loaded

    laws = Laws()
    for case in map(_case, numbers):
        print(f"{case.number} {case.procedure}")
        for event in Event.objects.of_case(case.pk).exclude(clause=""):
            for line in _told(event, why.of_event(event, laws), say):
                print(line)
    return 0


def refused(numbers: list[str], act: str, user: str, say: Voice) -> int:
    """Print why somebody may not do an act upon some matters now; nothing is done. An act that is open says so."""
    open_installation()
    load_django()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases import why  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.enactments import Laws  # noqa: PLC0415  needs Django loaded
    from shouwen.staff.models import Staff  # noqa: PLC0415  needs Django loaded

    person = Staff.objects.filter(username=user).first()
    if person is None:
        raise Trouble(Exit.USAGE, f"没有用户 {user}。", f"There is no user {user}.")
    now = timezone.now()
    for case in map(_case, numbers):
        law = Laws().of(case.enactment_id)
        if act not in law.nouns[case.procedure].acts:
            raise Trouble(Exit.USAGE, f"{case.number} 没有动作 {act}。", f"{case.number} has no act {act}.")
        found = why.of_refusals(case.ref, act, person.pk, now=now)
        judged = say("现在不准", "is refused now") if found else say("现在可以办", "may be done now")
        print(f"{case.number} {case.procedure} {act} @{person.pk}: {judged}")
        for each in found:
            for line in _denied(each, say):
                print(line)
    return 0


def _case(number: str) -> Case:
    from shouwen.cases.models import Case  # noqa: PLC0415  needs Django loaded

    found = Case.objects.filter(number=number).first()
    if found is None:
        raise Trouble(Exit.USAGE, f"没有事项 {number}。", f"There is no matter {number}.")
    return found


def _denied(found: Why, say: Voice) -> Iterator[str]:
    """One refusal: by what, its facts, and what would make it lawful."""
    r = found.refusal
    if r is None:
        return
    yield f"  {say(*SAID['refused'])}  {found.clause or r.code}"
    if found.clause:
        yield f"    {say(found.zh or found.sentence, found.en or found.zh or found.sentence)}"
        yield from _rested_on(found, say)
    if r.zh != found.zh:
        yield f"    {say(r.zh, r.en or r.zh)}"
    if remedy := say(r.remedy_zh, r.remedy_en or r.remedy_zh):
        yield f"    → {remedy}"


def _told(event: Event, found: Why | None, say: Voice) -> Iterator[str]:
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    word = say(*SAID.get(event.kind, (event.kind, event.kind)))
    what = f"  {event.data.get('field')} = {event.data.get('value')}" if event.kind == "chosen" else ""
    yield f"  {timezone.localtime(event.at):%Y-%m-%d %H:%M}  {word}  {event.clause}{what}"
    if found is None:
        return
    yield f"    {say(found.zh or found.sentence, found.en or found.zh or found.sentence)}"
    yield from _rested_on(found, say)


def _rested_on(found: Why, say: Voice) -> Iterator[str]:
    """The facts, conditions and sum of an answer."""
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
