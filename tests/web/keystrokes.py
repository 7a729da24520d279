"""What a job costs whoever does it: keys, presses of the mouse (or a thumb) and seconds, as the browser itself saw them.

Text somebody would type anyhow is put in as an input method puts it in, and told apart. The table of all jobs stands at the end of the
test run and, as JSON, in .cache/keystrokes.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from tests import databases

KEPT: Final = databases.ROOT / ".cache/keystrokes.json"
PROPERTY: Final = "job"
# A practised person, by the keystroke-level model of Card, Moran and Newell (1983), with its mental act before each pressing of the mouse.
KEY: Final = 0.28
PRESS: Final = 1.1 + 0.2 + 1.35
# A press that met something else than it was meant for, because the page moved in that moment, the driver stops at the window and makes
# again: only what reaches the document is counted.
COUNTING: Final = """
  const keep = (one) => sessionStorage.setItem("counted", JSON.stringify([...JSON.parse(sessionStorage.getItem("counted") || "[]"), [...one, Date.now()]]));
  addEventListener("keydown", (e) => { if (e.isTrusted && !e.repeat) keep(["key", e.key]); }, true);
  document.addEventListener("pointerdown", (e) => { if (e.isTrusted) keep(["press", ""]); }, true);
  addEventListener("beforeinput", (e) => { if (e.isTrusted && e.inputType === "insertText" && e.data.length > 1) keep(["text", e.data]); }, true);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One job done once. `seconds` is from the first event to the last thing waited for: how long the pages took, no hand being slow."""

    name: str
    keys: tuple[str, ...]
    presses: int
    text: int  # characters that any page would have to be told
    seconds: float

    @property
    def by_hand(self) -> float:
        """Seconds a practised person would need beside the text itself."""
        return len(self.keys) * KEY + self.presses * PRESS + self.seconds


class Counter:
    """Counts on one page, from when it was made."""

    def __init__(self, page: Page, tell: Any) -> None:
        self.page, self.tell = page, tell
        page.add_init_script(COUNTING)

    def done(self, name: str) -> Job:
        """The job is done, as the page says: note it for the table and return it."""
        ended, events = self.page.evaluate("[Date.now(), JSON.parse(sessionStorage.getItem('counted') || '[]')]")
        keys = tuple(what for kind, what, _ in events if kind == "key")
        text = sum(len(what) for kind, what, _ in events if kind == "text")
        presses = sum(kind == "press" for kind, _, _ in events)
        job = Job(name, keys, presses, text, (ended - events[0][2]) / 1000)
        self.tell(PROPERTY, json.dumps(asdict(job)))
        return job


def table(jobs: Iterable[Job]) -> list[str]:
    """Return the lines of the table, in the order of the names."""
    lines = ["| 日常工作 | 按键 | 键数 | 点按 | 正文字数 | 页面用时 | 熟手估计 |", "|---|---|---|---|---|---|---|"]
    for job in sorted(jobs, key=lambda j: j.name):
        keys = " ".join(job.keys) or "–"
        lines.append(
            f"| {job.name} | {keys} | {len(job.keys)} | {job.presses} | {job.text} | {job.seconds:.1f} 秒 | {job.by_hand:.1f} 秒 |"
        )
    return lines


def tell_all(reports: Iterable[pytest.TestReport], write: Any) -> None:
    """Print the table of the jobs done in this run, and keep it. For `pytest_terminal_summary`: xdist's workers bring their share."""
    told = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    jobs = [Job(**{**job, "keys": tuple(job["keys"])}) for job in map(json.loads, map(str, told))]
    if not jobs:
        return
    for line in ["", "十项日常工作：正文以外的按键与点按，浏览器自己数的", *table(jobs)]:
        write(line)
    kept = [{**asdict(job), "by_hand": round(job.by_hand, 1)} for job in sorted(jobs, key=lambda j: j.name)]
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
