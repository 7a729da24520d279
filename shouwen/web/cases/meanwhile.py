"""What happened to a case while somebody was filling in a form about it, so that nobody overwrites another without knowing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from shouwen.base.journal import ACT
from shouwen.base.models import Event
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field, Noun
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.slots import Subject
from shouwen.web.cases.story import Entry, Teller, told_of, wanted_of
from shouwen.web.fields import as_text
from shouwen.web.values import Lookups, Showing

TOLD: Final = 8  # acts of others that are shown


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """The acts since a form was shown (the newest last), and what became of the fields it asks: field -> who made it what."""

    entries: Sequence[Entry] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def meanwhile(request: Ask, case: Subject, noun: Noun, law: Law) -> Meanwhile | None:
    """Return what was done to a case, record or entry since its form was shown; None when nobody did anything, or the person says to go on.

    What only the clock did (a warning, a breach noted) changes no answer of a person and stops nobody.
    """
    shown = request.POST.get("version", "")
    if not shown.isdecimal() or int(shown) == case.version or "anyway" in request.POST:
        return None
    since = _moment(request.POST.get("shown", ""))
    if since is None:
        return None
    rows = Event.objects.visible_to(request.reader).filter(**told_of(case), kind=ACT, entered_at__gt=since)
    events = list(reversed(rows.order_by("-seq")[:TOLD]))
    if not events:
        return None
    showing = Showing(request, request.lang, Lookups.of(wanted_of(noun, events, {}), request.reader))
    changed: dict[str, str] = {}
    for event in events:
        for name, value in {**event.data.get("brought", {}), **event.data.get("followed", {})}.items():
            if name in noun.fields:
                text = showing.field(noun.fields[name], value).text or _("空")
                changed[name] = _("%(who)s已改为：%(value)s") % {"who": people.name(request, event.actor_id), "value": text}
    return Meanwhile(Teller(noun, law, showing).entries(events), changed)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def as_shown(shapes: Mapping[str, Field], kept: Mapping[str, Any]) -> str:
    """The values a form shows, to know afterwards which of them somebody touched."""
    return json.dumps({n: as_text(f.type, kept.get(n)) for n, f in shapes.items() if n in kept}, ensure_ascii=False)


def followed(typed: QueryDict, shapes: Mapping[str, Field], kept: Mapping[str, Any], changed: Mapping[str, str]) -> QueryDict:
    """What was typed; where somebody left a field alone that another has changed, the other's value stands."""
    try:
        was = json.loads(typed.get("was", "") or "{}")
    except ValueError:
        was = {}
    found = typed.copy()
    for name in changed:
        if name in shapes and name in typed and isinstance(was, dict) and typed.get(name, "") == was.get(name, ""):
            found[name] = as_text(shapes[name].type, kept.get(name))
    return found
