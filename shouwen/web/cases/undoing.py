"""Undoing: for an act just done, the act that takes it back, where the law has one and it is open to the person now.

Nothing is ever unwritten; what takes an act back is an act of its own, with its own gates and its place in the story. So the time
in which something may be taken back is the law's: as long as that act is open in the step the matter has reached, and a clause may
bound it further (`requires: {before: reopen, that: {since.close: "< 7d"}}`). What is bounded here is only that it is offered as a
mistake: for OFFERED after the act; later it stands among the acts of the matter like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from shouwen.policy.nouns import Noun
from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import Acts, Consent
from shouwen.web.law import act_name

OFFERED: Final = timedelta(minutes=10)
BACK: Final[Mapping[str, str]] = {
    "hold": "resume", "resume": "hold", "amend": "amend", "assign": "reassign", "reassign": "reassign",
}  # fmt: skip
QUIET: Final = frozenset({"note", "approve", "disapprove", "withdraw", "claim", "complete", "link"})  # nothing takes these back


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes an act back: the act, its words, until when it is offered, and the row of the request it withdraws."""

    act: str
    text: str
    until: datetime
    row: int = 0


def undo_of(noun: Noun, done: str, acts: Acts, request: Ask, asked: Sequence[Consent] = ()) -> Undo | None:
    """Return what takes an act back; None when nothing does, or nothing that is open to the person.

    `asked`: the requests that wait, where the act was not done but asked for.
    """
    until = request.now + OFFERED
    mine = [c.id for c in asked if c.asked_by_me]
    if mine:
        return Undo("withdraw", _("撤回申请"), until, max(mine))
    if done in QUIET:
        return None
    open_now = {o.act for o in (*acts.open, *acts.always)}
    wanted = BACK.get(done) or ("reopen" if acts.stopped == "closed" else "")
    if wanted and wanted in open_now:
        return Undo(wanted, act_name(noun, wanted, request.lang), until)
    return None
