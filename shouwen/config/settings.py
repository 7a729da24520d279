"""Django settings, from the environment only; importing this module starts nothing and writes nothing.

SHOUWEN_HOME        data directory: database, attached files, secret key. Else /var/lib/shouwen (root) or ~/.local/share/shouwen
DATABASE_URL        an outside PostgreSQL, as the application's role. Else the embedded one
DATABASE_OWNER_URL  the same database as its owner, for migrations. Else the embedded one; an outside one is not migrated
SHOUWEN_SECRET_KEY  signs sessions. Else <home>/secret.key, which the first start makes
SHOUWEN_HOSTS       names this site answers to, with commas. Else this machine only
SHOUWEN_HTTPS       1: behind a proxy that speaks TLS
SHOUWEN_DEBUG       1: error pages with details, never on a real site
SHOUWEN_TIME_ZONE   the company's. Else Asia/Shanghai
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from shouwen.base.database import django_database
from shouwen.base.embedded import default_home

PACKAGE = Path(__file__).resolve().parent.parent
HOME = default_home()
HTTPS = os.environ.get("SHOUWEN_HTTPS") == "1"
DEBUG = os.environ.get("SHOUWEN_DEBUG") == "1"


def _secret_key() -> str:
    """The key that every process of one installation shares; without one (lint, a build) a key that dies with the process."""
    try:
        return os.environ.get("SHOUWEN_SECRET_KEY") or (HOME / "secret.key").read_text().strip()
    except OSError:
        return secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [h for h in os.environ.get("SHOUWEN_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in ALLOWED_HOSTS if HTTPS and h != "*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "shouwen.base",
    "shouwen.staff",
    "shouwen.customers",
    "shouwen.cases",
    "shouwen.registers",
    "shouwen.ledger",
    "shouwen.reports",
    "shouwen.api",
    "shouwen.web",
]
AUTH_USER_MODEL = "staff.Staff"

MIDDLEWARE = ["shouwen.config.headers.Headers", "django.middleware.security.SecurityMiddleware", "shouwen.config.faces.OfPages"]
PAGE_MIDDLEWARE = [  # what the API passes by
    "django.middleware.gzip.GZipMiddleware",  # our form tokens are masked anew in every page, and it varies the length: no BREACH
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shouwen.web.middleware.Pages",  # it also chooses the language: a person's own, never the browser's
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "shouwen.config.urls"
WSGI_APPLICATION = "shouwen.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
            "builtins": ["shouwen.web.templatetags.addresses"],
        },
    }
]

DATABASES = {
    "default": {**django_database("app", HOME), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True},
    "owner": django_database("owner", HOME),  # migrations only
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = os.environ.get("SHOUWEN_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"  # outside the web root: base/attachments.py hands files out
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600  # a long shift
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "shouwen.web.problems.stale_form"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "careful": {"()": "shouwen.config.logs.Formatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "careful"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SHOUWEN_LOG_LEVEL", "WARNING")},
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}
