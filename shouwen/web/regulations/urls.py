"""Addresses of regulations."""

from __future__ import annotations

from django.urls import path

from shouwen.web.regulations import rehearsing, views

app_name = "regulations"
urlpatterns = [
    path("", views.listing, name="list"),
    path("enactments/", views.enactments, name="enactments"),
    path("enactments/<int:pk>/", views.enactment, name="enactment"),
    path("rehearsals/", rehearsing.listing, name="rehearsals"),
    path("rehearsals/new/", rehearsing.new, name="rehearse"),
    path("rehearsals/<int:pk>/", rehearsing.page, name="rehearsal"),
    path("rehearsals/<int:pk>/now/", rehearsing.now, name="rehearsal_now"),
    path("rehearsals/<int:pk>/stop/", rehearsing.stop, name="rehearsal_stop"),
    path("<slug:pack>/<slug:regulation>/", views.page, name="page"),
]
