"""Invented people: names put together by chance, telephone numbers that nobody has. The same seed invents the same people.

Numbers are 1380000xxxx, the block in which the numbers of the cast stand: it is used by nobody and looks it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

# Surnames with how many of a thousand people have them, roughly; some that are read otherwise than they look.
_SURNAMES: Final = {
    "王": 71, "李": 70, "张": 66, "刘": 52, "陈": 45, "杨": 31, "黄": 22, "赵": 21, "吴": 20, "周": 20, "徐": 14, "孙": 13,
    "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "林": 11, "高": 10, "罗": 10, "郑": 9, "梁": 9, "谢": 8, "宋": 7,
    "唐": 7, "许": 7, "韩": 6, "邓": 6, "冯": 6, "曹": 6, "彭": 6, "曾": 5, "肖": 5, "田": 5, "董": 5, "潘": 4, "袁": 4,
    "蔡": 4, "余": 4, "于": 4, "杜": 4, "叶": 4, "程": 4, "苏": 4, "魏": 4, "吕": 3, "丁": 3, "任": 3, "沈": 3, "姚": 3,
    "卢": 3, "单": 1, "解": 1, "仇": 1, "盖": 1, "覃": 1, "查": 1, "区": 1, "欧阳": 1, "司徒": 1, "尉迟": 1,
}  # fmt: skip
_FIRST: Final = "文志建国明海晓小玉秀桂丽美春永光家子德安思雨嘉欣俊浩宇梓若诗静雅婷佳慧雪晨天振荣丰景伟少云成立学"
_SECOND: Final = "华强军平英芳敏勇杰娟涛超霞刚辉玲燕萍红梅兰琴云莲真环荣爱凤琳珊莎黛青艳瑞凡佳勤珍贞莉桂叶龙毅轩博睿涵怡彤"
_COMPANIES: Final = (
    "晨曦便利店",
    "云顶咖啡馆",
    "和雅牙科诊所",
    "小鹿托育中心",
    "湖畔书屋",
    "正大五金店",
    "锦绣裁缝铺",
    "四季水果店",
)
FIRST_NUMBER: Final = 13_800_000_100  # after the numbers of the cast
NUMBERS: Final = 9_900  # as many people have a number of their own


@dataclass(frozen=True, slots=True)
class Invented:
    """An invented customer. `phone` is nobody's."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    company: bool = False


def people(n: int, seed: int = 7) -> list[Invented]:
    """Return `n` invented people; a few of them are shops. From NUMBERS on they begin to share numbers, as families do."""
    chance = random.Random(seed)  # noqa: S311  no secret: the same people every time
    names = _names(chance)
    shops = min(len(_COMPANIES), n // 40)
    found = [Invented(next(names), _number(i)) for i in range(n - shops)]
    return found + [Invented(_COMPANIES[i], _number(n - shops + i), company=True) for i in range(shops)]


def _number(i: int) -> str:
    return str(FIRST_NUMBER + i % NUMBERS)


def _names(chance: random.Random) -> Iterator[str]:
    surnames, weights = list(_SURNAMES), list(_SURNAMES.values())
    while True:
        surname = chance.choices(surnames, weights)[0]
        given = chance.choice(_SECOND) if chance.random() < 0.12 else chance.choice(_FIRST) + chance.choice(_SECOND)
        yield surname + given
