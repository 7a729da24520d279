"""A desk as data: rows of matters, what is owed in each, and how they are put into groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shouwen.base.models import Notice
from shouwen.cases.models import Case, Deadline
from shouwen.policy.ruling import Refusal

GROUPS: Final[Mapping[str, Any]] = {"due": _("到期"), "procedure": _("流程"), "clause": _("条款")}
ICONS: Final = {
    "approve": "gavel",
    "take_over": "arrows-exchange",
    "task": "checklist",
    "pool": "hand-stop",
    "promise": "clock",
    "responsible": "user-check",
    "confirm": "message",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A button of a row: the act; `how` it goes: by its form, by one press, or by a look at what is asked.

    "barred": no button; the law closes it to whoever looks, and `why` says by which clause (`again`: as a row above it does).
    """

    act: str
    text: str
    row: int = 0
    how: str = "form"
    why: Sequence[Refusal] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing owed in a matter: what, by which clause, until when, in whose stead, and how to do it from here."""

    kind: str
    text: str
    clause: str = ""
    due_at: datetime | None = None
    warn_at: datetime | None = None
    instead_of: str = ""
    ways: Sequence[Way] = ()
    due: Deadline | None = None  # the promise it waits for

    @property
    def icon(self) -> str:
        """How it is marked."""
        return ICONS[self.kind]


@dataclass(slots=True)
class Row:
    """One matter with everything somebody owes in it; `warn_at` belongs to the soonest moment."""

    latest: ClassVar[datetime] = datetime.max.replace(tzinfo=UTC)

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
    def clause(self) -> str:
        """The clause it is owed by next; "" where none says so."""
        return next((i.clause for i in self.items if i.clause), "")

    @property
    def order(self) -> tuple[bool, datetime]:
        """What falls due next comes first; what has no time comes last, the oldest first."""
        since = self.case.opened_at if self.case is not None else self.notice.at if self.notice is not None else None
        return self.due_at is None, self.due_at or since or self.latest


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together: `state` colours the heading, `clause` is cited beside it."""

    key: str
    title: Any
    rows: Sequence[Row]
    clause: str = ""
    count: int = 0  # of all there are, where only the first are shown


def first_of(sections: Sequence[Section], most: int) -> list[Section]:
    """The first rows of all, so many at most; each heading still says how many there are."""
    left, found = most, []
    for section in sections:
        found.append(replace(section, rows=section.rows[:left], count=len(section.rows)))
        left -= len(found[-1].rows)
    return [section for section in found if section.rows]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything somebody owes."""

    rows: Sequence[Row]
    counts: Counter[str]
    now: datetime
    more: bool = False  # whether more is owed than was looked at: the counts say of how much at least

    @property
    def overdue(self) -> int:
        """How many matters are late."""
        return sum(r.due_at is not None and r.due_at < self.now for r in self.rows)

    def sections(self, kind: str, by: str, titled: Callable[[Row], str]) -> list[Section]:
        """The rows (of one kind) in groups; `titled` names the group of a row where it is not by when it falls due."""
        shown = [r for r in self.rows if not kind or kind in r.kinds]
        if by == "due":
            return self._by_due(shown)
        found: dict[str, list[Row]] = {}
        for row in shown:
            found.setdefault(titled(row), []).append(row)
        by_clause = by == "clause"
        return [
            Section(f"{by}-{i}", title or _("其他"), rows, rows[0].clause if by_clause else "")
            for i, (title, rows) in enumerate(found.items())
        ]

    def _by_due(self, shown: Sequence[Row]) -> list[Section]:
        today = timezone.localdate(self.now)
        named: dict[str, tuple[Any, list[Row]]] = {
            "over": (_("已超时"), []), "today": (_("今天"), []), "later": (_("以后"), []), "none": (_("没有时限"), []),
        }  # fmt: skip
        for row in shown:
            at = row.due_at
            state = "none" if at is None else "over" if at < self.now else "today" if timezone.localdate(at) <= today else "later"
            named[state][1].append(row)
        return [Section(state, title, rows) for state, (title, rows) in named.items() if rows]
