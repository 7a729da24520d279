"""What a notice says to a reader: what happened, as a sentence in their language; and the words of the clause that had them told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shouwen.base.models import Notice
from shouwen.cases.models import Case
from shouwen.policy.kinds.base import Rule, Upon
from shouwen.policy.law import Law
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, cited, law_of
from shouwen.web.moments import typeset, when


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and what the clause says where the sentence does not say it."""

    title: str
    clause: str = ""
    as_written: bool = False  # the title was written in Chinese and stays so


def told(request: Ask, notices: Sequence[Notice], cases: Mapping[int, Case]) -> dict[int, Told]:
    """Return what notices say, by notice; `cases` are those of them that the reader may see."""
    law = law_of(request)
    return {n.pk: _told(request, law, n, cases.get(n.case_id or 0)) for n in notices}


def _told(request: Ask, law: Law | None, n: Notice, case: Case | None) -> Told:
    clause = cited(law, n.clause, request.lang).text if n.clause else ""
    said = _sentence(request, law, n, case)
    if not said:
        return Told(clause or typeset(n.text or n.topic), as_written=not clause)
    about = typeset(case.title) if case is not None else ""
    return Told(_("%(said)s：%(about)s") % {"said": said, "about": about} if about else said, "" if clause in said else clause)


def _sentence(request: Ask, law: Law | None, n: Notice, case: Case | None) -> str:
    """What happened; "" where only the clause says it."""
    noun = law.nouns.get(case.procedure) if law is not None and case is not None else None
    act = n.payload.get("act", "")
    word = act_name(noun, act, request.lang) if isinstance(act, str) and noun is not None and act in noun.acts else ""
    if n.topic == "approval" and word:
        return (_("批准了：%s") if n.payload.get("granted") else _("没有批准：%s")) % word
    if n.topic == "refused_follow_up" and word:
        return _("没有办成：%s") % word
    if n.topic == "near" and (due := _due(n)):
        text = cited(law, n.clause, request.lang).text
        return _("%(when)s 到期：%(what)s") % {"when": when(due, request.now), "what": text}
    upon = _upon(law, n, case)
    if n.topic != "told" or upon is None:
        return ""
    if upon.kind == "breach":
        return _("没有按时办：%s") % cited(law, upon.name, request.lang).text
    if upon.kind == "act" and noun is not None and upon.name in noun.acts:
        return _("已%s") % act_name(noun, upon.name, request.lang)
    return ""


def _upon(law: Law | None, n: Notice, case: Case | None) -> Upon | None:
    versions = law.versions.get(n.clause) if law is not None else None
    if not versions:
        return None
    rules: Mapping[str, Rule] = versions[-1].rules
    rule = rules.get(case.procedure if case is not None else "") or next(iter(rules.values()), None)
    return rule.upon if rule is not None else None


def _due(n: Notice) -> datetime | None:
    try:
        return datetime.fromisoformat(str(n.payload.get("due_at", "")))
    except ValueError:
        return None
