"""`shouwen doctor`: what is wrong with this installation, in sentences; the exit code is 0 when nothing is."""

from __future__ import annotations

import argparse
import enum
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from shouwen.base import database
from shouwen.base.embedded import default_home
from shouwen.base.progress import aloud
from shouwen.base.trouble import Trouble, say
from shouwen.ops import assets
from shouwen.ops.cli import add_home
from shouwen.ops.installation import demand_migrated, load_django, open_installation
from shouwen.worktime.holidays import chinese_holidays

ROOT = Path(__file__).resolve().parents[2]
LITTLE = 1024**3  # bytes of free disk that make us warn
TOO_LITTLE = 200 * 1024**2


class Health(enum.StrEnum):
    """How a finding is marked: wrong ones make the exit code 1."""

    GOOD = "✓"
    WARNING = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing."""

    health: Health
    zh: str
    en: str


WORKERS = """select count(*) from pg_stat_activity
 where application_name = 'shouwen-worker' and datname = current_database()"""
# What the clock and the rounds could not do, by why: each waits, and is tried again.
STUCK = """select (select array_agg(k order by k) from cases_round r, jsonb_object_keys(r.behind) k),
 (select array_agg(distinct clause order by clause) from cases_occurrence where done_at is null and trouble <> ''),
 (select count(*) from cases_deadline where stopped_at is null and breached_at is null and tries > 0)"""
Check = Callable[[], Iterator[Finding]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen doctor --help`."""
    add_home(parser)


def main(args: argparse.Namespace) -> int:  # noqa: ARG001  every command is called with its arguments
    """Say every finding; later checks need what earlier ones looked at, so a database that is down ends the round."""
    worst = Health.GOOD
    for finding in examine(date.today()):  # noqa: DTZ011  the machine's own day is what its calendar must know
        print(f"{finding.health} {say(finding.zh, finding.en)}")
        worst = max(worst, finding.health, key=list(Health).index)
    return int(worst is Health.WRONG)


def examine(today: date) -> Iterator[Finding]:
    """Every check in order."""
    for check in (_python, _page_libraries, _home, _disk):
        yield from check()
    try:
        open_installation(aloud)
        me = database.standing(database.url("app", default_home()))
    except (Trouble, psycopg.OperationalError) as e:
        zh, en = (e.zh, e.en) if isinstance(e, Trouble) else ("连不上数据库。DATABASE_URL 对吗？服务器在运行吗？",
            "The database cannot be reached. Is DATABASE_URL right, is the server running?")  # fmt: skip
        yield Finding(Health.WRONG, zh, en)
        yield from _calendar(today, frozenset())
        return
    yield from _database(me)
    load_django()
    for check in (_tables, _worker, _stuck, _feeds):
        yield from check()
    yield from _calendar(today, _entered())


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.prefix == sys.base_prefix:
        yield Finding(
            Health.WARNING, f"Python {version}，但不在虚拟环境里。", f"Python {version}, but not in a virtual environment."
        )
    else:
        yield Finding(Health.GOOD, f"Python {version}，虚拟环境 {sys.prefix}。", f"Python {version} in {sys.prefix}.")


def _page_libraries() -> Iterator[Finding]:
    if assets.vendor(ROOT).is_dir() and (not (ROOT / "package-lock.json").exists() or assets.fresh(ROOT)):
        yield Finding(Health.GOOD, "网页所需的库齐全。", "The browser libraries are there.")
    else:
        yield Finding(
            Health.WRONG,
            "网页所需的库缺失或过时。请运行 `shouwen setup`。",
            "Browser libraries are missing or old. Run `shouwen setup`.",
        )


def _home() -> Iterator[Finding]:
    key = default_home() / "secret.key"
    if key.exists() and key.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Finding(Health.WRONG, f"{key} 别的账号也能读。请 chmod 600。", f"Other accounts can read {key}. Do chmod 600.")
    if os.environ.get("SHOUWEN_DEBUG") == "1":
        yield Finding(
            Health.WARNING,
            "SHOUWEN_DEBUG 已打开，错误页会显示内部数据。",
            "SHOUWEN_DEBUG is on: error pages show internal data.",
        )


def _disk() -> Iterator[Finding]:
    home = default_home()
    there = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(there).free
    health = Health.WRONG if free < TOO_LITTLE else Health.WARNING if free < LITTLE else Health.GOOD
    yield Finding(
        health, f"{home} 所在磁盘还有 {free / 1024**3:.1f} GB。", f"The disk of {home} has {free / 1024**3:.1f} GB left."
    )


def _entered() -> frozenset[int]:
    """The years of holidays the company entered itself, by the law that holds; none where the tables are not there yet."""
    from django.db import DatabaseError  # noqa: PLC0415  needs Django loaded
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.enactments import law_at  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.holidays import entered_years  # noqa: PLC0415  needs Django loaded

    try:
        law = law_at(timezone.now())
    except DatabaseError:
        return frozenset()
    return frozenset(entered_years(law)) if law is not None else frozenset()


def _calendar(today: date, entered: frozenset[int]) -> Iterator[Finding]:
    known = {*chinese_holidays().years, *entered}
    for year, needed in ((today.year, Health.WRONG), (today.year + 1, Health.WARNING)):
        if year in known:
            yield Finding(Health.GOOD, f"{year} 年的节假日安排已知。", f"The holidays of {year} are known.")
        elif needed is Health.WRONG or today.month >= 11:
            yield Finding(
                needed,
                f"不知道 {year} 年的节假日和调休，会拒绝时限跨到那一年的操作。国务院的通知公布后，请到网页「管理」→「日历」"
                f"点「录入放假安排」，贴进通知全文；或写进 company.yaml 的 holidays 再颁布（docs/guide/organisation.md）。",
                f"The holidays and make-up days of {year} are not known; acts whose deadlines reach into that year are refused. "
                "Once they are announced, enter them on the page Management, Calendars (paste the notice), "
                "or under `holidays` in company.yaml and enact it (docs/guide/organisation.md).",
            )


def _database(me: database.Standing) -> Iterator[Finding]:
    kind = ("外部", "outside") if database.outside() else ("内置", "embedded")
    if me.version < database.FLOOR:
        yield Finding(
            Health.WRONG, f"PostgreSQL {me.version} 太旧，至少 {database.FLOOR}。", f"PostgreSQL {me.version} is too old."
        )
    else:
        yield Finding(Health.GOOD, f"{kind[0]} PostgreSQL {me.version} 可用。", f"The {kind[1]} PostgreSQL {me.version} answers.")
    if me.lawful:
        yield Finding(Health.GOOD, f"应用账号 {me.user} 不拥有任何表。", f"The application's account {me.user} owns nothing.")
    else:
        yield Finding(
            Health.WRONG,
            f"应用账号 {me.user} 是超级用户或表的属主：记录可以被篡改。请换普通账号。",
            f"The application's account {me.user} is a superuser or owns tables: the journal is not safe. Use an ordinary one.",
        )


def _tables() -> Iterator[Finding]:
    try:
        demand_migrated()
    except Trouble as e:
        yield Finding(Health.WRONG, e.zh, e.en)
    else:
        yield Finding(Health.GOOD, "数据表是最新的。", "The tables are up to date.")


def _worker() -> Iterator[Finding]:
    from django.db import connection  # noqa: PLC0415  Django is loaded only now

    with connection.cursor() as cursor:
        cursor.execute(WORKERS)
        row = cursor.fetchone()
    if row and row[0]:
        yield Finding(Health.GOOD, "后台进程在运行。", "A worker is running.")
    else:
        yield Finding(
            Health.WARNING,
            "没有后台进程在运行：时限不会触发。请启动 `shouwen serve`。",
            "No worker is running: deadlines do not fire. Start `shouwen serve`.",
        )


def _stuck() -> Iterator[Finding]:
    """Rounds that cannot be told or asked, and deadlines that cannot be judged."""
    from django.db import DatabaseError, connection  # noqa: PLC0415  Django is loaded only now

    try:
        with connection.cursor() as cursor:
            cursor.execute(STUCK)
            behind, waiting, aside = cursor.fetchone() or (None, None, 0)
    except DatabaseError:
        return  # the tables are not there or not up to date, which was said already
    if clauses := sorted({*(behind or ()), *(waiting or ())}):
        listed = "、".join(clauses)
        yield Finding(
            Health.WRONG,
            f"这些条款的例行事项没有开立，因为日历里没有那一年的节假日：{listed}。补上后会自动补开。",
            f"Rounds of these clauses wait for a year of holidays that nobody has entered: {', '.join(clauses)}. Then they catch up.",
        )
    if aside:
        yield Finding(
            Health.WRONG,
            f"有 {aside} 个时限无法判断，系统会再试。原因见事项记录中的“无法判断”。",
            f"{aside} deadlines could not be judged and are tried again; the journal of their cases says why (trouble).",
        )


def _feeds() -> Iterator[Finding]:
    """Facts others tell that are too old for the law: whatever asks for them is refused."""
    from django.db import DatabaseError  # noqa: PLC0415  needs Django loaded
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.enactments import law_at  # noqa: PLC0415  needs Django loaded
    from shouwen.cases.outside import feeds  # noqa: PLC0415  needs Django loaded

    now = timezone.now()
    try:
        law = law_at(now)
        found = feeds(law, law.calendars[law.calendar], now) if law is not None else []
    except DatabaseError:
        return  # the tables are not there or not up to date, which was said already
    for feed in found:
        if feed.fact.stale_after is None or not feed.stale:
            continue
        last = f"{timezone.localtime(feed.newest):%Y-%m-%d %H:%M}" if feed.newest is not None else ""
        yield Finding(
            Health.WARNING,
            f"外来事实“{feed.fact.zh}”（{feed.fact.id}）{f'最近一次是 {last}，已过期' if last else '从没有人提供'}，要看它的动作会被拒绝。",
            f"The outside fact {feed.fact.id} {f'was last told as of {last}: too old' if last else 'was never told'}. "
            "Acts that need it are refused.",
        )
