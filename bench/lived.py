"""Every question the law was asked while people lived with it: stories in the mix of the demo company's year, played and undone again.

Django must be loaded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from bench.decide import Question, kept
from shouwen.cases import clock, sitting
from shouwen.cases.enactments import law_at
from shouwen.ops import cast
from shouwen.ops.past import Past
from shouwen.ops.tales import look_around
from shouwen.policy.act import Act
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.ruling import Ruling

STORIES: Final = 150  # from call to call-back: some two thousand questions


def questions() -> list[Question]:
    """Play the four weeks that ended last midnight, and return every question put to the law; nothing of it stays.

    Raises SystemExit when the law refuses a step of a story: what was asked would not be what is asked in life.
    """
    asked: list[Question] = []

    def record(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
        asked.append(kept(law, facts, act, now))
        return decide(law, facts, act, now)

    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    law = law_at(midnight)
    assert law is not None, "nothing is enacted"
    sitting.decide = record  # type: ignore[attr-defined]  # taken back below; it is imported there, not defined
    try:
        with transaction.atomic():
            refused = Past(look_around(cast.find(), law), midnight, clock.tick, lambda *_: None).act(STORIES).refused
            transaction.set_rollback(True)
    finally:
        sitting.decide = decide  # type: ignore[attr-defined]  # given back; it is imported there, not defined
    if refused:
        raise SystemExit(f"{len(refused)} steps were refused: {refused[0].ruling.text('en')}")
    return asked
