"""What a page in English says in Chinese: only what people wrote, and each of it marked as Chinese (WCAG 3.1.2)."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from shouwen.cases.enactments import law_at

# Each text of the page, shown or waiting to be shown, and each attribute that is shown or read out: how its language is marked, and
# itself; and what stands in its controls, which may be named elsewhere. `zh` is the mark of web/tongues.py, `zh-Hans` one of a template: laws, mostly.
TEXTS: Final = r"""() => {
  const foreign = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
  const found = [];
  const texts = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim(), around = walker.currentNode.parentElement;
      if (!foreign.test(text) || around?.closest("script, style, textarea")) continue;
      found.push([around?.closest("[lang]")?.lang || "en", `<${around?.localName} class="${around?.className}">`, text]);
    }
  };
  texts(document.body);
  document.querySelectorAll("template").forEach((one) => texts(one.content));
  const said = /^(title|alt|label|placeholder|hx-confirm|hx-prompt|aria-(?!controls|labelledby|describedby|owns).*)$/;
  for (const element of document.querySelectorAll("*")) {
    const words = element.id === "words"; // what the scripts say
    for (const { name, value } of element.attributes) {
      if ((words || said.test(name)) && foreign.test(value)) found.push(["", `<${element.localName} ${name}>`, value]);
    }
  }
  if (foreign.test(document.title)) found.push(["", "<title>", document.title]);
  const typed = [...document.querySelectorAll("input, textarea")].map((control) => control.value).filter(Boolean);
  return [found, typed.join("\n")];
}"""
CHINESE: Final = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
RUN: Final = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
OWN_NAMES: Final = {"简体中文"}  # a language is called by its own name
LAW: Final = (
    "cases_enactment",
    "cases_rehearsal",
    "base_search",
    "django_",
    "auth_",
)  # tables that hold no words of people of their own


def written() -> str:
    """Return all that people wrote: the rows of all tables but those of the law."""
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = current_schema()")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith(LAW)]
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")  # noqa: S608  names of tables
            rows += cursor.fetchone()
    return "\n".join(rows)


def kinds_of_things() -> set[str]:
    """Return the Chinese names of procedures, registers and regulations that have an English one: what is kept often begins with them."""
    law = law_at(timezone.now())
    assert law is not None
    nouns, regulations = law.nouns.values(), law.regulations.values()
    return {noun.zh for noun in nouns if noun.en} | {one.zh for one in regulations if one.en}


def of_its_own(page: Page) -> list[str]:
    """Return what an English page says in Chinese that nobody wrote, and what is not marked as Chinese."""
    data, kinds = written(), kinds_of_things()
    found = set()
    texts, typed = page.evaluate(TEXTS)
    for lang, where, text in texts:
        if lang == "zh-Hans" or (lang == "en" and text in OWN_NAMES):
            continue
        runs = RUN.findall(text)
        strange = [r for r in runs if r in kinds or (r not in data and r not in typed and r not in OWN_NAMES)]
        if strange or lang == "en":
            found.add(f"{where} {strange[0] if strange else 'not marked'}: {' '.join(text.split())[:80]}")
    return sorted(found)
