"""The story of a case: its events in time order, each act with what it caused, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from shouwen.base.journal import ACT
from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.policy.act import BUILT_IN_ACTS, Evidence, party_of
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field, Noun
from shouwen.staff.models import CLOCK
from shouwen.web.cases import lines
from shouwen.web.cases.lines import Line
from shouwen.web.cases.slots import Subject
from shouwen.web.evidence import evidence
from shouwen.web.law import said
from shouwen.web.values import Showing, Shown, ids_in

LATER: Final = timedelta(minutes=30)  # entered so much after it happened, an act was written down afterwards
EMPTY: Final[tuple[Any, ...]] = (None, "", [], ())
LISTS: Final = frozenset({"rows", "slots"})  # their rows are told as a table, too long to be told twice
TOGETHER: Final = timedelta(minutes=1)  # what the clock finds within this is told as one
ICONS: Final = {
    "open": "flag",
    "note": "note",
    "amend": "edit",
    "hand_over": "arrows-exchange",
    "take_over": "user-check",
    "decline": "arrow-back-up",
    "hold": "player-pause",
    "resume": "player-play",
    "extend": "calendar-due",
    "reopen": "rotate-clockwise",
    "link": "link",
    "merge": "link",
    "approve": "check",
    "disapprove": "x",
    "withdraw": "arrow-back-up",
    "claim": "hand-stop",
    "complete": "check",
}

ALONE: Final = {  # of what stands by itself
    "breach": "clock-exclamation",
    "warned": "bell",
    "confirmed": "check",
    "printed": "printer",
    "survey_shown": "link",
    "survey_withdrawn": "x",
}


def told_of(subject: Subject) -> dict[str, Any]:
    """Return what narrows the journal to a case with all that belongs to it, or to a record or entry."""
    if isinstance(subject, Case):
        return {"case_id": subject.pk}
    return {"subject_kind": subject.ref.kind, "subject_id": subject.pk}


def shape_of(subject: Subject) -> int:
    """Return the enactment whose shape it has; 0, the newest, for records and entries: they outlive many."""
    return subject.enactment_id if isinstance(subject, Case) else 0


@dataclass(slots=True)
class Entry:
    """One thing that happened: an act of somebody, or what the clock found; with what followed from it."""

    seq: int
    at: datetime
    entered_at: datetime | None  # if it was written down later than it happened
    actor: int
    title: str
    icon: str
    tone: str = ""  # over, good, quiet
    text: str = ""
    reason: str = ""
    changes: list[Shown] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    evidence: str = ""
    customer: bool = False  # the customer did it themselves
    outside: str = ""  # an outside party did it by a link: who

    @property
    def folded(self) -> bool:
        """Whether what was filled in is kept folded: at the beginning it stands beside as the content of the case."""
        return self.icon == ICONS["open"] and len(self.changes) > 1


@dataclass(frozen=True, slots=True)
class Teller:
    """What telling needs: the shape of the case, the law for other words, and how values are shown."""

    noun: Noun
    law: Law
    showing: Showing

    def entries(self, events: Sequence[Event]) -> list[Entry]:
        """Tell events (oldest first) as entries: effects stand under the act they came with."""
        told: list[Entry] = []
        cause: Event | None = None
        stood: dict[str, Any] = {}  # the fields as the events so far left them
        for event in events:
            if event.kind == ACT:
                told.append(self._act(event, stood))
                cause = event
                continue
            if event.kind == "chosen" and not event.data.get("link"):
                stood[event.data.get("field", "")] = event.data.get("value")
            line = lines.line(event, self.noun, self.law, self.showing)
            if line is None:
                continue
            if told and self._goes_with(event, cause, told[-1]):
                told[-1].lines.append(line)
            else:
                told.append(self._alone(event, line))
                cause = None
        return sorted(told, key=lambda entry: entry.at)  # what was written down later stands where it happened

    @staticmethod
    def _goes_with(event: Event, cause: Event | None, last: Entry) -> bool:
        """Whether an effect stands under the entry before it: of the same act, or found by the clock in the same moment."""
        if cause is not None:
            return (event.at, event.actor_id) == (cause.at, cause.actor_id)
        return event.actor_id == last.actor == CLOCK and abs(event.at - last.at) < TOGETHER

    def _act(self, event: Event, stood: dict[str, Any]) -> Entry:
        data = event.data
        late = event.entered_at if event.entered_at - event.at > LATER else None
        made = Entry(event.seq, event.at, late, event.actor_id, self._title(event.act), ICONS.get(event.act, "circle-check"))
        shape = self.noun.acts.get(event.act)
        shapes = {**self.noun.fields, **(shape.fields if shape is not None else {})}
        brought = dict(data.get("brought", {}))
        made.text = str(brought.pop("text", "")) if "text" not in self.noun.fields else ""
        made.reason = str(data.get("reason") or (brought.pop("reason", "") if "reason" not in self.noun.fields else ""))
        computed = {n: v for n, v in data.get("followed", {}).items() if n in self.noun.fields and self.noun.fields[n].computed}
        said_of = {n: v for n, v in {**brought, **computed}.items() if n in shapes}
        made.changes = [c for n, v in said_of.items() if (c := self._change(shapes[n], stood.get(n), v)) is not None]
        stood.update({n: v for n, v in {**brought, **data.get("followed", {})}.items() if n in self.noun.fields})
        made.changes += [
            Shown(said(shapes[n], self.showing.lang), _("已更新"), masked=True) for n in data.get("large", ()) if n in shapes
        ]
        given = data.get("evidence", ())
        party, who = party_of(event.actor_id, [Evidence(*e) for e in given])
        made.customer = party == "customer"
        made.outside = self.showing.lookups.text("record", who) if party == "record" else ""
        made.evidence = evidence(given, self.showing.request) if not party else ""
        if party and data.get("clause"):
            made.lines.append(Line(_("请客户作答的条款") if made.customer else _("请其填报的条款"), data["clause"], "quiet"))
        if data.get("row") and event.act in {"approve", "disapprove"}:
            made.tone = "good" if event.act == "approve" else "over"
        return made

    def _change(self, shape: Field, before: Any, after: Any) -> Shown | None:
        """Tell what an act made of a field, and what stood there if it was something else; None for what was and stays empty."""
        told = before not in EMPTY and before != after and shape.type.name not in LISTS
        was = self.showing.field(shape, before).text if told else ""
        if after in EMPTY:
            return Shown(said(shape, self.showing.lang), _("空"), was=was) if was else None
        return replace(self.showing.field(shape, after), was=was)

    def _title(self, act: str) -> str:
        shape = self.noun.acts.get(act)
        if act == "open" and self.noun.kind == "record" and shape is not None and shape.zh == BUILT_IN_ACTS["open"][0]:
            return _("建档")
        if shape is not None:
            return said(shape, self.showing.lang)
        words = {
            "approve": _("同意"), "disapprove": _("不同意"), "withdraw": _("撤回申请"), "claim": _("领取待办"), "complete": _("办结待办"),
            "export": _("导出"), "reveal": _("查看个人信息"),
        }  # fmt: skip
        zh, en = BUILT_IN_ACTS.get(act, (act, act))
        return words.get(act, en if self.showing.lang.startswith("en") else zh)

    def _alone(self, event: Event, line: Line) -> Entry:
        made = Entry(event.seq, event.at, None, event.actor_id, "", ALONE.get(event.kind, "clock"), line.tone)
        made.lines.append(line)
        return made


def wanted_of(noun: Noun, events: Sequence[Event], kept: dict[str, Any]) -> dict[str, set[int]]:
    """The ids that a page of events and the fields of the case speak of, to be looked up at once."""
    wanted: dict[str, set[int]] = {}
    ids_in(noun.fields, kept, wanted)
    for event in events:
        shape = noun.acts.get(event.act)
        shapes: dict[str, Field] = {**noun.fields, **(shape.fields if shape is not None else {})}
        ids_in(shapes, event.data.get("brought", {}), wanted)
        party, who = party_of(event.actor_id, [Evidence(*e) for e in event.data.get("evidence", ())])
        outside = who if party == "record" else event.data.get("outside", 0)
        if outside:
            wanted.setdefault("record", set()).add(outside)
        if event.kind == "case" and isinstance(event.data.get("opens"), int):
            wanted.setdefault("case", set()).add(event.data["opens"])
    return wanted
