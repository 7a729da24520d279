"""`shouwen law simulate PACK`: put a proposed law to what has happened, in this installation or in an event log."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.family import give_way, settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.ops.voice import Voice
from shouwen.policy.company import Company
from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources
from shouwen.policy.simulating_report import COUNTED, MINUTES, WORDS, Finds, Report

PATIENCE: Final = 2.0  # seconds between two lines of progress
KINDER: Final = 10  # how much less a rehearsal is worth to the machine than live work
BEFORE: Final = timedelta(days=365)
CHANGES: Final = {"added": ("新增", "added"), "changed": ("改动", "changed"), "repealed": ("废止", "repealed")}


def add_arguments(part: argparse.ArgumentParser) -> None:
    """Declare the options."""
    part.add_argument(
        "--since", type=date.fromisoformat, metavar="DATE", help="从哪天起(默认一年前) / from which day; a year ago"
    )
    part.add_argument("--json", action="store_true", help="打印 JSON / print JSON")
    part.add_argument("--limit", type=int, default=0, metavar="N", help="最多看几件 / cases at most")
    part.add_argument("--processes", type=int, default=1, choices=range(1, 9), metavar="N", help="几个进程 / how many processes")
    part.add_argument(
        "--minutes", action="append", default=[], metavar="WHAT=N",
        help=f"每项工作几分钟 / minutes each takes: {', '.join(f'{k}={v}' for k, v in MINUTES.items())}",
    )  # fmt: skip
    part.add_argument("--log", type=Path, metavar="FILE", help="不看本系统,看事件日志(CSV 或 XES) / an event log instead")
    part.add_argument("--map", type=Path, metavar="MAP", help="日志各列与动作的对应 / how the log's columns are to be read")


def main(args: argparse.Namespace, sources: Sources, company: Company, say: Voice) -> int:
    """Rehearse, and print what was found."""
    minutes = _minutes(args.minutes)
    report = _on_a_log(args, load(sources, company)) if args.log is not None else _on_our_past(args, sources, company, say)
    report.minutes = minutes
    print(json.dumps(report.plain(), ensure_ascii=False, indent=1) if args.json else "\n".join(told(report, say)))
    return 0


def _minutes(given: list[str]) -> dict[str, int]:
    found = dict(MINUTES)
    for text in given:
        name, _, number = text.partition("=")
        if name not in MINUTES or not (number.isdecimal() and len(number) < 6):
            raise Trouble(
                Exit.USAGE, f"--minutes 应为 {'、'.join(MINUTES)} 之一=分钟数。", f"--minutes takes {', '.join(MINUTES)}=N."
            )
        found[name] = int(number)
    return found


def _on_a_log(args: argparse.Namespace, law: Law) -> Report:
    from shouwen.policy.simulating_logs import read_log_map, rehearse_log  # noqa: PLC0415  Django is loaded only now

    if args.map is None:
        raise Trouble(Exit.USAGE, "看事件日志须用 --map 说明各列。", "An event log needs --map.")
    begun = time.perf_counter()
    report = rehearse_log(law, args.log, read_log_map(args.map), limit=args.limit)
    report.seconds = time.perf_counter() - begun
    return report


def _on_our_past(args: argparse.Namespace, sources: Sources, company: Company, say: Voice) -> Report:
    open_installation()
    load_django()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.rehearsing import Rehearsing, proposed  # noqa: PLC0415  needs Django loaded

    settle_memory()
    now = timezone.now()
    since = _beginning(args.since, now)
    proposal = proposed(sources, company, now)
    return Rehearsing(proposal, since, now, args.limit, args.processes, begin).run(Progress(say))


def _beginning(day: date | None, now: datetime) -> datetime:
    from django.utils import timezone  # noqa: PLC0415  Django is loaded only now

    return now - BEFORE if day is None else timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware here


class Progress:
    """Says on the terminal how far a rehearsal has come, when it takes long."""

    def __init__(self, say: Voice) -> None:
        self.say, self.last = say, time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Note how many cases have been read by now."""
        if time.monotonic() - self.last > PATIENCE:
            self.last = time.monotonic()
            print(self.say(f"预演：{done} / {total} 件", f"rehearsing: {done} of {total} cases"), file=sys.stderr, flush=True)


def begin() -> None:
    """Make a new process ready, before it is sent anything: what it is sent speaks of the apps."""
    give_way(KINDER)
    open_installation(None)
    load_django()
    settle_memory()


def told(report: Report, say: Voice) -> list[str]:
    """Return what was found as lines to read."""
    lines = [line for name in sorted(report.finds) for line in _clause(name, report.finds[name], say)]
    if not lines:
        lines = [say("没有一条不同。", "No clause differs.")]
    plain = report.plain()
    sums = "，".join(f"{say(*WORDS[k])} {plain['totals'][k]:+d}" for k in COUNTED)
    books = "，".join(f"{book} {n:+d}" for book, n in plain["totals"]["entries"].items() if n)
    each = "、".join(f"{say(*WORDS[k])} {n}" for k, n in report.minutes.items())
    lines += ["", say("合计：", "In all: ") + sums + (f"；{say('记账', 'entries')} {books}" if books else "")]
    lines.append(
        say(f"工时 {report.hours:+} 小时（假定每项分钟：{each}）", f"{report.hours:+} hours of work (minutes assumed: {each})")
    )
    rate = plain["acts_per_second"]
    lines.append(
        say(
            f"{report.subjects} 件，{report.acts} 个动作，按两种制度各判 {report.judged} 个；{report.diverged} 件自首次不同处停下，"
            f"其后 {report.not_looked_at} 个动作未看；{report.seconds:.1f} 秒，每秒 {rate} 个动作",
            f"{report.subjects} cases, {report.acts} acts, {report.judged} of them judged by both laws; {report.diverged} cases left at "
            f"their first divergence, {report.not_looked_at} later acts not looked at; {report.seconds:.1f} s, {rate} acts a second",
        )
    )
    if report.unread:
        lines.append(
            say(
                f"{report.unread} 处读不懂（没有事项号，或时刻不对），没有算在内",
                f"{report.unread} could not be read (no case, or no moment)",
            )
        )
    return lines


def _clause(name: str, f: Finds, say: Voice) -> Iterator[str]:
    yield f"{name}　{say(*CHANGES[f.change])}　{say(f.zh, f.en or f.zh)}"
    counted = say(
        f"  相同 {f.same}（其中期限变而结果不变 {f.moved}），不同 {f.differs}，说不准 {f.cannot_tell}",
        f"  same {f.same} ({f.moved} of them with another due moment and the same end), differs {f.differs}, cannot tell {f.cannot_tell}",
    )
    yield counted + (say(f"，其中重放不符 {f.unfaithful}", f", {f.unfaithful} of them not faithful") if f.unfaithful else "")
    if f.rounds is not None:
        yield say(
            f"  按日历轮到：原 {f.rounds[0]} 次，现 {f.rounds[1]} 次",
            f"  comes round: {f.rounds[0]} times then, {f.rounds[1]} now",
        )
    if f.untold[0]:
        yield "  " + say(*f.untold)
    for e in f.examples[:10]:
        yield f"    {e.number}  {e.at:%Y-%m-%d %H:%M}  {e.act}  {say(e.zh, e.en)}"
    if f.doubtful:
        e = f.doubtful[0]
        yield say(f"    说不准，如 {e.number} {e.act}：{e.zh}", f"    cannot tell, such as {e.number} {e.act}: {e.en}")
