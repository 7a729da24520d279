"""Addresses of dispatch."""

from __future__ import annotations

from django.urls import path

from shouwen.web.dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("", views.page, name="page"),
    path("visits/", views.visits, name="visits"),
    path("assignment/", views.assign, name="assign"),
]
