"""The address customers answer at. `config.logs` keeps what follows it out of the logs."""

from __future__ import annotations

from django.urls import path

from shouwen.web.surveys import answering

app_name = "surveys"
urlpatterns = [
    path("", answering.page, {"token": ""}, name="none"),
    path("<str:token>/", answering.page, name="answer"),
]
