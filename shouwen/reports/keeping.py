"""Keeping a list under a name, sharing it, and letting it go. Each is an event, without what was searched for."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.names import plain_name
from shouwen.policy.act import Ref
from shouwen.reports.models import KeptView
from shouwen.staff.models import Unit

MOST: Final = 40  # of one person for one page
LONGEST: Final = 40
WORDS: Final = "q"  # what was searched for may be somebody's name or number: it is kept for oneself, never shared
PASSING: Final = ("after",)  # where in the list one is


@transaction.atomic
def keep(page: str, name: str, query: str, *, unit: int, by: Reader, now: datetime) -> KeptView:
    """Keep the filters of a page under a name; the same name again replaces them. `unit`: shared with it and those below (0: nobody).

    FieldError names what is wrong; NotFound for a unit out of sight.
    """
    name = plain_name(name)
    if not name or len(name) > LONGEST:
        raise FieldError.of("name", f"请填写名称，最多 {LONGEST} 个字。", f"Give it a name of at most {LONGEST} characters.")
    if unit and by.units is not None and unit not in by.units:
        raise NotFound
    wanted = clean(query, WORDS if unit else "")
    if len(wanted) > 1000:
        raise FieldError.of("query", "筛选条件太长。", "There are too many filters.")
    mine = KeptView.objects.filter(owner=by.staff, page=page)
    found = mine.filter(name=name).first()
    if found is None and mine.count() >= MOST:
        raise FieldError.of("name", f"最多保存 {MOST} 个，请先删除不用的。", f"At most {MOST} can be kept; delete one first.")
    view = found or KeptView(owner_id=by.staff, page=page, name=name)
    view.query, view.unit, view.at = wanted, Unit.objects.filter(pk=unit).first(), now
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:  # kept under this name in another tab just now
        raise FieldError.of("name", "已有同名的常用列表，请再试一次。", "There is one of that name already; try again.") from None
    _note(by, view, "keep_view", now)
    return view


@transaction.atomic
def let_go(pk: int, *, by: Reader, now: datetime) -> None:
    """Delete a list of one's own. NotFound for others'."""
    view = KeptView.objects.filter(pk=pk, owner=by.staff).first()
    if view is None:
        raise NotFound
    _note(by, view, "drop_view", now)
    view.delete()


def clean(query: str, but: str = "") -> str:
    """Return filters as they are kept: in a fixed order, without the place in the list, and without one that is named."""
    dropped = (*PASSING, but)
    return urlencode(sorted((k, v) for k, v in parse_qsl(query) if k not in dropped and v))


def _note(by: Reader, view: KeptView, act: str, now: datetime) -> None:
    told = {"view": view.pk, "page": view.page, "unit": view.unit_id or 0}
    about = Ref("staff", "staff", by.staff)
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=by.staff, at=now, entered_at=now, data=told)])
