"""The Django app of the pages: templates, static files, template tags. It has no tables."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "shouwen.web"
    label = "web"
