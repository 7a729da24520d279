"""Invented customers of 云栖花园 and 湖畔苑."""

from __future__ import annotations

from shouwen.customers.writing import NewAddress, NewCustomer, NewPhone, create_customers
from shouwen.ops.cast import Cast
from tests.world import NOW


def new(unit: int, name: str, *phones: str, **more: object) -> NewCustomer:
    given: dict[str, object] = {"unit": unit, "name": name, "phones": tuple(NewPhone(p) for p in phones), **more}
    return NewCustomer(**given)  # type: ignore[arg-type]  # keywords of a test's own


def settle(world: Cast) -> dict[str, int]:
    """Write some customers; returns their ids by a short name."""
    yunqi, hupan = world.units.yunqi.pk, world.units.hupan.pk
    people = {
        "wang": new(yunqi, "王建国", "13800005678", "0755-26001234", addresses=(NewAddress("云栖花园5栋1单元302室"),)),
        "wife": new(yunqi, "李秀英", "13800005678"),
        "shan": new(yunqi, "单立人", "13912340000"),
        "wang_hupan": new(hupan, "王建国", "13700009999"),
        "firm": new(yunqi, "云栖物业管理有限公司", "075588886666", kind="company"),
        "secret": new(yunqi, "欧阳锋", "13600001111", level=2),
    }
    ids = create_customers(list(people.values()), by=world.chen_jie.pk, at=NOW, now=NOW)
    return dict(zip(people, ids, strict=True))
