"""Event logs as recorded stories: CSV and XES, read by a small map, put to a pack that did not hold when it all happened.

Nothing ruled these acts, so the law of then says nothing, each clause of the pack is new, and no story is left at its first divergence:
what is recorded did happen. The map says which columns are the case, the activity, the moment and the person, and which act of
the pack each activity is; what it does not name is passed over.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast
from xml.etree import ElementTree as ET  # expat itself stops entities that multiply
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shouwen.policy.act import Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org, StaffFact, UnitFact
from shouwen.policy.simulating import Rehearsal
from shouwen.policy.simulating_report import Report
from shouwen.policy.simulating_state import ACT, History, Recorded
from shouwen.policy.source import NOT_UTF8, Node, SourceError, read_file
from shouwen.policy.values import BadValue

KEYS: Final = ("procedure", "case", "activity", "at", "format", "zone", "resource", "opened", "acts", "fields")
UNIT: Final = 1
PIECE: Final = 1 << 20  # bytes that are unpacked at once
ALWAYS_UNPACKED: Final = 50_000_000  # bytes of a packed file that are read in any case
MOST_UNPACKED: Final = 200  # times as large as the file; logs pack to a tenth, at most a fiftieth
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

    @property
    def columns(self) -> list[str]:
        """The columns the map names."""
        own = [self.case, self.activity, self.at, self.resource, self.opened, *(f.column for f in self.fields.values())]
        return list(dict.fromkeys(c for c in own if c))

    def moment(self, text: str) -> datetime:
        """Return a moment of the log in UTC. Raises ValueError, OverflowError."""
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
    if (zone := pairs.get("zone")) is not None and not _is_zone(zone.text or ""):
        raise SourceError(
            zone, f"没有“{zone.text}”这个时区,应如 Europe/Rome", f"there is no time zone {zone.text!r} like Europe/Rome"
        )
    plain = {k: n.text or "" for k, n in pairs.items() if k not in ("acts", "fields")}
    acts = {k: n.text or "" for k, n in _pairs(pairs["acts"]).items()}
    fields = {k: _field(n) for k, n in _pairs(pairs["fields"]).items()} if "fields" in pairs else {}
    return LogMap(**plain, acts=acts, fields=fields)


def _is_zone(name: str) -> bool:
    try:
        return ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


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


def lines(path: Path, told: LogMap) -> Iterator[list[Line]]:
    """Yield the events of each case, whatever the format. Raises SourceError at the first place that cannot be read.

    An XES file is read trace by trace, its trace attributes under names that begin with `case:`, as CSV files of the same logs call
    them. What belongs to one case need not lie together, so a log is held in memory. Rows that name no case come under "", a trace
    without a name under its number.
    """
    found: dict[str, list[Line]] = {}
    with _readable(path), _opened(path) as stream:
        if not path.name.removesuffix(".gz").endswith(".xes"):
            for row in _rows(path, stream, told):
                found.setdefault(row.get(told.case) or "", []).append(row)
        else:
            for number, events in enumerate(_traces(stream), 1):
                name = next((n for e in events if (n := e.get(told.case))), f"#{number}")
                found.setdefault(name, []).extend({**e, told.case: name} for e in events)
    yield from found.values()


def _rows(path: Path, stream: IO[bytes], told: LogMap) -> Iterator[Line]:
    """Yield the rows of a CSV file. Raises SourceError where a column the map names is not there, or a row cannot be read."""
    with io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        try:
            known = [c for c in rows.fieldnames or () if c]
            if lacking := [c for c in told.columns if c not in known]:
                raise _wrong(
                    path, f"文件没有 {'、'.join(lacking)} 这几列;有:{'、'.join(known[:40])}",
                    f"the file has no column {', '.join(lacking)}; it has {', '.join(known[:40])}",
                )  # fmt: skip
            for row in rows:
                yield {k: v or "" for k, v in row.items() if k}  # a row may be shorter or longer than the first one
        except csv.Error as e:
            raise _wrong(path, "这一行读不出,不是CSV", f"this row is not CSV: {e}", rows.line_num + 1) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what a file can be instead of a log into a sentence."""
    try:
        yield
    except UnicodeDecodeError:
        raise _wrong(path, *NOT_UTF8) from None
    except ET.ParseError as e:
        line, column = e.position
        raise _wrong(path, "不是完整的XES(XML)文件", f"this is no whole XES (XML) file: {e}", line, column + 1) from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise _wrong(path, "压缩文件不完整,或不是gzip", "the packed file is not whole, or no gzip at all") from None
    except OSError as e:
        raise _wrong(path, f"文件读不出:{e.strerror}", f"the file cannot be read: {e.strerror}") from None


def _wrong(path: Path, zh: str, en: str, line: int = 1, column: int = 1) -> SourceError:
    return SourceError(Node(str(path), line, column, text=""), zh, en)


class _Unpacking(gzip.GzipFile):
    """What is unpacked of a file, as long as it may be a log: one packed small enough to fill the memory is none."""

    def __init__(self, path: Path, packed: IO[bytes]) -> None:
        super().__init__(fileobj=packed)
        self.path, self.met = path, 0
        self.most = max(ALWAYS_UNPACKED, path.stat().st_size * MOST_UNPACKED)

    def read(self, size: int | None = -1) -> bytes:
        """Read on. Raises SourceError once it is too much."""
        some = super().read(PIECE if size is None or size < 0 else min(size, PIECE))
        self.met += len(some)
        if self.met > self.most:
            zh = f"解压后超过原文件的{MOST_UNPACKED}倍,不像事件日志,没有读完"
            en = f"unpacked it is more than {MOST_UNPACKED} times as large: this is no event log and was not read to its end"
            raise _wrong(self.path, zh, en)
        return some

    def read1(self, size: int = -1) -> bytes:
        """Read on, as text is read."""
        return self.read(size)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        if path.suffix == ".gz":
            with _Unpacking(path, plain) as packed:
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
    unread: int = 0  # rows without a case, and moments that cannot be read

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
        except (ValueError, OverflowError):
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
    read = [events for events in lines(path, told) if events]
    log.unread = sum(len(events) for events in read if not events[0].get(told.case))
    every = sorted((e for e in read if e[0].get(told.case)), key=lambda e: e[0][told.case])  # alike, whatever the file's order
    cases = islice(every, limit or None)
    stories = [h for n, events in enumerate(cases, 1) if (h := log.history(n, events)) is not None]
    if read and not stories:
        zh, en = "请核对 map 里的 case、activity、acts、at、format", "look at case, activity, acts, at and format of the map"
        raise _wrong(path, f"没有一行读得懂:{zh}", f"not one event could be read: {en}")
    until = max((r.at for h in stories for r in h.rows), default=datetime(1970, 1, 1, tzinfo=UTC))
    staff = {i: StaffFact(i, name, UNIT) for name, i in log.people.items()}
    org = Org({UNIT: UnitFact(UNIT, told.procedure)}, staff)
    silent = Law(replace(law.compiled, clauses={}), law.company, "")
    report = Rehearsal(law, lambda _at, _h: silent, lambda _at: org, until).hear(stories)
    report.unread = log.unread
    return report
