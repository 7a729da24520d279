"""Who sends a request: a member of staff, by a bearer token. Everything a view needs to know of them comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from shouwen.base.access import Reader
from shouwen.base.errors import Complaint, FieldError
from shouwen.policy.org import Org
from shouwen.staff import org
from shouwen.staff.tokens import bearer


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, what they may read, in which language."""

    staff: int
    reader: Reader
    org: Org
    now: datetime
    lang: str


class Bearer(HttpBearer):
    """`Authorization: Bearer sw_…`; tokens are printed by `shouwen token USER`."""

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """Return who sends the token, or None: the answer is then 401."""
        now = timezone.now()
        found = bearer(token, now=now)
        if found is None:
            return None
        snapshot = org.snapshot(now, found.org_version)
        return Asker(found.staff, org.reader(found.staff, now, found.org_version), snapshot, now, found.language)


def asker(request: HttpRequest, *query: str) -> Asker:
    """Return who sends an authenticated request. `query` are the parameters the operation knows; FieldError for any other."""
    strange = [name for name in request.GET if name not in query]
    if strange:
        raise FieldError([Complaint(name[:64], "没有这个参数", "there is no such parameter", "unknown") for name in strange[:20]])
    found: Any = request.auth  # type: ignore[attr-defined]
    assert isinstance(found, Asker)
    return found


def language(request: HttpRequest) -> str:
    """Return the language to answer in: the asker's, else what the request accepts, else Chinese."""
    found = getattr(request, "auth", None)
    if isinstance(found, Asker):
        return found.lang
    return "en" if request.headers.get("Accept-Language", "").startswith("en") else "zh-hans"
