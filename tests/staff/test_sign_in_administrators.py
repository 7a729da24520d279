"""Three administrators who are three people: accounts, rights, and watching over both."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shouwen.base.errors import FieldError, Forbidden
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from shouwen.policy.act import Ref
from shouwen.staff import auditing, changes, factors, invitations
from shouwen.staff.auditing import Wanted
from shouwen.staff.changes import NewStaff
from shouwen.staff.models import SEPARATED, Holding
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


@pytest.mark.parametrize("first", SEPARATED)
@pytest.mark.parametrize("second", SEPARATED)
def test_nobody_is_two_of_the_three(world: Cast, first: str, second: str) -> None:
    Holding.objects.create(staff=world.zeng_qin, post=first, unit=world.units.company, since=NOW)
    elsewhere = Holding(staff=world.zeng_qin, post=second, unit=world.units.yunqi, since=NOW)
    if first == second:
        elsewhere.save()  # of two units
        return
    with pytest.raises(FieldError) as refused:
        changes.appoint(world.zeng_qin, second, world.units.yunqi, since=NOW, by=reader(world.an_ning), now=NOW)
    assert "不得由同一人担任" in refused.value.text("zh")
    with pytest.raises(IntegrityError), transaction.atomic():
        elsewhere.save()  # also by those who do not ask


@pytest.mark.parametrize("who", ["gao_yuan", "an_ning", "han_zheng"])
def test_no_administrator_reads_customers_or_cases(world: Cast, who: str) -> None:
    admin = reader(getattr(world, who))
    Customer.objects.create(number="KH1", name="王建国", unit=world.units.yunqi, created_at=NOW, updated_at=NOW)
    assert Customer.objects.visible_to(reader(world.lin_yue)).count() == 1
    assert not Customer.objects.visible_to(admin).exists()
    assert admin.units == frozenset()
    assert not any(admin.may(verb, "customer") for verb in ("see", "write", "reveal", "export", "import"))


def test_who_makes_accounts_gives_no_posts_and_who_gives_posts_makes_no_accounts(world: Cast) -> None:
    system, security, auditor = (reader(who) for who in (world.gao_yuan, world.an_ning, world.han_zheng))
    for other in (system, auditor):
        with pytest.raises(Forbidden):
            changes.appoint(world.li_na, "archivist", None, since=NOW, by=other, now=NOW)
    for other in (security, auditor):
        with pytest.raises(Forbidden):
            changes.add_staff(NewStaff(username="x", name="某人"), by=other, now=NOW)
        with pytest.raises(Forbidden):
            invitations.invite(world.li_na, by=other, now=NOW)
    with pytest.raises(Forbidden):
        factors.take_away(world.li_na, by=system, now=NOW)
    with pytest.raises(FieldError):
        factors.take_away(world.an_ning, by=security, now=NOW)


def test_only_the_auditor_reads_the_journal_of_administration(world: Cast) -> None:
    for who in (world.gao_yuan, world.an_ning, world.lin_yue, world.zhao_jun):
        with pytest.raises(Forbidden):
            auditing.page(Wanted(), by=reader(who), before=None, limit=10)
        with pytest.raises(Forbidden):
            auditing.export(Wanted(), by=reader(who), now=NOW)


def test_the_auditor_finds_what_they_look_for_the_newest_first(world: Cast) -> None:
    auditor = reader(world.han_zheng)
    li, sun = world.li_na.pk, world.sun_lei.pk
    told = [("sign_in", "staff", li, li), ("note", "case", 5, li), ("reveal", "customer", 7, li), ("appoint", "staff", sun, li)]
    write_events(
        [EventRow(subject=Ref(k, k, id_), kind=ACT, act=act, actor=who, at=NOW, entered_at=NOW) for act, k, id_, who in told]
    )

    def acts(wanted: Wanted, before: int | None = None, limit: int = 10) -> list[str]:
        return [e.act for e in auditing.page(wanted, by=auditor, before=before, limit=limit)]

    assert acts(Wanted()) == ["appoint", "reveal", "sign_in"]
    first = auditing.page(Wanted(), by=auditor, before=None, limit=1)
    assert acts(Wanted(), before=first[0].seq, limit=1) == ["reveal"]
    assert acts(Wanted(kind="sign_in")) == ["sign_in"]
    assert acts(Wanted(kind="reveal")) == ["reveal"]
    assert acts(Wanted(kind=auditing.ADMINISTRATION)) == ["appoint"]
    assert acts(Wanted(staff=sun)) == ["appoint"]
    assert acts(Wanted(since=NOW, until=NOW)) == []


def test_taking_the_journal_out_is_in_the_journal(world: Cast) -> None:
    auditor = reader(world.han_zheng)
    parts = list(auditing.export(Wanted(kind="export"), by=auditor, now=NOW))
    assert [(e.act, e.actor_id, e.subject_kind) for part in parts for e in part] == [("export", world.han_zheng.pk, "journal")]


def test_the_journal_is_read_by_its_own_index(world: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as asked:
        auditing.page(Wanted(kind="sign_in"), by=reader(world.han_zheng), before=None, limit=50)
    query = next(q["sql"] for q in asked if "base_event" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute("explain " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "event_audited" in plan, plan
