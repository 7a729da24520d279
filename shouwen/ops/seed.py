"""The demo company, from an empty database to a lively desk: the cast, the law, the estate, a past if wanted, and the present.

The year before the present comes afterwards, in the background (`year`).

Run again it changes nothing that is there. Passwords are made for each installation and kept beside its data.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from shouwen.base.models import Notice
from shouwen.base.progress import Say
from shouwen.base.trouble import Exit, Trouble
from shouwen.cases.enactments import enact, law_at
from shouwen.cases.holidays import enter_year, entered_years
from shouwen.cases.models import Case
from shouwen.ops import cast, estate, library, shelf
from shouwen.ops.cast import COMPANY, SINCE, Cast
from shouwen.ops.coming import SOURCE, coming_years, with_coming_years
from shouwen.ops.past import WEEKS, Past
from shouwen.ops.present import Present
from shouwen.ops.routine import Days
from shouwen.ops.story import Player
from shouwen.ops.tales import Around, look_around
from shouwen.ops.year import Year
from shouwen.policy.company import company_in
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.packs import read_sources
from shouwen.staff import org
from shouwen.staff.door_rules import ease_for_a_demo
from shouwen.staff.models import Staff
from shouwen.staff.posts import title

OURS: Final = "yunqi"  # the company's own pack
FILE: Final = "demo.json"
WEEK: Final = timedelta(days=8)  # before now: the past ends and the present begins
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is taken for something else


@dataclass(frozen=True, slots=True)
class Kept:
    """What an installation keeps of its demo: everybody's password, and when it was begun."""

    password: str
    begun: datetime


def demo_company(cases: int, say: Say, now: datetime | None = None) -> list[str]:
    """Set up the demo company with at least so many past cases; return a line for each person who may sign in."""
    now = timezone.localtime(now, timezone.get_default_timezone())
    kept, fresh = _kept(now)
    company = _company(now, kept.password, fresh=fresh)
    law = _law(company, now)
    estate.build(company, law)
    library.build(company, law, now)
    around = look_around(company, law)
    fill(around, cases, kept.begun, now, say)
    return _logins(company, law, org.snapshot(now), kept.password, now)


def fill(around: Around, cases: int, begun: datetime, now: datetime, say: Say) -> list[Player]:
    """Play the past and the present, unless they are there; return the players, who know what went wrong."""
    begin = beginning(begun)
    players: list[Player] = []
    if cases:
        past = Past(around, begin, Days(around, begin - WEEKS, exact=False), say)
        players += [p for p in [past.fill(cases)] if p is not None]
        Notice.objects.filter(at__lt=begin, read_at=None, staff_id__isnull=False).update(read_at=begin)
    if not Case.objects.filter(opened_at__gte=begin).exclude(procedure="daily_report").exists():
        player = Player(Days(around, begin, exact=True, forgotten={(begun - timedelta(days=1)).date()}), timedelta(minutes=5))
        player.play(Present(around, now).stories(), until=now)
        players.append(player)
    return players


def beginning(begun: datetime) -> datetime:
    """Return the midnight with which the present begins and every past ends."""
    return (begun - WEEK).replace(hour=0, minute=0, second=0, microsecond=0)


def year(say: Say, now: datetime | None = None) -> Year:
    """Return the year before the present of a demo company that is there, ready to be filled in."""
    now = timezone.localtime(now, timezone.get_default_timezone())
    kept, _ = _kept(now)
    found = cast.find()
    return Year(look_around(found, _law(found, now)), beginning(kept.begun), say)


def _kept(now: datetime) -> tuple[Kept, bool]:
    """Return what this installation keeps of its demo; made anew when there is none (then everybody gets a new password)."""
    path = Path(settings.HOME) / FILE
    try:
        told = json.loads(path.read_text("utf-8"))
        return Kept(told["password"], datetime.fromisoformat(told["begun"]).astimezone(now.tzinfo)), False
    except (OSError, ValueError, KeyError):
        made = Kept("".join(secrets.choice(ALPHABET) for _ in range(10)), now)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": made.password, "begun": made.begun.isoformat()}), "utf-8")
    return made, True


def _company(now: datetime, password: str, *, fresh: bool) -> Cast:
    try:
        was_there = Staff.objects.people().exists()
        found = cast.build(now, password)
        ease_for_a_demo(now=now)
    except KeyError:
        raise Trouble(
            Exit.IN_USE,
            "这个数据库里是另一家公司，演示不会动它。请用 --home 指定另一个目录。",
            "The database holds another company; the demo leaves it alone. Choose another directory with --home.",
        ) from None
    if fresh and was_there:  # the file with the password was lost
        Staff.objects.people().update(password=make_password(password))
    return found


def _law(people: Cast, now: datetime) -> Law:
    """Enact the packs as of the company's beginning, unless some law is in force, which is told the years it will need."""
    law = law_at(now)
    if law is None:
        ours = shelf.SHELF / OURS
        company = company_in(ours)
        if company is None:
            raise Trouble(Exit.NOT_SET_UP, f"缺少 {ours / 'company.yaml'}。", f"{ours / 'company.yaml'} is missing.")
        packs = [*company.adopts, *([OURS] if (ours / shelf.PACK).exists() else [])]
        text = with_coming_years(company.text, now)
        enact(read_sources(shelf.folders(packs)), text, effective_from=SINCE, now=now, note=f"{COMPANY}建立")
    else:
        for told in coming_years(entered_years(law), now):
            enter_year(told, source=SOURCE, by=org.reader(people.gao_yuan.pk, now), now=now)
    law = law_at(now)
    assert law is not None
    return law


def _logins(company: Cast, law: Law, found: Org, password: str, now: datetime) -> list[str]:
    """One line for each person: user name, password, name, posts."""
    lines = []
    for person in company.everybody:
        held = [h for h in found.holdings if h.staff == person.pk and h.stands(now)]
        titles = {h.post: title(h.post, law.posts, "zh") for h in held}
        places = "、".join(
            dict.fromkeys(
                f"{titles[h.post]}（{found.units[h.unit].name}）" if h.unit in found.units else titles[h.post] for h in held
            )
        )
        lines.append(f"  {person.username:<14}{password}   {person.name}　{places}")
    return ["用户名          密码         姓名　岗位", *lines]
