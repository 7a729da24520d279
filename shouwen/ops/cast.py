"""The cast: 云栖物业, a small property company of invented people. Every test, the demo and all pictures play with it.

Administration, not cases: units, staff and posts are written here directly. Whoever needs customers, houses or cases acts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from shouwen.base.models import Company
from shouwen.staff.changes import set_name
from shouwen.staff.models import Absence, Holding, Staff, Unit

COMPANY: Final = "云栖物业"
SINCE: Final = datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))  # when everybody took up their posts
AWAY: Final = timedelta(days=3)


class _UnitPart(NamedTuple):
    name: str
    kind: str
    parent: str
    head: str


class _Part(NamedTuple):
    name: str
    unit: str  # where they belong
    posts: tuple[tuple[str, str], ...]  # (post, unit in which it is held)
    phone: str
    skills: tuple[str, ...] = ()  # choices of the packs' own fields, so that the law can match them with a case


_UNITS: Final = {
    "company": _UnitPart("总部", "company", "", "zhao_jun"),
    "service": _UnitPart("客户服务中心", "department", "company", "lin_yue"),
    "engineering": _UnitPart("工程部", "department", "company", "xu_qiang"),
    "finance": _UnitPart("财务部", "department", "company", "feng_xue"),
    "yunqi": _UnitPart("云栖花园", "site", "company", ""),
    "hupan": _UnitPart("湖畔苑", "site", "company", ""),
}
_PEOPLE: Final = {
    "zhao_jun": _Part("赵军", "company", (("general_manager", "company"),), "13800000001"),
    "lin_yue": _Part("林悦", "service", (("service_director", "company"),), "13800000002"),
    "chen_jie": _Part("陈洁", "service", (("receptionist", "yunqi"),), "13800000003"),
    "su_min": _Part("苏敏", "service", (("receptionist", "hupan"),), "13800000004"),
    "li_na": _Part("李娜", "service", (("service_officer", "yunqi"),), "13800000005"),
    "zhou_ting": _Part("周婷", "service", (("service_officer", "yunqi"),), "13800000006"),
    "he_jing": _Part("何静", "service", (("service_officer", "hupan"),), "13800000007"),
    "xu_qiang": _Part("徐强", "engineering", (("engineering_director", "company"),), "13800000008"),
    "ma_jun": _Part("马骏", "engineering", (("team_leader", "yunqi"), ("team_leader", "hupan")), "13800000009"),
    "sun_lei": _Part("孙磊", "engineering", (("repairer", "yunqi"),), "13800000010", ("leak",)),
    "qian_hao": _Part("钱浩", "engineering", (("repairer", "yunqi"),), "13800000011", ("outage",)),
    "shan_zhiyuan": _Part("单志远", "engineering", (("repairer", "hupan"),), "13800000012", ("danger", "leak")),
    "zheng_fang": _Part("郑芳", "finance", (("cashier", "company"),), "13800000013"),
    "feng_xue": _Part("冯雪", "finance", (("finance", "company"),), "13800000014"),
    "zeng_qin": _Part("曾琴", "service", (("archivist", "company"),), "13800000015"),
    "han_zheng": _Part("韩铮", "company", (("auditor", "company"),), "13800000016"),
    "gao_yuan": _Part("高远", "company", (("system_admin", "company"),), "13800000017"),
    "an_ning": _Part("安宁", "company", (("security_admin", "company"),), "13800000018"),
}


@dataclass(frozen=True, slots=True)
class Units:
    """The units, by the names used in code."""

    company: Unit
    service: Unit
    engineering: Unit
    finance: Unit
    yunqi: Unit
    hupan: Unit


@dataclass(frozen=True, slots=True)
class Cast:
    """The people by their names in pinyin, and the `units`."""

    units: Units
    zhao_jun: Staff  # 总经理
    lin_yue: Staff  # 客服中心主任
    chen_jie: Staff  # 客户接待员, 云栖花园
    su_min: Staff  # 客户接待员, 湖畔苑
    li_na: Staff  # 客户服务员, 云栖花园
    zhou_ting: Staff  # 客户服务员, 云栖花园
    he_jing: Staff  # 客户服务员, 湖畔苑
    xu_qiang: Staff  # 工程部主任
    ma_jun: Staff  # 班长
    sun_lei: Staff  # 维修人员, 跑水漏水, 云栖花园
    qian_hao: Staff  # 维修人员, 停水停电, 云栖花园
    shan_zhiyuan: Staff  # 维修人员, 危及人身和跑水漏水, 湖畔苑
    zheng_fang: Staff  # 收费员; stands in for 冯雪
    feng_xue: Staff  # 财务部, away for three days
    zeng_qin: Staff  # 档案管理员
    han_zheng: Staff  # 审计
    gao_yuan: Staff  # 系统管理员
    an_ning: Staff  # 安全管理员

    @property
    def everybody(self) -> tuple[Staff, ...]:
        """All of them, in the order above."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name != "units")


@transaction.atomic
def build(now: datetime, password: str) -> Cast:
    """Write the cast, everybody with the same password, or find it where it was written before. `now` says when 冯雪 is away."""
    if not Company.objects.exists():
        Company.objects.create(name=COMPANY)
        units = _write_units()
        people = _write_people(units, make_password(password))
        for key, unit in _UNITS.items():
            if unit.head:
                Unit.objects.filter(pk=units[key].pk).update(head=people[unit.head])
        Absence.objects.create(
            staff=people["feng_xue"], deputy=people["zheng_fang"], since=now - AWAY / 3, until=now + AWAY * 2 / 3, reason="年假"
        )
    return find()


def find() -> Cast:
    """Return the cast that is in the database; KeyError when it is another company's."""
    units = {u.name: u for u in Unit.objects.select_related("parent", "head")}
    people = {p.username: p for p in Staff.objects.select_related("unit").filter(is_system=False)}
    found = Units(**{key: units[part.name] for key, part in _UNITS.items()})
    return Cast(found, **{key: people[key] for key in _PEOPLE})


def _write_units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for position, (key, part) in enumerate(_UNITS.items()):
        above = units.get(part.parent)
        units[key] = Unit.objects.create(name=part.name, kind=part.kind, parent=above, region="深圳", position=position)
    return units


def _write_people(units: dict[str, Unit], password: str) -> dict[str, Staff]:
    people: dict[str, Staff] = {}
    for username, part in _PEOPLE.items():
        person = Staff(username=username, password=password, unit=units[part.unit], phone=part.phone, skills=list(part.skills))
        set_name(person, part.name)
        people[username] = person
    Staff.objects.bulk_create(people.values())
    held = [
        Holding(staff=people[username], post=post, unit=units[unit], since=SINCE)
        for username, part in _PEOPLE.items()
        for post, unit in part.posts
    ]
    Holding.objects.bulk_create(held)
    return people
