"""(g) What real browsers see: how soon a change is on another's screen, and what pages ask for while nobody touches them.

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
from bench.pages import OTHERS, WHO, sessions
from bench.relaying import Relay, relaying

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


TRIES: Final = 3  # minutes waited for one in which nobody had news


def run(bench: Bench, site: Site, changes: int, idle: float) -> dict[str, Any]:
    """Measure both; a reason instead where there is no browser."""
    if find_spec("playwright") is None:
        return {"left_out": "playwright is not installed: ./run dev"}
    from playwright.sync_api import Browser, Error, Page, sync_playwright  # noqa: PLC0415  only developers have it

    def sit(browser: Browser, port: int, user: str, paths: Sequence[str]) -> list[Page]:
        """Somebody opens pages, each in a tab of one browser."""
        context = browser.new_context(base_url=f"http://{HOST}:{port}", locale="zh-CN", timezone_id="Asia/Shanghai")
        cookie = sessions(bench, 1, [user])[0]["cookie"]
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": f"http://{HOST}:{port}"}])
        tabs = [context.new_page() for _ in paths]
        for tab, path in zip(tabs, paths, strict=True):
            answer = tab.goto(path)
            if answer is None or answer.status != 200:
                raise SystemExit(f"{path}: {answer and answer.status}")
        tabs[-1].wait_for_timeout(1000)  # the stream is open
        return tabs

    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        except Error as e:
            return {"left_out": f"no browser: {e.message.splitlines()[0]}"}
        case, number = _open_case(site)
        (page,) = sit(browser, site.port, OTHERS, [f"/cases/{number}/"])
        times = _changes(site, bench.token(WRITER), case, page, changes)
        page.context.close()
        open_tabs = _left_open(site, number)
        with relaying(site.port) as relay:
            for user, paths in open_tabs.items():
                sit(browser, relay.port, user, paths)
            quiet = _quiet(relay, idle)
            browser.close()
    return {"another_screen_ms": summary(times), "idle": {**quiet, "tabs": open_tabs}}


def _left_open(site: Site, number: str) -> dict[str, list[str]]:
    """Whose browser has which tabs open: each kind of page, and the desk twice."""
    customer = site.rows("select customer_id from cases_case where number = %s", number)[0][0]
    return {
        WRITER: ["/", "/", "/cases/", f"/cases/{number}/", "/callbacks/", f"/customers/{customer}/"],
        WHO["dispatch"]: ["/dispatch/", "/dispatch/?view=given", "/"],
        OTHERS: ["/team/", "/", "/reports/"],
    }


def _quiet(relay: Relay, idle: float) -> dict[str, Any]:
    """What is asked for in `idle` seconds in which nobody had news; `streams`: how many stand open for all those tabs."""
    time.sleep(3)  # what a page fetches when it is opened
    opening = len(relay.asked)
    for _ in range(TRIES):
        relay.forget()
        time.sleep(idle)
        if not relay.news:
            break
    return {
        "seconds": idle,
        "requests_of_opening": opening,
        "requests": len(relay.asked),
        "paths": sorted(set(relay.asked)),
        "news": relay.news,
        "streams": len(relay.streams),
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
        where c.procedure = 'repair' and c.closed_at is null and not c.held and c.customer_id is not null and u.name = '云栖花园'
        order by c.id desc limit 1"""
    return site.rows(query)[0]


def _note(site: Site, token: str, case: int, text: str) -> None:
    body = json.dumps({"act": "note", "fields": {"text": text}, "evidence": [{"kind": "self"}]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{HOST}:{site.port}/api/v1/cases/{case}/acts", body, headers)
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  our own address
