"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("shouwen.web.desk.urls")),
    path("", include("shouwen.web.signing.urls")),
    path("intake/", include("shouwen.web.intake.urls")),
    path("cases/", include("shouwen.web.cases.urls")),
    path("customers/", include("shouwen.web.customers.urls")),
    path("regulations/", include("shouwen.web.regulations.urls")),
    path("notices/", include("shouwen.web.notices.urls")),
    path("search/", include("shouwen.web.searching.urls")),
]
