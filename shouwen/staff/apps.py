"""The Django app of the organisation."""

from __future__ import annotations

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Units, staff, posts, absence, roster, tokens."""

    name = "shouwen.staff"
    label = "staff"
