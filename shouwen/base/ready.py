"""A condition that is put into SQL once, and then only put in its place: who may see a row is asked by every list of every page.

Django builds and writes out a condition with questions inside it anew each time; for those of `access` that took longer than
PostgreSQL takes to answer them. What is kept is the text with its parameters, by reader: it depends on nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Self

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, models
from django.db.models import BooleanField, Expression, Q

MOST: Final = 4096  # conditions that are kept: some for each reader who is at work
ALIAS: Final = re.compile(r"\b([A-Z]{1,2}\d+)\b")  # what Django calls the tables inside a question: U0, V1 …
OURS: Final = re.compile(r"\bin(\d+)_")
_KEPT: dict[Hashable, Q] = {}


def ready(model: type[models.Model], key: Hashable, condition: Callable[[], Q]) -> Q:
    """Return a condition on rows of a model, from what is kept under the key, else made now.

    The key must name everything the condition depends on. The condition may ask other tables, but not join them.
    """
    whole = (model, key)
    found = _KEPT.get(whole)
    if found is None:
        found = _written_out(model, condition())
        if len(_KEPT) >= MOST:
            _KEPT.clear()
        _KEPT[whole] = found
    return found


def forget() -> None:
    """Make each condition anew: something it was made from has been registered since."""
    _KEPT.clear()


def _written_out(model: type[models.Model], condition: Q) -> Q:
    query = models.QuerySet(model).filter(condition).query
    try:
        sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return Q(pk__in=[])
    except FullResultSet:
        return Q()
    if sum(n > 0 for n in query.alias_refcount.values()) > 1:
        raise ValueError(f"a condition on {model.__name__} joins other tables: ask them inside it")
    # Names of tables inside are made its own: it may come to stand inside a question that uses the same ones.
    depth = 1 + max((int(n) for n in OURS.findall(sql)), default=0)
    own = ALIAS.sub(rf"in{depth}_\1", sql)
    return Q(Written(tuple(own.split(f'"{model._meta.db_table}".')), tuple(params)))  # noqa: SLF001  Django's documented name


class Written(Expression):
    """The text of a condition between the places where its own table is named."""

    def __init__(self, pieces: tuple[str, ...], params: tuple[Any, ...]) -> None:
        """Say what is written around the name of the table, and the parameters in it."""
        super().__init__(output_field=BooleanField())
        self.pieces, self.params, self.alias = pieces, params, ""

    def resolve_expression(self, query: Any = None, *_args: Any, summarize: bool = False, **_more: Any) -> Self:
        """Take the name that the table has in a query."""
        found = self.copy()
        found.is_summary = summarize
        found.alias = query.get_initial_alias()
        return found

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Self:
        """Follow the table when the query around it gives it another name."""
        found = self.copy()
        found.alias = change_map.get(self.alias, self.alias)
        return found

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write it out."""
        return f"{compiler.quote_name_unless_alias(self.alias)}.".join(self.pieces), self.params
