"""Reading the yearly notice: what was announced comes out, and slips are said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from shouwen.worktime.holidays import chinese_holidays
from shouwen.worktime.notice import YearOff, check, read_notice

OF_2026 = """国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。"""

OF_2025 = """国务院办公厅关于2025年部分节假日安排的通知
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"""

OF_2024 = """国务院办公厅关于2024年部分节假日安排的通知
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。"""


@pytest.mark.parametrize(("text", "year"), [(OF_2026, 2026), (OF_2025, 2025), (OF_2024, 2024)])
def test_a_notice_as_it_was_published_gives_the_days_that_were_announced(text: str, year: int) -> None:
    told, doubts = read_notice(text)

    shipped = chinese_holidays()
    assert not doubts
    assert told.year == year

    assert _unlike_the_week(told.off, told.on, year) == _unlike_the_week(shipped.off, shipped.make_up, year)


def _unlike_the_week(off: Iterable[date], on: Iterable[date], year: int) -> set[date]:
    """Weekdays off and weekends worked: whether a weekend that merely adjoins is listed differs between the sources."""
    worked = set(on)
    return {d for d in {*off, *worked} if d.year == year and (d.weekday() < 5 or d in worked)}


@pytest.mark.parametrize(
    ("was", "slip", "said"),
    [
        ("至3日（周六）", "至3日（周五）", "是周六"),
        ("共9天", "共8天", "日期却是 9 天"),
        ("5月9日（周六）上班", "5月8日（周五）上班", "本来就上班"),
        ("五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n", "", "缺少：端午节"),
        ("2月14日（周六）、2月28日", "2月15日（周日）、2月28日", "既写为放假又写为上班"),
        ("4月4日（周六）至6日", "4月31日（周六）至6日", "不是日期"),
    ],
)
def test_a_slip_of_the_pen_is_said(was: str, slip: str, said: str) -> None:
    assert OF_2026.count(was) == 1
    _, doubts = read_notice(OF_2026.replace(was, slip))
    assert any(said in d.words.zh for d in doubts), [d.words.zh for d in doubts]


def test_a_text_that_is_no_notice_gives_no_days() -> None:
    told, doubts = read_notice("今天下午三点开会", 2027)
    assert not told.off
    assert doubts


def test_the_year_is_taken_from_outside_where_the_text_names_none() -> None:
    told, doubts = read_notice(OF_2026.split("\n", 3)[3], 2026)
    assert told.year == 2026
    assert not doubts


def test_days_of_another_year_are_refused() -> None:
    told, _ = read_notice(OF_2026)
    stray = YearOff(2026, {**told.off, date(2025, 12, 31): "元旦"}, told.on)
    assert any("不在 2026 年" in d.words.zh for d in check(stray))
