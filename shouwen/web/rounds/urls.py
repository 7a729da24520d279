"""Addresses of rounds."""

from __future__ import annotations

from django.urls import path

from shouwen.web.rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.page, name="page"),
    path("export/", views.export, name="export"),
    path("month/", views.month, name="month"),
    path("coverage/", views.coverage, name="coverage"),
]
