"""Decision tables: rows of conditions with one answer each, proved whole and free of overlap when the pack is loaded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shouwen.policy.conditions import ConditionReader, Test
from shouwen.policy.env import Env
from shouwen.policy.paths import Names, Path
from shouwen.policy.source import Node
from shouwen.policy.values import show_zh
from shouwen.worktime import Span

MAX_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its tests by column (a column it does not name may be anything) and its answer; `answer` None is unset."""

    tests: tuple[Test, ...]
    answer: Any
    node: Node
    id: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table that fills one parameter of its clause."""

    fills: str
    columns: tuple[Path, ...]
    rows: tuple[Row, ...]

    def row(self, env: Env, unknown: list[str] | None = None) -> Row | None:
        """Return the row that fits, or None when an axis is unknown (its name goes into `unknown`)."""
        missing: list[str] = []
        for row in self.rows:
            verdict: bool | None = True
            for test in row.tests:
                held = test.holds(env)
                if held is False:
                    verdict = False
                    break
                if held is None:
                    verdict = None
                    missing.append(test.path.text)
            if verdict:
                return row
        if unknown is not None:
            unknown.extend(m for m in dict.fromkeys(missing) if m not in unknown)
        return None

    def zh(self, show: Callable[[Any], str]) -> str:
        """Return the rows in one line: 甲→1;乙→2."""
        return ";".join(f"{'、'.join(t.zh for t in r.tests) or '其他'}→{show(r.answer)}" for r in self.rows)


class TableReader:
    """Reads tables written as rows under `columns`, or as mappings with `is`."""

    def __init__(self, conditions: ConditionReader, read_answer: Callable[[Node], Any]) -> None:
        self.conditions, self.reader, self.read_answer = conditions, conditions.reader, read_answer

    def table(self, columns: Node | None, node: Node, fills: str) -> Table:
        """Read a table and prove it."""
        names = self.reader.texts(columns)
        if columns is not None and (not names or names[-1] != fills):
            self.reader.fault(
                columns,
                f"最后一列应为“{fills}”:表要回答的参数",
                f"the last column should be {fills!r}, the parameter the table answers",
            )
        rows = [self._row(n, columns, names, fills) for n in self.reader.listing(node)]
        paths = {t.path.text: t.path for r in rows for t in r.tests}
        table = Table(fills, tuple(paths.values()), tuple(rows))
        prove(table, self.conditions.names, node)
        return table

    def _row(self, node: Node, columns: Node | None, names: tuple[str, ...], fills: str) -> Row:
        if node.items is not None:
            if len(node.items) != len(names):
                self.reader.fault(
                    node,
                    f"这一行有{len(node.items)}格,表头有{len(names)}列",
                    f"the row has {len(node.items)} cells, the table {len(names)} columns",
                )
            cells = list(zip(names[:-1], node.items, strict=False))
            answer = node.items[-1] if node.items else node
            extra: dict[str, Node] = {}
        else:
            pairs = self.reader.mapping(node)
            extra = {k: pairs[k] for k in ("id", "source", "assumed") if k in pairs}
            answer_node = pairs.get("is") or pairs.get(fills)
            if answer_node is None:
                self.reader.fault(node, "这一行没有答案(is)", "the row has no answer (is)")
            answer = answer_node or node
            cells = [(k, v) for k, v in pairs.items() if k not in ("id", "source", "assumed", "is", fills)]
        tests = [self.conditions.test(v, k, v) for k, v in cells if v.text != ""]
        value = None if answer.text == "unset" else self.read_answer(answer)
        return Row(
            tuple(t for t in tests if t is not None),
            value,
            node,
            self.reader.text(extra.get("id")),
            self.reader.source(extra.get("source")),
        )


def prove(table: Table, names: Names, node: Node) -> None:
    """Note a fault for every kind of case no row answers, and for every case two rows answer (the first of each is printed)."""
    reader = names.reader
    axes = [_axis(p, table, names) for p in table.columns]
    if any(a is None for a in axes):
        return
    size = 1
    for axis in axes:
        size *= len(axis or ())
    if size > MAX_CELLS:
        reader.fault(node, f"表太大,无法逐格核对({size}格)", f"the table is too large to be proved ({size} cells)")
        return
    hole = overlap = False
    for cells in itertools.product(*(a for a in axes if a is not None)):
        if hole and overlap:
            return
        at = {p.text: c for p, c in zip(table.columns, cells, strict=True)}
        fits = [r for r in table.rows if all(_fits(t, at[t.path.text]) for t in r.tests)]
        case, case_en = "、".join(c.zh for c in cells) or "任何情况", ", ".join(c.en for c in cells) or "any case"
        if not fits and not hole:
            hole = True
            reader.fault(node, f"表有空缺:{case} 没有对应的行", f"the table has a hole: no row for {case_en}")
        if len(fits) > 1 and not overlap:
            overlap = True
            lines = list(dict.fromkeys(str(r.node.line) for r in fits))
            reader.fault(
                fits[1].node,
                f"表有重叠:{case} 有{len(fits)}行(第{'、'.join(lines)}行)",
                f"the table overlaps: {len(fits)} rows fit {case_en} (lines {', '.join(lines)})",
            )


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of an axis no row tells apart: one choice, or a position among the bounds (odd: on a bound, even: between)."""

    zh: str
    en: str
    value: Any = None
    position: int = -1
    bounds: tuple[Any, ...] = ()
    at: Mapping[Any, int] = field(default_factory=dict)  # each bound's own position


def _axis(path: Path, table: Table, names: Names) -> list[Cell] | None:
    tests = [t for r in table.rows for t in r.tests if t.path.text == path.text]
    for t in tests:
        if t.other is not None or t.kind in ("missing", "given", "start"):
            names.reader.fault(
                t.node, "表里不能与另一个字段或时段起点比较,也不能问是否填写;请写在 when 里",
                "a table cannot compare with another field or the start of a period, nor ask whether a field is filled; use when",
            )  # fmt: skip
            return None
    kind, name = path.type, names.english(path)
    if kind.name == "yes_no":
        return [Cell(f"{path.zh}为{'是' if v else '否'}", f"{name}: {'yes' if v else 'no'}", v) for v in (True, False)]
    if kind.choices:
        return [Cell(f"{path.zh}为{c.zh}", f"{name}: {c.en or c.id}", c.id) for c in kind.choices.values()]
    bounds = sorted({b for t in tests for b in _bounds(t)}, key=_rank)
    held, at = tuple(bounds), {b: 2 * i + 1 for i, b in enumerate(bounds)}
    cells = [
        Cell(f"{path.zh}{_place(path, bounds, i)}", f"{name} {_place_en(path, bounds, i)}", None, i, held, at)
        for i in range(2 * len(bounds) + 1)
    ]
    return [c for c in cells if not path.measure or _possible(c, path)]


def _possible(cell: Cell, path: Path) -> bool:
    """Whether a measure can be there: never below nothing, a share never above the whole, a count only at whole numbers."""
    bounds, i = cell.bounds, cell.position // 2
    if cell.position % 2 or not bounds:
        return True
    if i == 0:
        return bool(_rank(bounds[0]) != 0)
    if i == len(bounds):
        return not (path.type.name == "percent" and bounds[-1] == 100)
    return not path.type.whole or int(bounds[i - 1]) + 1 < bounds[i]


def _bounds(t: Test) -> tuple[Any, ...]:
    if t.kind == "bound":
        return (t.values[1],)
    if t.kind == "interval":
        return (t.values[1], t.values[3])
    return t.values


def _rank(value: Any) -> Any:
    if isinstance(value, Span):
        days = {"min": 1 / 1440, "h": 1 / 24, "wh": 1 / 8, "d": 1, "wd": 1.4, "w": 7, "mo": 30.4, "y": 365.25}
        text = str(value)
        unit = text.lstrip("0123456789")
        return int(text.removesuffix(unit)) * days[unit]
    return value


def _place(path: Path, bounds: list[Any], position: int) -> str:
    i = position // 2

    def show(bound: Any) -> str:
        return bound.zh() if isinstance(bound, Span) else show_zh(path.type, bound)

    if not bounds:
        return "任意"
    if position % 2:
        return f"恰为{show(bounds[i])}"
    if i == 0:
        return f"小于{show(bounds[0])}"
    if i == len(bounds):
        return f"大于{show(bounds[-1])}"
    return f"在{show(bounds[i - 1])}与{show(bounds[i])}之间"


def _place_en(path: Path, bounds: list[Any], position: int) -> str:
    i = position // 2

    def show(bound: Any) -> str:
        return f"{Decimal(bound) / 100}CNY" if path.type.name == "money" else str(bound)

    if not bounds:
        return "whatever"
    if position % 2:
        return f"= {show(bounds[i])}"
    if i == 0:
        return f"< {show(bounds[0])}"
    return f"> {show(bounds[-1])}" if i == len(bounds) else f"between {show(bounds[i - 1])} and {show(bounds[i])}"


def _fits(t: Test, cell: Cell) -> bool:
    if cell.position < 0:
        return cell.value in {x for v in t.values for x in (v if isinstance(v, tuple) else (v,))}
    at = cell.at
    if t.kind == "bound":
        return _holds(t.values[0], cell.position, at[t.values[1]])
    if t.kind == "interval":
        return _holds(t.values[0], cell.position, at[t.values[1]]) and _holds(t.values[2], cell.position, at[t.values[3]])
    return cell.position in {at[v] for v in t.values}


def _holds(op: str, position: int, bound: int) -> bool:
    return {
        "<": position < bound,
        "<=": position <= bound,
        ">": position > bound,
        ">=": position >= bound,
        "=": position == bound,
    }[op]
