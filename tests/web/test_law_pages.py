"""制度: finding clauses, their figures, and who enacted what."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.cases.acting import act
from shouwen.cases.clock import tick
from shouwen.cases.enactments import enact_instead
from shouwen.cases.models import Enactment
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.registers.models import Record
from shouwen.staff.models import Holding
from shouwen.web.cases.slots import acts_at
from tests.cases.doing import did, opened, ticked, wanted
from tests.cases.law import BEGINNING, PACKS, enacted
from tests.web.test_reports import Number, misleading
from tests.web.village import Village
from tests.world import cast

FIGURE = re.compile(r'<div><dt>[^<]+</dt><dd><a href="([^"]+)"[^>]*>(\d+)</a></dd></div>')


def page(village: Village, address: str, who: str = "lin_yue") -> str:
    return village.client(getattr(village.cast, who)).get(address).content.decode()


def test_every_figure_of_a_clause_opens_as_many_rows_as_it_says(village: Village) -> None:
    def shown() -> list[Number]:
        figures = FIGURE.findall(page(village, "/regulations/property/complaint/"))
        return [("lin_yue", html.unescape(url), int(n)) for url, n in figures]

    assert len(shown()) > 3
    assert not misleading(village, shown)


def test_figures_are_of_the_period_that_was_asked_for(village: Village) -> None:
    assert FIGURE.findall(page(village, "/regulations/property/repair/"))
    assert not FIGURE.findall(page(village, "/regulations/property/repair/?since=2021-01-01&until=2021-03-01"))


def test_a_clause_is_found_by_its_words_its_number_and_its_source(village: Village) -> None:
    for text in ("被投诉人 办理", "property/complaint#2.1", "投诉处理规程 §2.1"):
        assert "/regulations/property/complaint/#c-2-1" in page(village, f"/regulations/?q={text.replace('#', '%23')}"), text
    assert "没有这样的条款" in page(village, "/regulations/?q=火星")


def test_contents_lead_to_every_part_of_a_regulation(village: Village) -> None:
    said = page(village, "/regulations/property/repair/")
    anchors = re.findall(r'<li><a href="#(a-[^"]+)">', said)

    assert len(anchors) > 3
    assert all(f'id="{anchor}"' in said for anchor in anchors)


def test_who_enacted_what_when_is_told(village: Village) -> None:
    enactment = Enactment.objects.latest("effective_from")

    assert f"/regulations/enactments/{enactment.pk}/" in page(village, "/regulations/enactments/")
    assert enactment.digest in page(village, f"/regulations/enactments/{enactment.pk}/")
    assert village.client(village.cast.lin_yue).get("/regulations/enactments/1/").status_code == 404


PASSED = """
  - {id: "5.1", zh: 报价后才可派工, for: repair, requires: {before: assign, that: {quote: given}, pass: {by: desk}}}
"""


@pytest.mark.django_db
def test_a_clause_tells_how_it_is_read_its_versions_its_grade_and_what_became_of_it(tmp_path: Path) -> None:
    pack = shutil.copytree(PACKS / "demo", tmp_path / "demo")
    (pack / "repair.yaml").write_text((pack / "repair.yaml").read_text("utf-8") + PASSED, "utf-8")
    now = timezone.now()
    people = cast(now - timedelta(hours=9))
    Holding.objects.create(staff=people.chen_jie, post="desk", unit=people.units.company, since=now - timedelta(hours=9))
    enact_instead(read_sources([pack]), effective_from=BEGINNING, now=BEGINNING)
    began = now - timedelta(hours=3)
    kept, late = (opened("repair", people.chen_jie, began, urgency="urgent") for _ in range(2))
    did("reply", kept, people.chen_jie, began + timedelta(minutes=50))
    tick(began + timedelta(hours=2))
    passing = replace(wanted("assign", kept, people.chen_jie, began + timedelta(hours=1)), reason="客户在电话里同意先修")
    assert act(passing, now=passing.at).allowed
    client = Client()
    client.force_login(people.lin_yue)

    said = html.unescape(client.get("/regulations/demo/repair/").content.decode())
    clauses = dict(re.findall(r'<section class="clause" id="c-([\d-]+)"(.*?)</section>', said, re.DOTALL))
    deadline, gate, consent = (" ".join(re.sub(r"<[^>]+>", " ", clauses[c]).split()) for c in ("2-1", "5-1", "3-5"))

    assert "系统读作 报修：紧急程度为紧急的，自立项起，须1小时内回复客户" in deadline
    assert "2 个版本 最初" in deadline
    assert all(part in deadline for part in ("2025-07-01", "须2小时内回复客户", "执行")), deadline
    assert "确认" in consent
    figures = {c: dict(re.findall(r"<dt>([^<]+)</dt><dd><a href=\"([^\"]+)\"", clauses[c])) for c in ("2-1", "5-1")}
    assert figures["2-1"].keys() >= {"起作用", "按时", "违反"}, deadline
    assert figures["5-1"].keys() >= {"起作用", "放行"}, gate
    rows = {
        (c, word): re.findall(r"<tr data-row>(.*?)</tr>", client.get(html.unescape(url)).content.decode(), re.DOTALL)
        for c, found in figures.items()
        for word, url in found.items()
    }
    for key, number in ((("2-1", "按时"), kept.number), (("2-1", "违反"), late.number), (("5-1", "放行"), kept.number)):
        (row,) = rows[key]
        assert number in row, key
        assert "陈洁" in row, key  # who owed it, or let it pass
    assert "客户在电话里同意先修" in rows["5-1", "放行"][0]
    assert len(rows["2-1", "起作用"]) >= 4  # two promises, one kept, one broken


@pytest.mark.django_db
def test_what_holds_at_any_moment_and_what_is_locked_is_refused_by_the_pages_too() -> None:
    now = timezone.now()
    people = cast(now - timedelta(hours=9))
    enacted("works")
    began = now - timedelta(hours=1)
    wish = Act("open", Ref("record", "key", 0), people.chen_jie.pk, began, {"tag": "A9", "copies": 2})
    hung = act(replace(wish, opening=Opening(people.units.yunqi.pk)), now=began)
    key = Record.objects.get(pk=hung.subject.id)
    paid = opened("refund", people.chen_jie, began, people.units.yunqi, cause="多收", urgent=False)
    did("check", paid, people.ma_jun, began, amount=100_00)
    assert act(ticked(wanted("pay", paid, people.ma_jun, began), "works/loan#4.name", "works/loan#4.bank"), now=began).allowed
    paid.refresh_from_db()
    client = Client()
    client.force_login(people.chen_jie)

    for thing, told, words in (
        (key, {"tag": "A9", "copies": "0"}, "至少有一把"),
        (paid, {"amount": "700"}, "已付的退款不得改金额"),
    ):
        before = dict(thing.fields)
        answer = client.post(f"{acts_at(thing)}amend/", told, headers={"HX-Request": "true"})
        thing.refresh_from_db()
        assert answer.status_code == 409, answer.content.decode()
        assert words in answer.content.decode()
        assert thing.fields == before
