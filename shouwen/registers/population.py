"""Populations: the records a round visits, page by page. A schedule opens its cases without ever holding all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shouwen.base.sql import from_json, raw, to_json
from shouwen.policy.conditions import ALWAYS, Condition
from shouwen.policy.nouns import Noun
from shouwen.registers.facts import typed

PAGE: Final = 500
# Types whose kept value is compared as it is.
NARROWING: Final = frozenset({"choice", "yes_no", "text", "unit", "staff", "customer", "record"})

_READ: Final = """select r.id, r.fields, r.step, coalesce(r.unit_id, 0) from registers_record r
 where r.register = %s and r.archived_at is null and r.id > %s {narrowed} order by r.id limit %s"""

Member = Mapping[str, Any]
Wanted = Mapping[str, Sequence[Any]]  # field -> kept values, any of


def population(noun: Noun, when: Condition = ALWAYS, after: int = 0, limit: int = PAGE) -> tuple[Member, ...]:
    """Return up to `limit` records of a register in use, by id after `after`: their typed fields with `id`, `state` and `unit`.

    `when` only narrows: every record for which it holds is there, and perhaps others. The law asks each again.
    """
    narrowed, params = _narrowed(wanted(when, noun))
    rows = raw().execute(_READ.format(narrowed=narrowed), [noun.id, after, *params, limit]).fetchall()
    return tuple({**typed(from_json(kept), noun), "id": id_, "state": state, "unit": unit} for id_, kept, state, unit in rows)


def _narrowed(groups: list[Wanted] | None) -> tuple[str, list[str]]:
    """The alternatives of a condition in SQL, with their parameters."""
    texts = []
    params: list[str] = []
    for group in groups or ():
        either = ["(" + " or ".join(["r.fields @> %s::jsonb"] * len(values)) + ")" for values in group.values()]
        texts.append("(" + " and ".join(either) + ")")
        params += [to_json({name: value}) for name, values in group.items() for value in values]
    return (f"and ({' or '.join(texts)})" if texts else ""), params


def walk(noun: Noun, when: Condition = ALWAYS, page: int = PAGE) -> Iterator[Member]:
    """Go through a whole population, a page at a time."""
    after = 0
    while members := population(noun, when, after, page):
        yield from members
        after = members[-1]["id"]


def wanted(when: Condition, noun: Noun) -> list[Wanted] | None:
    """Return what the database can compare of a condition, a mapping for each of its alternatives; None when it cannot narrow."""
    groups: list[Wanted] = []
    for group in when.groups:
        asked: dict[str, list[Any]] = {}
        for test in group:
            field = test.path.field
            own = field is not None and not test.path.link and noun.fields.get(field.id) is field
            if field is not None and own and test.kind in ("is", "in") and field.type.name in NARROWING and not field.type.many:
                asked[field.id] = [field.type.dump(v) for v in test.values]
        if not asked:
            return None
        groups.append(asked)
    return groups or None
