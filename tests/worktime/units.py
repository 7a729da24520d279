"""The units whose calendars the tests ask: offices, desks, a bar, a night watch, in zones whose clocks change."""

from __future__ import annotations

from datetime import date

from tests.worktime.oracle import Unit

OFFICE_HOURS = {"mon-fri": "08:30-12:00 13:30-17:30"}
SEASONAL = {
    "summer": {
        "zh": "夏季作息",
        "from": "05-01",
        "to": "09-30",
        "hours": {"mon-fri": "08:00-12:00 14:30-18:30", "sat": "08:00-11:30"},
    },
    "rain": {"zh": "雨季", "from": "06-01", "to": "08-31"},
}


def _run(month: int, first: int, last: int) -> set[str]:
    return {f"2026-{month:02}-{day:02}" for day in range(first, last + 1)}


# 国办发明电〔2025〕7号, typed from the announcement for 2026
HOLIDAYS_2026 = frozenset(
    _run(1, 1, 3) | _run(2, 15, 23) | _run(4, 4, 6) | _run(5, 1, 5) | _run(6, 19, 21) | _run(9, 25, 27) | _run(10, 1, 7)
)
MAKE_UP_2026 = frozenset({"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"})

OFFICE = {"zh": "办公室", "hours": OFFICE_HOURS, "holidays": "cn"}
SATURDAYS = {
    "zh": "营业厅",
    "hours": {"mon-fri": "09:00-11:45 13:00-18:00", "sat": "09:00-12:00"},
    "seasons": SEASONAL,
    "holidays": "cn",
    "special": {"2026-04-30": "09:00-12:00", "2026-05-12": "closed", "2026-05-17": "10:00-15:00"},
}
PROPERTY_DESK = {"zh": "物业前台", "hours": {"mon-sun": "08:00-20:00"}}
BAR = {"zh": "酒吧", "hours": {"tue-thu sun": "18:00-02:00", "fri sat": "17:30-23:00 23:30-04:30"}, "day_ends": "06:00"}
WATCH = {"zh": "夜班", "hours": {"mon-sun": "22:00-06:00"}, "day_ends": "06:00", "zone": "America/Havana"}
ROUND_THE_CLOCK = {"zh": "值班室", "hours": {"mon-sun": "00:00-24:00"}, "zone": "Asia/Beirut"}
NEW_YORK = {
    "zh": "纽约",
    "hours": {"mon-sat": "00:30-02:30 08:00-12:00", "sun": "01:30-03:00 22:00-24:00"},
    "zone": "America/New_York",
}
SANTIAGO = {"zh": "圣地亚哥", "hours": {"mon-sun": "00:00-01:30 22:30-24:00"}, "zone": "America/Santiago"}
ST_JOHNS = {"zh": "圣约翰斯", "hours": {"mon-sun": "00:00-02:00 22:00-24:00"}, "zone": "America/St_Johns"}
LORD_HOWE = {"zh": "豪勋爵岛", "hours": {"mon-fri": "01:00-09:15"}, "zone": "Australia/Lord_Howe", "day_ends": "01:00"}

UNITS = (
    Unit(OFFICE, date(2026, 1, 20), 90, HOLIDAYS_2026, MAKE_UP_2026),
    Unit(OFFICE, date(2026, 9, 10), 75, HOLIDAYS_2026, MAKE_UP_2026),
    Unit(SATURDAYS, date(2026, 4, 10), 75, HOLIDAYS_2026, MAKE_UP_2026),
    Unit(PROPERTY_DESK, date(2026, 12, 1), 75),
    Unit(BAR, date(2026, 1, 20), 75),
    Unit(WATCH, date(2026, 2, 15), 75),
    Unit(WATCH, date(2026, 10, 10), 75),
    Unit(ROUND_THE_CLOCK, date(2026, 3, 10), 75),
    Unit(ROUND_THE_CLOCK, date(2026, 10, 5), 75),
    Unit(NEW_YORK, date(2026, 2, 20), 75),
    Unit(NEW_YORK, date(2026, 10, 15), 75),
    Unit(SANTIAGO, date(2026, 3, 20), 75),
    Unit(SANTIAGO, date(2026, 8, 20), 75),
    Unit(ST_JOHNS, date(2010, 10, 20), 75),
    Unit(LORD_HOWE, date(2026, 3, 20), 75),
)
