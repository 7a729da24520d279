"""Open cases that nobody touches: opened just now, what they owe put off for years. Django must be loaded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from shouwen.base.progress import Say
from shouwen.base.sql import raw
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.ops import cast
from shouwen.ops.copies import Originals
from shouwen.ops.saying import Paced
from shouwen.ops.story import Player
from shouwen.ops.tales import Teller, look_around

ACTED: Final = 500  # of them; the others are copies
MARK: Final = "bench open"  # their channel, to find them again
FAR: Final = timedelta(days=3650)
URGENT: Final = ("leak", "outage", "danger")
_PUT_OFF: Final = """update cases_deadline set due_at = due_at + %s, warn_at = null
 where case_id = any(%s::int8[]) and stopped_at is null"""


def fill(wanted: int, now: datetime, say: Say) -> None:
    """Have at least so many of them."""
    have = Case.objects.filter(channel=MARK).count()
    if wanted and not have:
        have = _act(now)
    ids = list(Case.objects.filter(channel=MARK).order_by("pk").values_list("pk", flat=True)[:ACTED])
    originals, paced = Originals(ids), Paced(say)
    while have < wanted:
        have += originals.copy(timedelta(0), seed=1000 + have)
        paced.tell(f"正在复制未结事项：{have} / {wanted}", f"copying open cases: {have} / {wanted}")


def _act(now: datetime) -> int:
    """Open some hundred repairs, three of four of them urgent; nobody has answered them."""
    law = law_at(now)
    assert law is not None, "nothing is enacted"
    teller = Teller(look_around(cast.find(), law), 99)
    kinds = [URGENT[i % 3] if i % 4 else "fault" for i in range(ACTED)]
    stories = [teller.repair(now, teller.site(), kind=kind).until("open") for kind in kinds]
    player = Player(lambda _: None, timedelta(minutes=1))
    player.play(stories, until=now)
    if player.refused:
        raise SystemExit(player.refused[0].ruling.text("en"))
    ids = [s.ref.id for s in stories]
    raw().execute("update cases_case set channel = %s, next_due = next_due + %s where id = any(%s::int8[])", [MARK, FAR, ids])
    raw().execute(_PUT_OFF, [FAR, ids])
    return len(ids)
