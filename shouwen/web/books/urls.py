"""Addresses of books and entries."""

from __future__ import annotations

from django.urls import path

from shouwen.web.books import acting, views

app_name = "books"
urlpatterns = [
    path("", views.home, name="home"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("entries/<int:pk>/acts/<slug:name>/", acting.act, name="act"),
    path("entries/<int:pk>/story/", views.story, name="story"),
    path("<slug:book>/", views.balances, name="book"),
    path("<slug:book>/export/", views.export, name="export"),
    path("<slug:book>/<slug:party>/<int:pk>/", views.account, name="account"),
    path("<slug:book>/<slug:party>/<int:pk>/export/", views.export_entries, name="account_export"),
]
