"""Registers as pages: lists narrowed by their address, a record's page, acts upon it, lists taken in and out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from django.utils import timezone
from playwright.sync_api import Page, expect
from xlsxwriter import Workbook

from shouwen.base.models import Event
from shouwen.base.workbooks import COMPOUND, text_of
from shouwen.registers.models import Record
from shouwen.staff import org
from tests.web.browsing import do, send
from tests.web.keeping import do as done
from tests.web.keeping import flats, record
from tests.web.test_sheets import rows_of
from tests.web.village import Village

SURVEY = "property/follow-up#6.1"  # of every house somebody lives in, each quarter


# ---- lists ---------------------------------------------------------------------------------------------------------------------


def test_a_list_is_narrowed_by_the_fields_its_register_declares(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    empty = Record.objects.filter(register="house", fields__lived_in=False).count()

    assert client.get("/registers/house/?f.lived_in=no").context["many"] == str(empty)
    assert client.get("/registers/house/?f.lived_in=maybe&f.nothing=1").context["many"] != str(empty)


def test_a_reader_sees_the_records_of_their_units_and_the_others_are_not_found(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    other = Record.objects.filter(register="house", unit__name="湖畔苑")[0]
    rows = client.get("/registers/house/").context["rows"]

    assert {r.record.unit_id for r in rows} == {village.cast.units.yunqi.pk}
    assert client.get(f"/registers/house/{other.pk}/").status_code == 404
    assert client.get(f"/registers/house/{other.pk}/acts/amend/").status_code == 404
    assert client.get(f"/registers/vehicle/{other.pk}/").status_code == 404


def test_pages_of_a_list_lose_and_repeat_nothing(village: Village) -> None:
    client, seen, url = village.client(village.cast.lin_yue), list[int](), "/registers/house/"
    while url:
        page = client.get(url)
        seen += [r.record.pk for r in page.context["rows"]]
        url = f"/registers/house/?after={page.context['after']}" if page.context["after"] else ""

    assert sorted(seen) == sorted(Record.objects.filter(register="house").values_list("pk", flat=True))
    assert client.get("/registers/house/?after=nonsense").status_code == 422


def test_records_are_found_by_any_part_of_their_key_and_by_pinyin(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    def found(text: str) -> set[str]:
        return {r.record.key for r in client.post("/registers/public_place/", {"q": text}, follow=True).context["rows"]}

    assert found("电梯") == {"云栖3栋2单元电梯", "云栖5栋1单元电梯", "湖畔苑A座电梯", "湖畔苑B座电梯"}
    assert {"云栖泵房", "云栖东门岗亭"} <= found("yunqi")
    assert "湖畔苑大堂" not in found("yunqi")


def test_an_export_holds_what_the_filters_keep_masked_and_is_written_down_without_what_was_searched(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    owner = Record.objects.filter(register="house", key__startswith="云栖1", customer__isnull=False)[0].customer

    answer = client.post("/registers/house/export/", {"q": "云栖1-1", "f.lived_in": "yes"}, follow=True)
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # a streamed answer has it

    assert rows[0][:2] == ["房号", "片区"]
    assert len(rows) - 1 == Record.objects.filter(register="house", key__contains="云栖1-1", fields__lived_in=True).count()
    assert owner is not None
    assert owner.name not in str(rows)
    event = Event.objects.filter(subject_kind="record", act="export").latest("seq")
    assert (event.noun, "云栖1-1" in str(event.data)) == ("house", False)


def test_an_export_as_a_workbook_holds_the_same_rows(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    def sent(**more: str) -> bytes:
        answer = client.post("/registers/house/export/", {"q": "云栖2", **more}, follow=True)
        return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer has it

    plain = list(csv.reader(io.StringIO(sent().decode("utf-8-sig"))))

    assert [[text_of(cell) for cell in row] for row in rows_of(sent(file="xlsx"))] == plain


def test_who_may_not_export_or_import_is_told_so(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    taken = Event.objects.filter(act="export").count()

    assert client.get("/registers/house/export/").status_code == 403
    assert client.get("/registers/house/import/").status_code == 403
    assert client.post("/registers/house/import/", {"text": "房号\n甲", "take": "1"}).status_code == 403
    assert Event.objects.filter(act="export").count() == taken


# ---- one record ----------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_record_tells_its_history_its_matters_and_what_comes(village: Village) -> None:
    client, owner = village.client(village.cast.lin_yue), village.customer(9)
    house = village.house(owner)
    case = village.repair(village.cast.chen_jie, timezone.now(), 9, "书房灯不亮")
    done(house, "amend", village.cast.li_na, lived_in=not house.fields["lived_in"])

    page = client.get(f"/registers/house/{house.pk}/")
    text = page.content.decode()

    assert [m.pk for m in page.context["open_matters"]].count(case.pk) == 1
    assert [e.title for e in page.context["entries"]][-1] == "更正"
    assert owner.name not in text
    assert (SURVEY in [d.clause for d in page.context["dues"]]) == house.fields["lived_in"]


def test_a_house_names_what_other_registers_keep_of_it(village: Village) -> None:
    owner = village.customer(13)
    house = village.house(owner)  # of which no other test keeps anything: the first ones only are told
    offer = {"number": "相关房1", "house": house.pk, "customer": owner.pk, "fittings": "家电齐全", "terms": "长租"}
    flat = record("rental_offer", village.cast.li_na, **offer)

    related = village.client(village.cast.lin_yue).get(f"/registers/house/{house.pk}/").context["related"]

    assert ("出租房源", flat) in related
    assert not village.client(village.cast.lin_yue).get(f"/registers/rental_offer/{flat.pk}/").context["related"]


def test_a_round_is_announced_only_to_records_it_will_visit(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    lived = Record.objects.filter(register="house", fields__lived_in=True, customer__isnull=False).latest("pk")
    empty = Record.objects.filter(register="house", fields__lived_in=False).latest("pk")

    [due] = [d for d in client.get(f"/registers/house/{lived.pk}/").context["dues"] if d.clause == SURVEY]

    assert timezone.now() < due.at < due.due_at
    assert SURVEY not in [d.clause for d in client.get(f"/registers/house/{empty.pk}/").context["dues"]]


def test_an_act_nobody_may_do_is_shown_locked_with_its_clause_and_refused_when_sent(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    price = Record.objects.filter(register="price_item")[0]

    page = client.get(f"/registers/price_item/{price.pk}/")
    answer = client.post(f"/registers/price_item/{price.pk}/acts/amend/", {"asked": "price", "price": "1"})

    assert [o.act for o in page.context["acts"].open + page.context["acts"].always] == []
    assert "/regulations/property/estate/#c-1" in page.content.decode()
    assert answer.status_code == 409
    assert Record.objects.get(pk=price.pk).fields == price.fields


def test_a_key_that_is_taken_is_told_at_its_field_and_nothing_is_opened(village: Village) -> None:
    client, there = village.client(village.cast.lin_yue), Record.objects.filter(register="public_place")
    before, key = there.count(), there[0].key

    answer = client.post("/registers/public_place/new/", {"asked": "number", "number": key})

    assert answer.status_code == 422
    assert "已有这一条" in answer.content.decode()
    assert there.count() == before


def test_a_record_changed_meanwhile_is_not_overwritten_unknowingly(village: Village) -> None:
    place = record("public_place", village.cast.lin_yue, number="云栖南门", area=village.cast.units.yunqi.pk)
    client, shown, version = village.client(village.cast.lin_yue), timezone.now(), place.version
    done(place, "amend", village.cast.li_na, number="云栖南门岗亭")

    sent = {"asked": "number", "number": "南门", "version": version, "shown": shown.isoformat(), "was": "{}"}
    answer = client.post(f"/registers/public_place/{place.pk}/acts/amend/", sent)

    assert answer.status_code == 409
    assert "已改为" in answer.content.decode()
    assert Record.objects.get(pk=place.pk).key == "云栖南门岗亭"


def test_records_found_by_search_and_named_in_cases_lead_to_their_page(village: Village) -> None:
    client, house = village.client(village.cast.lin_yue), village.house(village.customer(2))

    assert client.get(f"/search/record/{house.pk}/", follow=True).redirect_chain[-1][0] == f"/registers/house/{house.pk}/"


# ---- lists taken in ------------------------------------------------------------------------------------------------------------

LIST = "房号\t片区\t业主\t业主电话\n导入1-101\t云栖花园\t宋江河\t13700001111\n导入1-102\t没有的片区\t\t\n导入1-103\t湖畔苑\t\t"


def test_a_preview_says_what_becomes_of_each_row_and_leaves_nothing(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    events = Event.objects.count()

    page = client.post("/registers/house/import/", {"text": LIST})

    assert [(v.row, v.outcome) for v in page.context["verdicts"]] == [(2, "wrong"), (1, "created"), (3, "created")]
    assert page.context["verdicts"][0].faults == (("片区", "没有这个名称"),)
    assert not Record.objects.filter(key__startswith="导入1-").exists()
    assert Event.objects.filter(noun="house", act="open").filter(seq__gt=events + 10_000).count() == 0


def test_what_was_previewed_is_taken_in_and_taken_again_changes_nothing(village: Village) -> None:
    client, text = village.client(village.cast.lin_yue), LIST.replace("导入1-", "导入2-")

    taken = client.post("/registers/house/import/", {"text": text, "take": "1"}).context["report"]
    again = client.post("/registers/house/import/", {"text": text, "take": "1"}).context["report"]

    assert (taken.created, len(taken.faults)) == (2, 1)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert Record.objects.filter(key__startswith="导入2-").count() == 2


def test_a_list_nobody_can_read_is_refused_with_the_reason(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    unknown = client.post("/registers/house/import/", {"text": "房号,颜色\n甲,红"})
    binary = io.BytesIO(b"\xff\xfe\x00\x81")
    binary.name = "x.csv"

    assert unknown.status_code == 422
    assert "颜色：没有这一列" in unknown.content.decode()
    assert client.post("/registers/house/import/", {"text": "  "}).status_code == 422
    assert client.post("/registers/house/import/", {"file": binary}).status_code == 422


def workbook_of(*rows: Sequence[object], name: str = "清单.xlsx") -> io.BytesIO:
    """A file as somebody uploads it."""
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet("房屋")
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    file.seek(0)
    file.name = name
    return file


def test_a_workbook_is_previewed_row_by_row_and_taken_as_its_numbers_are_seen(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    area = village.cast.units.yunqi.name
    file = workbook_of(
        ["2026年房屋清单"],
        ["房号", "片区", "计费比例", "有人居住"],
        [90101, area, 70, True],
        [],
        [90102, "没有的片区", 100, False],
    )

    page = client.post("/registers/house/import/", {"file": file})
    again = client.post("/registers/house/import/", {"text": page.context["text"], "take": "1"})

    assert [(v.row, v.outcome, v.cells[0]) for v in page.context["verdicts"]] == [(2, "wrong", "90102"), (1, "created", "90101")]
    assert again.context["report"].created == 1
    kept = Record.objects.get(register="house", key="90101").fields
    assert (kept["charge_rate"], kept["lived_in"]) == (70, True)


def test_a_share_that_a_spreadsheet_keeps_as_a_fraction_is_not_taken_for_a_hundredth(village: Village) -> None:
    page = village.client(village.cast.lin_yue).post(
        "/registers/house/import/", {"file": workbook_of(["房号", "计费比例"], ["90103", 0.7])}
    )

    assert page.status_code == 422
    assert "第 2 行“计费比例”：是百分比格式" in page.content.decode()


def test_a_cell_that_the_spreadsheet_spoiled_is_named_by_its_line_and_nothing_is_taken(village: Village) -> None:
    client = village.client(village.cast.lin_yue)

    page = client.post(
        "/registers/house/import/", {"file": workbook_of(["房号", "业主"], ["1-1", "甲"], [330106199001011234, "乙"])}
    )

    assert page.status_code == 422
    assert "第 3 行“房号”：数字超过15位" in page.content.decode()
    assert "330106" not in page.content.decode()


def test_a_broken_or_locked_workbook_is_a_sentence(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    broken, locked = io.BytesIO(workbook_of(["房号"]).getvalue()[:700]), io.BytesIO(COMPOUND + b"\x00" * 600)
    broken.name = locked.name = "x.xlsx"

    answers = [client.post("/registers/house/import/", {"file": f}) for f in (broken, locked)]

    assert [a.status_code for a in answers] == [422, 422]
    assert "可能已损坏" in answers[0].content.decode()
    assert "请去掉密码" in answers[1].content.decode()


# ---- walks ---------------------------------------------------------------------------------------------------------------------


def test_somebody_opens_a_record_corrects_it_and_reads_what_happened(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/registers/")
    page.get_by_role("link", name="公共部位").click()
    page.get_by_role("link", name="建档", exact=True).click()
    page.locator("#f-number").fill("云栖西门快递柜")
    page.locator("#f-area").select_option(label="云栖花园")
    page.locator("#act-form .btn-primary").click()
    expect(page.locator("h1")).to_have_text("云栖西门快递柜")

    do(page, "amend")
    page.locator("#f-number").fill("云栖西门丰巢柜")
    send(page)

    expect(page.locator("h1")).to_have_text("云栖西门丰巢柜")
    expect(page.locator(".story .entry").last).to_contain_text("更正")


def test_flats_chosen_in_the_list_are_let_in_bulk_each_with_its_verdict(village: Village, sit: Callable[..., Page]) -> None:
    free = flats(village, 2, "批量出租")
    done(flats(village, 1, "批量已租")[0], "let_out", village.cast.li_na)
    page = sit("li_na")
    page.goto(village.searched("li_na", "/registers/rental_offer/", "批量"))
    page.locator("[data-all]").check()
    page.get_by_role("button", name="批量办理").click()
    page.get_by_role("link", name=re.compile("登记租出")).click()
    page.locator("#bulk-form .btn-primary").click()

    expect(page.locator("#progress [role=status]")).to_contain_text("3/3")
    expect(page.locator("#verdicts .pill-good")).to_have_count(2)
    expect(page.locator("#verdicts .pill-over")).to_have_count(1)
    assert set(Record.objects.filter(pk__in=[f.pk for f in free]).values_list("step", flat=True)) == {"let"}
    page.get_by_role("link", name="回到列表").click()
    expect(page).to_have_url(re.compile("/registers/rental_offer/"))


def test_bulk_acts_reach_only_what_is_in_sight(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    other = Record.objects.filter(register="house", unit__name="湖畔苑")[0]

    assert client.get(f"/lists/bulk/?of=house&id={other.pk}").status_code == 404
    assert not org.reader(village.cast.chen_jie.pk, timezone.now()).everywhere


def test_a_list_is_previewed_and_taken_in_at_the_browser(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/registers/house/import/")
    page.locator("#i-text").fill(LIST.replace("导入1-", "导入3-"))
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".import-rows .pill-over")).to_have_count(1)
    page.get_by_role("button", name="导入没有误的各行").click()

    expect(page.locator("main .note-success")).to_contain_text("已导入")
    page.get_by_role("link", name="回到列表").click()
    page.locator("#record-q").fill("导入3-")
    expect(page.locator("#records tbody tr")).to_have_count(2)
