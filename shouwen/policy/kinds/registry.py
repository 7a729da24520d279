"""All clause kinds by their word."""

from __future__ import annotations

from typing import Final

from shouwen.policy.kinds.base import Kind
from shouwen.policy.kinds.calculates import Calculates
from shouwen.policy.kinds.choices import Assigns, Classifies
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Approval, Excludes, Limits, Permits
from shouwen.policy.kinds.grants import Grants, Retains
from shouwen.policy.kinds.keeps import Books, Penalises, Rewards
from shouwen.policy.kinds.opens import Obliges, Performs, Schedules
from shouwen.policy.kinds.reads import Reads
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist, Says, Script
from shouwen.policy.kinds.tells import Notifies

KINDS: Final[dict[str, type[Kind]]] = {
    k.word: k
    for k in (
        Requires, Excludes, Permits, Limits, Approval, Assigns, Classifies, Calculates, Performs, Deadline, Obliges, Schedules,
        Notifies, Reports, Penalises, Rewards, Books, Grants, Retains, Reads, Checklist, Script, Says,
    )
}  # fmt: skip
CLAUSE_KEYS: Final = (
    "id", "zh", "en", "source", "assumed", "article", "for", "upon", "when", "columns", "table", "versions", "overrides",
)  # fmt: skip
