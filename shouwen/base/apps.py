"""The Django app every other app stands on; no business in it."""

from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Journal, notices, numbers, attachments, the access gate."""

    name = "shouwen.base"
    label = "base"
