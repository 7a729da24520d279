"""Where a form of an act stands: on the page of its case, or under a row of a list."""

from __future__ import annotations

import re
from typing import Final

from shouwen.web.asking import Ask

ROW: Final = re.compile(r"acting-\d{1,19}")
PAGE: Final = "acting"


def slot_of(request: Ask) -> str:
    """Where the form stands: `acting` on the page of a case, a place of its own under the row of a list."""
    asked = request.headers.get("HX-Target", "")
    return asked if ROW.fullmatch(asked) else PAGE
