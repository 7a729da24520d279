"""Events about people and units in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.base.models import Event
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, post_name

FIELDS: Final[Mapping[str, Any]] = {
    "name": gettext_lazy("姓名"), "phone": gettext_lazy("电话"), "email": gettext_lazy("邮箱"), "unit": gettext_lazy("所在单位"),
    "superior": gettext_lazy("上级"), "skills": gettext_lazy("技能"), "language": gettext_lazy("语言"), "kind": gettext_lazy("类别"),
    "parent": gettext_lazy("上级单位"), "head": gettext_lazy("负责人"), "calendar": gettext_lazy("工作日历"),
    "region": gettext_lazy("所在地"), "position": gettext_lazy("次序"),
}  # fmt: skip
PLAIN: Final[Mapping[str, Any]] = {
    "add_staff": gettext_lazy("新增员工"), "suspend": gettext_lazy("停用账号"), "resume": gettext_lazy("恢复账号"),
    "leave": gettext_lazy("办理离职"), "choose_language": gettext_lazy("改了语言"), "sign_in": gettext_lazy("登录"),
    "be_back": gettext_lazy("结束缺勤"), "add_unit": gettext_lazy("新增单位"), "close_unit": gettext_lazy("停用单位"),
    "reopen_unit": gettext_lazy("恢复单位"), "copy_shifts": gettext_lazy("按上周排班"),
}  # fmt: skip


def told(request: Ask, event: Event) -> str:
    """Say one event; an act that another part of the system wrote, by its name."""
    say = _SAYINGS.get(event.act)
    if say is not None:
        return say(request, event.data)
    return str(PLAIN.get(event.act, event.act))


def _day(text: Any, request: Ask) -> str:
    if not text:
        return ""
    return moments.when(datetime.fromisoformat(str(text)), request.now)


def _holding(request: Ask, data: Mapping[str, Any]) -> str:
    post, unit = post_name(law_of(request), str(data.get("post", "")), request.lang), people.unit(request, data.get("unit"))
    return post + _("（%s）") % unit if unit else post


def _appointed(request: Ask, data: Mapping[str, Any]) -> str:
    return _("任命为%(post)s，自%(since)s起") % {"post": _holding(request, data), "since": _day(data.get("since"), request)}


def _relieved(request: Ask, data: Mapping[str, Any]) -> str:
    return _("%(post)s任至%(until)s") % {"post": _holding(request, data), "until": _day(data.get("until"), request)}


def _away(request: Ask, data: Mapping[str, Any]) -> str:
    said = {"since": _day(data.get("since"), request), "until": _day(data.get("until"), request)}
    deputy = people.name(request, data.get("deputy")) if data.get("deputy") else ""
    if deputy:
        return _("登记缺勤：%(since)s至%(until)s，代理人%(deputy)s") % {**said, "deputy": deputy}
    return _("登记缺勤：%(since)s至%(until)s") % said


def _shift(request: Ask, data: Mapping[str, Any]) -> str:
    now = data.get("now") or []
    hours = "、".join(f"{_clock(a)}–{_clock(b)}" for a, b in now) or _("不排班")
    said = {"day": str(data.get("day", "")), "post": _holding(request, data), "hours": hours}
    return _("排班%(day)s %(post)s：%(hours)s") % said


def _clock(text: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(text)):%H:%M}"


def _changed(request: Ask, data: Mapping[str, Any]) -> str:  # noqa: ARG001  one signature for all sayings
    return _("修改了%s") % _("、").join(str(FIELDS.get(name, name)) for name in data.get("changed", data.get("after", ())))


_SAYINGS: Final[Mapping[str, Callable[[Ask, Mapping[str, Any]], str]]] = {
    "appoint": _appointed, "relieve": _relieved, "be_absent": _away, "set_shift": _shift, "put_on_duty": _appointed,
    "change_staff": _changed, "change_unit": _changed,
}  # fmt: skip
