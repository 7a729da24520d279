"""报表: every number is what counting says, opens down to what it was counted from, and stays within the reader's units."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwen.base.models import Event
from shouwen.cases.models import Case
from tests.web.village import Village

TABLE: Final = re.compile(r'<section class="card figures-card" id="([\w-]+)".*?</section>', re.DOTALL)
Number = tuple[str, str, int]  # who sees it, the address of what it was counted from, and what it says
NUMBER: Final = re.compile(r'<td><a href="([^"]+)"[^>]*>(\d+)</a></td>')


def tables(village: Village, who: str, address: str = "/reports/") -> dict[str, str]:
    page = village.client(getattr(village.cast, who)).get(address).content.decode()
    return {found.group(1): found.group(0) for found in TABLE.finditer(page)}


def behind(village: Village, who: str, url: str) -> int:
    """How many rows stand behind a number, on all pages of its list."""
    client, found = village.client(getattr(village.cast, who)), 0
    while url:
        page = client.get(url).content.decode()
        found += page.count("<tr data-row>")
        after = re.search(r'<a class="btn push" href="([^"]*after=[^"]*)"', page)
        url = url.partition("?")[0] + html.unescape(after.group(1)) if after else ""
    return found


def test_every_number_opens_as_many_rows_as_it_says(village: Village) -> None:
    def shown() -> list[Number]:
        found = [(who, table) for who in ("lin_yue", "chen_jie") for table in tables(village, who).values()]
        return [(who, html.unescape(url), int(n)) for who, table in found for url, n in NUMBER.findall(table)]

    assert len(shown()) > 30
    assert not misleading(village, shown)


def misleading(village: Village, shown: Callable[[], Sequence[Number]]) -> Sequence[Number]:
    """Numbers behind which stand other rows. Looked at again before it is said: the clock may have done something in between."""
    wrong: Sequence[Number] = ()
    for _ in range(2):
        wrong = [one for one in shown() if behind(village, *one[:2]) != one[2]]
        if not wrong:
            break
    return wrong


def test_a_number_of_ones_unit_does_not_open_into_ones_own_matters_elsewhere(village: Village) -> None:
    chen, su = village.cast.chen_jie, village.cast.su_min
    case = village.complaint(su, timezone.now(), village.customer(1, "湖畔苑"), content="湖畔苑的事")
    village.act(case, "hand_over", su, to=chen.pk, reason="由陈洁跟进")
    village.act(case, "take_over", chen)

    shown = [(url, n) for url, n in NUMBER.findall(tables(village, "chen_jie")["staff"]) if f"responsible={chen.pk}" in url]
    opened = [(url, n, behind(village, "chen_jie", html.unescape(url))) for url, n in shown]

    assert (case.unit_id, case.responsible_id) == (village.cast.units.hupan.pk, chen.pk)
    assert opened
    assert all(int(n) == rows for _url, n, rows in opened), opened


@pytest.mark.usefixtures("one_day")
def test_what_came_in_is_what_counting_says(village: Village) -> None:
    counted = Event.objects.filter(kind="act", act="open", subject_kind="case", noun="complaint").count()

    row = re.search(r"投诉</th>.*?</tr>", tables(village, "lin_yue")["procedures"], re.DOTALL)

    assert row is not None
    assert counted
    assert NUMBER.findall(row.group(0))[0][1] == str(counted)


@pytest.mark.usefixtures("one_day")
def test_only_procedures_come_in_and_end(village: Village) -> None:
    opened = Event.objects.filter(kind="act", act="open")
    assert opened.exclude(subject_kind="case").exists()  # customers are opened too
    today = timezone.localdate()
    begun = today - timedelta(days=365)
    shown = tables(village, "lin_yue", f"/reports/?since={begun}&until={today}")
    opened = opened.filter(at__gte=timezone.make_aware(datetime.combine(begun, datetime.min.time())))

    assert sum(int(NUMBER.findall(row)[0][1]) for row in shown["procedures"].split("<tr")[2:]) == (
        opened.filter(subject_kind="case").count()
    )
    assert "客户</th>" not in shown["procedures"]


def test_whoever_sees_one_site_gets_figures_of_that_site_only(village: Village) -> None:
    assert "湖畔苑" in tables(village, "lin_yue")["units"] or Case.objects.filter(unit__name="湖畔苑").count() == 0
    elsewhere = Case.objects.filter(unit__name="云栖花园").first()
    assert elsewhere is not None

    assert "云栖花园" in tables(village, "chen_jie")["units"]
    forged = tables(village, "chen_jie", f"/reports/?unit={village.cast.lin_yue.unit_id}")
    assert "总部" not in forged["units"]


def test_a_period_in_which_nothing_happened_says_so(village: Village) -> None:
    found = tables(village, "lin_yue", "/reports/?since=2021-01-01&until=2021-01-31")

    assert "没有可统计的记录" in found["promises"]


def test_an_address_that_makes_no_sense_shows_the_usual_period(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    for query in ("since=yesterday", "until=9999-12-31", "unit=-1&since=2026-99-01", "since=2030-01-01&until=2020-01-01"):
        assert client.get(f"/reports/?{query}").status_code == 200
    assert client.get("/reports/counted/?kind=%00&after=xx").status_code in {400, 422}


def test_a_table_is_exported_by_who_may_and_that_is_an_event(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    sent = client.get("/reports/export/units/")
    rows = list(csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # a streamed answer has it
    told = Event.objects.filter(act="export", actor_id=village.cast.lin_yue.pk).latest("seq")

    assert rows[0][0] == "单位"
    assert [r[0] for r in rows[1:]]
    assert told.data["report"] == "units"
    assert village.client(village.cast.chen_jie).get("/reports/export/units/").status_code == 403
    assert client.get("/reports/export/nothing/").status_code == 404


def test_a_report_takes_few_queries(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    client.get("/reports/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/reports/?since=2026-01-01&until=2026-12-31")

    assert 0 < len(queries) <= 20
