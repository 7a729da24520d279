"""What the pages of registers, rounds and books share: their tabs, and finding a register."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shouwen.policy.nouns import Noun
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages beside each other."""

    text: str
    url: str
    icon: str
    here: bool


def tabs(here: str) -> list[Tab]:
    """Return the tabs of 台账; `here` is the namespace of the page."""
    places = (
        ("registers", "registers:home", pgettext("many", "台账"), "archive"),
        ("rounds", "rounds:page", _("例行"), "calendar-due"),
        ("books", "books:home", pgettext("many", "账簿"), "receipt"),
    )
    return [Tab(text, reverse(to), icon, name == here) for name, to, text, icon in places]


def find_register(request: Ask, register: str) -> Noun:
    """Return a register of the law in force. Http404 when it has none of that name."""
    noun = demand_law(request).nouns.get(register)
    if noun is None or noun.kind != "record":
        raise Http404
    return noun


def registers(request: Ask) -> list[Noun]:
    """Return the registers of the law in force, in the order of the packs."""
    return [n for n in demand_law(request).nouns.values() if n.kind == "record"]
