"""Addresses of papers: a form, what it is of, or the period of a register."""

from __future__ import annotations

from django.urls import path

from shouwen.web.papers import views

app_name = "papers"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:form>/", views.many, name="many"),
    path("<slug:form>/blank/", views.blank, name="blank"),
    path("<slug:form>/case/<int:pk>/", views.of_case, name="case"),
    path("<slug:form>/record/<int:pk>/", views.of_record, name="record"),
]
