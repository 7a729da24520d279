"""Kinds of columns that several apps use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.lookups import Exact

from shouwen.base.numbering import next_id

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[int, int]
else:
    _BigInteger = models.BigIntegerField


class IdField(_BigInteger):
    """A primary key from the sequence `shouwen_ids`: known before the row is written, unique among rows of all kinds.

    Migrations see a plain bigint, so that they never import our code.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "editable": False, **options})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Say to migrations: a bigint, the primary key."""
        name, _path, args, _options = super().deconstruct()
        return name, "django.db.models.BigIntegerField", list(args), {"primary_key": True}

    def has_default(self) -> bool:
        """Say that a new row is inserted at once, without trying an UPDATE first."""
        return True

    def get_default(self) -> None:
        """Give a new object no id: one that is never saved must not use one up, nor ask the database."""
        return

    def get_pk_value_on_save(self, instance: models.Model) -> int:
        """Return the id of a row about to be written."""
        return next_id()


def is_object(column: str) -> Exact[str]:
    """Return the condition that a jsonb column holds an object, for CheckConstraint."""
    return Exact(Func(F(column), function="jsonb_typeof", output_field=models.CharField()), Value("object"))
