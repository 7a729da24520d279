"""Addresses of what belongs to lists."""

from __future__ import annotations

from django.urls import path

from shouwen.web.lists import bulk, views

app_name = "lists"
urlpatterns = [
    path("kept/", views.keep, name="keep"),
    path("kept/<int:pk>/", views.open_kept, name="open"),
    path("kept/<int:pk>/drop/", views.drop, name="drop"),
    path("bulk/", bulk.page, name="bulk"),
    path("bulk/run/", bulk.run, name="run"),
]
