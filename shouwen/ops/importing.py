"""`shouwen import cases FILE --map MAP.yaml`: real input goes through the same verb as the desk, dated as it happened."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shouwen.base.progress import aloud
from shouwen.base.trouble import Exit, Trouble, say
from shouwen.ops.case_map import read_map
from shouwen.ops.cli import add_home
from shouwen.ops.installation import demand_migrated, load_django, open_installation

if TYPE_CHECKING:
    from shouwen.ops.taking_in import Report

SHOWN: Final = 20  # problems that are printed; the report has all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen import --help`."""
    add_home(parser)
    parser.add_argument("what", choices=["cases"])
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--map", type=Path, required=True, metavar="MAP", help=_both("列与字段的对应", "how columns become fields")
    )
    parser.add_argument(
        "--report", type=Path, metavar="R", help=_both("把逐行报告写成 JSON", "write the report, row by row, as JSON")
    )


def main(args: argparse.Namespace) -> int:
    """Import a file and say what became of it. The exit code is 0 even when single rows were not taken: the report names them."""
    case_map = read_map(args.map)
    if args.report is not None and not args.report.absolute().parent.is_dir():
        raise Trouble(Exit.USAGE, f"没有文件夹 {args.report.parent}。", f"There is no folder {args.report.parent}.")
    open_installation()
    load_django()
    demand_migrated()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.ops.taking_in import import_cases  # noqa: PLC0415  Django is loaded only now

    report = import_cases(args.file, case_map, now=timezone.now(), say=aloud)
    if args.report is not None:
        args.report.write_text(json.dumps(report.plain(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    for line in told(report):
        print(line)
    return 0


def told(report: Report) -> list[str]:
    """Return the sum in a line, and the first problems."""
    rows, taken, before, rest = report.rows, report.taken, report.before, len(report.problems)
    lines = [
        say(
            f"共 {rows} 行：新收 {taken}，以前已收 {before}，未收 {rest}。",
            f"{rows} rows: {taken} taken, {before} taken before, {rest} not taken.",
        )
    ]
    for p in report.problems[:SHOWN]:
        zh, en = "；".join(z for z, _ in p.why), "; ".join(e for _, e in p.why)
        lines.append(say(f"  第 {p.line} 行：{zh}", f"  line {p.line}: {en}"))
    if rest > SHOWN:
        lines.append(say(f"  …另有 {rest - SHOWN} 行，见 --report。", f"  … and {rest - SHOWN} more, see --report."))
    return lines


def _both(zh: str, en: str) -> str:
    return say(zh, en).replace("\n", " / ")
