"""Events about customers in words: who took them in, changed or uncovered them."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.base.models import Event

PARTS: Final = {
    "name": gettext_lazy("姓名"),
    "phones": gettext_lazy("电话"),
    "addresses": gettext_lazy("地址"),
    "notes": gettext_lazy("备注"),
    "kind": gettext_lazy("类别"),
    "class_code": gettext_lazy("等级"),
    "unit": gettext_lazy("所属单位"),
    "level": gettext_lazy("密级"),
    "language": gettext_lazy("语言"),
    "fields": gettext_lazy("其他资料"),
}


def about_customer(request: HttpRequest, event: Event) -> str:  # noqa: ARG001  one day also names
    """Say one event."""
    data = event.data
    if event.act == "open":
        return _("建立了客户档案")
    if event.act == "reveal":
        fields = _("、").join(str(PARTS.get(f, f)) for f in data.get("fields", ()))
        reason = data.get("reason", "")
        return _("查看了完整的%(fields)s，原因：%(reason)s") % {"fields": fields, "reason": reason}
    if event.act == "amend":
        return _("修改了%s") % _("、").join(str(PARTS.get(f, f)) for f in data)
    return event.act
