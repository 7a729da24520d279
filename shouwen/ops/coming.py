"""The holidays that the demo company takes for granted of years that nobody has announced yet: without them, it would refuse every act
whose deadline reaches into such a year, and from New Year on nearly all of them.

They are the days off that the State Council's regulation names (全国年节及纪念日放假办法, as of 2025), with the weekdays it owes for those
that fall on a weekend. Days moved by the year's notice are not guessed. A real company is never given these.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from shouwen.cases.company_text import with_years, year_block
from shouwen.policy.company import read_company
from shouwen.worktime.holidays import chinese_holidays, in_year
from shouwen.worktime.notice import YearOff

SOURCE: Final = "演示公司按放假办法推定，不含调休；以国务院通知为准"
AHEAD: Final = timedelta(days=35)  # the demo's longest promises: twenty working days, over a New Year
_OFF: Final = {  # from `holidays` 0.108 (MIT), language zh_CN
    2027: {
        "元旦": "01-01", "春节": "02-05..02-10", "清明节": "04-05", "劳动节": "05-01..05-04", "端午节": "06-09",
        "中秋节": "09-15", "国庆节": "10-01..10-05",
    },
    2028: {
        "元旦": "01-01 01-03", "春节": "01-25..01-28", "清明节": "04-04", "劳动节": "05-01..05-02", "端午节": "05-28..05-29",
        "国庆节": "10-01..10-02 10-04", "国庆节、中秋节": "10-03",
    },
}  # fmt: skip


def coming_years(entered: Iterable[int], now: datetime) -> list[YearOff]:
    """Return the years that deadlines of now may reach and that neither the shipped calendars nor the company (`entered`) knows."""
    known = {*chinese_holidays().years, *entered}
    return [_year(year) for year in _OFF if year not in known and year <= (now + AHEAD).year]


def with_coming_years(text: str, now: datetime) -> str:
    """Return a company's text with those years in it."""
    entered = [int(year) for year in read_company(text).holidays]
    return with_years(text, {str(told.year): year_block(told, SOURCE) for told in coming_years(entered, now)})


def _year(year: int) -> YearOff:
    return YearOff(year, {on: name for name, short in _OFF[year].items() for on in in_year(str(year), short)})
