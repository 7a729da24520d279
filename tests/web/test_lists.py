"""Lists: filters under a name, the same act upon many rows, and coming back to where one was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event, Notice
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.reports.models import KeptView
from shouwen.staff import org
from shouwen.staff.models import Staff, Unit
from shouwen.web.customers import rows as customer_rows
from tests.web.village import Village

NOTE = "统一告知：周五停水检修"


def repairs(village: Village, n: int, content: str, minutes: int = 2) -> list[Case]:
    now = timezone.now()
    return [
        village.repair(village.cast.chen_jie, now - timedelta(minutes=minutes), 8 + i % 8, f"{content}{i}", trouble="fault")
        for i in range(n)
    ]


def keep(client: Client, query: str, name: str, unit: int = 0) -> None:
    answer = client.post("/lists/kept/", {"query": query, "name": name, "unit": unit or ""})
    assert answer.status_code == 302


# ---- kept lists ----------------------------------------------------------------------------------------------------------------


def test_a_kept_list_is_offered_to_its_owner_and_to_nobody_else(village: Village) -> None:
    mine, other = village.client(village.cast.chen_jie), village.client(village.cast.lin_yue)
    keep(mine, "procedure=repair&state=overdue&after=abc", "超时报修")

    assert 'href="/cases/?procedure=repair&amp;state=overdue"' in mine.get("/cases/").content.decode()
    assert "超时报修" not in other.get("/cases/").content.decode()


def test_a_list_shared_with_a_unit_is_offered_to_whoever_sees_the_unit_without_what_was_searched_for(village: Village) -> None:
    site = Unit.objects.get(name="云栖花园").pk
    sought = village.searched("lin_yue", "/cases/", "王建国").partition("?")[2]
    keep(village.client(village.cast.lin_yue), f"procedure=complaint&{sought}", "投诉共看", site)

    page = village.client(village.cast.chen_jie).get("/cases/").content.decode()

    assert "投诉共看" in page
    assert KeptView.objects.get(name="投诉共看").query == "procedure=complaint"
    assert "王建国" not in str(Event.objects.filter(act="keep_view").latest("seq").data)


def test_nobody_shares_with_a_unit_out_of_sight_or_drops_what_is_not_theirs(village: Village) -> None:
    mine, other = village.client(village.cast.chen_jie), village.client(village.cast.lin_yue)
    keep(mine, "state=held", "挂起的")
    view = KeptView.objects.get(name="挂起的")

    assert (
        mine.post("/lists/kept/", {"query": "state=held", "name": "越权", "unit": Unit.objects.get(name="湖畔苑").pk}).status_code
        == 404
    )
    assert other.post(f"/lists/kept/{view.pk}/drop/").status_code == 404
    assert mine.post(f"/lists/kept/{view.pk}/drop/").status_code == 302
    assert not KeptView.objects.filter(pk=view.pk).exists()


def test_a_kept_list_shows_each_reader_only_what_they_may_see(village: Village) -> None:
    keep(village.client(village.cast.lin_yue), "state=all&procedure=repair", "全部报修", Unit.objects.get(name="云栖花园").pk)
    other_site = Case.objects.filter(procedure="repair").exclude(unit__name="云栖花园")

    page = village.client(village.cast.chen_jie).get("/cases/?procedure=repair&state=all").content.decode()

    assert not [c.number for c in other_site if c.number in page and c.first_asked_id != village.cast.chen_jie.pk]


# ---- filters -------------------------------------------------------------------------------------------------------------------


def test_a_unit_means_those_below_it_too_unless_it_is_asked_for_alone(village: Village) -> None:
    client, top = village.client(village.cast.lin_yue), Unit.objects.get(kind="company").pk
    repairs(village, 1, "门框松动", 0)

    assert "门框松动" in client.get(f"/cases/?unit={top}&state=all&sort=opened").content.decode()
    assert "门框松动" not in client.get(f"/cases/?unit={top}&state=all&sort=opened&alone=1").content.decode()


def test_days_are_days_of_the_company_and_nonsense_narrows_nothing(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    today = timezone.localdate(repairs(village, 1, "窗扇变形", 0)[0].opened_at)

    assert "窗扇变形" in client.get(f"/cases/?state=all&sort=opened&since={today}&until={today}").content.decode()
    assert "窗扇变形" not in client.get(f"/cases/?state=all&sort=opened&until={today - timedelta(days=1)}").content.decode()
    assert "窗扇变形" in client.get("/cases/?state=all&sort=opened&since=soon&until=2026-02-31").content.decode()


def test_the_oldest_come_first_when_asked_and_pages_lose_nothing(village: Village) -> None:
    client, seen, url = village.client(village.cast.lin_yue), [], "/cases/?state=all&sort=oldest"
    rows = client.get(url).context["cases"]
    seen = [c.opened_at for c in rows]

    assert seen == sorted(seen)
    assert len(seen) == min(50, Case.objects.count())


# ---- export --------------------------------------------------------------------------------------------------------------------


def test_an_export_follows_the_filters_and_covers_numbers_in_titles(village: Village) -> None:
    village.repair(village.cast.chen_jie, timezone.now(), 3, "请打13812345678联系业主", trouble="fault")
    client = village.client(village.cast.lin_yue)

    answer = client.get("/cases/export/?procedure=repair&state=all")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # a streamed answer has it
    assert {r[1] for r in rows[1:]} == {"报修"}
    assert any("请打138****5678" in r[2] for r in rows)
    assert not any("13812345678" in cell for r in rows for cell in r)
    assert Event.objects.filter(act="export").latest("seq").data["procedure"] == "repair"


# ---- one act upon many ---------------------------------------------------------------------------------------------------------


def test_each_row_has_its_own_verdict_and_a_refused_one_stops_no_other(village: Village) -> None:
    cases = repairs(village, 3, "批量一")
    village.act(cases[1], "hold", village.cast.chen_jie, reason="等业主回家")
    client = village.client(village.cast.chen_jie)
    sent = {"id": [c.pk for c in cases], "act": "hold", "key": "test:bulk1", "reason": "统一等配件"}

    page = client.post("/lists/bulk/run/", sent, headers={"HX-Request": "true"}).content.decode()

    for case in cases:
        case.refresh_from_db()
    assert all(c.held for c in cases)
    assert page.count("pill-good") == 2
    assert page.count("pill-over") == 1


def test_a_run_that_is_sent_again_does_nothing_again(village: Village) -> None:
    cases = repairs(village, 2, "批量二")
    client = village.client(village.cast.chen_jie)
    sent = {"id": [c.pk for c in cases], "act": "note", "key": "test:bulk2", "text": NOTE, "evidence": "self::0"}

    for _ in range(2):
        assert client.post("/lists/bulk/run/", sent, headers={"HX-Request": "true"}).content.decode().count("pill-good") == 2

    assert Event.objects.filter(case_id__in=[c.pk for c in cases], act="note").count() == 2


def test_cases_out_of_sight_are_left_alone_and_not_spoken_of(village: Village) -> None:
    case = repairs(village, 1, "批量三")[0]
    before = Event.objects.filter(case_id=case.pk).count()
    stranger = village.client(village.cast.su_min)

    assert stranger.get(f"/lists/bulk/?id={case.pk}").status_code == 404
    assert stranger.post("/lists/bulk/run/", {"id": case.pk, "act": "note", "key": "k", "text": "x"}).status_code == 404
    assert Event.objects.filter(case_id=case.pk).count() == before


def test_more_than_one_part_shows_its_progress_and_goes_on_by_itself(village: Village, sit: Callable[..., Page]) -> None:
    cases = repairs(village, 23, "批量多")
    page = sit("chen_jie")
    page.goto("/lists/bulk/?" + "&".join(f"id={c.pk}" for c in cases))
    page.get_by_role("link", name="记一笔").click()
    page.locator("#bulk-form textarea").first.fill(NOTE)
    for box in page.locator("#bulk-form input[name=evidence]").all():
        box.check()
    page.locator("#bulk-form [type=submit]").click()

    expect(page.locator("#verdicts .pill-good")).to_have_count(23)
    expect(page.locator("#progress")).to_contain_text("23/23")
    assert Event.objects.filter(case_id__in=[c.pk for c in cases], act="note").count() == 23


def test_rows_are_chosen_by_mouse_and_keyboard_and_taken_to_the_act(village: Village, sit: Callable[..., Page]) -> None:
    repairs(village, 3, "勾选")
    page = sit("chen_jie")
    page.goto(village.searched("chen_jie", "/cases/", "勾选"))
    expect(page.locator(".chosen-bar button")).to_be_disabled()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".chosen-bar [data-chosen]")).to_have_text("已选 1 件")
    page.locator("tbody input[name=id]").nth(2).click(modifiers=["Shift"])
    expect(page.locator(".chosen-bar [data-chosen]")).to_have_text("已选 3 件")
    page.locator(".chosen-bar button").click()

    expect(page.locator(".bulk-cases li")).to_have_count(3)
    expect(page.locator(".bulk-acts")).to_contain_text("记一笔")


def test_coming_back_shows_the_row_one_left(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/cases/?state=all")
    row = page.locator("tbody [data-row]").nth(4)
    title = row.locator("a.main-cell").inner_text()
    row.locator("a.main-cell").click()
    page.wait_for_url("**/cases/*-*/")
    page.go_back()

    expect(page.locator("[data-row].at a.main-cell")).to_have_text(title)


# ---- every list alike ----------------------------------------------------------------------------------------------------------


def lines_of(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # a streamed answer has it


@pytest.mark.parametrize(
    ("name", "address", "query"),
    [
        ("cases", "/cases/", "state=held"),
        ("customers", "/customers/", "kind=company"),
        ("notices", "/notices/", "show=confirm"),
        ("register:house", "/registers/house/", "f.lived_in=no"),
    ],
)
def test_filters_of_every_list_are_kept_where_they_belong_and_let_go(
    village: Village, name: str, address: str, query: str
) -> None:
    client, called = village.client(village.cast.lin_yue), f"常看 {name}"

    kept = client.post("/lists/kept/", {"page": name, "query": f"{query}&after=x", "name": called})
    view = KeptView.objects.get(name=called)
    shown = {at: called in names_kept(client, at) for at in ("/cases/", "/customers/", "/notices/", "/registers/house/")}
    gone = client.post(f"/lists/kept/{view.pk}/drop/", {"page": name, "query": query})

    assert kept.headers["Location"] == gone.headers["Location"] == f"{address}?{query}"
    assert shown == {at: at == address for at in shown}
    assert called not in names_kept(client, address)


def names_kept(client: Client, address: str) -> list[str]:
    return [k.view.name for k in client.get(address).context["views"]]


def test_nothing_is_kept_of_what_is_no_list(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    for page in ("nowhere", "register:", "register:a/b", "register:" + "x" * 90):
        answer = client.post("/lists/kept/", {"page": page, "query": "a=b", "name": "无处"})
        assert answer.status_code == 404 or page.endswith("x")
    assert not KeptView.objects.filter(name="无处", page__in=("nowhere", "register:", "register:a/b")).exists()


@pytest.mark.parametrize("address", ["/cases/?state=all", "/customers/", "/registers/house/"])
def test_a_list_is_ordered_by_age_both_ways_and_its_pages_lose_nothing(village: Village, address: str) -> None:
    client, joined = village.client(village.cast.lin_yue), "&" if "?" in address else "?"
    newest, oldest = ("opened", "oldest") if address.startswith("/cases/") else ("newest", "oldest")

    down, up = (ids_of(client, f"{address}{joined}sort={sort}") for sort in (newest, oldest))

    assert down
    assert down == up[::-1]
    assert len(set(down)) == len(down)


def ids_of(client: Client, address: str) -> list[int]:
    """The ids of all rows of a list, page after page."""
    found: list[int] = []
    after = ""
    while True:
        page = client.get(f"{address}&after={after}").context
        rows = page["cases"] if "cases" in page else page["rows"]
        found += [getattr(r, "pk", 0) or (r.customer.pk if hasattr(r, "phones") else r.record.pk) for r in rows]
        after = page["after"]
        if not after:
            return found


@pytest.mark.parametrize("sort", ["name", "newest", "oldest"])
def test_short_pages_of_customers_in_any_order_are_one_long_page(village: Village, sort: str) -> None:
    reader, filters = org.reader(village.cast.lin_yue.pk, timezone.now()), customer_rows.Filters(sort=sort)
    whole = [r.customer.pk for r in customer_rows.page(filters, reader, "", 10_000)[0]]
    found, after, more = list[int](), "", True

    while more:
        rows, after = customer_rows.page(filters, reader, after, 7)
        found += [r.customer.pk for r in rows]
        more = bool(after)

    assert len(whole) > 7
    assert found == whole


def test_filters_bring_the_ways_out_of_a_list_with_its_rows(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    for address in ("/cases/?state=held", "/customers/?kind=person", "/notices/?show=unread", "/registers/house/?state=all"):
        part = client.get(address, headers={"HX-Request": "true"}).content.decode()
        path, query = address.split("?")
        assert f'href="{path}export/?{query}"' in part
        assert f'href="{path}export/?{query}&amp;file=xlsx"' in part
    whole = client.get("/customers/").content.decode()
    assert 'href="/customers/export/"' in whole  # and nothing of this page's own address behind it


def test_news_of_the_inbox_leave_what_stands_around_it_to_whoever_writes_there(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    by_itself = client.get("/notices/", headers={"HX-Request": "true", "HX-Trigger": "notices"}).content.decode()

    assert "list-ways" not in by_itself
    assert "list-ways" in client.get("/notices/", headers={"HX-Request": "true"}).content.decode()


def test_customers_are_narrowed_by_unit_and_kind_and_exported_so_masked_and_written_down(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    site = Unit.objects.get(name="云栖花园")
    names = set(Customer.objects.values_list("name", flat=True))

    rows = lines_of(client, f"/customers/export/?unit={site.pk}&kind=person&sort=oldest")
    event = Event.objects.filter(act="export", subject_kind="customer").latest("seq")

    assert len(rows) - 1 == Customer.objects.filter(unit=site, kind="person").count() > 0
    assert {r[6] for r in rows[1:]} == {"云栖花园"}
    assert not names & {cell for r in rows for cell in r}
    assert not any(re.search(r"\d{11}", cell) for r in rows[1:] for cell in r[1:])
    assert event.data == {"unit": str(site.pk), "kind": "person"}
    assert village.client(village.cast.chen_jie).get("/customers/export/").status_code == 403


def test_an_export_of_customers_who_were_searched_for_does_not_say_for_whom(village: Village) -> None:
    client, who = village.client(village.cast.lin_yue), village.customer(3)

    rows = lines_of(client, f"/customers/export/?q={who.number}")

    assert [r[0] for r in rows[1:]] == [who.number]
    assert Event.objects.filter(act="export", subject_kind="customer").latest("seq").data == {"q": "…"}


def told(village: Village, person: Staff, *texts: str, confirm: bool = False) -> list[Notice]:
    now = timezone.now()
    made = [
        Notice(staff_id=person.pk, topic="test", text=text, at=now, try_at=now, confirm=confirm, key=f"lists:{text}")
        for text in texts
    ]
    return Notice.objects.bulk_create(made)


def test_notices_that_were_ticked_are_read_or_confirmed_and_no_others(village: Village) -> None:
    me, other = village.cast.lin_yue, village.cast.chen_jie
    mine, asking = told(village, me, "批量甲", "批量乙"), told(village, me, "批量丙", confirm=True)
    theirs = told(village, other, "批量丁", confirm=True)
    client = village.client(me)

    client.post("/notices/chosen/", {"id": [mine[0].pk, theirs[0].pk], "read": "1"})
    client.post("/notices/chosen/", {"id": [mine[1].pk, asking[0].pk, theirs[0].pk], "confirm": "1"})

    for notice in (*mine, *asking, *theirs):
        notice.refresh_from_db()
    assert [n.read_at is not None for n in (*mine, *asking, *theirs)] == [True, False, True, False]
    assert [n.confirmed_at is not None for n in (*mine, *asking, *theirs)] == [False, False, True, False]
    village.client(other).post("/notices/chosen/", {"id": [theirs[0].pk], "confirm": "1"})  # off a desk that is everybody's


def test_the_inbox_is_searched_ordered_and_exported_with_numbers_masked(village: Village) -> None:
    told(village, village.cast.lin_yue, "检索甲 13812345678", "检索乙")
    client = village.client(village.cast.lin_yue)

    rows = lines_of(client, "/notices/export/?q=检索&sort=oldest")

    assert [r[1] for r in rows[1:]] == ["检索甲 138****5678", "检索乙"]
    assert Event.objects.filter(act="export", subject_kind="notice").latest("seq").data == {"show": "all", "q": "…"}
    assert village.client(village.cast.chen_jie).get("/notices/export/").status_code == 403


def test_somebody_ticks_notices_and_confirms_them_together(village: Village, sit: Callable[..., Page]) -> None:
    told(village, village.cast.chen_jie, "同批确认一", "同批确认二", confirm=True)
    page = sit("chen_jie")
    page.goto(village.searched("chen_jie", "/notices/", "同批确认"))
    expect(page.locator(".chosen-bar button").first).to_be_disabled()
    page.locator("[data-all]").check()
    page.locator(".chosen-bar button[name=confirm]").click()

    expect(page.locator(".flash")).to_contain_text("已确认 2 条")
    expect(page.locator(".notice .pill-good")).to_have_count(2)
    expect(page.locator(".notice")).to_have_count(2)  # what was searched for is searched for still
    assert "q=" not in page.url
