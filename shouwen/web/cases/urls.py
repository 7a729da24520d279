"""Addresses of cases. A case is named by its number, or by its id where only that is known."""

from __future__ import annotations

from django.urls import path

from shouwen.web.cases import acting, asked, files, presence, views

app_name = "cases"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="export"),
    path("<str:key>/", views.page, name="page"),
    path("<str:key>/now/", views.now, name="now"),
    path("<str:key>/story/", views.story, name="story"),
    path("<str:key>/beside/", views.beside, name="beside"),
    path("<str:key>/deadlines/<int:pk>/", views.explanation, name="deadline"),
    path("<str:key>/acts/<slug:name>/", acting.act, name="act"),
    path("<str:key>/consents/<int:pk>/", views.consent, name="consent"),
    path("<str:key>/here/", presence.here, name="here"),
    path("<str:key>/surveys/<int:pk>/", asked.show, name="survey"),
    path("<str:key>/surveys/<int:pk>/withdrawal/", asked.withdraw, name="survey_withdrawal"),
    path("<str:key>/files/", files.upload, name="files"),
    path("<str:key>/files/<int:pk>/", files.download, name="file"),
]
