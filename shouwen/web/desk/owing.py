"""What somebody owes: tasks, approvals, hand-overs to accept, cases they answer for, notices to confirm. One row a matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shouwen.base.models import Notice
from shouwen.cases.models import Case, Deadline, Task
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of
from shouwen.web.law import act_name, laws_of

MOST: Final = 300  # tasks and cases that are looked at; nobody's desk should hold more
KINDS: Final[Mapping[str, Any]] = {
    "approve": _("待我批准"), "take_over": _("待接手"), "task": _("待办"), "pool": _("待领取"), "responsible": _("我负责"), "confirm": _("待确认"),
}  # fmt: skip
ICONS: Final = {
    "approve": "gavel",
    "take_over": "arrows-exchange",
    "task": "checklist",
    "pool": "hand-stop",
    "responsible": "user-check",
    "confirm": "message",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing owed in a matter: what, by which clause, until when, in whose stead."""

    kind: str
    text: str
    clause: str = ""
    due_at: datetime | None = None
    instead_of: str = ""

    @property
    def icon(self) -> str:
        """How it is marked."""
        return ICONS[self.kind]


@dataclass(slots=True)
class Row:
    """One matter with everything somebody owes in it; `warn_at` belongs to the soonest moment."""

    case: Case | None
    customer: str = ""
    items: list[Item] = field(default_factory=list)
    due_at: datetime | None = None
    warn_at: datetime | None = None
    notice: Notice | None = None

    @property
    def kinds(self) -> set[str]:
        """What is owed in it."""
        return {i.kind for i in self.items}

    @property
    def order(self) -> tuple[bool, datetime]:
        """What falls due next comes first; what has no time comes last, the oldest first."""
        since = self.case.opened_at if self.case is not None else self.notice.at if self.notice is not None else None
        return self.due_at is None, self.due_at or since or datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that fall due at about the same time."""

    title: Any
    state: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything somebody owes."""

    rows: Sequence[Row]
    counts: Counter[str]
    now: datetime

    @property
    def overdue(self) -> int:
        """How many matters are late."""
        return sum(r.due_at is not None and r.due_at < self.now for r in self.rows)

    def sections(self, kind: str) -> list[Section]:
        """The rows (of one kind) by when they fall due."""
        shown = [r for r in self.rows if not kind or kind in r.kinds]
        today = timezone.localdate(self.now)
        named: dict[str, tuple[Any, list[Row]]] = {
            "over": (_("已超时"), []), "today": (_("今天"), []), "later": (_("以后"), []), "none": (_("没有时限"), []),
        }  # fmt: skip
        for row in shown:
            at = row.due_at
            state = "none" if at is None else "over" if at < self.now else "today" if timezone.localdate(at) <= today else "later"
            named[state][1].append(row)
        return [Section(title, state, rows) for state, (title, rows) in named.items() if rows]


def owing(request: Ask) -> Desk:
    """Return the desk of whoever asks."""
    reader = request.reader
    tasks = list(Task.objects.visible_to(reader).desk(reader).select_related("case", "approval").order_by("due_at", "pk")[:MOST])
    mine = list(Case.objects.visible_to(reader).owed_by(*sorted(reader.people)).soonest_first()[:MOST])
    cases = {c.pk: c for c in [*mine, *(t.case for t in tasks if t.case is not None)]}
    next_of = _soonest(list(cases))
    rows: dict[int, Row] = {}
    for task in tasks:
        _add(rows, cases, task.case_id, _task(request, task))
    for case in mine:
        due = next_of.get(case.pk)
        stead = (
            people.name(request, case.responsible_id)
            if case.responsible_id != request.me.pk and case.responsible_id in reader.people
            else ""
        )
        wanted = _wanted(request, case, due) if due else ""
        _add(rows, cases, case.pk, Item("responsible", wanted, due.clause if due else "", case.next_due, stead))
    _time(rows, next_of)
    customers = customers_of(list(cases.values()), reader)
    for row in rows.values():
        row.customer = customers.get(row.case.customer_id or 0, "") if row.case else ""
    notices = Notice.objects.visible_to(reader).unconfirmed(request.me.pk).order_by("-pk")[:MOST]
    confirm = [Row(None, "", [Item("confirm", n.text, n.clause)], None, None, n) for n in notices]
    found = sorted([*rows.values(), *confirm], key=lambda r: r.order)
    return Desk(found, Counter(k for r in found for k in r.kinds), request.now)


def _add(rows: dict[int, Row], cases: Mapping[int, Case], key: int | None, item: Item) -> None:
    if key is not None and key in cases:
        rows.setdefault(key, Row(cases[key])).items.append(item)


def _task(request: Ask, task: Task) -> Item:
    kind = (
        "approve"
        if task.approval_id
        else "take_over"
        if task.act == "take_over" and task.who
        else "pool"
        if not task.who
        else "task"
    )
    instead = "" if not task.who or request.me.pk in task.who else people.names(request, request.reader.people & set(task.who))
    law = laws_of(request).of(task.case.enactment_id) if task.case is not None else None
    noun = law.nouns.get(task.noun) if law is not None else None
    label = noun.tasks.get(task.name) if noun is not None else None
    asked = task.approval.act_name if task.approval is not None else task.act
    text = label.text(request.lang) if label is not None else act_name(noun, asked, request.lang)
    return Item(kind, text or task.title, task.clause, task.due_at, instead)


def _wanted(request: Ask, case: Case, due: Deadline) -> str:
    """What a promise of a case wants done, in the words of its acts."""
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
    return gettext("、").join(act_name(noun, a, request.lang) for a in due.until if noun is not None and a in noun.acts)


def _soonest(cases: list[int]) -> dict[int, Deadline]:
    """The running promise of each case (all of them in sight already) that falls due first."""
    running = Deadline.objects.running().filter(case_id__in=cases, due_at__isnull=False)
    return {d.case_id or 0: d for d in running.order_by("case_id", "due_at").distinct("case_id")}


def _time(rows: Mapping[int, Row], next_of: Mapping[int, Deadline]) -> None:
    """Give each row its moment: of its own tasks if they have one, else of what the case has promised next."""
    for key, row in rows.items():
        own = min((i.due_at for i in row.items if i.due_at is not None), default=None)
        promised = next_of.get(key)
        row.due_at = own or (promised.due_at if promised is not None else None)
        row.warn_at = promised.warn_at if promised is not None and promised.due_at == row.due_at else None
