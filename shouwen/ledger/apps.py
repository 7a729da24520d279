"""The Django app of the ledger."""

from __future__ import annotations

from django.apps import AppConfig

from shouwen.cases.adapters import register_books, register_effect
from shouwen.policy.ruling import Enter


class LedgerConfig(AppConfig):
    """Books of points and money."""

    name = "shouwen.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Say who writes entries, and who adds them up for measures."""
        from shouwen.ledger.booking import book, fold, standing  # noqa: PLC0415  models exist only now

        register_effect(Enter, book)
        register_books(fold, standing)
