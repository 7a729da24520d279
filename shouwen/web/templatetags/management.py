"""Tags of administration. Load with {% load management %}."""

from __future__ import annotations

from typing import Any

from django import template

from shouwen.staff.models import ShiftPattern

register = template.Library()


@register.filter
def joined(text: str, more: Any) -> str:
    """Put two texts together: "relieve-"|joined:holding.pk."""
    return f"{text}{more}"


@register.filter
def span_of(pattern: ShiftPattern) -> str:
    """The hours of a named shift: 20:00–08:00."""
    end = (pattern.begins + pattern.minutes) % 1440
    return f"{pattern.begins // 60:02d}:{pattern.begins % 60:02d}–{end // 60:02d}:{end % 60:02d}"
