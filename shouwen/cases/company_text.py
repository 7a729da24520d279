"""The text of a company's settings, where years of holidays are written into it: only that part is touched, the rest stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from shouwen.worktime.notice import YearOff

BLOCK: Final = re.compile(r"^holidays:[^\n]*\n(?:(?:[ \t]+[^\n]*|)\n)*", re.MULTILINE)
REMARK: Final = "# 放假安排:由管理页录入,请在页面上改\n"


def with_years(text: str, years: Mapping[str, str]) -> str:
    """Return a company's text with these years (their blocks of YAML) in it, in the place of those of the same number."""
    kept = _blocks(text)
    if all(kept.get(year) == block for year, block in years.items()):
        return text
    blocks = {**kept, **years}
    body = REMARK + "holidays:\n" + "".join(blocks[year] for year in sorted(blocks))
    bare = BLOCK.sub("", text.replace(REMARK, "")).rstrip("\n")
    return (bare + "\n" if bare else "company: company\n") + body


def carried_over(text: str, standing: str) -> str:
    """Return a company's new text with the years that were entered into the one that stands, unless it says them itself."""
    kept, own = _blocks(standing), _blocks(text)
    missing = {year: block for year, block in kept.items() if year not in own}
    return with_years(text, missing) if missing else text


def _blocks(text: str) -> dict[str, str]:
    """The years of a company's text, each with its lines."""
    found = BLOCK.search(text)
    parts = re.split(r"(?m)^  [\"']?(\d{4})[\"']?:[^\n]*\n", found[0]) if found else []
    return {year: f'  "{year}":\n' + lines for year, lines in zip(parts[1::2], parts[2::2], strict=True)}


def year_block(told: YearOff, source: str) -> str:
    """Return a year as it stands in the text; `source` says which notice."""
    lines = [f'  "{told.year}":']
    if source.strip():
        lines.append(f"    notice: {_quoted(source)}")
    for key, days in (("off", told.off), ("make_up", told.on)):
        lines.append(f"    {key}:" if days else f"    {key}: {{}}")
        lines += [f'      "{run}": {_quoted(name)}' for run, name in _runs(days)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = " ".join(text.split())[:120].replace("\\", "").replace('"', "”")
    return f'"{plain}"'


def _runs(days: Mapping[date, str]) -> Iterable[tuple[str, str]]:
    """Days in a row of the same name as one run."""
    first = last = None
    for on in sorted(days):
        if last is not None and first is not None and (on - last != timedelta(days=1) or days[on] != days[first]):
            yield _run(first, last), days[first]
            first = None
        first = first or on
        last = on
    if first is not None and last is not None:
        yield _run(first, last), days[first]


def _run(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first}..{last}"
