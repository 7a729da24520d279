"""Addresses of the door, of one's own account, and of those who watch over them."""

from __future__ import annotations

from django.urls import path

from shouwen.web.signing import account, audit, others, views

app_name = "signing"
urlpatterns = [
    path("sign-in/", views.sign_in, name="in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-out/", views.sign_out, name="out"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("invited/", views.invited, name="invited"),
    path("invited/<str:code>/", views.follow_invitation, name="follow"),
    path("account/", account.page, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/second-factor/", account.factor, name="factor"),
    path("account/second-factor/off/", account.factor_off, name="factor_off"),
    path("account/recovery-codes/", account.codes, name="codes"),
    path("account/sign-ins/others/end/", account.end_others, name="end_others"),
    path("account/sign-ins/<int:pk>/end/", account.end_session, name="end_session"),
    path("account/tokens/", account.new_token, name="new_token"),
    path("account/tokens/<int:pk>/end/", account.end_token, name="end_token"),
    path("sign-ins/", others.listing, name="people"),
    path("sign-ins/rules/", others.rules, name="rules"),
    path("sign-ins/<int:pk>/", others.person, name="person"),
    path("sign-ins/<int:pk>/invitation/", others.invite, name="invite"),
    path("sign-ins/<int:pk>/unlock/", others.unlock, name="unlock"),
    path("sign-ins/<int:pk>/end/", others.end_all, name="end_all"),
    path("sign-ins/<int:pk>/second-factor/off/", others.factor_off, name="take_factor"),
    path("audit/", audit.listing, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
]
