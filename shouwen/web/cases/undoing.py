"""Undoing: for an act just done, the act that takes it back, where the law has one and it is open to the person now.

Nothing is ever unwritten; what takes an act back is an act of its own, with its own gates and its place in the story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from shouwen.policy.nouns import Noun
from shouwen.web.cases.assembly import Acts, Consent
from shouwen.web.law import act_name

BACK: Final[Mapping[str, str]] = {"hold": "resume", "resume": "hold", "amend": "amend", "assign": "reassign"}
QUIET: Final = frozenset({"note", "approve", "disapprove", "withdraw", "claim", "complete", "link"})  # nothing takes these back


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes an act back: the act, its words, and the row of the request it withdraws."""

    act: str
    text: str
    row: int = 0


def undo_of(noun: Noun, done: str, acts: Acts, consents: Sequence[Consent], lang: str) -> Undo | None:
    """Return what takes an act back; None when nothing does, or nothing that is open to the person."""
    mine = next((c for c in consents if c.asked_by_me), None)
    if mine is not None:
        return Undo("withdraw", _("撤回申请"), mine.id)
    if done in QUIET:
        return None
    open_now = {o.act for o in (*acts.open, *acts.always)}
    wanted = BACK.get(done) or ("reopen" if acts.stopped == "closed" else "")
    if wanted and wanted in open_now:
        return Undo(wanted, act_name(noun, wanted, lang))
    return None
