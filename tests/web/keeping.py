"""Things a company keeps, for the tests of registers, rounds and books: flats to let, their patrols, a deposit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from time import monotonic, sleep
from typing import Any

from django.utils import timezone

from shouwen.base.sql import raw
from shouwen.cases import acting, clock, rounds
from shouwen.cases.draft import Wish, act_upon, open_record
from shouwen.cases.effects import QUEUE
from shouwen.cases.models import Case, Deadline, Occurrence, RehearsalRun, Survey
from shouwen.cases.queueing import occurrence
from shouwen.cases.rows_sql import insert
from shouwen.ledger.models import Entry
from shouwen.policy.act import Evidence
from shouwen.registers.models import Record
from shouwen.staff import org
from shouwen.staff.models import Staff
from tests.web.village import Village

LANDLORDS = 24  # the first of them
PATROL = "property/rental#5.1"
ASKED = "问卷客户"


def record(register: str, by: Staff, **fields: Any) -> Record:
    """Open a record of a register."""
    now = timezone.now()
    wish = Wish(act="open", fields=fields)
    ruling = acting.act(open_record(register, wish, org.reader(by.pk, now), now=now), now=now)
    assert not ruling.refused, ruling.text()
    return Record.objects.get(pk=ruling.subject.id)


def flats(village: Village, n: int, name: str, *, let: bool = False, site: str = "云栖花园") -> list[Record]:
    """Offer flats of a site to let (房源), and let them; of neighbours whom no other test looks at: theirs are uncovered otherwise."""
    made, officer = [], village.cast.li_na if site == "云栖花园" else village.cast.he_jing
    for i in range(n):
        owner = village.customer(LANDLORDS + i, site)
        house = village.house(owner)
        fields = {"number": f"{name}{i + 1}", "house": house.pk, "customer": owner.pk, "fittings": "家电齐全", "terms": "长租"}
        made.append(record("rental_offer", officer, **fields))
        if let:
            do(made[-1], "let_out", officer)
    return made


def do(subject: Record, name: str, by: Staff, **fields: Any) -> None:
    """Do an act upon a record; it must be lawful."""
    now = timezone.now()
    ruling = acting.act(act_upon(subject.ref, Wish(act=name, fields=fields), org.reader(by.pk, now), now=now), now=now)
    assert not ruling.refused, ruling.text()
    subject.refresh_from_db()


def patrols(at: datetime, period: str) -> Sequence[Case]:
    """Let the patrols of let flats come round, as the clock does; returns what was opened."""
    text, params = insert("cases_occurrence", QUEUE, [occurrence(PATROL, period, "let_flats", at, timezone.now(), row=period)])
    raw().execute(text, params)
    while Occurrence.objects.filter(clause=PATROL, period=period, done_at=None).exists():
        rounds.ask(timezone.now())
    promised = Deadline.objects.filter(clause=PATROL, row=period).values("case_id")
    return list(Case.objects.filter(pk__in=promised).order_by("pk"))


def rehearsed(run: RehearsalRun) -> RehearsalRun:
    """Wait until a rehearsal has ended, however slowly: it goes at the lowest weight, and gives way to whoever works on the machine."""
    until = monotonic() + 1200
    while run.ended_at is None and monotonic() < until:
        sleep(0.2)
        run.refresh_from_db()
    assert run.state == RehearsalRun.State.DONE, (run.state, run.trouble)
    return run


def deposit(village: Village, n: int) -> Case:
    """Let a seeker pay a deposit of 100 yuan: an entry in the book of deposits."""
    cast, seeker = village.cast, village.customer(n)
    now = timezone.now()
    flat = flats(village, 1, f"押金房{n}-{now:%f}")[0]
    case = village.open("rental", cast.chen_jie, now - timedelta(hours=1), seeker, customer=seeker.pk, enquiry="两室")
    village.act(case, "introduce", cast.li_na, wishes="两室", offers=[{"offer": flat.pk}], fee_told=True)
    village.act(case, "pay", cast.feng_xue, deposit="100", evidence=(Evidence("consent", "customer"),))
    return case


def shown(village: Village, address: str) -> str:
    """Return an address, with flats, patrols of all kinds and entries there to be shown; they are made once."""
    if not Record.objects.filter(key="看房1").exists():
        flats(village, 4, "看房", let=True)
        flats(village, 2, "待租房")
        today = datetime.combine(timezone.localdate(), time(), timezone.get_default_timezone())
        for days in (14, 10, 4):
            patrols(today - timedelta(days=days), f"shown-{days}")
        done = Case.objects.filter(opened_by_clause=PATROL).order_by("pk")[1]
        village.act(done, "cancel", village.cast.li_na, cancel_reason="业主自住了")
        clock.tick(timezone.now())
        for n in (20, 21, 22):
            deposit(village, n)
    return address


def entry(village: Village) -> str:
    """Return the address of an entry."""
    shown(village, "")
    return f"/books/entries/{Entry.objects.filter(book='deposit').order_by('pk')[0].pk}/"


def asked(village: Village, name: str = "幸来") -> tuple[Case, Survey]:
    """A survey issued to somebody new, and the questionnaire they were asked to answer."""
    who, chen = village.newcomer(name), village.cast.chen_jie
    case = village.open("survey", chen, timezone.now(), who, customer=who.pk, house=village.house(village.customer(0)).pk)
    return case, Survey.objects.get(case=case)


def asked_before(village: Village) -> Survey:
    """One that stays open, for who only looks at it."""
    kept = Survey.objects.filter(case__customer__name=ASKED, outcome="").first()
    return kept if kept is not None else asked(village, ASKED)[1]
