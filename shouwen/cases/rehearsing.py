"""A proposed law put to this installation's past: by the command, in one process or several, or by the page's own process.

Whoever starts processes says how they begin. Where nothing forbids it they are copies of this one, which has compiled both laws;
else the proposal travels as files and is compiled again.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from typing import Final

from django.db import connections

from shouwen.base.trouble import Exit, Trouble
from shouwen.cases.enactments import law_at, sources_of
from shouwen.cases.histories import Archive, Period, acts_elsewhere, differences, how_many
from shouwen.cases.models import Enactment
from shouwen.cases.untold import list_all
from shouwen.policy.company import Company, read_company
from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources
from shouwen.policy.simulating import Rehearsal
from shouwen.policy.simulating_law import touched
from shouwen.policy.simulating_report import Report
from shouwen.policy.simulating_rounds import compare_rounds

Told = Callable[[int, int], object]  # cases read, of how many


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed law as files, so that another process can compile it again."""

    sources: Sources
    company_text: str

    def law(self) -> Law:
        """Return the law with its newest versions, as if they had always held. Raises PackError."""
        return newest(load(self.sources, read_company(self.company_text) if self.company_text else Company()))


def newest(law: Law) -> Law:
    """Return a law in which the newest version of each clause has always held."""
    return law.as_of(law.days[-1]) if law.days else law


def proposed(packs: Sources, company: Company, now: datetime) -> Proposal:
    """Return the law in force with the packs of a proposal in the place of its own. Trouble while no law is in force."""
    standing = in_force(now)
    names = {name.partition("/")[0] for name in packs}
    kept = {name: text for name, text in sources_of(standing).items() if name.partition("/")[0] not in names}
    return Proposal({**kept, **packs}, company.text or standing.company_text)


def in_force(now: datetime) -> Enactment:
    """Return the enactment that holds at a moment. Trouble while there is none."""
    standing = Enactment.objects.holding(now)
    if standing is None:
        raise Trouble(Exit.NOT_SET_UP, "还没有颁布任何制度。", "No law is in force yet.")
    return standing


@dataclass
class Rehearsing:
    """A proposal put to this installation's past, in this process or in several; `begin` makes a new process ready."""

    proposal: Proposal
    since: datetime
    until: datetime
    limit: int = 0
    processes: int = 1
    begin: Callable[[], object] | None = None

    def run(self, told: Told) -> Report:
        """Return what was found; `told` hears how many cases of how many have been read. What it raises ends the run."""
        begun = time.perf_counter()
        law, standing = self.proposal.law(), law_at(self.until)
        assert standing is not None
        differ = differences(law, self.since, self.until)
        only = touched(differ)
        period = Period(tuple(sorted(only.nouns)), self.since, self.until, limit=self.limit, only=only)
        total, report = how_many(period), Report()
        if not self.limit or self.limit > total:
            period = replace(period, limit=0)
        if self.processes > 1:
            connections.close_all()  # no connection is shared with the processes to come
        for part in self._parts(law, period, lambda done: told(done, period.limit or total)):
            report.add(part)
        list_all(differ, self.since, self.until, report)
        compare_rounds(standing, law, self.since, self.until, report)
        report.seconds = time.perf_counter() - begun
        return report

    def _parts(self, law: Law, period: Period, told: Callable[[int], object]) -> Iterator[Report]:
        if self.processes == 1:
            yield Report(acts_elsewhere=acts_elsewhere(period))
            yield rehearse(law, period, told)
            return
        limit, done = -(-period.limit // self.processes), 0
        parts = [replace(period, part=n, parts=self.processes, limit=limit) for n in range(self.processes)]
        copies = sys.platform == "linux" and threading.active_count() == 1  # of several threads a copy has one, and all the locks
        how, given = get_context("fork" if copies else "spawn"), (self.begin, law if copies else None)
        with ProcessPoolExecutor(self.processes, mp_context=how, initializer=_ready, initargs=given) as pool:
            try:
                asked = [pool.submit(_in_a_process, self.proposal, p) for p in parts]
                yield Report(acts_elsewhere=acts_elsewhere(period))  # counted while they read
                for future in as_completed(asked):
                    report = future.result()
                    done += report.subjects
                    told(done)
                    yield report
            except BrokenProcessPool:
                raise Trouble(Exit.USAGE, "预演的进程中断了。", "A process of the rehearsal has died.") from None


_inherited: Final[list[Law]] = []  # of a process that is a copy: the proposed law as its parent compiled it


def _ready(begin: Callable[[], object] | None, law: Law | None) -> None:
    """Make a new process ready."""
    _inherited[:] = [law] if law is not None else []
    if begin is not None:
        begin()


def _in_a_process(proposal: Proposal, period: Period) -> Report:
    return rehearse(_inherited[0] if _inherited else proposal.law(), period, lambda _: None)


def rehearse(law: Law, period: Period, told: Callable[[int], object]) -> Report:
    """Put a proposed law to the cases of a period."""
    archive = Archive()
    rehearsal = Rehearsal(law, archive.then, archive.org, period.until, period.since, only=period.only)
    return rehearsal.hear(archive.histories(period, told))
