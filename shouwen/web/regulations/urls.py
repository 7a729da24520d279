"""Addresses of regulations."""

from __future__ import annotations

from django.urls import path

from shouwen.web.regulations import views

app_name = "regulations"
urlpatterns = [
    path("", views.listing, name="list"),
    path("enactments/", views.enactments, name="enactments"),
    path("enactments/<int:pk>/", views.enactment, name="enactment"),
    path("<slug:pack>/<slug:regulation>/", views.page, name="page"),
]
