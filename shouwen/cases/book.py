"""The subjects one transaction works on: locked where they may change, only read where the law looks at them from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shouwen.base.access import Glimpses
from shouwen.base.sql import raw
from shouwen.cases import adapters
from shouwen.cases.enactments import VERSION, Laws
from shouwen.cases.living import Living
from shouwen.cases.work_rows import load_work
from shouwen.policy.act import Ref
from shouwen.policy.nouns import Field
from shouwen.policy.org import Org
from shouwen.staff import org

_VERSIONS = f"select ({org.VERSION}), ({VERSION})"


def _versions() -> tuple[int, Laws]:
    row = raw().execute(_VERSIONS).fetchone()
    assert row is not None
    return row[0], Laws(row[1])


@dataclass(frozen=True, slots=True)
class JustRead:
    """Which organisation and which enactments there were when the request came: its caller has asked for both already.

    `glimpses` are of what the act points to: whoever looked whether the actor may see it has read them with the same query.
    """

    org_version: int
    laws: Laws
    glimpses: Glimpses = field(default_factory=dict)


class Book:
    """What has been read so far. Every subject is read once; what an act changes, the next act of the transaction sees."""

    def __init__(self, *, begin: Callable[[], None] | None = None, read: JustRead | None = None) -> None:
        """`begin` begins the transaction in which subjects are locked. Without it nothing may be written: a dry run for a page."""
        self.lock = begin is not None
        self.begin: Callable[[], None] = begin or (lambda: None)
        self.org_version, self.laws = (read.org_version, read.laws) if read is not None else _versions()
        self._glimpses = read.glimpses if read is not None else {}
        self._orgs: dict[date, Org] = {}
        self.subjects: dict[int, Living] = {}
        self.seen: dict[int, Living | None] = {}  # only read: what subjects point to
        self.customers: dict[int, Mapping[str, Any]] = {}

    def org(self, at: datetime) -> Org:
        """Return the organisation as of a moment."""
        day = at.date()
        found = self._orgs.get(day)
        if found is None:
            found = self._orgs[day] = org.snapshot(at, self.org_version)
        return found

    def take(self, refs: Iterable[Ref]) -> None:
        """Read subjects in full, kind by kind in the order of their ids, so that two transactions never wait for each other."""
        wanted: dict[str, set[int]] = {}
        for ref in refs:
            if ref.id and ref.id not in self.subjects and adapters.keeps(ref.kind):
                wanted.setdefault(ref.kind, set()).add(ref.id)
        if wanted:
            self.begin()
        for kind, ids in sorted(wanted.items()):
            found = list(adapters.subject(kind).load(sorted(ids), self.laws, lock=self.lock))
            if found:
                load_work(found)
            self.subjects.update((s.ref.id, s) for s in found)

    def look_at(self, wanted: Mapping[str, Iterable[int]]) -> None:
        """Read what subjects point to (ids by kind), without locking it and without its work."""
        for kind, ids in sorted(wanted.items()):
            missing = sorted({i for i in ids if i and i not in self.subjects and i not in self.seen})
            if not missing or not adapters.keeps(kind):
                continue
            self.seen.update(dict.fromkeys(missing))
            known, unknown = self._glimpsed(kind, missing)
            adapter = adapters.subject(kind)
            read = adapter.load(unknown, self.laws, lock=False) if unknown else ()
            for s in (*adapter.recall(known, self.laws), *read):
                s.light = True
                self.seen[s.ref.id] = s

    def look_up_customers(self, ids: Iterable[int], declared: Mapping[str, Field]) -> None:
        """Read the fields of customers."""
        missing = sorted({i for i in ids if i and i not in self.customers})
        if missing:
            self.customers.update({id_: {} for id_ in missing})
            known, unknown = self._glimpsed("customer", missing)
            self.customers.update(adapters.seen_customers(known, declared))
            self.customers.update(adapters.customer_fields(unknown, declared))

    def _glimpsed(self, kind: str, ids: Sequence[int]) -> tuple[list[str], list[int]]:
        """Return the glimpses that there are, and the ids of what is still to be read."""
        glimpses = self._glimpses.get(kind, {})
        return [glimpses[i] for i in ids if i in glimpses], [i for i in ids if i not in glimpses]

    def found(self, id_: int) -> Living | None:
        """Return a subject as it now stands, whether it was taken or only looked at."""
        return self.subjects.get(id_) or self.seen.get(id_)

    def touched(self) -> Sequence[Living]:
        """Return what is new or changed, or what is owed on, in order of kind and id."""
        return sorted(
            (s for s in self.subjects.values() if s.changed or s.fresh or s.stirred), key=lambda s: (s.ref.kind, s.ref.id)
        )
