"""What of cases and customers hangs on a person who leaves, or on a unit that closes."""

from __future__ import annotations

from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.staff import ties


def register() -> None:
    """Tell the organisation. Who was first asked stays so; what one answers for is what can be handed over."""
    ties.register("case", zh="未结事项", en="open cases", of_staff=_answered_for, of_unit=_open_in)
    ties.register("customer", zh="客户", en="customers", of_unit=_customers_of)


def _answered_for(staff: int) -> int:
    return Case.objects.open().filter(responsible=staff).count()


def _open_in(unit: int) -> int:
    return Case.objects.open().filter(unit=unit).count()


def _customers_of(unit: int) -> int:
    return Customer.objects.filter(unit=unit).count()
