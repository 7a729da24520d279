"""The little law of these tests, and lists as people keep them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from shouwen.base.access import Reader
from shouwen.cases.enactments import enact, law_at
from shouwen.ops.cast import Cast
from shouwen.policy.law import Law
from shouwen.policy.packs import read_sources
from shouwen.registers.importing import Report, import_records, read_csv
from shouwen.registers.models import Record
from tests.world import NOW, at

PACK: Final = Path(__file__).parent / "packs/estate"
BEGINNING: Final = at("2020-01-01 00:00")

HOUSES: Final = """房号,片区,业主,业主电话,管家,面积,销售状态,有人居住,上次检查
5-1-302,云栖花园,王建国,138 0000 5678,李娜,89.5,已售,是,2026-10-01
5-1-303,云栖花园,李秀英,13800005678,,89.5,已售,否,
5-1-401,云栖花园,,,,120,未售,,
1-1-101,湖畔苑,单立人,13912340000,何静,75,sold,yes,
"""


def enacted() -> Law:
    """Enact the pack from the beginning of time; returns its law."""
    enact(read_sources([PACK]), effective_from=BEGINNING, now=BEGINNING)
    law = law_at(NOW)
    assert law is not None
    return law


def importer(world: Cast) -> Reader:
    """Somebody who may take in lists, and sees everything."""
    return Reader(
        staff=world.gao_yuan.pk, units=None, people=frozenset({world.gao_yuan.pk}), clearance=3, grants=frozenset({"import"})
    )


def take_in(world: Cast, text: str, register: str = "house") -> Report:
    """Take in a list written as CSV."""
    return import_records(register, read_csv(io.StringIO(text)), by=importer(world), at=NOW, now=NOW)


def record(key: str) -> Record:
    """The record of a key."""
    return Record.objects.get(key=key)
