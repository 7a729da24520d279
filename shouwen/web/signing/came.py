"""Where a request comes from, and where its sender goes next."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from shouwen.staff.sessions import Came


def came(request: HttpRequest) -> Came:
    """Return address and browser: behind our own proxy, the address that the proxy saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and (forwarded := request.headers.get("X-Forwarded-For", "")):
        address = forwarded.rpartition(",")[2].strip()
    return Came(address, request.headers.get("User-Agent", "")[:400])


def back(request: HttpRequest) -> str:
    """Return where to go afterwards: a page of ours, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if is_ours(request, wanted) else "/"


def page_of_form(request: HttpRequest) -> str:
    """Return the page on which a form was filled in that has just been sent; "/" when the browser does not say."""
    referer = request.headers.get("Referer", "")
    if not referer or not is_ours(request, referer):
        return "/"
    found = urlsplit(referer)
    return f"{found.path or '/'}?{found.query}" if found.query else found.path or "/"


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address is one of this site."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
