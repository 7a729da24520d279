"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from shouwen.web.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.page, name="page"),
    path("glance/", views.glance, name="glance"),
    path("targets/", views.aims, name="targets"),
    path("targets/<slug:measure>/", views.aim, name="target"),
    path("targets/<slug:measure>/export/", views.export_aim, name="target_export"),
    path("counted/", views.counted, name="counted"),
    path("counted/export/", views.export_counted, name="counted_export"),
    path("export/<slug:table>/", views.export, name="export"),
]
