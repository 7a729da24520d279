"""The Django app of registers."""

from __future__ import annotations

from django.apps import AppConfig

from shouwen.base.access import register_sight
from shouwen.cases.adapters import register_subject


class RegistersConfig(AppConfig):
    """Records of things, typed by packs."""

    name = "shouwen.registers"
    label = "registers"

    def ready(self) -> None:
        """Say who keeps records for the law, and which of them somebody may see."""
        from shouwen.customers.uncover import register_asked  # noqa: PLC0415  models exist only now
        from shouwen.registers.adapter import RECORDS  # noqa: PLC0415  models exist only now
        from shouwen.registers.facts import GLIMPSE  # noqa: PLC0415  Django is loaded only now
        from shouwen.registers.models import visible_records  # noqa: PLC0415  Django is loaded only now
        from shouwen.registers.uncovering import demand_matter  # noqa: PLC0415  models exist only now

        register_sight("record", visible_records, glimpse=GLIMPSE)
        register_subject(RECORDS)
        register_asked(demand_matter)
