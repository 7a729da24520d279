"""Fields that follow from others: sums of rows, products in a row, the time between two dates."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shouwen.policy.calculating import within_sense
from shouwen.policy.env import Elapsed, Env, as_moment
from shouwen.policy.nouns import Field


def compute(fields: tuple[Field, ...], env: Env) -> None:
    """Fill the computed fields of a subject: rows first, then sums, then spans."""
    rows_done = False
    for f in fields:
        if f.sum_of:
            if not rows_done:
                _rows(env)
                rows_done = True
            env.fields[f.id] = _sum(f.summed, env)
        elif f.between[0]:
            env.fields[f.id] = _between(f.between, env)


def _rows(env: Env) -> None:
    for name, products in env.noun.products:
        if rows := env.fields.get(name):
            env.fields[name] = tuple({**row, **{c.id: _product(c, row) for c in products}} for row in rows)


def _product(column: Field, row: Any) -> Any:
    total = Decimal(1)
    for name in column.product_of:
        if row.get(name) is None:
            return None
        total *= Decimal(row[name])
    if not within_sense(total):
        return None
    return int(total.quantize(Decimal(1), ROUND_HALF_UP)) if column.type.name == "money" else total


def _sum(path: tuple[str, str], env: Env) -> Any:
    """Sum a column; nothing listed is 0 once the rows were given, unknown before, and unknown while a row lacks the value."""
    rows_field, column = path
    rows = env.fields.get(rows_field)
    if rows is None:
        return 0 if env.facts.marks.get(f"changed:{rows_field}") or rows_field in env.act.fields else None
    values = [row.get(column) for row in rows]
    return None if any(v is None for v in values) else sum(values)


def _between(ends: tuple[str, str], env: Env) -> Elapsed | None:
    start, end = (as_moment(env.fields.get(e), env.calendar) for e in ends)
    return Elapsed(start, end) if start is not None and end is not None else None
