"""Addresses of registers. A record is named by its register and its id."""

from __future__ import annotations

from django.urls import path

from shouwen.web.registers import acting, taking_in, views

app_name = "registers"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:register>/", views.listing, name="list"),
    path("<slug:register>/export/", views.export, name="export"),
    path("<slug:register>/new/", acting.new, name="new"),
    path("<slug:register>/import/", taking_in.page, name="import"),
    path("<slug:register>/import/columns/", taking_in.columns, name="columns"),
    path("<slug:register>/<int:pk>/", views.page, name="page"),
    path("<slug:register>/<int:pk>/story/", views.story, name="story"),
    path("<slug:register>/<int:pk>/acts/<slug:name>/", acting.act, name="act"),
]
