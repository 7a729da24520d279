"""The API alone, without the pages."""

from __future__ import annotations

from django.urls import path

from shouwen.api.app import api

urlpatterns = [path("api/v1/", api.urls)]
