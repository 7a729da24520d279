"""Rehearsals that managers ask for on the page: asked, taken one at a time by a process in the background, stopped, kept.

Whoever carries one out holds an advisory lock for as long as its connection lives: of several workers only one rehearses, and a
run whose process died is known by the lock that nobody holds.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from shouwen.base import repeats
from shouwen.base.access import Reader, demand
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.live_notice import announce
from shouwen.base.repeats import Claim
from shouwen.base.sql import raw
from shouwen.base.trouble import Trouble
from shouwen.cases.enactments import law_at, sources_of
from shouwen.cases.models import RehearsalRun
from shouwen.cases.rehearsing import Proposal, Rehearsing, in_force
from shouwen.policy.act import Ref
from shouwen.policy.errors import PackError
from shouwen.policy.law import Law
from shouwen.policy.packs import REGULATION_ID
from shouwen.policy.simulating_report import Report
from shouwen.policy.source import read_text

TOPIC: Final = "rehearsal"
MOST_WAITING: Final = 5  # that have not ended
LONGEST_NOTE: Final = 400
SAID: Final = 400  # characters of a title
_LOCK: Final = "select pg_try_advisory_lock(hashtext('cases_rehearsal'))"
_FREE: Final = "select pg_try_advisory_xact_lock(hashtext('cases_rehearsal'))"
_FORWARD: Final = "update cases_rehearsalrun set done = %s, total = %s where id = %s returning stopping"

log = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody asked that a run be stopped."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be rehearsed: files by their places among the packs, the company's settings ("" as they are), from when on."""

    files: Mapping[str, str]
    since: datetime
    company_text: str = ""
    note: str = ""


def placed(text: str, standing: Mapping[str, str], pack: str) -> str:
    """Return where a file belongs among the packs: in the place of the one of that name, else in `pack`; "" for the company's own.

    Raises SourceError for what is no YAML, FieldError for what is no regulation.
    """
    root = read_text(text, "yaml")
    if root.get("company") is not None and root.get("regulation") is None:
        return ""
    own = root.get("pack")
    if own is not None and root.get("regulation") is None:
        return f"{_word(own.text)}/pack.yaml"
    node = root.get("regulation")
    name = f"{_word(node.text if node is not None else None)}.yaml"
    there = [path for path in standing if path.partition("/")[2] == name]
    same = [path for path in there if path == f"{pack}/{name}"] or there
    if len(same) != 1 and not REGULATION_ID.fullmatch(pack):
        raise FieldError.of(
            "pack", "现行制度里没有它，请选择放在哪个制度包。", "The law in force has none of that name: choose its pack."
        )
    return same[0] if len(same) == 1 else f"{pack}/{name}"


def _word(text: str | None) -> str:
    if text is None or not REGULATION_ID.fullmatch(text):
        zh = "看不出是哪个制度：文件开头应有 regulation: 和制度的名称。"
        raise FieldError.of("files", zh, "This is no regulation: the file should begin with regulation: and its name.")
    return text


def files_now(now: datetime) -> Mapping[str, str]:
    """Return the files of the law in force. Trouble while there is none."""
    return sources_of(in_force(now))


def law_of(wanted: Wanted, now: datetime) -> Law:
    """Return the law that is proposed. Raises PackError with every fault."""
    return _proposal(wanted.files, wanted.company_text, now).law()


def _proposal(files: Mapping[str, str], company_text: str, now: datetime) -> Proposal:
    standing = in_force(now)
    return Proposal({**sources_of(standing), **files}, company_text or standing.company_text)


@transaction.atomic
def ask(wanted: Wanted, *, by: Reader, now: datetime, key: str = "") -> RehearsalRun:
    """Ask for a rehearsal; a process in the background takes it when its turn comes. Nothing of the law changes by it.

    With a key that was used before it is the rehearsal of that time. Raises Forbidden, FieldError, KeyReused, and PackError with
    every fault of the proposal.
    """
    demand(by, "administer", "law")
    if not key:
        return _ask(wanted, by, now)
    owned = (by.staff, key)
    known = repeats.claim([Claim(*owned, repeats.digest(asdict(wanted)))], now=now)
    if owned in known:
        return RehearsalRun.objects.get(pk=known[owned])
    made = _ask(wanted, by, now)
    repeats.remember({owned: made.pk})
    return made


def _ask(wanted: Wanted, by: Reader, now: datetime) -> RehearsalRun:
    if not wanted.files and not wanted.company_text:
        raise FieldError.of("files", "请粘贴或选择要改的制度。", "Paste or choose what is to be changed.")
    if wanted.since >= now:
        raise FieldError.of(
            "since", "预演看的是已发生的事，请选过去的日期。", "A rehearsal looks back: choose a day that has passed."
        )
    if RehearsalRun.objects.filter(ended_at=None).count() >= MOST_WAITING:
        zh = f"已有 {MOST_WAITING} 次预演没有结束，请等一等或取消不用的。"
        raise FieldError.of("", zh, f"{MOST_WAITING} rehearsals have not ended yet; wait, or stop one.")
    law = law_of(wanted, now)
    titles = [r.zh for path in wanted.files if (r := law.regulations.get(path.removesuffix(".yaml"))) is not None]
    title = "、".join([*titles, *(["本公司设定"] if wanted.company_text else [])]) or "、".join(wanted.files)
    packed = zlib.compress(json.dumps(dict(wanted.files), ensure_ascii=False).encode(), 9)
    made = RehearsalRun.objects.create(
        title=title[:SAID], files=packed, company_text=wanted.company_text, note=wanted.note.strip()[:LONGEST_NOTE],
        since=wanted.since, asked_at=now, asked_by_id=by.staff,
    )  # fmt: skip
    _note(made, "rehearse", by, now)
    announce(TOPIC)
    return made


@transaction.atomic
def stop(pk: int, *, by: Reader, now: datetime) -> RehearsalRun:
    """Stop a rehearsal: at once while it waits, within some hundred cases while it runs. NotFound when there is none."""
    demand(by, "administer", "law")
    run = RehearsalRun.objects.select_for_update().filter(pk=pk).first()
    if run is None:
        raise NotFound
    if run.under_way and not run.stopping:
        run.stopping = True
        if run.state == RehearsalRun.State.WAITING:
            run.state, run.ended_at = RehearsalRun.State.STOPPED, now
        run.save(update_fields=["stopping", "state", "ended_at"])
        _note(run, "stop_rehearsal", by, now)
    return run


def _note(run: RehearsalRun, act: str, by: Reader, now: datetime) -> None:
    told = {"title": run.title, "since": run.since, "note": run.note}
    write_events(
        [EventRow(subject=Ref("law", "rehearsal", run.pk), kind=ACT, act=act, actor=by.staff, at=now, entered_at=now, data=told)]
    )


def is_waiting() -> bool:
    """Whether a rehearsal waits for its turn."""
    return RehearsalRun.objects.waiting().exists()


@transaction.atomic
def bury(now: datetime) -> int:
    """Say of runs whose process died that they have not been finished; return how many."""
    running = RehearsalRun.objects.filter(state=RehearsalRun.State.RUNNING)
    if not running.exists() or not _granted(_FREE):
        return 0
    zh, en = "预演的进程中断了，可以再预演一次。", "The process of the rehearsal has died; rehearse again."
    return running.update(state=RehearsalRun.State.FAILED, ended_at=now, trouble={"zh": zh, "en": en})


def carry_out(clock: Callable[[], datetime]) -> RehearsalRun | None:
    """Take the rehearsal whose turn it is and carry it out in this process; None when none waits, or another process has one.

    The lock stays with the connection: the process is to end afterwards.
    """
    if not _granted(_LOCK):
        return None
    run = _taken(clock())
    if run is None:
        return None
    try:
        report = _found(run, clock())
    except Stopped:
        _end(run, RehearsalRun.State.STOPPED, clock())
    except PackError as e:
        _end(run, RehearsalRun.State.FAILED, clock(), trouble={"zh": e.text("zh"), "en": e.text("en")})
    except Trouble as e:
        _end(run, RehearsalRun.State.FAILED, clock(), trouble={"zh": e.zh, "en": e.en})
    except Exception as e:
        log.exception("a rehearsal failed")
        kind = type(e).__name__
        _end(run, RehearsalRun.State.FAILED, clock(), trouble={"zh": f"出了意外（{kind}）。", "en": f"Something broke ({kind})."})
    else:
        _end(run, RehearsalRun.State.DONE, clock(), report=report)
    return run


@transaction.atomic
def _taken(now: datetime) -> RehearsalRun | None:
    run = RehearsalRun.objects.waiting().select_for_update(skip_locked=True).first()
    if run is not None:
        run.state, run.began_at = RehearsalRun.State.RUNNING, now
        run.save(update_fields=["state", "began_at"])
    return run


def _found(run: RehearsalRun, now: datetime) -> dict[str, Any]:
    proposal = _proposal(files_of(run), run.company_text, now)

    def told(done: int, total: int) -> None:
        row = raw().execute(_FORWARD, [done, total, run.pk]).fetchone()
        announce(f"{TOPIC}-{run.pk}")
        if row is None or row[0]:
            raise Stopped

    report = Rehearsing(proposal, run.since, run.asked_at).run(told)
    if RehearsalRun.objects.filter(pk=run.pk, stopping=True).exists():
        raise Stopped  # asked for after the last part was read
    return {**report.plain(), "sentences": _sentences(report, law_at(run.asked_at), proposal.law())}


def _sentences(report: Report, old: Law | None, new: Law) -> dict[str, dict[str, str]]:
    """Return how each clause that differs is read, then and now; "" where it is not in the one law."""
    return {name: {"was": _read(old, name), "now": _read(new, name)} for name in report.finds}


def _read(law: Law | None, name: str) -> str:
    versions = law.versions.get(name, []) if law is not None else []
    return versions[-1].sentence() if versions and not versions[-1].repealed else ""


def _end(run: RehearsalRun, state: str, now: datetime, **found: Any) -> None:
    RehearsalRun.objects.filter(pk=run.pk).update(state=state, ended_at=now, **found)
    announce(f"{TOPIC}-{run.pk}")
    run.state, run.ended_at = state, now


def files_of(run: RehearsalRun) -> Mapping[str, str]:
    """Return the files that were proposed."""
    found: Mapping[str, str] = json.loads(zlib.decompress(bytes(run.files)))
    return found


def _granted(query: str) -> bool:
    row = raw().execute(query).fetchone()
    return bool(row and row[0])
