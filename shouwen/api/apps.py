"""The Django app of the API."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Cases, customers, tasks, search and clauses for programs."""

    name = "shouwen.api"
    label = "api"
