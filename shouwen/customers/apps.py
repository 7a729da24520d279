"""The Django app of customers."""

from __future__ import annotations

from django.apps import AppConfig

from shouwen.base.access import register_sight


class CustomersConfig(AppConfig):
    """Customers, phones, addresses, and what they have to do with houses and vehicles."""

    name = "shouwen.customers"
    label = "customers"

    def ready(self) -> None:
        """Say which customers somebody may see, for events and notices about them."""
        from shouwen.customers.facts import GLIMPSE  # noqa: PLC0415  Django is loaded only now
        from shouwen.customers.models import visible_customers  # noqa: PLC0415  models exist only now

        register_sight("customer", visible_customers, glimpse=GLIMPSE)
