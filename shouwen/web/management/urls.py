"""Addresses of administration."""

from __future__ import annotations

from django.urls import path

from shouwen.web.management import absences, calendars, matters, notice, people, person, roster, units

app_name = "management"
urlpatterns = [
    path("", people.home, name="home"),
    path("staff/", people.listing, name="staff"),
    path("staff/export/", people.export_list, name="staff_export"),
    path("staff/new/", people.new, name="staff_new"),
    path("staff/<int:pk>/", person.page, name="person"),
    path("staff/<int:pk>/edit/", people.edit, name="staff_edit"),
    path("staff/<int:pk>/posts/", person.appoint, name="appoint"),
    path("staff/<int:pk>/posts/<int:holding>/end/", person.relieve, name="relieve"),
    path("staff/<int:pk>/absences/", absences.of_person, name="person_absence"),
    path("staff/<int:pk>/suspension/", person.suspension, name="suspension"),
    path("staff/<int:pk>/leaving/", person.leaving, name="leaving"),
    path("staff/<int:pk>/matters/", matters.page, name="matters"),
    path("units/", units.tree, name="units"),
    path("units/new/", units.new, name="unit_new"),
    path("units/<int:pk>/", units.edit, name="unit"),
    path("units/<int:pk>/closing/", units.closing, name="unit_closing"),
    path("roster/", roster.week, name="roster"),
    path("roster/cell/", roster.cell, name="roster_cell"),
    path("roster/copy/", roster.copy, name="roster_copy"),
    path("roster/shifts/", roster.patterns, name="roster_patterns"),
    path("absences/", absences.listing, name="absences"),
    path("absences/export/", absences.export_list, name="absences_export"),
    path("absences/<int:pk>/end/", absences.end, name="absence_end"),
    path("calendars/", calendars.year, name="calendars"),
    path("calendars/notice/", notice.enter, name="notice"),
]
