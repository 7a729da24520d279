"""Every list filters, sorts, leaves as a file and is kept under a name, or says here why it does not. None ends without a word."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.base.models import Event
from shouwen.cases.models import Enactment, RehearsalRun
from shouwen.ledger.models import Entry
from shouwen.staff.models import Absence, Staff
from shouwen.web.lists.kept import PLAIN
from tests.web.village import Village


@dataclass(frozen=True, slots=True)
class Yes:
    """A list has it: what of its page shows it."""

    shows: str


@dataclass(frozen=True, slots=True)
class No:
    """A list does not have it: why."""

    why: str


@dataclass(frozen=True, slots=True)
class List:
    """A list, whose it is, and what can be done with it."""

    who: str
    at: str
    narrows: Yes | No
    sorts: Yes | No
    leaves: Yes | No
    is_kept: Yes | No


ONE_ORDER: Final = "what falls due first is what is wanted first; what is done comes newest first"
IN_TIME: Final = "a record of what happened is read in the order in which it happened"
FEW: Final = "there are few, and one looks at them all"
FIXED: Final = "a period of fixed days is past by the time one comes back; the periods that are come back to stand above it"
OURS: Final = "it belongs to how the program is run, not to the company's matters"

LISTS: Final = {
    "cases": List("lin_yue", "/cases/?state=held", Yes('id="f-procedure"'), Yes("sort=oldest|sort=opened"), Yes("/cases/export/"), Yes("/lists/kept/")),
    "customers": List(
        "lin_yue", "/customers/?kind=person", Yes('id="kind"'), Yes("sort=newest"), Yes("/customers/export/"), Yes("/lists/kept/")
    ),
    "notices": List("lin_yue", "/notices/?show=unread", Yes('id="n-since"'), Yes('id="n-sort"'), Yes("/notices/export/"), Yes("/lists/kept/")),
    "register": List(
        "lin_yue", "/registers/house/?state=all", Yes('id="r-step"|id="f.lived_in"'), Yes("sort=newest"), Yes("/registers/house/export/"),
        Yes("/lists/kept/"),
    ),
    "callbacks": List("lin_yue", "/callbacks/?view=open", Yes("view=done"), No(ONE_ORDER), Yes("/callbacks/export/"), Yes("/lists/kept/")),
    "rounds": List("lin_yue", "/rounds/?view=open", Yes("view=missed"), No(ONE_ORDER), Yes("/rounds/export/"), Yes("/lists/kept/")),
    "staff": List(
        "lin_yue", "/management/staff/?state=all", Yes('id="f-post"'), Yes("sort=username"), Yes("/management/staff/export/"), Yes("/lists/kept/")
    ),
    "sign-ins": List("gao_yuan", "/sign-ins/?show=plain", Yes('id="people-show"'), No("whom one helps is looked for by name"), No(OURS), No(FEW)),
    "audit": List("han_zheng", "/audit/?kind=sign_in", Yes('id="kind"'), No(IN_TIME), Yes("/audit/export/"), No(FIXED)),
    "absences": List("lin_yue", "/management/absences/", Yes('id="a-unit"'), No(IN_TIME), Yes("/management/absences/export/"), No(FEW)),
    "balances": List("lin_yue", "/books/receivable/", Yes('name="since"'), No("the largest first is what a balance is opened for"), Yes("/books/receivable/export/"), No(FIXED)),
    "counted": List(
        "lin_yue", "/reports/counted/?kind=act&name=open", No("a figure's own filters stand on its report"), No(IN_TIME),
        Yes("/reports/counted/export/"), No("a figure opens it"),
    ),
    "enactments": List("lin_yue", "/regulations/enactments/", No(FEW), No(IN_TIME), No("the law itself is the file"), No(FEW)),
    "rehearsals": List("zhao_jun", "/regulations/rehearsals/", No(FEW), No(IN_TIME), No(OURS), No(FEW)),
    "search": List("lin_yue", "/search/?kind=case", Yes("kind=customer"), No("what fits best comes first"), No("a list of its kind leaves as a file"), No("it is typed anew")),
}  # fmt: skip


@pytest.mark.parametrize("what", ["narrows", "sorts", "leaves", "is_kept"])
@pytest.mark.parametrize("of", LISTS)
def test_each_list_has_it_or_says_why_not(village: Village, of: str, what: str) -> None:
    one = LISTS[of]
    said: Yes | No = getattr(one, what)
    if isinstance(said, No):
        assert len(said.why) > 10
        return
    page = village.client(getattr(village.cast, one.who)).get(one.at)

    assert page.status_code == 200
    assert any(shows in page.content.decode() for shows in said.shows.split("|")), said.shows


def test_every_list_that_can_be_kept_is_in_the_table() -> None:
    kept = {name for name, one in LISTS.items() if isinstance(one.is_kept, Yes)}

    assert kept == {*PLAIN, "register"}


def lines_of(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # a streamed answer has it


def test_call_backs_leave_as_they_are_narrowed_masked_and_written_down(village: Village) -> None:
    who, now = village.customer(21), timezone.now()
    about = village.repair(village.cast.chen_jie, now - timedelta(minutes=5), 21, "地漏反味")
    call = village.open("call_back", village.cast.li_na, now, who, kind="repair", customer=who.pk, repair=about.pk)
    client = village.client(village.cast.lin_yue)

    rows = lines_of(client, f"/callbacks/export/?view=open&unit={call.unit_id}")
    mine = next(r for r in rows if r[0] == call.number)

    assert about.number in mine[4]
    assert who.name not in str(rows)
    assert who.phones.get(is_main=True).number not in str(rows)
    assert Event.objects.filter(act="export").latest("seq").data == {"view": "open", "unit": str(call.unit_id)}
    assert lines_of(client, "/callbacks/export/?view=done")[0] == rows[0]
    assert call.number not in str(lines_of(client, "/callbacks/export/?view=done"))
    assert village.client(village.cast.li_na).get("/callbacks/export/").status_code == 403


def test_rounds_leave_as_they_are_narrowed(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    shown = client.get("/rounds/?view=all").context["rows"]

    rows = lines_of(client, "/rounds/export/?view=all")

    assert [r[0] for r in rows[1 : len(shown) + 1]] == [row.case.number for row in shown]
    assert Event.objects.filter(act="export").latest("seq").data == {"rounds": "all", "view": "all"}
    assert village.client(village.cast.chen_jie).get("/rounds/export/").status_code == 403


def test_the_events_behind_a_figure_leave_as_many_as_there_are(village: Village) -> None:
    client = village.client(village.cast.lin_yue)
    for i in range(3):
        village.repair(village.cast.chen_jie, timezone.now(), i, "请打13812345678", trouble="fault")
    query = "kind=act&noun=repair&name=open"

    rows = lines_of(client, f"/reports/counted/export/?{query}")
    found, after = list[str](), "first"
    while after:
        page = client.get(f"/reports/counted/?{query}&after={'' if after == 'first' else after}").context
        found, after = [*found, *(line.event.number for line in page["lines"])], page["after"]

    assert [r[1] for r in rows[1:]] == found
    assert "13812345678" not in str(rows)
    assert Event.objects.filter(act="export").latest("seq").data["counted"] == "act"
    assert village.client(village.cast.chen_jie).get(f"/reports/counted/export/?{query}").status_code == 403


def test_the_entries_of_an_account_leave_with_what_they_come_to(village: Village) -> None:
    client, one = village.client(village.cast.lin_yue), Entry.objects.order_by("pk")[0]
    at = f"/books/{one.book}/{one.party}/{one.party_id}/"

    rows = lines_of(client, f"{at}export/")

    assert len(rows) - 1 == Entry.objects.filter(book=one.book, party=one.party, party_id=one.party_id).count()
    assert f'href="{at}export/"' in client.get(at).content.decode()
    assert client.get(f"/books/{one.book}/nobody/{one.party_id}/export/").status_code == 404
    assert village.client(village.cast.chen_jie).get(f"{at}export/").status_code == 403


# ---- no list ends without a word ----------------------------------------------------------------------------------------------


def test_absences_go_on_where_a_page_ended_and_leave_whole(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shouwen.web.management.absences.PAGE", 2)
    now, unit = timezone.now(), village.cast.units.finance
    people = Staff.objects.people().filter(unit=unit)[:1]
    Absence.objects.bulk_create(
        Absence(staff=p, since=now + timedelta(days=400 + i), until=now + timedelta(days=401 + i), reason="远行")
        for i in range(5)
        for p in people
    )
    client, after, found, sizes = village.client(village.cast.lin_yue), "first", list[int](), list[int]()
    while after:
        page = client.get(f"/management/absences/?unit={unit.pk}&after={'' if after == 'first' else after}").context
        shown = [*page["now_away"], *page["coming"]]
        found, after = [*found, *(a.pk for a in shown)], page["after"]
        sizes.append(len(shown))
    wanted = Absence.objects.filter(until__gt=now, staff__unit__path__contains=[unit.pk]).order_by("since", "pk")

    assert found == list(wanted.values_list("pk", flat=True))
    assert max(sizes) == 2
    rows = lines_of(client, f"/management/absences/export/?unit={unit.pk}")
    assert len(rows) - 1 == len(found)
    assert {r[5] for r in rows[-5:]} == {"远行"}
    assert Event.objects.filter(act="export").latest("seq").data == {"unit": unit.pk}
    assert village.client(village.cast.chen_jie).get("/management/absences/export/").status_code == 403


def test_enactments_and_rehearsals_go_on_where_a_page_ended(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "rehearsing"):
        monkeypatch.setattr(f"shouwen.web.regulations.{module}.PAGE", 1)
    now, of = timezone.now(), village.cast.zhao_jun
    RehearsalRun.objects.bulk_create(
        RehearsalRun(
            title="翻页", files=b"", since=now, asked_at=now - timedelta(days=i), asked_by=of, state="stopped", ended_at=now
        )
        for i in range(3)
    )
    client = village.client(village.cast.zhao_jun)
    for at, name, rows in (
        ("/regulations/enactments/", "enactments", Enactment.objects.order_by("-effective_from", "-pk")),
        ("/regulations/rehearsals/", "runs", RehearsalRun.objects.order_by("-asked_at", "-pk")),
    ):
        after, found = "first", list[int]()
        while after:
            page = client.get(at, {"after": "" if after == "first" else after}).context
            found, after = [*found, *(row.pk for row in page[name])], page["after"]
        assert found == list(rows.values_list("pk", flat=True)), at
