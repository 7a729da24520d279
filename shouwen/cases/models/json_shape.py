"""Conditions on the shape of jsonb columns, for constraints."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact


def is_object(field: str) -> Q:
    """Return the condition that a jsonb column holds an object."""
    return Q(_is(field, "object"))


def is_array(field: str) -> Q:
    """Return the condition that a jsonb column holds a list."""
    return Q(_is(field, "array"))


def _is(field: str, kind: str) -> Exact:
    return Exact(Func(F(field), function="jsonb_typeof", output_field=models.CharField()), Value(kind))
