"""The law as it is in force: publishing it, and keeping it compiled in each process.

Which law: acts are judged by the law of the moment they happened; a case keeps the shape (fields, steps, acts) of the enactment
it began under. `Laws` answers both for one transaction; what it compiled stays in the process until a newer enactment appears.
"""

from __future__ import annotations

import json
import threading
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from shouwen.base.errors import FieldError, Problem
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.models import Company as OurCompany
from shouwen.base.sql import place, raw
from shouwen.cases.company_text import carried_over
from shouwen.cases.models import Enactment
from shouwen.policy.act import Ref
from shouwen.policy.company import Company, read_company
from shouwen.policy.errors import Faults
from shouwen.policy.law import Law, load
from shouwen.policy.nouns import Noun
from shouwen.policy.packs import Sources

# The moment whose law is the newest: things that outlive enactments have its shape.
NEWEST: Final = datetime.max.replace(tzinfo=UTC)
VERSION: Final = (
    "select coalesce(sum(id), 0)::int8 from cases_enactment"  # to fold into another query; changes with every enactment
)
YEARS: Final = (1900, 9000)  # a law may begin in
_LIST: Final = "select id, effective_from, digest from cases_enactment order by effective_from, enacted_at, id"
_READ: Final = "select sources, company_text from cases_enactment where id = %s"
_DEFER: Final = "select pg_advisory_xact_lock(hashtext('cases_enactment'))"


class Undecided(Problem):
    """A law cannot be enacted while a value the source leaves open has not been set by the company."""

    status = 422
    code = "undecided"

    def __init__(self, open_values: tuple[tuple[str, str], ...]) -> None:
        listed = "、".join(f"{clause} 的 {parameter}" for clause, parameter in open_values)
        super().__init__(f"还有本公司须定的数值没有定：{listed}。", f"The company has not set: {listed}.")
        self.open_values = open_values


class SameMoment(Problem):
    """Another law begins at that very moment already: it would never hold, and whoever enacted it would not know."""

    status = 409
    code = "same_moment"

    def __init__(self, standing: Enactment) -> None:
        when = f"{timezone.localtime(standing.effective_from):%Y-%m-%d %H:%M}"
        note, note_en = (f"（{standing.note}）", f" ({standing.note})") if standing.note else ("", "")
        super().__init__(
            f"自 {when} 起已有一次颁布{note}，再颁布一次会使它从不生效。要换掉它，请加 --instead；要并存，请换一个起始时刻（--from）。",
            f"A law is enacted from {when} on already{note_en}; it would never hold. "
            "To replace it add --instead; to keep it choose another beginning (--from).",
        )


class ShapedLaw(Law):
    """A law over the shapes of an older one: the clauses of the moment, the fields, steps and acts a case began with."""

    def __init__(self, law: Law, nouns: dict[str, Noun]) -> None:
        self.__dict__.update(law.__dict__)
        self.nouns = {**law.nouns, **nouns}
        self._by_epoch = {}


@dataclass(frozen=True, slots=True)
class _Listed:
    """The enactments of one database, in the order they begin to hold."""

    version: int
    begins: tuple[datetime, ...]
    ids: tuple[int, ...]
    digests: dict[int, str]


class _Kept:
    """What this process has compiled: by digest, for tests and demos make many databases of one law."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.listed: dict[str, _Listed] = {}
        self.laws: dict[str, Law] = {}
        self.shaped: dict[tuple[str, str, str], Law] = {}


_kept = _Kept()


class Laws:
    """The enactments as one transaction sees them."""

    def __init__(self, version: int | None = None) -> None:
        """`version` is what VERSION gave, if the caller has read it together with something else."""
        self._listed = _list(version)

    @property
    def version(self) -> int:
        """Which enactments there are."""
        return self._listed.version

    def number_at(self, moment: datetime) -> int:
        """Return the id of the enactment in force at a moment; 0 when there was none yet."""
        index = bisect_right(self._listed.begins, moment)
        return self._listed.ids[index - 1] if index else 0

    def at(self, moment: datetime) -> Law | None:
        """Return the law in force at a moment; None when there was none yet."""
        number = self.number_at(moment)
        return self.of(number) if number else None

    def of(self, enactment: int) -> Law:
        """Return the law of an enactment."""
        digest = self._digest(enactment)
        found = _kept.laws.get(digest)
        return found if found is not None else _compile(enactment, digest)

    def _digest(self, enactment: int) -> str:
        """Return the digest of an enactment; of one that was published while this transaction waited for a lock, too."""
        if enactment not in self._listed.digests:
            self._listed = _list(None)
        return self._listed.digests[enactment]

    def judging(self, moment: datetime, noun: str, shape: int) -> Law | None:
        """Return the law of a moment for a subject in the shape of an enactment (0: a new one, in the shape of the moment)."""
        number = self.number_at(moment)
        if not number:
            return None
        law = self.of(number)
        if shape in (0, number) or self._digest(shape) == law.digest:
            return law
        key = (law.digest, self._digest(shape), noun)
        found = _kept.shaped.get(key)
        if found is None:
            found = _kept.shaped[key] = _over(law, self.of(shape), noun)
        return found


def law_at(moment: datetime) -> Law | None:
    """Return the law in force at a moment; None when nothing was enacted yet. For doors that only read."""
    return Laws().at(moment)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What shall hold, from when, who says so and why. `instead`: it may begin at the very moment another does."""

    sources: Sources
    company_text: str
    effective_from: datetime
    by: int
    note: str
    instead: bool = False


def enact(
    sources: Sources, company_text: str = "", *, effective_from: datetime, by: int = 0, now: datetime, note: str = ""
) -> Enactment:
    """Publish packs with a company's settings, to hold from a moment on. The very law that holds then already is returned as it is.

    Years of holidays that were entered since (`cases.holidays`) are carried over into the company's text.
    Raises PackError with every fault (a new version of a clause dated before its enactment among them), Undecided while the company
    owes a value, SameMoment where another law begins then: nothing is enacted.
    """
    return _publish(_Wanted(sources, company_text, effective_from, by, note), now)


def enact_instead(
    sources: Sources, company_text: str = "", *, effective_from: datetime, by: int = 0, now: datetime, note: str = ""
) -> Enactment:
    """Publish as `enact` does, and replace a law that begins at the very moment, which then never holds."""
    return _publish(_Wanted(sources, company_text, effective_from, by, note, instead=True), now)


def wait_for_others() -> None:
    """Until the end of this transaction nobody else enacts: what is read of the enactments from now on stays so."""
    raw().execute(_DEFER)


def others_of_the_day(made: Enactment) -> list[Enactment]:
    """Return the other laws that begin on the same local day: each holds from its hour on, which may not be what was meant."""
    day = timezone.localtime(made.effective_from).replace(hour=0, minute=0, second=0, microsecond=0)
    same_day = Enactment.objects.filter(effective_from__gte=day, effective_from__lt=day + timedelta(days=1))
    return list(same_day.exclude(effective_from=made.effective_from).order_by("effective_from").defer("sources"))


def _publish(wanted: _Wanted, now: datetime) -> Enactment:
    if not YEARS[0] <= wanted.effective_from.year <= YEARS[1]:  # beyond them neither the database nor a local clock can follow
        raise FieldError.of(
            "", "起始时刻的年份超出范围，请核对。", "The year of the beginning is out of range; look at it again."
        )
    while (made := _published(wanted, now)) is None:  # somebody else enacted while this was checked against what held before
        pass
    return made


def _published(wanted: _Wanted, now: datetime) -> Enactment | None:
    """Check a law against the one that holds before it, and write it down; None when that one is no longer the one before."""
    sources, company_text, effective_from = wanted.sources, wanted.company_text, wanted.effective_from
    before = Enactment.objects.holding(effective_from)
    company_text = carried_over(company_text, before.company_text) if before is not None else company_text
    company = read_company(company_text) if company_text else Company()
    law = load(sources, company)
    if law.undecided:
        raise Undecided(law.undecided)
    if before is not None:
        _refuse_the_past(law, Laws().of(before.pk), effective_from)
    with transaction.atomic():
        wait_for_others()
        standing = Enactment.objects.holding(effective_from)
        if standing != before:
            return None
        if standing is not None and standing.digest == law.digest:
            return standing
        if standing is not None and standing.effective_from == effective_from and not wanted.instead:
            raise SameMoment(standing)
        packed = zlib.compress(json.dumps(dict(sources), ensure_ascii=False).encode(), 9)
        made = Enactment.objects.create(
            sources=packed, company_text=company_text, digest=law.digest, effective_from=effective_from, enacted_at=now,
            enacted_by_id=wanted.by or None, note=wanted.note,
        )  # fmt: skip
        if company.grants:
            OurCompany.objects.update(grants={post: list(verbs) for post, verbs in company.grants.items()})
        told = {"digest": law.digest, "effective_from": effective_from, "clauses": len(law.versions), "note": wanted.note}
        about = Ref("law", "enactment", made.pk)
        write_events([EventRow(subject=about, kind=ACT, act="enact", actor=wanted.by, at=now, entered_at=now, data=told)])
    with _kept.lock:
        _kept.laws.setdefault(law.digest, law)
    return made


def _refuse_the_past(law: Law, before: Law, effective_from: datetime) -> None:
    """Raise PackError for every version a clause gets anew that is dated before the law begins: those days were judged without it."""
    faults = Faults()
    calendar = law.calendars.get(law.calendar)
    begins = (effective_from if calendar is None else effective_from.astimezone(calendar.book.zone)).date()
    for name, versions in law.versions.items():
        known = {c.since for c in before.versions.get(name, ())}
        for clause in versions if known else ():
            marks = clause.node.get("versions")
            if clause.since is not None and clause.since not in known and clause.since < begins:
                faults.add(
                    marks.at(str(clause.since)) if marks is not None else clause.node,
                    f"第{clause.id}条新加的版本{clause.since}早于这次颁布({begins}),管不到已经过去的日子;请写{begins}或以后,或用 --from 从那天颁布",
                    f"the new version {clause.since} of clause {clause.id} is dated before this enactment ({begins}) and would rule days "
                    f"that have passed; write {begins} or later, or enact from that day (--from)",
                )
    faults.stop_if_any()


def sources_of(enactment: Enactment) -> Sources:
    """Return the files of an enactment as they were."""
    found: Sources = json.loads(zlib.decompress(bytes(enactment.sources)))
    return found


def _list(version: int | None) -> _Listed:
    """Return the enactments, read again only when there is a newer one."""
    here = place()
    known = _kept.listed.get(here)
    if version is None:
        row = raw().execute(VERSION).fetchone()
        version = int(row[0]) if row else 0
    if known is not None and known.version == version:
        return known
    rows = raw().execute(_LIST).fetchall()
    ids = tuple(id_ for id_, _, _ in rows)
    listed = _Listed(sum(ids), tuple(begins for _, begins, _ in rows), ids, {id_: digest for id_, _, digest in rows})
    with _kept.lock:
        _kept.listed[here] = listed
    return listed


def _compile(enactment: int, digest: str) -> Law:
    """Compile an enactment once, whichever thread asks first."""
    with _kept.lock:
        found = _kept.laws.get(digest)
        if found is None:
            row = raw().execute(_READ, [enactment]).fetchone()
            assert row is not None
            packed, company_text = row
            sources: Sources = json.loads(zlib.decompress(bytes(packed)))
            company = read_company(company_text) if company_text else Company()
            found = _kept.laws[digest] = load(sources, company, enacted=True)
    return found


def _over(law: Law, older: Law, noun: str) -> Law:
    """Return a law in which one noun has its older shape; the law itself when the shape is the same."""
    old, new = older.nouns.get(noun), law.nouns.get(noun)
    if old is None or (new is not None and (old.fields, old.steps, old.acts) == (new.fields, new.steps, new.acts)):
        return law
    return ShapedLaw(law, {noun: old})
