"""The Django app of cases."""

from __future__ import annotations

from django.apps import AppConfig

from shouwen.base.access import register_readings, register_sight


class CasesConfig(AppConfig):
    """Cases, tasks, deadlines, approvals, and the law they live by."""

    name = "shouwen.cases"
    label = "cases"

    def ready(self) -> None:
        """Say which cases somebody may see, which customers come with them, and who keeps cases and customers for the law."""
        from shouwen.cases import adapters, case_rows, dispatch, reading_rights, ties  # noqa: PLC0415  models exist only now
        from shouwen.cases.models import customers_of_cases, visible_cases  # noqa: PLC0415  models exist only now
        from shouwen.customers.facts import customer_facts, recall_customers  # noqa: PLC0415  models exist only now
        from shouwen.customers.models import register_reach  # noqa: PLC0415  models exist only now

        register_sight("case", visible_cases)
        register_readings(reading_rights.readings_at)
        register_reach(customers_of_cases)
        adapters.register_subject(case_rows.CASES)
        adapters.register_customers(customer_facts, recall_customers)
        adapters.register_named("load", dispatch.load)
        adapters.register_named("skill_match", dispatch.skill_match)
        ties.register()
