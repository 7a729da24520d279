"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from shouwen.web.desk import views

app_name = "desk"
urlpatterns = [path("", views.page, name="page"), path("team/", views.of_team, name="team")]
