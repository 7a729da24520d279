"""The Django app of the ledger."""

from __future__ import annotations

from django.apps import AppConfig

from shouwen.base.access import register_sight
from shouwen.cases.adapters import register_books, register_effect, register_subject
from shouwen.policy.ruling import Enter


class LedgerConfig(AppConfig):
    """Books of points and money."""

    name = "shouwen.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Say who writes entries, who adds them up for measures and for pages, who keeps them as subjects, and who sees them."""
        from shouwen.cases.clock import register_chore  # noqa: PLC0415  models exist only now
        from shouwen.ledger.adapter import ENTRIES  # noqa: PLC0415  models exist only now
        from shouwen.ledger.booking import book, fold, standing  # noqa: PLC0415  models exist only now
        from shouwen.ledger.models import visible_entries  # noqa: PLC0415  models exist only now
        from shouwen.ledger.totalling import advance  # noqa: PLC0415  models exist only now

        register_effect(Enter, book)
        register_books(fold, standing)
        register_subject(ENTRIES)
        register_sight("entry", visible_entries)
        register_chore(advance)
