"""Addresses of search."""

from __future__ import annotations

from django.urls import path

from shouwen.web.searching import views

app_name = "searching"
urlpatterns = [
    path("", views.page, name="page"),
    path("quick/", views.quick, name="quick"),
    path("pick/<slug:kind>/", views.pick, name="pick"),
    path("record/<int:pk>/", views.record, name="record"),
]
