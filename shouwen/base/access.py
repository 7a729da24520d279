"""Who may read what: the one gate, below every face (pages, API, search, export, notices).

A `Reader` is made once per request from the organisation (`reader_of`). Then:

- rows: every queryset that a door reads goes through `.visible_to(reader)`. The rule for the linter: in `shouwen/web` and
  `shouwen/api`, `X.objects` of a model whose queryset has `visible_to` is followed by `.visible_to(` in the same expression;
  there is no other way in, and no flag that switches it off.
- verbs: `reader.may(verb, kind)`, or `demand(reader, verb, kind)` which raises Forbidden.
- personal data: masked by default (`masks`), uncovered by `reveal.reveal`, which is an event.

Rows are seen by unit (the units in which somebody holds a post that may see, and those below; everything when held at the top
or for no unit) or by person (responsible, first asked, a task: of the reader, or of whom the reader stands in for). Whoever stands
in for somebody who is away does the work of their posts, and sees their units as long as that lasts; clearance and verbs stay the
reader's own. A secrecy level above the reader's clearance hides the row whatever else holds, and so does being named in it: an open
complaint is not shown to whom it is about (a field that `conceals`). Of some nouns the law in force says otherwise by its clauses
(`reads`): then the units of that noun stand in `Reader.nouns`, and a queryset that names its `noun_field` asks them (decision 43).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final, Self, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from shouwen.base.errors import Forbidden
from shouwen.base.ready import forget, ready
from shouwen.base.sql import raw
from shouwen.policy.org import Org
from shouwen.policy.reading_rights import Ground, InSight, Reading, Units, units_by_noun, units_of

VERBS: Final = ("see", "write", "reveal", "export", "administer", "import", "audit")
EVERYBODY_MAY: Final = ("see",)  # what a post may that no grant names

# A grant is a verb (for every kind of thing) or `verb:kind`. What a company sets for a post replaces the line here.
DEFAULT_GRANTS: Final[Mapping[str, Sequence[str]]] = {
    "receptionist": ("see", "write:customer", "reveal:customer"),
    "front_desk": ("see", "write:customer", "reveal:customer"),
    "service_officer": ("see", "write:customer", "reveal:customer"),
    "repairer": ("see", "reveal:customer"),
    "team_leader": ("see", "reveal:customer"),
    "engineering_director": ("see", "reveal:customer", "export:case", "administer:roster"),
    "cashier": ("see", "reveal:customer"),
    "archivist": ("see", "write:customer", "reveal:customer"),
    # The three administrators, whom nobody may be two of (staff.models): none of them reads what customers said.
    "auditor": ("audit", "export:journal"),
    "security_admin": ("administer:post", "administer:right", "administer:sign_in"),
    "service_director": ("see", "write", "reveal", "export", "import", "administer:roster"),
    "general_manager": ("see", "write", "reveal", "export", "administer:law"),
    "system_admin": ("administer:staff", "administer:unit", "administer:roster", "administer:calendar", "administer:system"),
}
DEFAULT_CLEARANCES: Final[Mapping[str, int]] = {"archivist": 2, "service_director": 2, "general_manager": 3}

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Reader:
    """What one person may read at a moment. `units` None is everything; `people`: the reader, and for whom the reader acts.

    Who only administers has a `domain` and no `units`: an administrator reads no customers and no cases.
    """

    staff: int = 0
    units: frozenset[int] | None = frozenset()
    people: frozenset[int] = frozenset()
    posts: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()  # the posts whose work is theirs to take: their own, and of whom they stand in for
    clearance: int = 0
    grants: frozenset[str] = frozenset()
    domain: frozenset[int] | None = frozenset()  # units whose staff, rosters … the reader administers; no right to read there
    nouns: tuple[tuple[str, Units], ...] = ()  # where the law says so: of which units the reader sees this noun instead

    def may(self, verb: str, kind: str = "") -> bool:
        """Whether the reader may do that with things of a kind (case, customer, record, law, staff …)."""
        if verb not in VERBS:
            raise ValueError(f"unknown verb {verb}")
        return verb in self.grants or f"{verb}:{kind}" in self.grants

    @property
    def everywhere(self) -> bool:
        """Whether no unit is closed to the reader."""
        return self.units is None

    @property
    def reads_matters(self) -> bool:
        """Whether any unit is open to the reader; who only administers or audits reads nothing of any."""
        return any(units is None or units for units in (self.units, *(units for _, units in self.nouns)))

    @property
    def somewhere(self) -> Units:
        """The units of which the reader sees anything."""
        some = [self.units, *(units for _, units in self.nouns)]
        return None if None in some else frozenset[int]().union(*(u for u in some if u))

    @property
    def wider(self) -> tuple[tuple[str, Units], ...]:
        """The nouns that the reader sees also of other units than the rest."""
        return tuple((n, u) for n, u in self.nouns if self.units is not None and (u is None or not u <= self.units))

    @property
    def narrower(self) -> tuple[str, ...]:
        """The nouns that the reader does not see of every unit of theirs."""
        return tuple(n for n, u in self.nouns if u is not None and (self.units is None or not u >= self.units))

    def sees(self, noun: str, unit: int) -> bool:
        """Whether what is of a noun and a unit (0: of none) is seen by its unit."""
        units = self.units_of(noun)
        return units is None or unit in units

    def units_of(self, noun: str) -> Units:
        """The units of which the reader sees a noun."""
        return next((u for n, u in self.nouns if n == noun), self.units)

    def sight(self, below: frozenset[int] | None = None) -> InSight:
        """Which units of which nouns the reader sees, of some units only (None: of all)."""
        return InSight(_within(self.units, below), tuple((n, _within(u, below)) for n, u in self.nouns))


def _within(units: Units, below: frozenset[int] | None) -> Units:
    if units is None or below is None:
        return below if units is None else units
    return units & below


NOBODY: Final = Reader()


def any_of(column: str, ids: models.QuerySet[Any]) -> Q:
    """The condition that a column is one of some ids (a query of one column), of which there are few.

    They are read once and an index finds their rows, also where other conditions are joined by `or`: `in` would read all rows.
    """
    return Q(
        Func(F(column), ArraySubquery(ids), template="(%(expressions)s))", arg_joiner=" = any(", output_field=BooleanField())
    )


def is_there(rows: models.QuerySet[Any]) -> IsNull:
    """The condition that one of some rows is there, looked up for each row that asks, through an index.

    EXISTS may be answered by reading all of them once: right for a list of everything, and wrong for a page in the order of an index.
    """
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)


def demand(reader: Reader, verb: str, kind: str = "") -> None:
    """Raise Forbidden unless the reader may."""
    if not reader.may(verb, kind):
        raise Forbidden(verb, kind)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the company lets its posts do and read; empty is the default."""

    grants: Mapping[str, Sequence[str]]
    clearances: Mapping[str, int]

    def of(self, post: str) -> Sequence[str]:
        """Return the grants of one post."""
        return self.grants.get(post, DEFAULT_GRANTS.get(post, EVERYBODY_MAY))

    def clearance(self, post: str) -> int:
        """Return the highest secrecy level a post may read."""
        return self.clearances.get(post, DEFAULT_CLEARANCES.get(post, 0))

    @property
    def ground(self) -> Ground:
        """What clauses about reading start from. Who administers or audits, and sees nothing, is given nothing by them either."""
        return Ground(lambda post: "see" in self.of(post), self._apart)

    def _apart(self, post: str) -> bool:
        grants = self.of(post)
        return "see" not in grants and any(g == "audit" or g.startswith("administer") for g in grants)


DEFAULT_RIGHTS: Final = Rights({}, {})


def reader_of(org: Org, staff: int, at: datetime, rights: Rights = DEFAULT_RIGHTS, said: Collection[Reading] = ()) -> Reader:
    """Return what somebody may read at a moment. Whoever is not in the organisation may read nothing.

    `said` is what clauses of that moment say about reading.
    """
    if staff not in org.staff:
        return NOBODY
    held = [h for h in org.holdings if h.staff == staff and h.stands(at)]
    roots = {h.unit for h in held if "see" in rights.of(h.post)}
    roots |= {u.id for u in org.units.values() if u.head == staff}
    ruled = {h.unit for h in held if any(g.startswith("administer") for g in rights.of(h.post))}
    posts = frozenset(h.post for h in held)
    stood_in_for = frozenset(org.stood_in_for(staff, at))
    theirs = [h for h in org.holdings if h.staff in stood_in_for and h.stands(at)]
    lent = [h for h in theirs if "see" in rights.of(h.post)]
    roots |= {h.unit for h in lent} | {u.id for u in org.units.values() if u.head in stood_in_for}
    units = units_of(org, roots)
    return Reader(
        staff=staff,
        units=units,
        people=frozenset({staff, *stood_in_for}),
        posts=posts,
        takes=posts | {h.post for h in lent},
        clearance=max((rights.clearance(p) for p in posts), default=0),
        grants=frozenset(g for p in posts for g in rights.of(p)),
        domain=units_of(org, ruled),
        nouns=tuple(sorted(units_by_noun(said, org, [*held, *theirs], rights.ground, units).items())) if said else (),
    )


SaidOfReading = Callable[[datetime, int], Collection[Reading]]
_SAID: list[SaidOfReading] = []


def register_readings(said: SaidOfReading) -> None:
    """Let the app that keeps the law say what it says of reading, at a moment, seen with a version of the organisation."""
    _SAID[:] = [said]


def said_of_reading(at: datetime, org_version: int) -> Collection[Reading]:
    """Return what the law in force at a moment says of reading."""
    return _SAID[0](at, org_version) if _SAID else ()


def all_who_see(org: Org, at: datetime, rights: Rights = DEFAULT_RIGHTS) -> frozenset[int]:
    """Return everybody whose posts let them read anything: work is given to nobody else."""
    held = {h.staff for h in org.holdings if h.stands(at) and "see" in rights.of(h.post)}
    return frozenset((held | {u.head for u in org.units.values()}) & org.staff.keys())


class VisibleQuerySet(models.QuerySet[M]):
    """A queryset that knows who may see its rows: name the columns, and override `own` for what reaches further.

    Without a unit column and without own columns nobody sees anything. Whoever overrides `scope` widens it: a row of a reader's
    unit is always seen, as far as its level allows (`units_in_sight` relies on it).
    """

    unit_field: ClassVar[str] = ""
    noun_field: ClassVar[str] = ""  # what the law may speak of when it says who reads it
    own_fields: ClassVar[tuple[str, ...]] = ()
    level_field: ClassVar[str] = ""
    withheld_field: ClassVar[str] = ""  # ids of staff to whom the row is not shown, whatever else holds

    def own(self, reader: Reader) -> Q:
        """The rows that are somebody's own, wherever they are. Override to add a task, a subscription …"""
        found = Q(pk__in=[])
        for name in self.own_fields:
            found |= Q(**{f"{name}__in": sorted(reader.people)})
        return found

    def visible_to(self, reader: Reader) -> Self:
        """Keep the rows that the reader may see."""
        return self.filter(ready(self.model, (type(self), reader), lambda: self._seen(reader)))

    def _seen(self, reader: Reader) -> Q:
        found = self.scope(reader)
        if self.withheld_field:
            found &= ~Q(**{f"{self.withheld_field}__contains": [reader.staff]})
        return found & Q(**{f"{self.level_field}__lte": reader.clearance}) if self.level_field else found

    def scope(self, reader: Reader) -> Q:
        """The condition on unit and person."""
        if reader.staff == 0:
            return Q(pk__in=[])
        if self.unit_field and reader.units is None and not (self.noun_field and reader.nouns):
            return Q()
        own = self.own(reader) if reader.people else Q(pk__in=[])
        # The unit comes first: what it answers needs no look at cases and tasks.
        return self._of_units(reader) | own if self.unit_field else own

    def _of_units(self, reader: Reader) -> Q:
        """The rows of the units open to the reader; of the nouns of which the law says otherwise, of the units it opens."""
        found = Q() if reader.units is None else Q(**{f"{self.unit_field}__in": sorted(reader.units)})
        if not self.noun_field:
            return found
        if reader.narrower:
            found &= ~Q(**{f"{self.noun_field}__in": sorted(reader.narrower)})
        for noun, units in (*reader.wider, *((n, u) for n, u in reader.nouns if n in reader.narrower)):
            of_noun = Q(**{self.noun_field: noun})
            found |= of_noun if units is None else of_noun & Q(**{f"{self.unit_field}__in": sorted(units)})
        return found


# ---- things that hang on other things: events, attachments, notices ------------------------------------------------------

Sight = Callable[[Reader], "models.QuerySet[Any]"]
_SIGHTS: dict[str, Sight] = {}
_GLIMPSES: dict[str, str] = {}
Glimpses = dict[str, dict[int, str]]  # kind -> id -> JSON; only the app of the kind knows what is in it


def register_sight(kind: str, sight: Sight, *, glimpse: str = "null") -> None:
    """Say which things of a kind a reader may see. Called once by the app that owns the kind, in AppConfig.ready().

    `glimpse` is an SQL expression over its table that gives JSON: what the app would read next of a thing that is seen.
    """
    if _SIGHTS.get(kind, sight) is not sight:
        raise ValueError(f"{kind} has its sight already")
    _SIGHTS[kind], _GLIMPSES[kind] = sight, glimpse
    forget()


def sight_of(kind: str, reader: Reader) -> models.QuerySet[Any] | None:
    """Return the things of a kind that a reader may see; None when nobody registered the kind (then nothing is visible)."""
    sight = _SIGHTS.get(kind)
    return sight(reader) if sight else None


def units_in_sight(
    wanted: Mapping[str, Collection[int]], reader: Reader, glimpses: Glimpses | None = None
) -> dict[str, dict[int, int]]:
    """Return which of some things (ids by kind) a reader may see, and the unit of each (0: none).

    As a rule with one query: what is of the reader's units is seen. Only for the rest the whole condition is asked. `glimpses` is
    given what the apps want to know next of what that query has found, so that it need not be read again.
    """
    found: dict[str, dict[int, int]] = {kind: {} for kind in wanted}
    asked = {kind: ids for kind, ids in wanted.items() if ids and kind in _SIGHTS and reader.staff}
    plain = [(kind, part) for kind in sorted(asked) if (part := _unit_query(kind))]
    if plain:
        params = [list(asked[kind]) for kind, _ in plain]
        rows = raw().execute(" union all ".join(part for _, part in plain), params).fetchall()
        for kind, id_, unit, level, kept_from, glimpse, noun in rows:
            if reader.staff in kept_from or level > reader.clearance:
                continue
            if reader.sees(noun, unit):
                found[kind][id_] = unit
                if glimpses is not None and glimpse is not None:
                    glimpses.setdefault(kind, {})[id_] = glimpse
    for kind, ids in asked.items():
        things = sight_of(kind, reader) if (rest := set(ids) - set(found[kind])) else None
        if things is not None:
            unit_field = getattr(things, "unit_field", "") or "pk"
            found[kind].update((pk, unit or 0) for pk, unit in things.filter(pk__in=rest).values_list("pk", unit_field))
    return found


@cache
def _unit_query(kind: str) -> str:
    """Return the part of a query that says of which unit and level things of a kind are; "" when the kind has no units."""
    things = sight_of(kind, NOBODY)
    if (
        not isinstance(things, VisibleQuerySet)
        or type(things).visible_to is not VisibleQuerySet.visible_to
        or not things.unit_field
    ):
        return ""
    table, level = things.model._meta.db_table, things.level_field or "0"  # noqa: SLF001  Django's documented name of a table
    kept_from = things.withheld_field or "'{}'::int8[]"
    noun = things.noun_field or "''"
    known = f"'{kind}', id, coalesce({things.unit_field}, 0), {level}, {kept_from}, ({_GLIMPSES[kind]})::text, {noun}::text"
    return f"select {known} from {table} where id = any(%s::int8[])"  # noqa: S608  our own words


def withheld(reader: Reader) -> Q:
    """The condition for rows with `case_id` whose case is kept from the reader: not even what they did there is shown."""
    cases = sight_of("case", NOBODY)
    name = getattr(cases, "withheld_field", "")
    if cases is None or not name:
        return Q(pk__in=[])
    # Said twice, for the index of the few that are withheld at all: without it every page read every case, for its badge.
    kept = Q(**{f"{name}__contains": [reader.staff]}) & ~Q(**{name: []})
    rows = cases.model._default_manager.filter(kept)  # noqa: SLF001  Django's documented name
    return Q(case_id__in=rows.values("pk"))


def in_sight(reader: Reader, *, subject: bool = True) -> Q:
    """The condition for rows with `case_id` (and `subject_kind`, `subject_id`): their case, or their subject, is in sight.

    Asked of each row (EXISTS): of a list of ids PostgreSQL would make the whole list first, every case there is.
    """
    cases = sight_of("case", reader)
    found = Q(Exists(cases.filter(pk=OuterRef("case_id")))) if cases is not None else Q(pk__in=[])
    for kind in sorted(_SIGHTS) if subject else ():
        things = sight_of(kind, reader)
        if things is not None and kind != "case":
            found |= Q(Exists(things.filter(pk=OuterRef("subject_id"))), case_id=None, subject_kind=kind)
    return found
