"""A walk with a changed limit: rehearsed on what has happened; in a village of its own, whose cases are counted by hand."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from shouwen.base.sql import raw
from shouwen.cases.enactments import sources_of
from shouwen.cases.models import Case, Enactment, RehearsalRun
from shouwen.policy.simulating_report import Example, Report
from shouwen.registers.models import Record
from tests import databases, sites
from tests.web.browsing import Visitor, axe, overflows, visitor
from tests.web.keeping import rehearsed
from tests.web.village import Village, environment, inside, settle

CLAUSE = "property/repair#2.2"
DAY, HALF_AN_HOUR = "until: reply, within: 24h,", "until: reply, within: 30min,"
# Cases whose promise was kept, and later than half an hour after it began: counted by a query that knows nothing of rehearsals.
KEPT_LATE = """select c.number from base_event p join base_event k on k.subject_id = p.subject_id and k.kind = 'kept'
 and k.clause = p.clause join cases_case c on c.id = p.subject_id where p.kind = 'promise' and p.clause = %s
 and k.at - (p.data->>'anchor')::timestamptz > interval '30 min'"""


@pytest.fixture(scope="module")
def lawful(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str) -> Iterator[Village]:
    with databases.clone(template_database, f"{worker}_rehearsal") as name:
        with inside(name, django_db_blocker):
            settle(timezone.now())
        with sites.serving(environment(name), worker=True) as address:
            yield Village(address, name)


@pytest.fixture
def village(lawful: Village, django_db_blocker: DjangoDbBlocker) -> Iterator[Village]:
    with inside(lawful.database, django_db_blocker):
        yield lawful


@pytest.fixture
def seat(village: Village, browser: Browser) -> Iterator[Callable[[str, int], Page]]:
    """Somebody sits down at a browser in this village."""
    came: list[Visitor] = []

    def down(username: str, width: int = 1440) -> Page:
        came.append(visitor(browser, village, getattr(village.cast, username), width))
        return came[-1].page

    yield down
    for one in came:
        one.leave()


def ordinary(village: Village, n: int, opened: datetime, answered: datetime | None = None) -> Case:
    """Take in an ordinary repair, and answer and assign it."""
    cast = village.cast
    case = village.repair(cast.chen_jie, opened, n, f"门锁不灵{n}", trouble="fault")
    if answered is not None:
        visit = (timezone.now() + timedelta(hours=20)).isoformat()
        village.act(case, "reply", cast.chen_jie, answered, answer_text="明天师傅上门")
        village.act(case, "assign", cast.xu_qiang, answered, technician=cast.sun_lei.pk, visit_at=visit)
    return case


def changed() -> dict[str, str]:
    """The law in force with half an hour in the place of a day."""
    standing = Enactment.objects.holding(timezone.now())
    assert standing is not None
    sources = dict(sources_of(standing))
    assert DAY in sources["property/repair.yaml"]
    return {**sources, "property/repair.yaml": sources["property/repair.yaml"].replace(DAY, HALF_AN_HOUR)}


def test_a_rehearsal_is_asked_for_and_its_different_rows_are_right_by_hand(village: Village, seat: Callable[..., Page]) -> None:
    now = timezone.now()
    quick = ordinary(village, 1, now - timedelta(minutes=50), now - timedelta(minutes=30))
    slow = [ordinary(village, n, now - timedelta(minutes=55 + n), now - timedelta(minutes=5)) for n in (2, 3)]
    open_still = ordinary(village, 4, now - timedelta(minutes=40))
    page = seat("zhao_jun")
    _propose(page)

    expect(page).to_have_url(re.compile(r"/regulations/rehearsals/\d+/$"))
    rehearsed(RehearsalRun.objects.get(pk=page.url.rstrip("/").rpartition("/")[2]))
    clause = page.locator(f"[data-clause='{CLAUSE}']")
    expect(clause).to_be_visible()  # the page hears by itself that it is done
    clause.locator(".differs summary").click()
    by_hand = {number for (number,) in raw().execute(KEPT_LATE, [CLAUSE]).fetchall()}
    shown = {n.strip() for n in clause.locator(".differs .sub").all_inner_texts()}
    assert shown == by_hand == {c.number for c in slow}
    assert quick.number not in shown
    row = clause.locator(".differs tbody tr", has_text=slow[0].number)
    began = timezone.localtime(slow[0].opened_at)
    expect(row).to_contain_text(f"{began + timedelta(days=1):%m-%d %H:%M} 前，按时")
    expect(row).to_contain_text(f"{began + timedelta(minutes=30):%m-%d %H:%M} 前，逾期")
    clause.locator(".doubts summary").click()
    expect(clause.locator(".doubts")).to_contain_text(open_still.number)
    assert not axe(page)
    row.locator("a").click()
    expect(page.locator(".case-head")).to_contain_text(slow[0].number)


def _propose(page: Page) -> None:
    """Take the regulation in force, change a limit (wrongly first), and have it rehearsed."""
    page.goto("/regulations/property/repair/")
    page.get_by_role("link", name="预演").click()
    text = page.locator("#r-text")
    expect(text).to_have_value(re.compile("regulation: repair"))
    text.fill(text.input_value().replace(DAY, HALF_AN_HOUR.replace("30min", "30minutes")))
    page.get_by_role("button", name="开始预演").click()
    expect(page.locator(".refusal")).to_contain_text("property/repair.yaml:")  # the fault at its place, and nothing is lost
    text.fill(text.input_value().replace("30minutes", "30min"))
    page.locator("#r-note").fill("普通报修改为三十分钟")
    page.get_by_role("button", name="开始预演").click()


def test_who_may_not_enact_does_not_rehearse(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    assert client.get("/regulations/rehearsals/").status_code == 403
    assert client.post("/regulations/rehearsals/new/", {"text": "regulation: repair"}).status_code == 403
    assert "预演" not in client.get("/regulations/").content.decode()


def test_an_act_on_a_record_that_differs_opens_the_record_and_what_cannot_be_told_says_why(village: Village) -> None:
    now, found = timezone.now(), Report()
    house = Record.objects.filter(register="house").order_by("pk").first()
    assert house is not None
    finds = found.of("property/vacant-houses#1", "空置房每月巡查", "", "changed")
    finds.differs, finds.cannot_tell = 1, 1
    finds.examples = [Example(house.key, house.pk, "open", now, "现不准", "now refused")]
    finds.doubtful = [Example(house.key, house.pk, "open", now, "没有记录：每栋的户数", "never recorded: homes of a building")]
    run = RehearsalRun.objects.create(
        title="空置房", files=b"", since=now - timedelta(days=1), asked_at=now, asked_by_id=village.cast.zhao_jun.pk,
        state=RehearsalRun.State.DONE, ended_at=now, report=found.plain(),
    )  # fmt: skip

    shown = village.client(village.cast.zhao_jun).get(f"/regulations/rehearsals/{run.pk}/").content.decode()

    assert shown.count(f'href="/registers/house/{house.pk}/">{house.key}</a>') == 2
    assert "没有记录：每栋的户数" in shown


def test_one_at_a_time_is_carried_out_and_one_that_waits_is_stopped(village: Village) -> None:
    manager = village.client(village.cast.zhao_jun)
    standing = Enactment.objects.holding(timezone.now())
    assert standing is not None
    text = sources_of(standing)["property/repair.yaml"] + "# 又一次\n"
    raw().execute("select pg_advisory_lock(hashtext('cases_rehearsal'))")  # as if another process had one in hand
    for _ in range(2):
        answer = manager.post("/regulations/rehearsals/new/", {"text": text, "since": "2026-01-01"})
        assert answer.status_code == 302, answer.content.decode()
    time.sleep(3)
    first, second = sorted(RehearsalRun.objects.order_by("-asked_at")[:2], key=lambda r: r.pk)
    assert [first.state, second.state] == ["waiting", "waiting"]

    manager.post(f"/regulations/rehearsals/{second.pk}/stop/")
    raw().execute("select pg_advisory_unlock(hashtext('cases_rehearsal'))")

    rehearsed(first)
    second.refresh_from_db()
    assert [(r.state, bool(r.report)) for r in (first, second)] == [("done", True), ("stopped", False)]


def test_a_form_sent_twice_is_one_rehearsal_and_sent_again_with_another_text_it_says_so(village: Village) -> None:
    manager = village.client(village.cast.zhao_jun)
    standing = Enactment.objects.holding(timezone.now())
    assert standing is not None
    shown = re.search(r'name="key" value="([^"]+)"', manager.get("/regulations/rehearsals/new/").content.decode())
    assert shown is not None
    form = {"text": sources_of(standing)["property/repair.yaml"] + "# 两遍\n", "since": "2026-01-01", "key": shown[1]}

    answers = [manager.post("/regulations/rehearsals/new/", form) for _ in range(2)]
    other = manager.post("/regulations/rehearsals/new/", {**form, "note": "另一次"})

    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert other.status_code == 422
    assert "之后内容改了" in other.content.decode()
    manager.post(f"{answers[0]['Location']}stop/")


def test_the_pages_of_rehearsals_fit_a_phone(village: Village, seat: Callable[..., Page]) -> None:
    page = seat("zhao_jun", 390)
    done = RehearsalRun.objects.filter(state="done").first()

    for address in (
        "/regulations/rehearsals/",
        "/regulations/rehearsals/new/?of=property/repair",
        *([f"/regulations/rehearsals/{done.pk}/"] if done else []),
    ):
        page.goto(address)
        assert overflows(page) <= 0, address
        assert settings.DEBUG is False
