"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from shouwen.web.customers import editing, views

app_name = "customers"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="export"),
    path("new/", editing.new, name="new"),
    path("<int:pk>/", views.page, name="page"),
    path("<int:pk>/uncovered/", views.uncovered, name="uncovered"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
]
