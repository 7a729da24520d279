"""What is looked up beside intake and a case: only what holds is found, it is read whole, and cited with one press."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from shouwen.cases.models import Case
from shouwen.registers.models import Record
from tests.web.village import Village

BESIDE = re.compile(r'<section class="card knowledge".*?</section>', re.DOTALL)


def article(title: str) -> Record:
    return Record.objects.get(register="article", key=title)


def enquiry(village: Village, need: str) -> Case:
    cast, caller = village.cast, village.customer(9)
    return village.open("enquiry", cast.chen_jie, timezone.now(), caller, customer=caller.pk, need=need)


def needed(form: str, field: str) -> bool:
    return re.search(rf'id="f-{field}"[^>]*aria-required', form) is not None


def looked_up(village: Village, words: str) -> list[str]:
    """The ids of what is found, as a receptionist types."""
    page = village.client(village.cast.chen_jie).post("/knowledge/enquiry/", {"look": words}).content.decode()
    return re.findall(r'id="article-(\d+)"', page)


@pytest.mark.parametrize("words", ["装修垃圾", "堆放点", "zxlj", "zhuangxiulaji"])
def test_it_is_found_by_title_text_and_spelling(village: Village, words: str) -> None:
    assert str(article("装修垃圾怎么清运").pk) in looked_up(village, words)


def test_drafts_what_was_taken_back_and_what_has_run_out_are_not_found_nor_read(village: Village) -> None:
    client, gone = village.client(village.cast.chen_jie), article("快递和外卖怎么送")
    for title in ("充电桩怎么申请", "游泳池开放时间"):
        assert str(article(title).pk) not in looked_up(village, title)
        assert client.get(f"/knowledge/enquiry/{article(title).pk}/").status_code == 404
    assert str(gone.pk) in looked_up(village, "外卖")
    kept = dict(gone.fields)
    try:
        Record.objects.filter(pk=gone.pk).update(fields={**kept, "valid_until": str(timezone.localdate() - timedelta(days=1))})
        assert str(gone.pk) not in looked_up(village, "外卖")
        assert client.get(f"/knowledge/enquiry/{gone.pk}/").status_code == 404
    finally:
        Record.objects.filter(pk=gone.pk).update(fields=kept)


def test_words_that_nothing_holds_whole_find_what_is_near_and_nothing_says_so(village: Village) -> None:
    client = village.client(village.cast.chen_jie)

    assert "相近的有" in client.post("/knowledge/enquiry/", {"look": "装修垃圾要放哪儿"}).content.decode()
    assert "没有查到" in client.post("/knowledge/enquiry/", {"look": "股票"}).content.decode()


def test_it_stands_beside_what_cites_it_and_nowhere_else(village: Village) -> None:
    client, caller = village.client(village.cast.chen_jie), village.customer(9).pk
    case = enquiry(village, "垃圾放哪里")

    assert BESIDE.search(client.get(f"/intake/?customer={caller}&procedure=enquiry").content.decode())
    assert BESIDE.search(client.get(f"/cases/{case.number}/").content.decode())
    assert not BESIDE.search(client.get(f"/intake/?customer={caller}&procedure=repair").content.decode())
    assert client.post("/knowledge/repair/", {"look": "装修"}).status_code == 404


def test_who_reads_no_matters_looks_nothing_up(village: Village) -> None:
    answer = village.client(village.cast.gao_yuan).post("/knowledge/enquiry/", {"look": "装修"})

    assert answer.status_code == 404


def test_from_a_case_it_is_cited_into_the_form_that_answers_and_stands_on_record(village: Village) -> None:
    client, case, wanted = village.client(village.cast.chen_jie), enquiry(village, "垃圾放哪里"), article("装修垃圾怎么清运")

    read = client.get(f"/knowledge/enquiry/{wanted.pk}/?case={case.number}").content.decode()
    to = re.search(r'hx-get="(/cases/[^"]+/acts/answer/\?cite=\d+)"', read)
    assert to is not None
    assert "每车 180 元" in read
    form = client.get(to.group(1), headers={"HX-Request": "true"}).content.decode()
    assert re.search(rf'name="article" value="{wanted.pk}"', form)
    assert 'value="装修垃圾怎么清运"' in form
    asked = client.get(f"/cases/{case.number}/acts/answer/", headers={"HX-Request": "true"}).content.decode()
    assert (needed(asked, "basis"), needed(form, "basis")) == (True, False), "what is cited need not be said otherwise"

    village.act(case, "answer", village.cast.chen_jie, article=wanted.pk, answer_text="放到堆放点")

    case.refresh_from_db()
    assert case.fields["article"] == wanted.pk
    assert case.number in client.get(f"/registers/article/{wanted.pk}/").content.decode(), "whoever keeps it sees who was told it"
