"""The two sites of the demo company: houses, who owns and rents them, common parts, price items, taken in as lists are.

Two lists a company would have in spreadsheets, through the verbs that read spreadsheets. Run again it changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from shouwen.base.access import Reader
from shouwen.cases.acting import act_many
from shouwen.customers.models import Customer, Relation
from shouwen.customers.relations import Tie, relate
from shouwen.customers.writing import NewAddress, NewCustomer, NewPhone, create_customers
from shouwen.ops.cast import SINCE, Cast
from shouwen.ops.invented import Invented, people
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.law import Law
from shouwen.registers.importing import Row, import_records
from shouwen.registers.models import Record
from shouwen.staff import org

PEOPLE: Final = 300
_PLACES: Final = {
    "云栖花园": (
        "云栖中心花园",
        "云栖地下车库B1",
        "云栖东门岗亭",
        "云栖儿童乐园",
        "云栖3栋2单元电梯",
        "云栖5栋1单元电梯",
        "云栖泵房",
    ),
    "湖畔苑": ("湖畔苑大堂", "湖畔苑地下车库", "湖畔苑A座电梯", "湖畔苑B座电梯", "湖畔苑健身房", "湖畔苑屋面"),
}
_PRICES: Final = {  # in fen
    "更换水龙头": 3000, "疏通下水": 6000, "更换角阀": 2000, "更换开关插座": 1500, "灯具安装": 4000, "更换门锁": 8000, "马桶维修": 5000,
    "线路检修": 6000,
}  # fmt: skip


# How a house stands: the law makes its class of vacancy of it. Few are vacant, so that a month's rounds stay a page.
_LIVED_IN: Final = {"有人居住": "是", "销售状态": "已售", "已接房": "是", "已装修": "是"}
_EMPTY: Final = {**_LIVED_IN, "有人居住": "否"}
_UNDECORATED: Final = {**_EMPTY, "已装修": "否"}
_KEPT_BACK: Final = {**_UNDECORATED, "已接房": "否"}
_UNSOLD: Final = {**_KEPT_BACK, "销售状态": "未售"}
UNDECORATED: Final = 6
UNSOLD: Final = 8


@dataclass(frozen=True, slots=True)
class _House:
    number: str
    site: str
    address: str


def _houses() -> list[_House]:
    """Six buildings of 云栖花园 with two stairs each, and two towers of 湖畔苑: 360 houses."""
    garden = [
        _House(f"云栖{block}-{stair}-{floor}{door:02d}", "云栖花园", f"云栖花园{block}栋{stair}单元{floor}{door:02d}")
        for block in range(1, 7)
        for stair in (1, 2)
        for floor in range(1, 10)
        for door in (1, 2)
    ]
    towers = [
        _House(f"湖畔{tower}-{floor}{door:02d}", "湖畔苑", f"湖畔苑{tower}座{floor}{door:02d}")
        for tower in "AB"
        for floor in range(1, 19)
        for door in range(1, 5)
    ]
    return garden + towers


def build(cast: Cast, law: Law, n: int = PEOPLE) -> None:
    """Take in customers, houses and the rest, unless they are there. `n` customers; houses beyond the owners' stand empty."""
    if not Record.objects.filter(register="house").exists():
        _take_in(cast, law, people(n))


@transaction.atomic
def _take_in(cast: Cast, law: Law, invented: Sequence[Invented]) -> None:
    now = SINCE + timedelta(days=1)  # when the company took the sites over
    by = org.reader(cast.lin_yue.pk, now)
    chance = random.Random(11)  # noqa: S311  the same estate every time
    houses = _houses()
    chance.shuffle(houses)
    owners = invented[: int(len(houses) * 0.7)]
    tenants = invented[len(owners) :]
    lived = houses[: len(owners)]
    ids = _customers(cast, invented, lived, chance, now)
    rows = [_row(house, owner, _LIVED_IN) for house, owner in zip(lived, owners, strict=True)]
    empty = houses[len(owners) :]
    seconds, builders = empty[:25], empty[25:]  # some own a second one; the rest is still the developer's
    for i, house in enumerate(seconds):
        rows.append(_row(house, chance.choice(owners[:40]), _EMPTY if i >= UNDECORATED else _UNDECORATED))
    rows += [_row(house, None, _KEPT_BACK if i >= UNSOLD else _UNSOLD) for i, house in enumerate(builders)]
    _list("house", rows, by, now)
    _hang_up(cast, law, [*seconds[:UNDECORATED], *builders[:UNSOLD]], now)
    _rent_out([ids[p.phone] for p in tenants], chance, now)
    _list("public_place", [{"名称": name, "片区": site} for site, names in _PLACES.items() for name in names], by, now)
    _price(cast, law, now)


def _row(house: _House, owner: Invented | None, use: Mapping[str, str]) -> dict[str, str]:
    named = {"业主": owner.name, "业主电话": owner.phone} if owner else {"业主": "", "业主电话": ""}
    return {"房号": house.number, "片区": house.site, **use, **named}


def _customers(
    cast: Cast, invented: Sequence[Invented], lived: Sequence[_House], chance: random.Random, now: datetime
) -> Mapping[str, int]:
    """Write the customers with what intake knows of them; returns their ids by number."""
    sites = {"云栖花园": cast.units.yunqi.pk, "湖畔苑": cast.units.hupan.pk}
    new = []
    for i, person in enumerate(invented):
        home = lived[i] if i < len(lived) else chance.choice(lived)
        phones = [NewPhone(person.phone, "手机", is_main=True)]
        if chance.random() < 0.08:
            phones.append(NewPhone(chance.choice(invented).phone, "家人"))
        kind = Customer.Kind.COMPANY if person.company else Customer.Kind.PERSON
        new.append(
            NewCustomer(
                unit=sites[home.site], name=person.name, kind=kind, phones=tuple(phones), addresses=(NewAddress(home.address),)
            )
        )
    ids = create_customers(new, by=cast.lin_yue.pk, at=now, now=now)
    return {person.phone: id_ for person, id_ in zip(invented, ids, strict=True)}


def _rent_out(tenants: Sequence[int], chance: random.Random, now: datetime) -> None:
    """Let tenants live in houses of others."""
    houses = list(Record.objects.filter(register="house", fields__lived_in=True).order_by("id").values_list("id", flat=True))
    chosen = chance.sample(houses, min(len(tenants), len(houses)))
    ties = [Tie(record, tenant, "house", Relation.Role.TENANT) for tenant, record in zip(tenants, chosen, strict=False)]
    relate(ties, since=now)


def _hang_up(cast: Cast, law: Law, vacant: Sequence[_House], now: datetime) -> None:
    """Let the receptionist of each site register the keys of its vacant houses, if the company's packs keep keys."""
    if "key" not in law.nouns:
        return
    desks = {"云栖花园": (cast.units.yunqi.pk, cast.chen_jie.pk), "湖畔苑": (cast.units.hupan.pk, cast.su_min.pk)}
    ids = dict(Record.objects.filter(register="house", key__in=[h.number for h in vacant]).values_list("key", "id"))
    brought = []
    for house in vacant:
        unit, keeper = desks[house.site]
        key = {"number": f"YS-{house.number}", "house": ids[house.number], "area": unit, "custodian": keeper}
        brought.append((keeper, unit, {**key, "label": house.address, "place": "前台钥匙柜"}))
    _open("key", brought, now)


def _list(register: str, rows: Sequence[Row], by: Reader, now: datetime) -> None:
    report = import_records(register, rows, by=by, at=now, now=now)
    if report.faults:
        raise ValueError(f"{register}: row {report.faults[0].row}: {report.faults[0].en}")


def _price(cast: Cast, law: Law, now: datetime) -> None:
    """Let the company issue its price list, if its packs keep one."""
    if "price_item" not in law.nouns:
        return
    company = cast.units.company.name
    brought = [{"number": item, "price": fen, "valid_from": now.date(), "issued_by": company} for item, fen in _PRICES.items()]
    _open("price_item", [(cast.zhao_jun.pk, 0, fields) for fields in brought], now)


def _open(register: str, brought: Sequence[tuple[int, int, Mapping[str, object]]], now: datetime) -> None:
    """Open records as acts: by whom, of which unit (0: none), with which fields."""
    acts = [Act("open", Ref("record", register, 0), by, now, fields, opening=Opening(unit)) for by, unit, fields in brought]
    refused = next((r for r in act_many(acts, now=now) if not r.allowed), None)
    if refused is not None:
        raise ValueError(f"{register}: {refused.text('en')}")
