"""What a person at a browser does and sees, for the tests of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect

from shouwen.cases.models import Case
from shouwen.staff.models import Staff
from tests import databases
from tests.web.slowness import patience, slow_down
from tests.web.village import Village

expect.set_options(
    timeout=patience(30_000)
)  # CI's machines have two cores for a browser, a server, a database and another browser

PHONE: Final = 900  # narrower is held in a hand
AXE: Final = databases.ROOT / ".cache/browser/axe.min.js"
# A refusal is an answer with a status of its own, and browsers print that.
# A page that is left while it fetches something says so, too.
EXPECTED: Final = re.compile(
    r"Failed to load resource: the server responded with a status of 4|Response Status Error Code 4|^htmx:(sendAbort|afterRequest), "
)


@dataclass(slots=True)
class Visitor:
    """Somebody at a browser, and what went wrong in its scripts."""

    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    def leave(self) -> None:
        """Close the browser; nothing may have gone wrong."""
        self.context.close()
        assert not self.troubles, self.troubles


def visitor(browser: Browser, village: Village, person: Staff | None, width: int, **options: Any) -> Visitor:
    """Open a browser of some width, signed in as somebody."""
    phone = width < PHONE
    context = browser.new_context(
        viewport={"width": width, "height": 844 if phone else 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=village.address,
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        **options,
    )
    context.set_default_timeout(patience(40_000))
    if person is not None:
        cookie = village.client(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": village.address}])
    page = context.new_page()
    slow_down(page)
    came = Visitor(context, page)

    def complains(m: ConsoleMessage) -> None:
        if m.type in {"error", "warning"} and not EXPECTED.search(m.text):
            came.troubles.append(m.text)

    def breaks(e: Error) -> None:
        came.troubles.append(str(e))

    page.on("console", complains)
    page.on("pageerror", breaks)
    return came


def do(page: Page, act: str) -> None:
    """Press the button of an act and wait for its form, not for one that stands there from before."""
    page.evaluate("document.querySelector('#act-form')?.setAttribute('data-of-before', '')")
    page.locator(f"#act-{act}").click()
    expect(page.locator("#act-form:not([data-of-before])")).to_be_visible()


def send(page: Page) -> None:
    """Send the form of an act, and wait until it is said to be done."""
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting > .note-success, #acting > .note-warning")).to_be_visible()


def fill(page: Page, **values: str) -> None:
    """Fill in the controls of a form, whatever they are; what is found by searching is taken from what was found."""
    for name, value in values.items():
        way = page.locator(f".way:has(input[name='{name}'][value='{value}'])")
        control = page.locator(f"#f-{name}")
        if way.count():
            way.click()
        elif control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        elif control.get_attribute("data-find") is not None:
            control.fill(value)
            page.locator(f"#found-{name} [data-pick]", has_text=value).first.click()
        else:
            control.fill(value)


def press(page: Page) -> None:
    """Send the form of an act, whatever comes of it."""
    page.locator("#act-form .form-end .btn-primary").click()


def tick_all(page: Page) -> None:
    """Tick whatever the form of an act wants ticked."""
    for tick in page.locator("#act-form .tick input").all():
        tick.check()


def refused(page: Page, why: str) -> None:
    """Send the form of an act; it is refused, and the page says why."""
    press(page)
    expect(page.locator("#acting .refusal").filter(has_text=why)).to_be_visible()


def at_case(page: Page, case: Case, act: str) -> Page:
    """Open a case and the form of an act."""
    page.goto(f"/cases/{case.number}/")
    do(page, act)
    return page


def barred(page: Page, case: Case, act: str, why: str) -> None:
    """What no form could put right is not offered, and the page says why."""
    page.goto(f"/cases/{case.number}/")
    expect(page.locator(f"#why-{act}")).to_contain_text(why)


def here(page: Page, step: str) -> None:
    """The page of a case says where it stands."""
    expect(page.locator(".course [aria-current]")).to_have_text(step)


def drafted(page: Page, text: str) -> None:
    """Wait until what was typed is kept as a draft."""
    page.wait_for_function("text => Object.values(sessionStorage).some((kept) => kept.includes(text))", arg=text)


def choose(page: Page, field_name: str, value: str) -> None:
    """Choose one of the choices that lie side by side."""
    page.locator(f".way:has(input[name='{field_name}'][value='{value}'])").click()


def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds on a page, however slight, in one line each; `rules`: these only."""
    assert AXE.exists(), f"{AXE} is missing: run ./run dev"
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}" for v in found]


def axe_in_the_dark(page: Page, picture: Path | None = None) -> list[str]:
    """What cannot be read when a device turns dark while a page stands open: nothing but the colours is another."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(
        "Promise.all(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished.catch(() => null)))"
    )
    found = axe(page, "color-contrast", "link-in-text-block")
    if picture:
        page.screenshot(path=picture, full_page=True, caret="initial")
    page.emulate_media(color_scheme="light")
    return [f"dark: {text}" for text in found]


def unexplained(page: Page) -> list[str]:
    """Acts that cannot be done and do not say why, or by which clause."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("button[aria-disabled=true]")].filter((act) => {
      const why = document.getElementById(act.getAttribute("aria-describedby"));
      const own = why?.querySelector("b")?.textContent.length || 0;
      return !why || why.textContent.trim().length < own + 4 || !why.querySelector("cite, .cite, a[href*='/regulations/']");
    }).map((act) => act.textContent.trim())"""
        )
    )


def too_small(page: Page) -> list[str]:
    """Texts that can be seen and are smaller than 14 pixels."""
    return list(
        page.evaluate(
            """() => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim();
        const element = walker.currentNode.parentElement;
        if (!text || !element.checkVisibility() || element.closest("template, script, .visually-hidden")) continue;
        if (parseFloat(getComputedStyle(element).fontSize) < 14) found.push(text.slice(0, 40));
      }
      return found;
    }"""
        )
    )


def overflows(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def clipped(page: Page) -> list[str]:
    """Buttons, links and tabs of which a part cannot be seen: cut off by what they stand in, or reaching out of the window.

    What stands in something that scrolls can be reached; what is cut with an ellipsis says so itself.
    """
    return list(
        page.evaluate(
            """() => {
      const width = document.documentElement.clientWidth;
      const cuts = (e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
      const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
      const found = [];
      for (const e of document.querySelectorAll("a, button, summary, .btn, .tab, .pill")) {
        const box = e.getBoundingClientRect();
        if (!e.checkVisibility() || !box.width || !e.innerText?.trim() || e.closest(".visually-hidden, .skip")) continue;
        const short = getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1; // its own words do not fit
        if (short && !scrolls(e) && getComputedStyle(e).textOverflow !== "ellipsis") found.push(`cut: ${e.innerText.trim()}`);
        let around = e.parentElement;
        while (around && !scrolls(around)) {
          const room = around.getBoundingClientRect();
          if (cuts(around) && getComputedStyle(around).textOverflow !== "ellipsis" && (box.right > room.right + 1 || box.left < room.left - 1)) break;
          around = around.parentElement;
        }
        if (around ? cuts(around) && !scrolls(around) : box.right > width + 1 || box.left < -1) found.push(`outside: ${e.innerText.trim()}`);
      }
      return found.map((text) => text.replaceAll("\\n", " ").slice(0, 60));
    }"""
        )
    )


def glued(page: Page) -> list[str]:
    """Words of two elements that stand side by side on a line with nothing between them: "Being handledHandled"."""
    return list(
        page.evaluate(
            """() => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let before = null;
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.textContent.trim() || !node.parentElement.checkVisibility() || node.parentElement.closest("script, style, template, .visually-hidden, svg")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = range.getClientRects();
        if (!boxes.length) continue;
        if (before && before.node.parentElement !== node.parentElement) {
          const first = boxes[0], last = before.box;
          const line = Math.min(first.bottom, last.bottom) - Math.max(first.top, last.top) > Math.min(first.height, last.height) / 2;
          const gap = first.left - last.right;
          const siblings = before.node.parentElement.parentElement === node.parentElement.parentElement; // one upon the other
          if (line && gap > (siblings ? -80 : -2) && gap < 2 && /\\w$/.test(before.node.textContent) && /^\\w/.test(node.textContent))
            found.push(`${before.node.textContent.trim().slice(-20)}|${node.textContent.trim().slice(0, 20)}`);
        }
        before = { node, box: boxes[boxes.length - 1] };
      }
      return found;
    }"""
        )
    )


def overlapping(page: Page) -> list[str]:
    """Texts of which one is written over another; what stays in place while the page moves may cover it."""
    return list(
        page.evaluate(
            """() => {
      const found = [], lately = [];
      const seen = (element, box) => { // what is left of it where something around it cuts it off
        let [left, right] = [box.left, box.right];
        for (let e = element; e; e = e.parentElement) {
          const style = getComputedStyle(e);
          if (["fixed", "sticky", "absolute"].includes(style.position)) return null;
          if (style.overflowX === "visible") continue;
          const room = e.getBoundingClientRect();
          [left, right] = [Math.max(left, room.left), Math.min(right, room.right)];
        }
        return right - left > 4 ? { left, right, top: box.top, bottom: box.bottom } : null;
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode, around = node.parentElement;
        if (!node.textContent.trim() || !around.checkVisibility() || around.closest("script, style, template, option, svg, .visually-hidden")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = [...range.getClientRects()].map((box) => seen(around, box)).filter(Boolean);
        for (const other of lately) for (const a of other.boxes) for (const b of boxes) {
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (wide > 4 && high > Math.min(a.bottom - a.top, b.bottom - b.top) / 2) found.push(`${other.text}|${node.textContent.trim().slice(0, 20)}`);
        }
        lately.push({ text: node.textContent.trim().slice(0, 20), boxes });
        if (lately.length > 8) lately.shift();
      }
      return [...new Set(found)];
    }"""
        )
    )
