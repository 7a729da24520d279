"""Addresses: the parts say theirs, here they only get their places."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from shouwen.api.app import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("shouwen.web.urls")),
]

handler400 = "shouwen.web.problems.bad_request"
handler403 = "shouwen.web.problems.forbidden"
handler404 = "shouwen.web.problems.not_found"
handler500 = "shouwen.web.problems.broken"
