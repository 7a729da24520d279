"""The mutants of what procedures and registers work out by themselves: sums of rows, products in a row, spans between two dates.

A sum adds the next column of numbers, a product loses each of its factors, a span begins and ends with the next date. A field typed in
has nothing to change: what must stand in it is a clause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shouwen.policy.mutants import Change, after
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.source import Node

NUMERIC = ("number", "money", "percent")
DATES = ("date", "datetime")


def numbers_of(noun: Noun) -> Iterator[tuple[str, Node]]:
    """Yield what a noun works out: `noun.field` or `noun.rows.column`, and where it is declared."""
    fields = noun.node.get("fields") if noun.node is not None else None
    for f in noun.fields.values():
        node = fields.get(f.id) if fields is not None else None
        if node is None:
            continue
        if f.computed:
            yield f"{noun.id}.{f.id}", node
        columns = node.get("of")
        for c in f.type.columns.values() if f.type.name == "rows" and columns is not None else ():
            if c.computed and (column := columns.get(c.id) if columns is not None else None) is not None:
                yield f"{noun.id}.{f.id}.{c.id}", column


def number_changes(noun: Noun, key: str) -> Iterator[Change]:
    """Yield everything that can be changed in it."""
    f = _found(noun, key)
    if f.sum_of:
        rows, column = f.summed
        others = [c.id for c in noun.fields[rows].type.columns.values() if c.type.name in NUMERIC]
        if options := after(column, others, {column}):
            yield Change(("sum_of",), f.sum_of, tuple(f"{rows}.{c}" for c in options))
    for i, factor in enumerate(f.product_of if len(f.product_of) > 1 else ()):
        yield Change(("product_of", i), factor, (None,))
    dates = [d.id for d in noun.fields.values() if d.type.name in DATES]
    for end, was in zip(("from", "until"), f.between, strict=True):
        if was and (options := after(was, dates, set(f.between))):
            yield Change((end,), was, options)


def with_number(noun: Noun, key: str, node: Node) -> Noun:
    """Return a noun in which what it works out reads as a node says."""
    _, name, *column = key.split(".")
    of = noun.fields[name]
    made = _read(_found(noun, key), node)
    if column:
        made = replace(of, type=replace(of.type, columns={**of.type.columns, column[0]: made}))
    return replace(noun, fields={**noun.fields, name: made})


def _found(noun: Noun, key: str) -> Field:
    _, name, *column = key.split(".")
    return noun.fields[name].type.columns[column[0]] if column else noun.fields[name]


def _read(f: Field, node: Node) -> Field:
    said = {word: (found.text or "") for word in ("sum_of", "from", "until") if (found := node.get(word)) is not None}
    factors = node.get("product_of")
    names = tuple(n.text or "" for n in factors.items or ()) if factors is not None else ()
    span = (said.get("from", ""), said.get("until", "")) if f.between[0] else ("", "")
    return replace(f, sum_of=said.get("sum_of", ""), product_of=names, between=span)
