"""What somebody searched a list for: kept for them for a day under a key that says nothing. The words may be a name or a number and
stand in no address; the key does, so that a list is come back to, gone on in, saved and exported as it is.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from shouwen.base.errors import Problem
from shouwen.base.sql import raw
from shouwen.reports.models import SearchedFor

KEPT: Final = timedelta(days=1)  # longer than a shift
LONGEST: Final = 100
_KEEP: Final = """insert into reports_searchedfor (staff_id, key, text, at) values (%(staff)s, %(key)s, %(text)s, %(now)s)
 on conflict (staff_id, text) do update set at = excluded.at returning key"""


class WordsGone(Problem):
    """The key of an address stands for no words: they were somebody else's, or it was too long ago."""

    status = 410
    code = "words_gone"

    def __init__(self) -> None:
        super().__init__(
            "这个地址里的搜索文字已经不在了：它只留给搜索的人，留一天。请重新搜索。",
            "What this address searched for is gone: it is kept for the one who searched, for a day. Please search again.",
        )


def keep(text: str, staff: int, *, now: datetime) -> str:
    """Keep words, and return their key: of the same person and words always the same, as long as they are kept. "" of nothing."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return ""
    told = {"staff": staff, "key": secrets.token_hex(6), "text": text, "now": now}
    found = raw().execute(_KEEP, told).fetchone()
    return str(found[0]) if found else ""


def words(key: str, staff: int, *, now: datetime) -> str:
    """Return the words that somebody was searching for; "" when they are not kept any longer, or are somebody else's."""
    found = SearchedFor.objects.filter(staff=staff, key=key[:LONGEST].replace("\x00", ""), at__gt=now - KEPT)
    return found.values_list("text", flat=True).first() or ""


def forget(now: datetime) -> bool:
    """Delete what was searched for longer ago than it is kept. Nothing waits after it."""
    SearchedFor.objects.filter(at__lte=now - KEPT).delete()
    return False
