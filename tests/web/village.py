"""A small company that the tests of the pages live in: the cast, the law of 云栖物业, some houses and neighbours, a few matters."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from shouwen.cases import acting
from shouwen.cases.draft import Start, Wish, act_on, open_case
from shouwen.cases.enactments import enact, law_at
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ops import estate, library, shelf
from shouwen.ops.cast import SINCE, Cast, build, find
from shouwen.ops.coming import with_coming_years
from shouwen.policy.act import Evidence
from shouwen.policy.company import company_in
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.staff import org
from shouwen.staff.changes import NewStaff, add_staff
from shouwen.staff.models import Holding, Staff
from tests import databases
from tests.homes import HOME_OF_TESTS
from tests.world import PASSWORD

NEIGHBOURS: Final = 70
OURS: Final = "yunqi"


@dataclass(frozen=True, slots=True)
class Village:
    """Where it is served, and in which database it lives."""

    address: str
    database: str

    @property
    def cast(self) -> Cast:
        """The people, by name."""
        return find()

    @contextlib.contextmanager
    def receptionist(self) -> Iterator[Staff]:
        """A second receptionist of 云栖花园 for a while, with a desk of their own: that of the first is filled by every test."""
        admin, now = org.reader(self.cast.gao_yuan.pk, timezone.now()), timezone.now()
        new = NewStaff(username=f"r{uuid.uuid4().hex[:10]}", name="柴前台", unit=self.cast.units.service)
        made = add_staff(new, by=admin, now=now)
        post = Holding.objects.create(staff=made, post="receptionist", unit=self.cast.units.yunqi, since=now - timedelta(days=30))
        yield made
        post.delete()  # what two may do is nobody's until one takes it: other tests count on one

    def customer(self, n: int = 0, site: str = "云栖花园") -> Customer:
        """A neighbour who lives in a house of their own of a site; another one for each number."""
        lived = Record.objects.filter(register="house", unit__name=site, customer__unit__name=site).order_by("pk")
        found = lived[n].customer
        assert found is not None
        return found

    def house(self, customer: Customer) -> Record:
        """The house of a neighbour."""
        return Record.objects.filter(register="house", customer=customer).order_by("pk")[0]

    def client(self, person: Staff) -> Client:
        """A signed-in browser without a screen."""
        client = Client()
        client.force_login(person)
        return client

    def searched(self, who: str, address: str, words: str) -> str:
        """Return the address of a list that somebody has searched for words: it says their key."""
        asked = self.client(getattr(self.cast, who)).post(address, {"q": words})
        assert asked.status_code == 302
        return asked.headers["Location"]

    def repair(self, by: Staff, at: datetime, n: int = 0, content: str = "厨房水管漏水", **fields: Any) -> Case:
        """Take in a repair of a neighbour's home."""
        who = self.customer(n)
        asked = {
            "customer": who.pk,
            "house": self.house(who).pk,
            "place": "in_home",
            "channel": "phone",
            "content": content,
            "trouble": "leak",
        }
        return self.open("repair", by, at, who, **asked | fields)

    def newcomer(self, name: str = "幸来") -> Customer:
        """Somebody no other test knows: a second complaint of the same person within a month is graded otherwise."""
        now = timezone.now()
        (pk,) = create_customers(
            [NewCustomer(unit=self.cast.units.yunqi.pk, name=name)], by=self.cast.chen_jie.pk, at=now, now=now
        )
        return Customer.objects.get(pk=pk)

    def complaint(self, by: Staff, at: datetime, who: Customer | None = None, **fields: Any) -> Case:
        """Take in a complaint, of a newcomer if nobody is named."""
        who = who or self.newcomer()
        asked = {"customer": who.pk, "content": "上门师傅态度不好", "topic": "service", "harm": "slight"}
        return self.open("complaint", by, at, who, **asked | fields)

    def open(self, procedure: str, by: Staff, at: datetime, caller: Customer, **fields: Any) -> Case:
        """Open a case of any procedure."""
        reader = org.reader(by.pk, at)
        wish = Wish(act="open", fields=fields, at=at)
        start = Start(customer=caller.pk)
        ruling = acting.act(open_case(procedure, wish, start, reader, now=timezone.now()), now=timezone.now())
        assert not ruling.refused, ruling.text()
        return Case.objects.get(pk=ruling.subject.id)

    def act(self, case: Case, name: str, by: Staff, at: datetime | None = None, **wish: Any) -> Ruling:
        """Do an act upon a case; it must be lawful."""
        now = timezone.now()
        case.refresh_from_db()
        wanted = Wish(
            act=name, at=at, evidence=wish.pop("evidence", ()), ticks=wish.pop("ticks", ()), row=wish.pop("row", ""), fields=wish
        )
        ruling = acting.act(act_on(case, wanted, org.reader(by.pk, now), now=now), now=now)
        assert not ruling.refused, ruling.text()
        case.refresh_from_db()
        return ruling


def settle(now: datetime) -> None:
    """Write the company into an empty database."""
    people = build(now, PASSWORD)
    ours = shelf.SHELF / OURS
    company = company_in(ours)
    assert company is not None
    text = with_coming_years(company.text, now)
    enact(read_sources(shelf.folders([*company.adopts, OURS])), text, effective_from=SINCE, now=now, note="tests")
    law = law_at(now)
    assert law is not None
    estate.build(people, law, n=NEIGHBOURS)
    library.build(people, law, now)


def populate(village: Village, now: datetime) -> None:
    """A few matters for every list: early and late, waiting and ended."""
    cast = village.cast
    late = village.repair(cast.chen_jie, now - timedelta(hours=3), 1, "卫生间顶上滴水")
    village.act(late, "reply", cast.chen_jie, now - timedelta(minutes=30), answer_text="师傅在路上")
    village.repair(cast.chen_jie, now - timedelta(minutes=50), 2, "全屋停电", trouble="outage")
    ordinary = village.repair(cast.chen_jie, now - timedelta(hours=1), 3, "门锁不灵", trouble="fault")
    visit = (now + timedelta(hours=20)).isoformat()
    village.act(ordinary, "assign", cast.xu_qiang, technician=cast.sun_lei.pk, visit_at=visit)
    village.act(ordinary, "hold", cast.chen_jie, reason="业主出差，周末再约")
    village.complaint(cast.chen_jie, now - timedelta(minutes=40), village.customer(4))
    handed = village.complaint(
        cast.chen_jie, now - timedelta(hours=1), village.customer(5), content="电梯里有烟味", topic="facility"
    )
    village.act(handed, "hand_over", cast.chen_jie, to=cast.li_na.pk, reason="属客户服务员片区")
    named = village.complaint(
        cast.chen_jie,
        now - timedelta(hours=1),
        village.customer(6),
        content="维修师傅没戴鞋套",
        topic="staff",
        accused=[cast.qian_hao.pk],
    )
    village.act(named, "cancel", cast.xu_qiang, cancel_reason="客户撤回", evidence=(Evidence("consent", "customer"),))
    note = village.repair(cast.chen_jie, now - timedelta(minutes=5), 7, "阳台门关不严", trouble="fault")
    village.act(note, "note", cast.chen_jie, text="客户说周三在家", evidence=(Evidence("self"),))


@contextlib.contextmanager
def inside(database: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let this process work in another database for a while."""
    before = str(connections["default"].settings_dict["NAME"])
    with blocker.unblock():
        _work_in(database)
        try:
            yield
        finally:
            _work_in(before)


def home_of(database: str) -> Path:
    """Where the processes that serve a database keep their files: not where those of another run beside it do."""
    return HOME_OF_TESTS / f"home-{database}"


def environment(database: str) -> dict[str, str]:
    """What makes child processes work in a database of ours."""
    uri = databases.SERVER.uri
    home = home_of(database)
    home.mkdir(exist_ok=True)
    here = {
        "SHOUWEN_HOME": str(home),
        "DATABASE_URL": uri("app", database),
        "DATABASE_OWNER_URL": uri("owner", database),
        "SHOUWEN_SECRET_KEY": "tests only",
    }
    return {**os.environ, **here, "DJANGO_SETTINGS_MODULE": "tests.live_settings"}


def _work_in(name: str) -> None:
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
