"""制度: finding clauses, their figures, and who enacted what."""

from __future__ import annotations

import html
import re

from shouwen.cases.models import Enactment
from tests.web.test_reports import Number, misleading
from tests.web.village import Village

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
