"""All clause kinds by their word."""

from __future__ import annotations

from typing import Final

from shouwen.policy.kinds.base import Kind
from shouwen.policy.kinds.choices import Assigns, Classifies
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Approval, Excludes, Limits, Permits
from shouwen.policy.kinds.keeps import Books, Notifies, Penalises, Rewards
from shouwen.policy.kinds.opens import Obliges, Performs, Schedules
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist, Says, Script

KINDS: Final[dict[str, type[Kind]]] = {
    k.word: k
    for k in (
        Requires, Excludes, Permits, Limits, Approval, Assigns, Classifies, Performs, Deadline, Obliges, Schedules, Notifies,
        Penalises, Rewards, Books, Checklist, Script, Says,
    )
}  # fmt: skip
# Words of the language whose kind comes with the whole-law issue: a pack that uses them is not enacted.
LATER: Final = ("calculates", "reports", "retains", "grants", "queues")
CLAUSE_KEYS: Final = (
    "id", "zh", "en", "source", "assumed", "article", "for", "upon", "when", "columns", "table", "versions", "overrides",
)  # fmt: skip
