"""(g) What real browsers see: how soon a change is on another's screen, and what a page asks for while nobody touches it.

It needs Chromium and the developers' tools (`./run dev`); without them the part says so and is left out.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

from bench.installation import HOST, Bench, Site
from bench.load import summary
from bench.pages import OTHERS, sessions

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WRITER: Final = "chen_jie"
WATCH: Final = """(text) => new Promise((seen) => {
  const look = () => { if (document.querySelector(".story")?.textContent.includes(text)) { seen(Date.now()); watcher.disconnect(); } };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})"""


def run(bench: Bench, site: Site, changes: int, idle: float) -> dict[str, Any]:
    """Measure both; a reason instead where there is no browser."""
    if find_spec("playwright") is None:
        return {"left_out": "playwright is not installed: ./run dev"}
    from playwright.sync_api import Browser, Error, Page, sync_playwright  # noqa: PLC0415  only developers have it

    def sit(browser: Browser, path: str, user: str) -> Page:
        context = browser.new_context(base_url=f"http://{HOST}:{site.port}", locale="zh-CN", timezone_id="Asia/Shanghai")
        cookie = sessions(bench, 1, [user])[0]["cookie"]
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": f"http://{HOST}:{site.port}"}])
        page = context.new_page()
        page.goto(path)
        page.wait_for_timeout(1000)  # its stream is open
        return page

    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        except Error as e:
            return {"left_out": f"no browser: {e.message.splitlines()[0]}"}
        case, number = _open_case(site)
        page = sit(browser, f"/cases/{number}/", OTHERS)
        times = _changes(site, bench.token(WRITER), case, page, changes)
        asked: list[str] = []
        quiet = sit(browser, "/", WRITER)
        quiet.on("request", lambda request: asked.append(request.url.partition(str(site.port))[2].partition("?")[0]))
        quiet.wait_for_timeout(idle * 1000)
        browser.close()
    requests = [path for path in asked if path != "/events"]
    return {
        "another_screen_ms": summary(times),
        "idle": {"seconds": idle, "requests": len(requests), "paths": sorted(set(requests))},
    }


def _changes(site: Site, token: str, case: int, page: Any, n: int) -> Sequence[float]:
    """Seconds from the moment somebody sends a note to the moment another reads it."""
    times = []
    for i in range(n + 3):
        text = f"记录{time.time_ns():x}"
        seen = page.evaluate_handle(f"() => ({{ done: ({WATCH})({json.dumps(text)}) }})")
        begin = time.time()
        _note(site, token, case, text)
        shown = page.evaluate("async (watched) => await watched.done", seen) / 1000
        if i >= 3:  # warm
            times.append(shown - begin)
        time.sleep(0.3)
    return times


def _open_case(site: Site) -> tuple[int, str]:
    query = """select c.id, c.number from cases_case c join staff_unit u on u.id = c.unit_id
        where c.procedure = 'repair' and c.closed_at is null and not c.held and u.name = '云栖花园' order by c.id desc limit 1"""
    return site.rows(query)[0]


def _note(site: Site, token: str, case: int, text: str) -> None:
    body = json.dumps({"act": "note", "fields": {"text": text}, "evidence": [{"kind": "self"}]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{HOST}:{site.port}/api/v1/cases/{case}/acts", body, headers)
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  our own address
