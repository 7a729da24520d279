"""What grows beside the cases of a company: customers, an inbox, and what rounds open. Django must be loaded.

Run again it adds only what is missing. Each part is in proportion to the cases, so that ten times the cases bring ten times of these.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from shouwen.base.models import Notice
from shouwen.base.outbox import NoticeRow, mark_read, write_notices
from shouwen.base.progress import Say
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.cases.round_cases import scheduled
from shouwen.customers.models import Customer
from shouwen.customers.writing import NewCustomer, NewPhone, create_customers
from shouwen.ops import cast
from shouwen.ops.copies import Originals
from shouwen.ops.invented import people
from shouwen.ops.saying import Paced

TOPIC: Final = "bench"  # of the notices, to find them again
PART: Final = 1000
CUSTOMERS, NOTICES, ROUNDS = 20, 10, 100  # one for so many cases


def fill(cases: int, now: datetime, say: Say) -> None:
    """Have so much of each as belongs to so many cases."""
    found, paced = cast.find(), Paced(say)
    _customers(cases // CUSTOMERS, now, [found.units.yunqi.pk, found.units.hupan.pk], found.lin_yue.pk, paced)
    _inbox(cases // NOTICES, now, found.chen_jie.pk, paced)
    _rounds(cases // ROUNDS, now, paced)


def _customers(wanted: int, now: datetime, sites: list[int], by: int, say: Paced) -> None:
    """People with a telephone each, at all sites; numbers of the block that nobody has (ops.invented), so that some share one."""
    chance = random.Random(7)  # noqa: S311  chosen by a seed, not secret
    while (have := Customer.objects.count()) < wanted:
        chance.seed(have)
        new = [
            NewCustomer(unit=chance.choice(sites), name=one.name, phones=(NewPhone(f"1380000{chance.randrange(10**4):04d}"),))
            for one in people(min(PART, wanted - have), seed=have)
        ]
        create_customers(new, by=by, at=now, now=now)
        say.tell(f"正在填写客户：{have + len(new)} / {wanted}", f"customers: {have + len(new)} / {wanted}")


def _inbox(wanted: int, now: datetime, staff: int, say: Paced) -> None:
    """What one person was told and has read, over the years."""
    while (have := Notice.objects.filter(staff_id=staff, topic=TOPIC).count()) < wanted:
        rows = [
            NoticeRow(
                topic=TOPIC,
                key=f"bench:{i}",
                at=now - timedelta(minutes=wanted - i),
                staff=staff,
                text=f"事项第 {i} 号有新的动作",
            )
            for i in range(have, min(have + PART, wanted))
        ]
        write_notices(rows)
        fresh = Notice.objects.filter(staff_id=staff, topic=TOPIC, read_at=None)
        mark_read(staff, list(fresh.values_list("pk", flat=True)), now=now)
        say.tell(f"正在填写消息：{have + len(rows)} / {wanted}", f"notices: {have + len(rows)} / {wanted}")


def _rounds(wanted: int, now: datetime, say: Paced) -> None:
    """Copies of what rounds opened lately and what has been done."""
    law = law_at(now)
    assert law is not None, "nothing is enacted"
    there = Case.objects.filter(opened_by_clause__in=scheduled(law), opened_at__gte=now - timedelta(days=28))
    originals = Originals(there.ended().order_by("pk").values_list("pk", flat=True)[:PART])
    have, seed = there.count(), 5000
    while have < wanted and originals.cases:
        some = originals if wanted - have >= len(originals.cases) else originals.some(wanted - have)
        have, seed = have + some.copy(timedelta(0), seed=seed + have), seed + 1
        say.tell(f"正在复制例行事项：{have} / {wanted}", f"copying rounds: {have} / {wanted}")
