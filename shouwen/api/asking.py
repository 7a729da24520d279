"""Who sends a request: a member of staff, by a bearer token. Everything a view needs to know of them comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from shouwen.base.access import Reader
from shouwen.base.errors import Complaint, FieldError, Forbidden
from shouwen.cases.book import JustRead
from shouwen.cases.enactments import VERSION, Laws
from shouwen.policy.org import Org
from shouwen.staff import org
from shouwen.staff.tokens import bearer

SAFE: Final = ("GET", "HEAD", "OPTIONS")  # what a token that reads only may do
READS: Final = ("/api/v1/search",)  # what only reads and is sent by POST, so that no address says what is searched for
LANGUAGES: Final = ("zh-hans", "en")
MOST_RANGES: Final = 20  # of an Accept-Language header that are looked at


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, what they may read, in which language."""

    staff: int
    reader: Reader
    org: Org
    now: datetime
    lang: str
    read: JustRead

    @property
    def laws(self) -> Laws:
        """The enactments there were when the request came."""
        return self.read.laws


class Bearer(HttpBearer):
    """`Authorization: Bearer sw_…`; tokens are printed by `shouwen token USER`."""

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """Return who sends the token, or None: the answer is then 401."""
        now = timezone.now()
        found = bearer(token, now=now, beside=VERSION)
        if found is None:
            return None
        if found.reads_only and request.method not in SAFE and request.path not in READS:
            raise Forbidden("write", "token")
        snapshot = org.snapshot(now, found.org_version)
        lang = accepted(request) or found.language
        return Asker(
            found.staff,
            org.reader(found.staff, now, found.org_version),
            snapshot,
            now,
            lang,
            JustRead(found.org_version, Laws(found.beside)),
        )


def asker(request: HttpRequest, *query: str) -> Asker:
    """Return who sends an authenticated request. `query` are the parameters the operation knows; FieldError for any other."""
    strange = [name for name in request.GET if name not in query]
    if strange:
        raise FieldError([Complaint(name[:64], "没有这个参数", "there is no such parameter", "unknown") for name in strange[:20]])
    found: Any = request.auth  # type: ignore[attr-defined]  # ninja sets it
    assert isinstance(found, Asker)
    return found


def language(request: HttpRequest) -> str:
    """Return the language to answer in: what the request accepts, else the asker's, else Chinese."""
    found = getattr(request, "auth", None)
    return found.lang if isinstance(found, Asker) else accepted(request) or LANGUAGES[0]


def accepted(request: HttpRequest) -> str:
    """Return which of our languages the request likes best (RFC 9110 §12.5.4); "" when it names none of them."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("Accept-Language", "").split(",")[:MOST_RANGES]):
        name, _, parameters = part.strip().lower().partition(";")
        ours = next((lang for lang in LANGUAGES if name[:2] == lang[:2]), "")
        weight = _weight(parameters)
        if ours and weight > 0:
            liked.append((-weight, place, ours))
    return min(liked, default=(0.0, 0, ""))[2]


def _weight(parameters: str) -> float:
    """Return the weight of a range; 0, which is "not this one", for what is no number."""
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if value.strip().replace(".", "", 1).isascii() and value.strip().replace(".", "", 1).isdigit() else 0.0
