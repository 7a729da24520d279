"""Addresses of call-backs."""

from __future__ import annotations

from django.urls import path

from shouwen.web.callbacks import views

app_name = "callbacks"
urlpatterns = [path("", views.page, name="page"), path("export/", views.export, name="export")]
