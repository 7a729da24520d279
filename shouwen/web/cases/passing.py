"""Gates that a named post may pass with a counted reason: who, so that the form can ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from shouwen.policy.kinds.gate import Gate
from shouwen.policy.law import Law
from shouwen.policy.ruling import Refusal


def may_pass(law: Law | None, noun: str, refusals: Sequence[Refusal], lang: str) -> str:
    """Return who may pass the gates that refused, in words; "" when nobody may pass one of them."""
    if law is None or not refusals:
        return ""
    found = []
    for refusal in refusals:
        clause = law.clause(refusal.clause, None)
        rule = clause.rules.get(noun) if clause is not None else None
        if rule is None or not isinstance(rule.kind, Gate) or rule.kind.pass_by is None:
            return ""
        found.append((rule.kind.pass_by.en if lang == "en" else "") or rule.kind.pass_by.zh)
    return _("、").join(dict.fromkeys(found))
