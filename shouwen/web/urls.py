"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("shouwen.web.desk.urls")),
    path("", include("shouwen.web.signing.urls")),
    path("intake/", include("shouwen.web.intake.urls")),
    path("cases/", include("shouwen.web.cases.urls")),
    path("customers/", include("shouwen.web.customers.urls")),
    path("registers/", include("shouwen.web.registers.urls")),
    path("rounds/", include("shouwen.web.rounds.urls")),
    path("books/", include("shouwen.web.books.urls")),
    path("regulations/", include("shouwen.web.regulations.urls")),
    path("callbacks/", include("shouwen.web.callbacks.urls")),
    path("dispatch/", include("shouwen.web.dispatch.urls")),
    path("notices/", include("shouwen.web.notices.urls")),
    path("lists/", include("shouwen.web.lists.urls")),
    path("reports/", include("shouwen.web.reports.urls")),
    path("papers/", include("shouwen.web.papers.urls")),
    path("management/", include("shouwen.web.management.urls")),
    path("why/", include("shouwen.web.why.urls")),
    path("tour/", include("shouwen.web.touring.urls")),
    path("search/", include("shouwen.web.searching.urls")),
    path("answer/", include("shouwen.web.surveys.urls")),
    path("knowledge/", include("shouwen.web.knowledge.urls")),
]
