"""Taking in a file of old cases: each row becomes an act `open` with a key of its own, judged by the law of its day.

So the same file again adds nothing, a row that was refused may come again, and one that was taken and says something else today
is told apart. What cannot be read and what the law refuses is reported row by row; the rest is taken.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from shouwen.base import repeats
from shouwen.base.errors import KeyReused
from shouwen.base.progress import Say
from shouwen.base.trouble import Exit, Trouble
from shouwen.base.workbooks import BadCell, BadWorkbook, Bounds, Line, read_sheet, text_of
from shouwen.cases.acting import act_many
from shouwen.cases.enactments import Laws
from shouwen.ops.case_map import CaseMap
from shouwen.ops.saying import Paced
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import IMPORTER, Unit

BATCH: Final = 200  # rows of one transaction
LONGEST_KEY: Final = 120
WORKBOOKS: Final = (".xlsx", ".xlsm")
LARGEST: Final = 100 * 1024 * 1024  # bytes of a workbook: it is read whole, unlike a CSV
BOUNDS: Final = Bounds(unpacked=1024 * 1024 * 1024, cells=4_000_000)  # about 1 GB of memory
Why = tuple[tuple[str, str], ...]  # (zh, en) each
Record = dict[str, str] | Why  # a row's columns by name, or why it has none
RAGGED: Final[Why] = (("列数与表头不符", "it has more or fewer columns than the header"),)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the act it asks for, or why it asks for none."""

    line: int
    key: str
    act: Act | None = None
    why: Why = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken, why, and the clauses that refuse it. Its values are not repeated."""

    line: int
    key: str
    why: Why
    clauses: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of a file. `counts`: values of the rows that are in the database now, by field."""

    rows: int = 0
    taken: int = 0
    before: int = 0
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """Return the report as JSON data."""
        problems = [
            {"line": p.line, "key": p.key, "zh": [z for z, _ in p.why], "en": [e for _, e in p.why], "clauses": list(p.clauses)}
            for p in self.problems
        ]
        counts = {name: dict(c.most_common()) for name, c in self.counts.items()}
        told = {"rows": self.rows, "taken": self.taken, "taken_before": self.before, "not_taken": len(problems)}
        return {**told, "counts": counts, "problems": problems}


def import_cases(path: Path, case_map: CaseMap, *, now: datetime, say: Say) -> Report:
    """Take a file in, batch by batch; return what became of it. Trouble when the file or the map is not for this installation."""
    reading = _Reading(case_map, Laws(), _unit(case_map.unit), now)
    noun = reading.demand_procedure()
    report, paced = Report(), Paced(say)
    with ExitStack() as stack:
        rows = reading.rows(_records(path, case_map, stack))
        while batch := list(islice(rows, BATCH)):
            _take(batch, noun, report, now)
            paced.tell(f"{report.rows} 行，新收 {report.taken}", f"{report.rows} rows, {report.taken} new")
    return report


def _unit(name: str) -> int:
    found = Unit.objects.filter(name=name) if name else Unit.objects.filter(parent=None)
    unit = found.order_by("id").first()
    if unit is None:
        raise Trouble(
            Exit.USAGE,
            f"没有单位“{name}”。" if name else "还没有任何单位。请先建立组织。",
            f"There is no unit {name!r}." if name else "There are no units yet. Set up the organisation first.",
        )
    return int(unit.pk)


# ---- reading -------------------------------------------------------------------------------------------------------------


def _records(path: Path, case_map: CaseMap, stack: ExitStack) -> Iterator[tuple[int, Record]]:
    """Yield the line and the columns of each row, of a workbook or a CSV file."""
    return _of_workbook(path, case_map) if path.suffix.lower() in WORKBOOKS else _of_csv(path, case_map, stack)


def _of_workbook(path: Path, case_map: CaseMap) -> Iterator[tuple[int, Record]]:
    try:
        if path.stat().st_size > LARGEST:
            mb = LARGEST // 1024 // 1024
            raise Trouble(
                Exit.USAGE, f"{path.name} 超过 {mb} MB。请另存为 CSV。", f"{path.name} is larger than {mb} MB. Save it as CSV."
            )
        sheet = read_sheet(path.read_bytes(), BOUNDS)
    except OSError as e:
        raise _unread(path, e) from None
    except BadWorkbook as e:
        raise Trouble(Exit.USAGE, f"{path.name}：{e.zh}", f"{path.name}: {e.en}") from None
    _demand_columns(path, sheet.heads, case_map)
    for line in sheet.lines:
        yield line.number, _columns(sheet.heads, line, case_map)


def _columns(heads: Sequence[str], line: Line, case_map: CaseMap) -> Record:
    """The columns that a map reads; its moment is written as the map says."""
    found: dict[str, str] = {}
    wanted = frozenset(case_map.columns)
    for head, value in zip(heads, line.cells, strict=True):
        if head in wanted:
            try:
                found[head] = text_of(value, case_map.format if head == case_map.at else "")
            except BadCell as e:
                return ((f"{head}：{e.zh}", f"{head}: {e.en}"),)
    return found


def _of_csv(path: Path, case_map: CaseMap, stack: ExitStack) -> Iterator[tuple[int, Record]]:
    try:
        file = stack.enter_context(path.open(encoding=case_map.encoding, newline="", errors="surrogateescape"))
        reader = csv.reader(file, delimiter=case_map.delimiter)
        header = [name.strip() for name in next(reader, [])]
    except OSError as e:
        raise _unread(path, e) from None
    except csv.Error:
        header = []
    _demand_columns(path, header, case_map)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, RAGGED
            continue
        if cells:
            yield line, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else RAGGED


def _unread(path: Path, e: OSError) -> Trouble:
    return Trouble(Exit.USAGE, f"读不了 {path}（{e.strerror}）。", f"{path} cannot be read ({e.strerror}).")


def _demand_columns(path: Path, header: Sequence[str], case_map: CaseMap) -> None:
    """Raise Trouble when a column that the map reads is not there."""
    if lacking := [name for name in case_map.columns if name not in header]:
        listed, known = "、".join(lacking), "、".join(h for h in header[:40] if h.isprintable())
        raise Trouble(
            Exit.USAGE,
            f"{path.name} 没有对应表要的列：{listed}。文件中有：{known or '（无）'}。",
            f"{path.name} lacks columns that the map names: {listed}. It has: {known or '(none)'}.",
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads rows by a map, under the law of their day."""

    case_map: CaseMap
    laws: Laws
    unit: int
    now: datetime

    def demand_procedure(self) -> Noun:
        """Return the shape of the procedure. Trouble when it is not enacted."""
        law, name = self.laws.at(self.now), self.case_map.procedure
        if law is None or name not in law.nouns or law.nouns[name].kind != "case":
            raise Trouble(
                Exit.USAGE,
                f"没有颁布流程“{name}”。请先颁布它所在的制度包，并让它自最早的一行起执行：shouwen law enact … --from 日期",
                f"No procedure {name!r} is enacted. Enact its pack first, to hold from the day of the oldest row on: "
                "shouwen law enact … --from DATE",
            )
        return law.nouns[name]

    def rows(self, records: Iterable[tuple[int, Record]]) -> Iterator[Row]:
        """Yield each record as an act, or with why it is none."""
        for line, record in records:
            if isinstance(record, tuple):
                yield Row(line, "", None, record)
                continue
            key = record[self.case_map.key].strip()
            shown = key[:LONGEST_KEY] if key.isprintable() else ""
            why = self._whole(record, key)
            act = None if why else self._act(record, key)
            yield Row(line, shown, act, why) if not isinstance(act, tuple) else Row(line, shown, None, act)

    def _whole(self, record: Mapping[str, str], key: str) -> Why:
        """Return what is wrong with a record before its values are looked at."""
        name = self.case_map.key
        if any("\udc80" <= c <= "\udcff" for text in record.values() for c in text):
            code = self.case_map.encoding
            return ((f"不是 {code} 编码", f"is not encoded as {code}"),)
        if not key or key in self.case_map.missing:
            return ((f"没有编号（{name}）", f"has no key ({name})"),)
        if len(key) > LONGEST_KEY or not key.isprintable():
            return ((f"编号（{name}）不能用", f"the key ({name}) cannot be used"),)
        return ()

    def _act(self, record: Mapping[str, str], key: str) -> Act | Why:
        m = self.case_map
        try:
            written = datetime.strptime(record[m.at].strip(), m.format)  # noqa: DTZ007  the map says the zone
        except ValueError:
            return ((f"时间（{m.at}）读不懂", f"the moment in {m.at} cannot be read"),)
        at = written.replace(tzinfo=m.zone) if written.tzinfo is None else written
        if at > self.now:
            return ((f"时间（{m.at}）在将来", f"the moment in {m.at} lies in the future"),)
        law = self.laws.at(at)
        if law is None or m.procedure not in law.nouns:
            day = f"{at:%Y-%m-%d}"
            return ((f"{day} 时还没有颁布这个流程", f"on {day} this procedure had not been enacted yet"),)
        told = {name: text for name, f in m.fields.items() if (text := f.value(record, m.missing)) is not None}
        values, wrong = law.read_fields(m.procedure, "open", told, at)
        if wrong:
            shapes = law.nouns[m.procedure].fields
            return tuple(
                (f"{shapes[n].zh if n in shapes else n}：{e.zh}", f"{(shapes[n].en if n in shapes else '') or n}: {e.en}")
                for n, e in wrong.items()
            )
        opening = Opening(self.unit, first_asked=IMPORTER)
        ref = Ref("case", m.procedure, 0)
        return Act("open", ref, IMPORTER, at, values, key=f"{repeats.IMPORTED}{m.source}:{key}", opening=opening)


# ---- taking --------------------------------------------------------------------------------------------------------------


def _take(batch: Sequence[Row], noun: Noun, report: Report, now: datetime) -> None:
    """Act a batch and note what became of each row."""
    acts = [row.act for row in batch if row.act is not None]
    known = repeats.answered(IMPORTER, [a.key for a in acts])
    refused = {key for key, answer in known.items() if answer and answer["outcome"] == "refused"}
    repeats.release(IMPORTER, refused)
    done = set(known) - refused
    rulings = iter(_ruled(acts, now))
    for row in batch:
        report.rows += 1
        ruling = next(rulings) if row.act is not None else None
        why, clauses = (row.why, ()) if row.act is None else _objection(ruling)
        if row.act is None or why:
            report.problems.append(Problem(row.line, row.key, why, clauses))
            continue
        if row.act.key in done:
            report.before += 1
        else:
            report.taken += 1
            done.add(row.act.key)  # the same row once more in this file was taken with the first
        _count(report, row.act, noun)


def _ruled(acts: Sequence[Act], now: datetime) -> list[Ruling | None]:
    """Return the rulings; None for a row whose key stands for another row."""
    try:
        return list(act_many(acts, now=now))
    except KeyReused:
        return [_ruled_alone(a, now) for a in acts]


def _ruled_alone(act: Act, now: datetime) -> Ruling | None:
    try:
        return act_many([act], now=now)[0]
    except KeyReused:
        return None


def _objection(ruling: Ruling | None) -> tuple[Why, tuple[str, ...]]:
    if ruling is None:
        return (("这个编号已有一件，内容不同", "there is one with this key already, and it says something else"),), ()
    if ruling.outcome == "waiting":
        return (("须经批准，不能导入", "needs an approval and cannot be imported"),), tuple(c.clause for c in ruling.cites)
    if ruling.refused:
        return tuple((r.text("zh"), r.text("en")) for r in ruling.refusals), tuple(r.clause for r in ruling.refusals if r.clause)
    return (), ()


def _count(report: Report, act: Act, noun: Noun) -> None:
    for name, value in act.fields.items():
        shape = noun.fields.get(name)
        if shape is not None and isinstance(value, str) and not shape.personal:
            report.counts.setdefault(name, Counter())[value] += 1
