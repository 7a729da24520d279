"""The Django app of reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Daily figures of the journal, and lists that people keep."""

    name = "shouwen.reports"
    label = "reports"

    def ready(self) -> None:
        """Have the worker add up what the journal has grown by, count what is too much for whoever asks, and forget old searches."""
        from shouwen.cases.clock import register_chore  # noqa: PLC0415  models exist only now
        from shouwen.reports.rolling import advance  # noqa: PLC0415  Django is loaded only now
        from shouwen.reports.searched import forget  # noqa: PLC0415  Django is loaded only now
        from shouwen.reports.standing import keep  # noqa: PLC0415  Django is loaded only now

        register_chore(advance)
        register_chore(keep)
        register_chore(forget)
