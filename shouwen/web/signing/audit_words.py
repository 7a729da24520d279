"""The auditor's journal in words: acts, whom they were about, and what is told of them, without anybody's personal data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.base.models import Event
from shouwen.web import law, people
from shouwen.web.asking import Ask
from shouwen.web.happenings import PARTS

ACTS: Final = {
    "sign_in": gettext_lazy("登录"),
    "sign_in_failed": gettext_lazy("登录失败"),
    "locked": gettext_lazy("试错过多被锁定"),
    "sign_out": gettext_lazy("退出登录"),
    "end_sessions": gettext_lazy("结束登录"),
    "factor_failed": gettext_lazy("验证码不对"),
    "factor_on": gettext_lazy("启用验证码"),
    "factor_off": gettext_lazy("停用验证码"),
    "recovery_codes": gettext_lazy("重做备用码"),
    "change_password": gettext_lazy("更改密码"),
    "accept_invitation": gettext_lazy("用邀请设置密码"),
    "invite": gettext_lazy("邀请设置密码"),
    "unlock": gettext_lazy("解除锁定"),
    "new_token": gettext_lazy("新建令牌"),
    "end_token": gettext_lazy("吊销令牌"),
    "door_rules": gettext_lazy("更改登录规则"),
    "reveal": gettext_lazy("查看个人信息"),
    "export": gettext_lazy("导出"),
    "add_staff": gettext_lazy("新建员工"),
    "change_staff": gettext_lazy("更改员工资料"),
    "appoint": gettext_lazy("任命岗位"),
    "relieve": gettext_lazy("解除岗位"),
    "be_absent": gettext_lazy("登记不在岗"),
    "be_back": gettext_lazy("销假"),
    "put_on_duty": gettext_lazy("排班"),
    "set_shift": gettext_lazy("排班"),
    "copy_shifts": gettext_lazy("按上周排班"),
    "suspend": gettext_lazy("停用账号"),
    "resume": gettext_lazy("恢复账号"),
    "leave": gettext_lazy("离职"),
    "choose_language": gettext_lazy("选择语言"),
    "add_pattern": gettext_lazy("新增班次"),
    "remove_pattern": gettext_lazy("删除班次"),
    "add_unit": gettext_lazy("新增单位"),
    "change_unit": gettext_lazy("更改单位"),
    "close_unit": gettext_lazy("停用单位"),
    "reopen_unit": gettext_lazy("恢复单位"),
    "name_company": gettext_lazy("更改公司名称"),
    "keep_view": gettext_lazy("保存常用列表"),
    "drop_view": gettext_lazy("删除常用列表"),
}
KINDS: Final = {
    "customer": gettext_lazy("客户"),
    "case": gettext_lazy("事项"),
    "record": gettext_lazy("登记"),
    "unit": gettext_lazy("单位"),
    "company": gettext_lazy("本公司"),
    "journal": gettext_lazy("审计记录"),
    "calendar": gettext_lazy("日历"),
}
TOLD: Final = {
    "origin": gettext_lazy("来源代号"),
    "reason": gettext_lazy("原因"),
    "fields": gettext_lazy("资料项"),
    "post": gettext_lazy("岗位"),
    "since": gettext_lazy("自"),
    "until": gettext_lazy("至"),
    "n": gettext_lazy("数量"),
    "kind": gettext_lazy("类别"),
    "days": gettext_lazy("天数"),
}


def act_word(act: str) -> str:
    """Name an act; one without a word of ours keeps its own name."""
    return str(ACTS.get(act, act))


def about(request: Ask, row: Event) -> str:
    """Name whom or what an event was about: people by name, customers and cases by number only."""
    if row.subject_kind == "staff":
        return people.name(request, row.subject_id) if row.subject_id else ""
    kind = str(KINDS.get(row.subject_kind, row.subject_kind))
    if row.subject_kind == "unit":
        return people.unit(request, row.subject_id) or kind
    return f"{kind} {row.subject_id}" if row.subject_id else kind


def details(request: Ask, row: Event) -> str:
    """Tell what else stands in an event that an auditor asks for."""
    found = []
    if row.data.get("factor") is True:
        found.append(_("用了验证码"))
    if row.data.get("unknown"):
        found.append(_("用户名不存在"))
    colon = _("：")
    found += [f"{TOLD[name]}{colon}{_value(request, name, value)}" for name, value in row.data.items() if name in TOLD and value]
    return _("；").join(found)


def _value(request: Ask, name: str, value: Any) -> str:
    """A value as one reads it."""
    if name == "post":
        return law.post_name(law.law_of(request), str(value), request.lang)
    if isinstance(value, list):
        value = [PARTS.get(one, one) for one in value] if name == "fields" else value
        return _("、").join(map(str, value))
    as_moment: Callable[[str], Any] = parse_datetime
    moment = as_moment(value) if isinstance(value, str) and "T" in value else None
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else str(value)
