"""The inbox: in the order in which things happened, in sentences, in the language of whoever reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from shouwen.base.models import Notice
from shouwen.cases.models import Case
from shouwen.staff import changes
from shouwen.staff.models import Staff
from tests.web.village import Village


def _tell(person: Staff, text: str, at: datetime, **more: Any) -> Notice:
    fields = {"topic": "told", "text": text, "at": at, "try_at": at, "key": f"notices:{person.pk}:{text}"}
    return Notice.objects.create(staff_id=person.pk, **fields | more)


def _titles(village: Village, who: Staff, query: str) -> list[str]:
    page = village.client(who).get(f"/notices/?{query}", follow=True).content.decode()
    return re.findall(r'<p>(?:<span class="visually-hidden">[^<]*</span>)?<span[^>]*>([^<]*)</span></p>', page)


def test_what_happened_last_comes_first_whenever_it_was_written(village: Village) -> None:
    me, now = village.cast.ma_jun, timezone.now()
    _tell(me, "次序乙", now - timedelta(days=1))
    _tell(me, "次序甲", now - timedelta(hours=1))
    _tell(me, "次序丙", now - timedelta(days=40))  # entered last, happened first

    assert _titles(village, me, "q=次序") == ["次序甲", "次序乙", "次序丙"]
    assert _titles(village, me, "q=次序&sort=oldest") == ["次序丙", "次序乙", "次序甲"]


def test_pages_go_on_where_the_one_before_ended(village: Village) -> None:
    me, now = village.cast.feng_xue, timezone.now() - timedelta(days=3)
    for n in range(60):
        _tell(me, f"翻页{n}", now - timedelta(minutes=n // 2))  # two at each moment
    client = village.client(me)
    seen, address = [], "/notices/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r">(翻页\d+)<", page)
        more = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        address = f"/notices/{more.group(1)}".replace("&amp;", "&") if more else ""

    assert len(seen) == len(set(seen)) == 60


def test_a_title_says_what_happened_and_below_it_what_the_clause_says(village: Village) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 11, "门铃响个不停", trouble="fault")
    village.act(
        case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk, visit_at=(timezone.now() + timedelta(hours=9)).isoformat()
    )
    page = village.client(cast.sun_lei).get("/notices/").content.decode()

    assert "已派工：门铃响个不停" in page
    assert "派工后即通知维修人领单" in page
    (entry,) = re.findall(rf'<li id="notice-\d+"(?:(?!</li>).)*{case.number}.*?</li>', page, re.DOTALL)
    assert entry.index("已派工") < entry.index(case.number) < entry.index("派工后即通知")


def test_a_promise_not_kept_and_an_answer_to_a_request_are_said_as_such(village: Village) -> None:
    me, now = village.cast.li_na, timezone.now()
    case = Case.objects.filter(title="全屋停电")[0]
    _tell(me, "迟了", now, clause="property/repair#2.3", case_id=case.pk)
    _tell(me, "挂起：已批准", now, topic="approval", case_id=case.pk, payload={"act": "hold", "granted": True})
    _tell(me, "挂起：未批准", now, topic="approval", case_id=case.pk, payload={"act": "hold", "granted": False})

    said = _titles(village, me, "")

    assert [t for t in said if t.startswith("没有按时办：")]
    assert {t.partition("：")[0] for t in said} >= {"批准了", "没有批准"}


def test_titles_are_english_for_who_reads_english(village: Village) -> None:
    me, now = village.cast.he_jing, timezone.now()
    case = Case.objects.filter(title="全屋停电")[0]
    _tell(me, "迟了", now, clause="property/repair#2.3", case_id=case.pk)
    _tell(me, "快到期", now, topic="near", clause="property/repair#2.1", case_id=case.pk, payload={"due_at": now.isoformat()})
    changes.choose_language(me, "en", now=now)
    try:
        said = _titles(village, me, "")
    finally:
        changes.choose_language(me, "zh-hans", now=now)

    assert said
    assert not [t for t in said if re.search(r"[\u3400-\u9fff]", t.replace(case.title, ""))]
