"""Members of staff and units by name, from the organisation in memory: no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shouwen.base.pinyin import name_syllables
from shouwen.cases import able
from shouwen.policy.org import Org, UnitFact
from shouwen.staff.models import CLOCK
from shouwen.web.asking import Ask


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody or something to choose; `note` tells it from others of its name, `depth` how far it is indented."""

    id: int
    name: str
    note: str = ""
    depth: int = 0

    @property
    def indent(self) -> range:
        """For templates: once for each step of depth."""
        return range(self.depth)


def name(request: HttpRequest, staff: int | None) -> str:
    """The name of a member of staff, also of those who have left; 系统 for the clock."""
    if staff == CLOCK:
        return _("系统")
    found = cast(Ask, request).org.staff.get(staff or -1)
    return found.name if found is not None else ""


def names(request: HttpRequest, staff: Iterable[int]) -> str:
    """Several names."""
    return _("、").join(filter(None, (name(request, s) for s in staff)))


def unit(request: HttpRequest, unit_id: int | None) -> str:
    """The name of a unit."""
    found = cast(Ask, request).org.units.get(unit_id or -1)
    return found.name if found is not None else ""


def staff_choices(request: HttpRequest) -> list[Choice]:
    """Everybody who holds a post now, as Chinese lists are ordered, with their unit beside."""
    ask = cast(Ask, request)
    working = {h.staff for h in ask.org.holdings if h.stands(ask.now)}
    found = [ask.org.staff[s] for s in working if s in ask.org.staff]
    found.sort(key=lambda s: (name_syllables(s.name), s.id))
    return [Choice(s.id, s.name, unit(request, s.unit)) for s in found]


def able_choices(request: HttpRequest) -> list[Choice]:
    """Of those, whose posts handle matters: who can be responsible, stand in, take over."""
    ask = cast(Ask, request)
    may = able.able(ask.now, ask.org)
    return [c for c in staff_choices(request) if c.id in may]


def unit_choices(request: HttpRequest, *, something: bool = False) -> list[Choice]:
    """The units that the reader may see, or may see something of, as a tree; not those that were closed."""
    ask = cast(Ask, request)
    open_ones = [u for u in ask.org.units.values() if not u.closed]
    units = ask.reader.somewhere if something else ask.reader.units
    seen = [u for u in open_ones if units is None or u.id in units]
    paths = {u.id: tuple(reversed(ask.org.path(u.id))) for u in seen}
    top = min((len(p) for p in paths.values()), default=1)
    return [Choice(u.id, u.name, depth=len(paths[u.id]) - top) for u in sorted(seen, key=lambda u: paths[u.id])]


def home_unit(ask: Ask) -> int:
    """Where somebody works: the first unit they hold a post in that is not the whole company, else the one they belong to."""
    held = [h.unit for h in ask.org.holdings if h.staff == ask.me.pk and h.stands(ask.now) and h.unit]
    sites = [u for u in held if _is_site(ask.org, u)]
    return next(iter(sites or held), ask.me.unit_id or 0)


def _is_site(org: Org, unit_id: int) -> bool:
    found: UnitFact | None = org.units.get(unit_id)
    return found is not None and found.kind == "site"
