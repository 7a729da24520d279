"""What the pages of administration share: their tabs, what the reader may do here, and reading small forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shouwen.base.errors import FieldError
from shouwen.staff.looking import may_look
from shouwen.staff.models import Staff, Unit
from shouwen.staff.posts import OWN
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, post_name
from shouwen.web.render import render_page

TABS: Final = (  # name of the address, words, icon; the first two are for those who administer or audit
    ("staff", gettext_lazy("员工"), "users"),
    ("units", pgettext_lazy("many", "单位"), "building-community"),
    ("roster", pgettext_lazy("many", "排班"), "calendar-event"),
    ("absences", gettext_lazy("缺勤"), "moon"),
    ("calendars", pgettext_lazy("many", "日历"), "calendar"),
)
FOR_LOOKERS: Final = ("staff", "units")
LONGEST_ID: Final = 18


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may change here."""

    staff: bool
    unit: bool
    post: bool
    roster: bool
    calendar: bool
    look: bool


def may(request: Ask) -> May:
    """Return what the reader may change here."""

    def administers(kind: str) -> bool:
        return request.reader.may("administer", kind)

    return May(
        staff=administers("staff"), unit=administers("unit"), post=administers("post"), roster=administers("roster"),
        calendar=administers("calendar"), look=may_look(request.reader),
    )  # fmt: skip


def render(request: Ask, template: str, tab: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page of administration with its tabs."""
    rights = may(request)
    tabs = [
        (f"management:{name}", words, icon, name == tab) for name, words, icon in TABS if rights.look or name not in FOR_LOOKERS
    ]
    return render_page(request, template, {"tabs": tabs, "may": rights, **context}, status=status)


def posts(request: Ask) -> list[tuple[str, str]]:
    """Every post there is, with its name: those of the packs in their order, then those of every company."""
    law = law_of(request)
    declared = law.posts if law is not None else {}
    return [(post, post_name(law, post, request.lang)) for post in dict.fromkeys([*declared, *OWN])]


def number(typed: QueryDict, name: str) -> int:
    """Read an id; 0 when there is none."""
    text = typed.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else 0


def unit_of(typed: QueryDict, name: str = "unit") -> Unit | None:
    """Return the unit chosen; None when none is."""
    chosen = number(typed, name)
    found = Unit.objects.filter(pk=chosen).first() if chosen else None
    if chosen and found is None:
        raise FieldError.of(name, _("请重新选择"), _("请重新选择"))
    return found


def staff_of(typed: QueryDict, name: str) -> Staff | None:
    """Return the person chosen; None when nobody is."""
    chosen = number(typed, name)
    found = Staff.objects.people().filter(pk=chosen).first() if chosen else None
    if chosen and found is None:
        raise FieldError.of(name, _("请重新选择"), _("请重新选择"))
    return found


def day_of(typed: QueryDict, name: str) -> date:
    """Read a day. FieldError for what is none."""
    try:
        return date.fromisoformat(typed.get(name, "").strip())
    except ValueError:
        raise FieldError.of(name, _("请填日期"), _("请填日期")) from None


def begin_of(day: date) -> datetime:
    """The first moment of a day in the company's time."""
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The moment after a day."""
    return begin_of(day + timedelta(days=1))


def moment_of(typed: QueryDict, name: str) -> datetime:
    """Read a moment of the company's time, to the minute. FieldError for what is none."""
    try:
        told = datetime.fromisoformat(typed.get(name, "").strip()).replace(tzinfo=None)
        return timezone.make_aware(told, timezone.get_default_timezone())
    except (ValueError, OverflowError):
        raise FieldError.of(name, _("请填日期和时间"), _("请填日期和时间")) from None
