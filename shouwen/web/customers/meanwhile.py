"""What somebody else made of a customer while a form about it was being filled in, so that nobody overwrites another without knowing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from shouwen.base.journal import ACT
from shouwen.base.models import Event
from shouwen.customers.models import NOUN, Customer
from shouwen.web import people
from shouwen.web.asking import Ask

LISTS: Final = {"phone": ("phone", "phone_label"), "address": ("address",)}  # parts that are compared whole


@dataclass(frozen=True, slots=True)
class Other:
    """One thing another has changed: what it is called, and what it is now; `taken`: the form has it already, untouched by hand."""

    word: str
    now: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Who changed a customer last, when, and what; nothing in `others`: nothing of what is to be written stands otherwise."""

    who: str
    at: datetime
    others: Sequence[Other]


def shown(typed: QueryDict) -> str:
    """What a form shows at first, to know afterwards which of it somebody touched."""
    return json.dumps({name: [v for v in values if v] for name, values in typed.lists()}, ensure_ascii=False)


def followed(typed: QueryDict, now: QueryDict, found: Customer, request: Ask) -> tuple[QueryDict, Meanwhile]:
    """Return what was typed (where somebody left a thing alone that another has changed, the other's stands), and what was changed."""
    was = _read(typed.get("was", ""))
    made, others = typed.copy(), list[Other]()
    for name, word in _words().items():
        columns = LISTS.get(name, (name,))
        before, current, mine = ([_said(row, c) for c in columns] for row in (was, _plain(now), _plain(typed)))
        if current in (before, mine):
            continue
        taken = mine == before
        if taken:
            for column in columns:
                made.setlist(column, now.getlist(column))
        others.append(Other(word, _in_words(name, now, request) or _("空"), taken))
    amended = Event.objects.visible_to(request.reader).filter(
        subject_kind="customer", noun=NOUN, subject_id=found.pk, act="amend"
    )
    last = amended.filter(kind=ACT).order_by("-seq").first()
    who = people.name(request, last.actor_id) if last is not None else ""
    return made, Meanwhile(who, found.updated_at, others)


def _words() -> dict[str, str]:
    return {
        "name": _("姓名或单位名称"), "kind": _("类别"), "unit": _("所属单位"), "phone": _("电话"), "address": _("地址"),
        "class_code": _("客户等级"), "language": _("语言"), "notes": _("备注"),
    }  # fmt: skip


def _in_words(name: str, now: QueryDict, request: Ask) -> str:
    if name == "unit":
        return people.unit(request, int(now.get("unit", "0")))
    chosen = {"kind": Customer.Kind, "language": Customer.Language}.get(name)
    return str(chosen(now.get(name, "")).label) if chosen is not None else _("、").join(now.getlist(name))


def _plain(typed: QueryDict) -> dict[str, list[str]]:
    return {name: [str(v).strip() for v in values] for name, values in typed.lists()}


def _said(row: dict[str, list[str]], name: str) -> list[str]:
    return [v for v in row.get(name, ()) if v]


def _read(text: str) -> dict[str, list[str]]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): [str(one) for one in v] for k, v in found.items() if isinstance(v, list)}
