"""Names as they are kept: in one place, without what nobody sees and what turns the writing round."""

from __future__ import annotations

import re
from typing import Final

# Control characters, and those of format that mislead: marks and embeddings of direction, blanks of no width.
# What joins letters in some scripts (U+200C, U+200D) stays.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


def plain_name(name: str) -> str:
    """Return a name without control characters and characters of direction, and without blanks around it.

    >>> plain_name(" 张三\\u202e四\\u200b ")
    '张三四'
    """
    return _UNSEEN.sub("", name).strip()
