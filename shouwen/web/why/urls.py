"""Addresses of the question why."""

from __future__ import annotations

from django.urls import path

from shouwen.web.why import views

app_name = "why"
urlpatterns = [
    path("<int:seq>/", views.event, name="event"),
    path("entry/<int:pk>/", views.entry, name="entry"),
    path("<slug:kind>/<int:pk>/field/<slug:name>/", views.field, name="field"),
    path("<slug:kind>/<int:pk>/not/<slug:name>/", views.refused, name="refused"),
]
