"""Event logs as recorded stories: CSV and XES, read by a small map, put to a pack that did not hold when it all happened.

Nothing ruled these acts, so the law of then says nothing, each clause of the pack is new, and no story is left at its first divergence:
what is recorded did happen. The map says which columns are the case, the activity, the moment and the person, and which act of
the pack each activity is; what it does not name is passed over.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast
from xml.etree import ElementTree as ET  # expat itself stops entities that multiply
from zoneinfo import ZoneInfo

from shouwen.policy.act import Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org, StaffFact, UnitFact
from shouwen.policy.simulating import Rehearsal
from shouwen.policy.simulating_report import Report
from shouwen.policy.simulating_state import ACT, History, Recorded
from shouwen.policy.source import Node, SourceError, read_file
from shouwen.policy.values import BadValue

KEYS: Final = ("procedure", "case", "activity", "at", "format", "zone", "resource", "opened", "acts", "fields")
UNIT: Final = 1
FIRST_PERSON: Final = 101  # their numbers are given in the order they appear

Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A field an opening brings: from which column, and what its values are in the pack (empty: as they are)."""

    column: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogMap:
    """How a log is read. `format` empty: ISO 8601; `zone`: of moments without one; `opened`: the column of the opening's moment."""

    procedure: str
    case: str
    activity: str
    at: str
    format: str = ""
    zone: str = "UTC"
    resource: str = ""
    opened: str = ""
    acts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, FieldMap] = field(default_factory=dict)

    def moment(self, text: str) -> datetime:
        """Return a moment of the log in UTC. Raises ValueError."""
        found = datetime.strptime(text, self.format) if self.format else datetime.fromisoformat(text)  # noqa: DTZ007  the zone follows
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)


def read_log_map(path: Path) -> LogMap:
    """Read a map. Raises SourceError with the place of what is wrong."""
    root = read_file(path)
    pairs = _pairs(root)
    for key, node in pairs.items():
        if key not in KEYS:
            raise SourceError(node, f"没有“{key}”这一项", f"there is no key {key!r}")
    lacking = [k for k in ("procedure", "case", "activity", "at", "acts") if k not in pairs]
    if lacking:
        raise SourceError(root, f"缺少 {'、'.join(lacking)}", f"{', '.join(lacking)} missing")
    plain = {k: n.text or "" for k, n in pairs.items() if k not in ("acts", "fields")}
    acts = {k: n.text or "" for k, n in _pairs(pairs["acts"]).items()}
    fields = {k: _field(n) for k, n in _pairs(pairs["fields"]).items()} if "fields" in pairs else {}
    return LogMap(**plain, acts=acts, fields=fields)


def _field(node: Node) -> FieldMap:
    if node.pairs is None:
        return FieldMap(node.text or "")
    column, values = node.get("column"), node.get("values")
    if column is None:
        raise SourceError(node, "缺少 column", "column missing")
    return FieldMap(column.text or "", {k: n.text or "" for k, n in _pairs(values).items()} if values is not None else {})


def _pairs(node: Node) -> dict[str, Node]:
    if node.pairs is None:
        raise SourceError(node, "应为映射", "should be a mapping")
    return node.pairs


# files


def lines(path: Path, case: str) -> Iterator[list[Line]]:
    """Yield the events of each case, whatever the format; `case` is the column that names the case.

    An XES file is read trace by trace, its trace attributes under names that begin with `case:`, as CSV files of the same logs call
    them. The rows of a CSV file need not lie together, so it is held in memory.
    """
    name = path.name.removesuffix(".gz")
    with _opened(path) as stream:
        if name.endswith(".xes"):
            yield from _traces(stream)
            return
        found: dict[str, list[Line]] = {}
        with io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
            for row in csv.DictReader(text):
                found.setdefault(row.get(case) or "", []).append(row)
        yield from found.values()


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        if path.suffix == ".gz":
            with gzip.open(plain) as packed:
                yield cast("IO[bytes]", packed)
        else:
            yield plain


def _traces(stream: IO[bytes]) -> Iterator[list[Line]]:
    for _, element in ET.iterparse(stream, ("end",)):  # noqa: S314  see the import
        if not element.tag.endswith("}trace") and element.tag != "trace":
            continue
        shared = {f"case:{k}": v for k, v in _attributes(element).items()}
        yield [{**shared, **_attributes(e)} for e in element if e.tag.endswith("event")]
        element.clear()


def _attributes(element: ET.Element) -> dict[str, str]:
    return {c.get("key", ""): c.get("value", "") for c in element if c.get("key") is not None and not c.tag.endswith("event")}


# stories


@dataclass
class Log:
    """Turns cases of a log into stories; persons get numbers as they appear."""

    noun: Noun
    map: LogMap
    people: dict[str, int] = field(default_factory=dict)
    unread: int = 0  # events with a moment that cannot be read

    def history(self, number: int, events: list[Line]) -> History | None:
        """Return the story of one case, in order of time; None when nothing of it can be read."""
        acts = [a for e in events if (a := self._act(e)) is not None]
        acts.sort(key=lambda a: a[0])
        if not acts:
            return None
        first, line = acts[0][0], events[0]
        began = self._moment(line.get(self.map.opened, "")) if self.map.opened else None
        rows = [self._opening(min(began or first, first), line)]
        rows += [Recorded(ACT, name, by, at, at, data=self._step(name)) for at, name, by in acts]
        name = line.get(self.map.case) or str(number)
        return History(Ref("case", self.noun.id, number), name, Opening(unit=UNIT), rows, free=True)

    def _act(self, event: Line) -> tuple[datetime, str, int] | None:
        name = self.map.acts.get(event.get(self.map.activity) or "", "")
        at = self._moment(event.get(self.map.at, ""))
        return (at, name, self._person(event.get(self.map.resource, ""))) if name in self.noun.acts and at is not None else None

    def _moment(self, text: str) -> datetime | None:
        try:
            return self.map.moment(text)
        except ValueError:
            self.unread += bool(text) and text != "?"
            return None

    def _person(self, name: str) -> int:
        return self.people.setdefault(name, FIRST_PERSON + len(self.people)) if name else 0

    def _opening(self, at: datetime, line: Line) -> Recorded:
        brought = {}
        for name, told in self.map.fields.items():
            text = line.get(told.column, "")
            value = self._value(name, told.values.get(text, "") if told.values else text)
            if value is not None:
                brought[name] = value
        return Recorded(ACT, "open", 0, at, at, data={"brought": brought, "step": self.noun.start})

    def _value(self, name: str, text: str) -> Any:
        """Return a value as the journal would keep it; None for what is not there or does not fit."""
        kind = self.noun.fields[name].type
        try:
            return kind.dump(kind.read(text, UTC)) if text else None
        except BadValue:
            return None

    def _step(self, act: str) -> dict[str, Any]:
        to = self.noun.acts[act].to
        return {"step": to} if to else {}


def rehearse_log(law: Law, path: Path, told: LogMap, *, limit: int = 0) -> Report:
    """Put a pack to an event log. Raises SourceError when the map names what the pack has not."""
    noun = law.nouns.get(told.procedure)
    wrong = [a for a in told.acts.values() if noun is None or a not in noun.acts]
    wrong += [f for f in told.fields if noun is None or f not in noun.fields]
    if noun is None or wrong:
        here = Node(str(path), 1, 1, text="")
        names = "、".join(wrong) or told.procedure
        raise SourceError(here, f"制度包里没有 {names}", f"the pack has no {names}")
    log = Log(noun, told)
    every = sorted(lines(path, told.case), key=lambda events: events[0].get(told.case, ""))  # alike, whatever the file's order
    cases = islice(every, limit or None)
    stories = [h for n, events in enumerate(cases, 1) if (h := log.history(n, events)) is not None]
    until = max((r.at for h in stories for r in h.rows), default=datetime(1970, 1, 1, tzinfo=UTC))
    staff = {i: StaffFact(i, name, UNIT) for name, i in log.people.items()}
    org = Org({UNIT: UnitFact(UNIT, told.procedure)}, staff)
    silent = Law(replace(law.compiled, clauses={}), law.company, "")
    return Rehearsal(law, lambda _at, _h: silent, lambda _at: org, until).hear(stories)
