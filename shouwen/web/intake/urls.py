"""Addresses of intake."""

from __future__ import annotations

from django.urls import path

from shouwen.web.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.page, name="page"),
    path("callers/", views.callers, name="callers"),
    path("customers/", views.new_customer, name="customer"),
    path("customers/form/", views.new_caller, name="new_caller"),
    path("similar/", views.similar, name="similar"),
]
