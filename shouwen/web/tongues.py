"""In an English page, what is written in Chinese (names, titles, what somebody noted) is marked as Chinese (WCAG 3.1.2).

It is done where the page is sent, for all of it: a name comes from a hundred places, and one that was forgotten is read out as nonsense.
What our own pages say has English; tests/web/other_tongue.py holds that only what people wrote is left to be marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.http import HttpResponse

LANG: Final = ' lang="zh"'
_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"
_CHINESE: Final = re.compile(f"[{_HAN}]")
_SIGNS: Final = r"\u3000-\u303f\uff00-\uffef"
# From the first Chinese character or sign to the last of the same breath: 云栖1-1-401, 王**, 业主出差，周末再约。
_RUN: Final = re.compile(f"[{_SIGNS}]*[{_HAN}](?:[\\w*·\\-{_SIGNS}]*[\\w*{_SIGNS}])?")
_INSIDE: Final = r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""  # of a tag, from behind its name
# As much at once as need not be looked at; then what is left as it is; a tag that says it is Chinese; an option; a text.
_PIECE: Final = re.compile(
    rf"""(?:<(?!!--|(?:script|style|textarea|title|option)\b|[^>]*lang="zh){_INSIDE}|[^<{_HAN}]++(?=<))+"""
    r"""|<!--.*?-->|<(?P<kept>script|style|textarea|title)\b.*?</(?P=kept)\s*+>"""
    rf"""|<(?P<chinese>[a-z][a-z0-9]*+)(?=[^>]*lang="zh){_INSIDE}"""
    rf"""|(?P<option><option\b(?:[^>"']++|"[^"]*+")*+)>(?P<said>[^<]*+)"""
    r"""|(?P<text>[^<]++)|<""",
    re.DOTALL,
)


def mark(response: HttpResponse) -> None:
    """Mark the Chinese of an English page, if this is one."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    text = response.content.decode()
    if _CHINESE.search(text):
        response.content = marked(text)


def marked(html: str) -> str:
    """Return a page with its Chinese marked.

    >>> marked('<p>Given to 孙磊, <b title="孙磊">2</b></p><option value="1">云栖花园</option>')
    '<p>Given to <span lang="zh">孙磊</span>, <b title="孙磊">2</b></p><option value="1" lang="zh">云栖花园</option>'
    """
    return "".join(_marked(html))


def _marked(html: str) -> Iterator[str]:
    at = 0
    while piece := _PIECE.match(html, at):
        at = piece.end()
        if piece["text"]:
            yield _RUN.sub(_in_a_span, piece[0])
        elif piece["option"] and _CHINESE.search(piece["said"]):
            yield f"{piece['option']}{LANG}>{piece['said']}"  # no element may stand in it
        elif piece["chinese"]:
            at = _end_of(piece["chinese"], html, at)
            yield html[piece.start() : at]
        else:
            yield piece[0]


def _in_a_span(run: re.Match[str]) -> str:
    return f"<span{LANG}>{run[0]}</span>"


def _end_of(name: str, html: str, at: int) -> int:
    """Where the element ends that began before `at`."""
    depth = 1
    for tag in re.compile(rf"<(/?){name}\b").finditer(html, at):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return at
