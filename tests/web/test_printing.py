"""Printing papers: of one matter, a register of many, figures of a period; only what one may see, and written down first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.http import HttpRequest
from django.utils import timezone

from shouwen.base.errors import Forbidden, NotFound
from shouwen.base.journal import EventRow, write_events
from shouwen.base.models import Event, Notice
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.customers.models import Phone
from shouwen.policy.act import Evidence, Ref
from shouwen.policy.nouns import Box, Field, Form, Section
from shouwen.policy.values import FieldType
from shouwen.reports import papers
from shouwen.reports.papers import Many, citing
from shouwen.staff import org
from shouwen.web.values import Lookups, Showing
from tests.web.village import Village

NOW = timezone.now


def page(village: Village, who: str, address: str) -> str:
    """Return what somebody is shown."""
    answer = village.client(getattr(village.cast, who)).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def refused(village: Village, who: str, address: str) -> set[int]:
    """Return how somebody is answered who looks at a paper, and who prints it."""
    client = village.client(getattr(village.cast, who))
    return {client.get(address).status_code, client.post(address).status_code}


def slip(case: Case, form: str = "repair_slip") -> str:
    return f"/papers/{form}/case/{case.pk}/"


def job(village: Village, content: str, n: int = 11) -> Case:
    """Return a repair that has been quoted and assigned."""
    cast = village.cast
    made = village.repair(cast.chen_jie, NOW() - timedelta(minutes=50), n, content, trouble="fault")
    village.act(made, "assign", cast.xu_qiang, technician=cast.sun_lei.pk, visit_at=(NOW() + timedelta(hours=20)).isoformat())
    return made


def test_a_paper_has_its_copies_with_their_recipients_its_boxes_and_says_by_which_law(village: Village) -> None:
    made = job(village, "纱窗脱轨")

    shown = page(village, "chen_jie", slip(made))

    assert shown.count('<article class="form-sheet"') == 3
    assert all(copy in shown for copy in ("客户联（报修人）", "存档联（工程部主任）", "财务联（财务部）"))
    assert "纱窗脱轨" in shown
    assert made.number in shown
    assert "<dt>维修人</dt><dd>孙磊</dd>" in shown
    assert "制度版本" in shown
    assert "报修服务规程 §8.6" in shown
    assert "草样：没有登记打印" in shown


def test_what_stands_on_a_paper_is_masked_as_it_is_on_the_page(village: Village) -> None:
    made = job(village, "灯座松动", 12)
    customer = village.customer(12)
    number = Phone.objects.filter(customer=customer)[0].in_full

    shown = page(village, "chen_jie", slip(made))

    assert customer.masked_name in shown
    assert customer.name not in shown
    assert number not in shown
    assert f"{number[:3]}****" in shown


def test_a_personal_column_of_a_table_is_masked_too() -> None:
    name, phone = (
        Field("name", "姓名", FieldType("text"), personal=True),
        Field("phone", "电话", FieldType("phone"), personal=True),
    )
    shape = Field(
        "guests", "来宾", FieldType("rows", columns={"name": name, "phone": phone, "n": Field("n", "人数", FieldType("number"))})
    )
    showing = Showing(HttpRequest(), "zh-hans", Lookups())

    told = showing.field(shape, [{"name": "欧阳来宾", "phone": "13812345678", "n": 2}, {"n": 1}])

    assert told.rows == (("姓名", "电话", "人数"), ("欧***", "138****5678", "2"), ("", "", "1"))


def test_printing_is_written_down_before_it_is_done_and_counted(village: Village) -> None:
    made = job(village, "水龙头滴水", 13)
    client = village.client(village.cast.chen_jie)

    first = client.post(slip(made))
    again = client.post(slip(made))

    events = Event.objects.filter(case_id=made.pk, kind="printed").order_by("seq")
    assert [(e.actor_id, e.data["form"], e.data["copies"]) for e in events] == [(village.cast.chen_jie.pk, "repair_slip", 3)] * 2
    assert [a.headers["Location"] for a in (first, again)] == [f"{slip(made)}?issue={e.seq}" for e in events]
    shown = client.get(again.headers["Location"]).content.decode()
    assert "第 2 次" in shown
    assert "草样" not in shown
    assert "陈洁打印维修单" in page(village, "chen_jie", f"/cases/{made.number}/")
    assert "草样" in page(village, "xu_qiang", again.headers["Location"])


def test_a_clause_that_had_the_paper_sent_stands_with_its_printing(village: Village) -> None:
    who = village.newcomer()
    made = village.open(
        "information", village.cast.chen_jie, NOW() - timedelta(minutes=9), who, customer=who.pk, content="楼道有纸箱"
    )
    village.act(made, "identify", village.cast.chen_jie, kind="feedback", severity="ordinary")
    village.act(made, "dispatch", village.cast.chen_jie, handler=village.cast.qian_hao.pk)

    village.client(village.cast.chen_jie).post(slip(made, "work_contact_sheet"))

    (event,) = Event.objects.filter(case_id=made.pk, kind="printed")
    assert event.data["clause"] == "property/feedback#3.3"
    notice = Notice.objects.filter(case_id=made.pk, clause="property/feedback#3.3")[0]
    assert notice.staff_id == village.cast.qian_hao.pk
    assert f'<a href="{slip(made, "work_contact_sheet")}">工作联系单</a>' in page(village, "qian_hao", "/notices/")
    assert f'<a href="{slip(made, "work_contact_sheet")}">' in page(village, "chen_jie", f"/cases/{made.number}/")


def test_nobody_prints_what_they_may_not_see(village: Village) -> None:
    cast = village.cast
    hidden = village.complaint(cast.chen_jie, NOW() - timedelta(minutes=9), topic="staff", accused=[cast.qian_hao.pk])
    made = job(village, "门铃不响", 14)

    assert refused(village, "qian_hao", slip(hidden, "follow_up_record")) == {404}
    assert refused(village, "gao_yuan", slip(made)) == {404}
    assert refused(village, "chen_jie", slip(made, "follow_up_record")) == {404}
    assert refused(village, "chen_jie", slip(made, "no_such_form")) == {404}
    with pytest.raises(NotFound):  # whichever door asks
        papers.issue(org.reader(cast.qian_hao.pk, NOW()), Form("follow_up_record", "回访客户记录"), hidden, now=NOW())
    assert not Event.objects.filter(case_id__in=[hidden.pk, made.pk], kind="printed").exists()
    village.act(hidden, "cancel", cast.xu_qiang, cancel_reason="客户撤回", evidence=(Evidence("consent", "customer"),))


def test_a_register_lists_a_period_as_somebody_may_see_it(village: Village) -> None:
    cast = village.cast
    hidden = village.complaint(
        cast.chen_jie, NOW() - timedelta(minutes=9), topic="staff", accused=[cast.qian_hao.pk], content="说话难听"
    )
    made = job(village, "衣柜门掉了", 15)
    earlier = (NOW() - timedelta(days=70)).date().isoformat()

    assert made.number in page(village, "chen_jie", "/papers/repair_register/")
    assert made.number not in page(village, "chen_jie", f"/papers/repair_register/?period={earlier}")
    assert made.number not in page(village, "chen_jie", f"/papers/repair_register/?unit={cast.units.company.pk + 10**9}")
    assert hidden.number in page(village, "chen_jie", "/papers/complaint_register/")
    assert hidden.number not in page(village, "qian_hao", "/papers/complaint_register/")
    assert made.number not in page(village, "chen_jie", "/papers/paid_service_register/")
    village.act(hidden, "cancel", cast.xu_qiang, cancel_reason="客户撤回", evidence=(Evidence("consent", "customer"),))


def test_printing_a_register_is_an_export(village: Village) -> None:
    address = "/papers/repair_register/?period=2026-11&unit="

    assert refused(village, "chen_jie", address) == {200, 403}
    with pytest.raises(Forbidden):
        papers.issue_of_many(
            org.reader(village.cast.chen_jie.pk, NOW()), Many(Form("price_list", "价目表"), frozenset({"record"})), now=NOW()
        )
    assert "须有导出的权限" in page(village, "chen_jie", address)
    client = village.client(village.cast.lin_yue)
    answer = client.post(address)

    event = Event.objects.filter(act="export", actor_id=village.cast.lin_yue.pk).latest("seq")
    assert event.data == {"form": "repair_register", "period": "2026-11", "unit": 0}
    assert answer.headers["Location"] == f"/papers/repair_register/?period=2026-11&unit=&issue={event.seq}"
    assert "草样" not in client.get(answer.headers["Location"]).content.decode()
    assert "草样" in client.get(f"/papers/complaint_register/?issue={event.seq}").content.decode()


def test_a_print_that_is_sent_twice_is_noted_once_and_a_new_sheet_is_a_new_print(village: Village) -> None:
    made = job(village, "晾衣架松脱", 17)
    client = village.client(village.cast.lin_yue)
    printed = Event.objects.filter(case_id=made.pk, kind="printed")
    exported = Event.objects.filter(act="export", actor_id=village.cast.lin_yue.pk, data__form="repair_register")
    for address, noted in ((slip(made), printed), ("/papers/repair_register/?period=2026-11&unit=", exported)):
        before = noted.count()
        sheet = {"key": client.get(address).context["key"]}

        first, again = client.post(address, sheet), client.post(address, sheet)

        assert noted.count() == before + 1, address
        assert first.headers["Location"] == again.headers["Location"]
        assert "草样" not in client.get(again.headers["Location"]).content.decode()
        assert client.post(address, {"key": client.get(address).context["key"]}).headers["Location"] != first.headers["Location"]
        assert noted.count() == before + 2, address
    other = job(village, "晾衣架又松脱", 18)
    assert client.post(slip(other), sheet).status_code == 422, "a key is of one sheet"
    page_of_it = client.get(slip(made))
    assert f'<input type="hidden" name="key" value="{page_of_it.context["key"]}">' in page_of_it.content.decode()


def test_a_register_asks_the_right_to_export_what_it_lists(village: Village) -> None:
    law = law_at(NOW())
    assert law is not None
    listed = (Section("lists", boxes=(Box("number"),)),)

    def kinds(*of: str, part: str = "lists") -> frozenset[str]:
        return Many.of(Form("f", "表", of=of, layout=(Section(part, boxes=(Box("number"),)),)), law).kinds

    assert kinds("repair") == {"case"}, "of cases, also where it is of no period"
    assert kinds("price_item") == {"record"}
    assert kinds("repair", "price_item") == {"case", "record"}
    assert kinds(part="figures") == {"case"}
    assert kinds("price_item", part="figures") == {"case", "record"}
    assert [Many.of(law.forms[f], law).kinds for f in ("repair_register", "price_list")] == [{"case"}, {"record"}]
    reader = replace(org.reader(village.cast.xu_qiang.pk, NOW()), grants=frozenset({"see", "export:case"}))
    both = Many.of(Form("f", "表", of=("repair", "price_item"), layout=listed), law)
    assert Many.of(Form("f", "表", of=("repair",), layout=listed), law).may(reader)
    assert not both.may(reader)
    with pytest.raises(Forbidden):
        papers.issue_of_many(reader, both, now=NOW())
    assert refused(village, "xu_qiang", "/papers/price_list/") == {200, 403}, (
        "who may export cases may not export records by that"
    )


def test_a_paper_of_figures_prints_what_was_reported_and_nothing_is_counted_anew(village: Village) -> None:
    cast, end = village.cast, datetime.fromisoformat("2026-10-31T23:59:59.999999+08:00")
    unit, law = cast.units.yunqi.pk, law_at(NOW())
    assert law is not None
    (clause,) = (n for n in citing(law, "statistics_report") if law.versions[n][-1].kind_word == "reports")
    figures = {"month_enquiries": 4713, "month_answered": "50", "month_complaints": None}
    data = {"period": "2026-10", "to": [cast.lin_yue.pk], "form": "statistics_report", "figures": figures}
    row = EventRow(subject=Ref("unit", "unit", unit), kind="report", actor=0, at=end, entered_at=end, clause=clause, data=data)
    write_events([row])

    shown = page(village, "lin_yue", "/papers/statistics_report/?period=2026-10")

    assert "<td>云栖花园</td><td>4713</td><td>50%</td><td>—</td>" in shown
    assert "2026-10-01 – 2026-10-31" in shown
    assert "这一期还没有报出" in page(village, "lin_yue", "/papers/statistics_report/?period=2026-09")
    assert "4713" not in page(village, "su_min", "/papers/statistics_report/?period=2026-10")


def test_an_empty_sheet_has_what_is_ticked_and_nobodys_data(village: Village) -> None:
    shown = page(village, "chen_jie", "/papers/repair_slip/blank/")

    assert "□\u00a0很满意" in shown
    assert "□\u00a0是" in shown
    assert "空白表" in shown
    assert "草样" not in shown


def test_the_forms_are_found_where_one_looks_for_them(village: Village) -> None:
    made = job(village, "窗把手断了", 16)

    assert "/papers/repair_register/" in page(village, "chen_jie", "/cases/?procedure=repair")
    assert "/papers/price_list/" in page(village, "chen_jie", "/registers/price_item/")
    assert slip(made) in page(village, "chen_jie", f"/cases/{made.number}/")
    assert "/papers/repair_register/blank/" in page(village, "chen_jie", "/papers/")


@pytest.mark.parametrize("period", ["2026-W99", "nonsense", "1999-01", "2026-11-22-05", "99999999-W1", "２０２６"])
def test_a_period_that_is_none_is_the_one_that_runs(village: Village, period: str) -> None:
    assert page(village, "chen_jie", f"/papers/repair_register/?period={period}").count('<article class="form-sheet"') == 1
