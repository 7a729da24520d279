"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from shouwen.web.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="export"),
    path("chosen/", views.chosen, name="chosen"),
    path("unread/", views.unread, name="unread"),
    path("read/", views.read_all, name="read"),
    path("<int:pk>/", views.follow, name="follow"),
    path("<int:pk>/confirmation/", views.confirmation, name="confirm"),
]
