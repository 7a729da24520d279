"""Addresses of the door."""

from __future__ import annotations

from django.urls import path

from shouwen.web.signing import views

app_name = "signing"
urlpatterns = [
    path("sign-in/", views.sign_in, name="in"),
    path("sign-out/", views.sign_out, name="out"),
    path("language/", views.language, name="language"),
]
