"""A walk through a month of vacant houses: each is due its check, one is missed, and the pages say who answers for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django import DjangoDbBlocker

from shouwen.base.models import Event
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Round
from shouwen.ops import shelf
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.registers.models import Record
from shouwen.staff import changes, org
from shouwen.staff.models import Absence
from tests import databases
from tests.cases.test_vacant_houses import CLAUSE, FIRST, LAST_DAY, LIVED_IN, MAY, UNDECORATED, UNSOLD, houses
from tests.web.browsing import do, fill, here, press, refused, send
from tests.web.other_day import Day, day_of, seen
from tests.web.village import inside
from tests.world import at, cast

PHOTO: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
ROUND: Final = f"clause={CLAUSE.replace('#', '%23')}"
READINGS: Final = {"water_reading": "10", "power_reading": "100", "valves": "shut"}
LOOKED_AT: Final = {"entered": "yes", "facilities": "完好", "cleanliness": "干净", "quality": "无裂缝", "result": "normal"}


@pytest.fixture
def month(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str, browser: Browser) -> Iterator[Day]:
    """The demo company on the last of March: three of its houses stand vacant, in one somebody lives; a key hangs at the desk."""
    with databases.clone(template_database, f"{worker}_vacant") as name, inside(name, django_db_blocker):
        people, begun = cast(LAST_DAY), at("2026-01-01 00:00")
        company = (shelf.SHELF / "yunqi" / "company.yaml").read_text(encoding="utf-8")
        enact(read_sources(shelf.folders(["yunqi"])), company, effective_from=begun, now=begun)
        Round.objects.create(looked_until=LAST_DAY)
        made = houses(people, 空房甲=UNSOLD, 空房乙=UNDECORATED, 有人住=LIVED_IN, 空房丙=UNSOLD)
        key = {"number": "YS-甲", "house": made["空房甲"], "area": people.units.yunqi.pk, "label": "空房甲", "place": "钥匙柜"}
        hang = Act(
            "open", Ref("record", "key", 0), people.chen_jie.pk, LAST_DAY, {**key, "custodian": people.chen_jie.pk},
            opening=Opening(people.units.yunqi.pk),
        )  # fmt: skip
        assert act(hang, now=LAST_DAY).allowed
        with day_of(name, browser, LAST_DAY) as day:
            yield day


def test_a_month_of_vacant_house_rounds(month: Day, tmp_path: Path) -> None:
    _fallen_due(month)
    _checked_with_proof(month, tmp_path)
    _checked_on_the_last_day(month)
    _missed(month)
    _answered_for(month)


def _fallen_due(month: Day) -> None:
    """On the first each vacant house has its check, due on the last; the house somebody lives in has none."""
    month.becomes(FIRST)
    month.becomes(at("2026-04-01 09:00"))
    page = month.sit(month.village.cast.li_na)
    page.goto("/rounds/month/")
    last = page.locator("td.month-day", has_text="30").filter(has=page.locator(".month-mark", has_text="空置房检查"))
    expect(last.locator(".month-mark", has_text="空置房检查")).to_contain_text("0/3")
    seen(page, "vacant-month-begun")
    last.locator(".month-mark", has_text="空置房检查").click()
    for house in ("空房甲", "空房乙", "空房丙"):
        expect(page.locator("#rounds tbody tr", has_text=house)).to_be_visible()
    expect(page.locator("#rounds tbody tr")).to_have_count(3)
    seen(page, "vacant-rounds-open")


def _open_check(page: Page, told: str) -> None:
    page.goto(f"/rounds/?view=open&{ROUND}")
    page.locator("#rounds tbody tr", has_text=told).locator(".main-cell").click()
    do(page, "check")


def _checked_with_proof(month: Day, tmp_path: Path) -> None:
    """With the key from the desk; without the meters the check is refused, with them and a photo it is done, and the key comes back."""
    month.becomes(at("2026-04-10 09:30"))
    desk, officer = month.sit(month.village.cast.chen_jie), month.sit(month.village.cast.li_na)
    desk.goto("/intake/?customer=0&procedure=key_loan")
    fill(desk, key="YS-甲", taker_kind="other", taker="李娜", purpose="空置房月检", return_on="2026-04-10")
    desk.locator("#intake-form .form-end .btn-primary").click()
    do(desk, "lend")
    send(desk)
    here(desk, "已借出")
    _open_check(officer, "空房甲")
    fill(officer, **LOOKED_AT)
    officer.locator("input[name=leaks][value=none]").check()
    refused(officer, "须抄水电表")
    fill(officer, **READINGS)
    photo = tmp_path / "空房甲.png"
    photo.write_bytes(PHOTO)
    officer.locator(".more summary").click()
    officer.locator("#act-files").set_input_files(photo)
    seen(officer, "vacant-checking")
    send(officer)
    here(officer, "已检查")
    expect(officer.locator("#beside")).to_contain_text("空房甲.png")
    seen(officer, "vacant-checked")
    do(desk, "take_back")
    fill(desk, condition="intact")
    send(desk)
    here(desk, "已归还")


def _checked_on_the_last_day(month: Day) -> None:
    """The officer is away: her rounds stand on the desk of whoever stands in. An undecorated house has no meters to read."""
    officer, deputy, evening = month.village.cast.li_na, month.village.cast.he_jing, at("2026-04-29 18:00")
    month.becomes(evening)
    absence = Absence(staff=officer, since=at("2026-04-30 08:00"), until=at("2026-05-02 18:00"), deputy=deputy, reason="事假")
    page = month.sit(deputy, 390)
    page.goto("/?most=300")
    house = Record.objects.get(register="house", key="空房乙")
    check = Case.objects.get(procedure="house_check", fields__house=house.pk)
    expect(page.locator("h1")).to_have_text("工作台")
    expect(page.locator("main")).not_to_contain_text(check.number)
    changes.be_absent(absence, by=org.reader(officer.pk, evening), now=evening)
    month.becomes(at("2026-04-30 17:00"))
    page.goto("/?most=300")
    expect(page.locator(".desk-row", has_text=check.number)).to_contain_text("代李娜")
    seen(page, "vacant-deputy-desk-390")
    page.goto(f"/rounds/?{ROUND}")
    row = page.locator("#rounds tbody tr", has_text=check.number)
    expect(row.locator(".main-cell")).to_have_text(
        "空房乙"
    )  # the round is called by its house, and the house is in the deputy's sight
    expect(row.locator("a[href*='/search/record/']")).to_have_text("空房乙")
    seen(page, "vacant-today-390")
    _open_check(page, check.number)
    fill(page, **LOOKED_AT)
    page.locator("input[name=leaks][value=none]").check()
    seen(page, "vacant-checking-390")
    press(page)
    here(page, "已检查")  # it is of another site, and stays in the deputy's sight when it is done
    assert Event.objects.of(check.ref).get(kind="act", act="check").actor_id == deputy.pk, "whoever did it is on record"


def _missed(month: Day) -> None:
    """When the month is over, one is missed: the director is told, the month and the coverage say it, and who answers."""
    month.becomes(MAY)
    month.becomes(at("2026-05-01 09:00"))
    page = month.sit(month.village.cast.lin_yue)
    page.goto("/notices/")
    expect(page.locator("main")).to_contain_text("空置房月检逾期的")
    counted = page.locator(".notice", has_text="空置房、地下室每月公布检查率").filter(has_text="云栖花园").first
    expect(counted).to_contain_text("空置房检查率 66.67%")  # two of three
    seen(page, "vacant-told")
    page.goto("/rounds/month/?month=2026-04")
    expect(page.locator(".month-mark", has_text="空置房检查").filter(has_text="2/3")).to_be_visible()
    page.goto("/rounds/coverage/?month=2026-04")
    _covered(page, whole="3", in_time="2", late="0", missed="1", share="66%")
    seen(page, "vacant-coverage")
    _coverage(page).locator("a.over").click()
    row = page.locator("#rounds tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("空房丙")
    expect(row).to_contain_text("李娜")
    seen(page, "vacant-missed")


def _coverage(page: Page) -> Locator:
    return page.locator("tr[data-row]", has_text="§2.1").filter(has_text="空置房检查")


def _covered(page: Page, **told: str) -> None:
    cells = _coverage(page).locator("td")
    names = ("periods", "asked", "whole", "in_time", "late", "waiting", "missed", "share")
    for name, text in told.items():
        expect(cells.nth(names.index(name))).to_contain_text(text)


def _answered_for(month: Day) -> None:
    """Whoever answers says why, and does it late: late it stays."""
    month.becomes(at("2026-05-03 10:00"))
    page = month.sit(month.village.cast.li_na)
    page.goto(f"/rounds/?view=missed&{ROUND}")
    page.locator("#rounds tbody tr", has_text="空房丙").locator(".main-cell").click()
    do(page, "note")
    page.locator("#f-text").fill("月底请假，交接时漏了空房丙")
    send(page)
    do(page, "check")
    fill(page, **LOOKED_AT, **READINGS)
    page.locator("input[name=leaks][value=none]").check()
    send(page)
    here(page, "已检查")
    expect(page.locator("#case-story")).to_contain_text("交接时漏了空房丙")
    director = month.sit(month.village.cast.lin_yue)
    director.goto("/rounds/coverage/?month=2026-04")
    _covered(director, whole="3", in_time="2", late="1", missed="0", share="100%")
    director.goto("/rounds/month/?month=2026-05")
    expect(director.locator(".month-mark", has_text="空置房检查").filter(has_text="0/3")).to_be_visible()
