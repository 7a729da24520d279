"""The menu: where somebody can go, made once from what they may see. No template asks for rights.

Whether somebody reads matters at all is said by `Reader.reads_matters`; what each page shows is the business of `visible_to`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shouwen.base.access import Reader

ON_A_PHONE: Final = 4  # places in the bar below; the rest stands under "more"


@dataclass(frozen=True, slots=True)
class Place:
    """A place to go: its section, its address by name, its icon, words and keys."""

    section: str
    to: str
    icon: str
    words: Any
    keys: str = ""


_DESK: Final = Place("desk", "desk:page", "layout-dashboard", _("工作台"), "G D")
_INTAKE: Final = Place("intake", "intake:page", "phone-incoming", _("受理"), "G I")
_VISITS: Final = Place("dispatch", "dispatch:visits", "map-pin", _("我的上门"), "G P")
_DISPATCH: Final = Place("dispatch", "dispatch:page", "tool", _("派工"), "G P")
_CALLBACKS: Final = Place("callbacks", "callbacks:page", "phone-outgoing", _("回访"), "G H")
_CASES: Final = Place("cases", "cases:list", "clipboard-list", pgettext_lazy("many", "事项"), "G C")
_CUSTOMERS: Final = Place("customers", "customers:list", "users", pgettext_lazy("many", "客户"), "G U")
_REGISTERS: Final = Place("registers", "registers:home", "archive", pgettext_lazy("many", "台账"), "G T")
_REGULATIONS: Final = Place("regulations", "regulations:list", "book-2", _("制度"), "G R")
_REPORTS: Final = Place("reports", "reports:page", "chart-bar", _("报表"), "G B")
_NOTICES: Final = Place("notices", "notices:list", "bell", pgettext_lazy("many", "消息"), "G N")
_MANAGEMENT: Final = Place("management", "management:home", "settings", _("管理"), "G M")
_PEOPLE: Final = Place("signing", "signing:people", "key", _("登录管理"))
_AUDIT: Final = Place("signing", "signing:audit", "history", _("审计"))

# Sections whose pages are about matters: empty for whoever reads none.
OF_MATTERS: Final = frozenset(
    {"intake", "dispatch", "callbacks", "cases", "customers", "registers", "rounds", "books", "reports"}
)


def places(reader: Reader, *, goes_out: bool) -> list[Place]:
    """Return the menu of somebody, in its order. `goes_out`: their day is visits, and no calls come in to them."""
    day = (_VISITS, _INTAKE) if goes_out else (_INTAKE, _DISPATCH, _CALLBACKS)
    all_of_them = (_DESK, *day, _CASES, _CUSTOMERS, _REGISTERS, _REGULATIONS, _REPORTS, _NOTICES, _MANAGEMENT)
    found = [p for p in all_of_them if reader.reads_matters or p.section not in OF_MATTERS]
    if reader.may("administer", "staff") or reader.may("administer", "sign_in"):
        found.append(_PEOPLE)
    if reader.may("audit"):
        found.append(_AUDIT)
    return found


def on_a_phone(found: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """Return what stands in the bar of a phone, and what stands under "more"."""
    wanted = [_DESK, _VISITS, _INTAKE, _AUDIT, _CASES, _NOTICES, _MANAGEMENT, _REGULATIONS]
    if _VISITS in found:
        wanted.remove(_INTAKE)
    bar = [p for p in wanted if p in found][:ON_A_PHONE]
    return bar, [p for p in found if p not in bar]


def landing(reader: Reader) -> str:
    """Return the name of the page on which somebody begins who asked for none."""
    if reader.reads_matters:
        return _DESK.to
    return _AUDIT.to if reader.may("audit") else _MANAGEMENT.to
