"""How the columns of somebody else's file become the fields of a procedure: the map file of `shouwen import cases`.

    procedure: hotline_request        # which procedure the rows are cases of
    key: REC_ID                       # the column that names a row; the same key again is the same case
    at: CREATE_TIME                   # when it happened
    format: "%Y-%m-%d %H:%M:%S"       # how that is written (Python's strptime)
    zone: Asia/Shanghai               # where its clock stood
    missing: ["-"]                    # texts that mean: nothing was written
    unit: 热线中心                     # whose cases they are; none: the top unit
    source: pingshan                  # in whose numbers the key counts; none: the procedure
    encoding: utf-8-sig
    delimiter: ","
    fields:
      area: EVENT_TYPE_NAME           # a column as it is
      nature: {column: …, values: {投诉: complaint}}
      outcome: {when: [{INTIME: "1", is: in_time}]}

Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shouwen.base.trouble import Exit, Trouble
from shouwen.policy.errors import Faults, PackError
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, SourceError, read_file

KEYS: Final = ("procedure", "key", "at", "format", "zone", "missing", "unit", "source", "fields", "encoding", "delimiter")
NEEDED: Final = ("procedure", "key", "at", "fields")
FIELD_KEYS: Final = ("column", "values", "when")
ZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where a field's value comes from: a column, through a table of values; or conditions on columns, the first that holds."""

    column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    when: tuple[tuple[Mapping[str, str], str], ...] = ()

    def value(self, row: Mapping[str, str], missing: frozenset[str]) -> str | None:
        """Return the text of the field, or None when the row has none. What the table does not name stays as it is."""
        for wanted, answer in self.when:
            if all(row.get(column, "").strip() == text for column, text in wanted.items()):
                return answer
        text = row.get(self.column, "").strip()
        return None if text in missing else self.values.get(text, text)

    @property
    def columns(self) -> Iterator[str]:
        """The columns it reads."""
        if self.column:
            yield self.column
        for wanted, _ in self.when:
            yield from wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMap:
    """A map file, read."""

    procedure: str
    key: str
    at: str
    format: str
    zone: ZoneInfo
    missing: frozenset[str]
    unit: str
    source: str
    fields: Mapping[str, FieldMap]
    encoding: str
    delimiter: str

    @property
    def columns(self) -> list[str]:
        """Every column it reads, once."""
        return list(dict.fromkeys([self.key, self.at, *(c for f in self.fields.values() for c in f.columns)]))


def read_map(path: Path) -> CaseMap:
    """Read a map file. Trouble names line and column of everything that is wrong with it."""
    faults = Faults()
    r = Reader(faults)
    try:
        root = read_file(path, path.name)
    except SourceError as e:
        faults.add(e.node, e.zh, e.en)
        raise _trouble(faults) from None
    except OSError as e:
        raise Trouble(
            Exit.USAGE, f"读不了对应表 {path}（{e.strerror}）。", f"The map {path} cannot be read ({e.strerror})."
        ) from None
    found = _read(r, root)
    if faults.found:
        raise _trouble(faults)
    return found


def _read(r: Reader, root: Node) -> CaseMap:
    r.known(root, KEYS, "对应表")
    for key in NEEDED:
        if root.get(key) is None:
            r.fault(root, f"缺少“{key}”", f"{key!r} is missing")
    procedure = r.text(root.get("procedure"))
    return CaseMap(
        procedure=procedure,
        key=r.text(root.get("key")),
        at=r.text(root.get("at")),
        format=r.text(root.get("format"), "%Y-%m-%d %H:%M:%S"),
        zone=_zone(r, root.get("zone")),
        missing=frozenset({"", *r.texts(root.get("missing"))}),
        unit=r.text(root.get("unit")),
        source=r.text(root.get("source"), procedure),
        fields={name: _field(r, node) for name, node in r.mapping(root.get("fields")).items()},
        encoding=_encoding(r, root.get("encoding")),
        delimiter=_delimiter(r, root.get("delimiter")),
    )


def _field(r: Reader, node: Node) -> FieldMap:
    if node.text is not None:
        return FieldMap(node.text)
    r.known(node, FIELD_KEYS, "字段")
    column, listed = node.get("column"), node.get("when")
    if column is None and listed is None:
        r.fault(node, "须写明取自哪一列(column),或按什么条件(when)", "say the column it comes from, or conditions (when)")
    values = {k: r.text(n) for k, n in r.mapping(node.get("values")).items()}
    return FieldMap(r.text(column), values, tuple(_condition(r, item) for item in r.listing(listed)))


def _condition(r: Reader, item: Node) -> tuple[Mapping[str, str], str]:
    pairs = dict(r.mapping(item))
    answer = pairs.pop("is", None)
    if answer is None or not pairs:
        r.fault(item, "每个条件须写明列的值和结果(is)", "a condition has values of columns, and `is`")
    return {k: r.text(n) for k, n in pairs.items()}, r.text(answer)


def _zone(r: Reader, node: Node | None) -> ZoneInfo:
    name = r.text(node, ZONE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if node is not None:
            r.fault(node, f"没有时区“{name}”", f"there is no time zone {name!r}")
        return ZoneInfo(ZONE)


def _encoding(r: Reader, node: Node | None) -> str:
    name = r.text(node, "utf-8-sig")
    try:
        "".encode(name)
    except LookupError:
        if node is not None:
            r.fault(node, f"没有编码“{name}”", f"there is no encoding {name!r}")
    return name


def _delimiter(r: Reader, node: Node | None) -> str:
    text = {"tab": "\t", "\\t": "\t"}.get(written := r.text(node, ","), written)
    if node is not None and len(text) != 1:
        r.fault(node, "分隔符应为一个字符(或 tab)", "a delimiter is one character (or `tab`)")
    return text


def _trouble(faults: Faults) -> Trouble:
    error = PackError(faults.found)
    return Trouble(Exit.USAGE, error.text("zh"), error.text("en"))
