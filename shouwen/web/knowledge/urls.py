"""Addresses of what is looked up."""

from __future__ import annotations

from django.urls import path

from shouwen.web.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("<slug:procedure>/", views.find, name="find"),
    path("<slug:procedure>/<int:pk>/", views.read, name="read"),
]
