"""The settings of processes that a test starts: they work in the database the test names, and need no collected files."""

from __future__ import annotations

from shouwen.config.settings import *  # noqa: F403  all of them, with a few changed
from shouwen.config.settings import MIDDLEWARE, STORAGES
from tests.web.slowness import SLOW

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
if SLOW:
    MIDDLEWARE = ["tests.web.slowness.Late", *MIDDLEWARE]
