"""Addresses of the tour."""

from __future__ import annotations

from django.urls import path

from shouwen.web.touring import views

app_name = "touring"
urlpatterns = [path("", views.go, name="go")]
