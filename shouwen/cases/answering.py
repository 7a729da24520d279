"""Who answers for a clause when nobody in particular does: the post that owns its regulation."""

from __future__ import annotations

from datetime import datetime

from shouwen.policy.law import Law
from shouwen.policy.org import Org


def owning_post(law: Law | None, clause: str) -> str:
    """Return the post that owns the regulation of a clause; "" when it names none."""
    regulation = law.regulations.get(clause.partition("#")[0]) if law is not None else None
    return str(regulation.header.get("owner") or "") if regulation is not None else ""


def owners(law: Law | None, clause: str, org: Org, unit: int, at: datetime) -> tuple[int, ...]:
    """Return who holds that post for a unit (0: anywhere); where it is not held there, whoever holds it at all."""
    post = owning_post(law, clause)
    return (org.holders(post, unit, at) or org.holders(post, 0, at)) if post else ()
