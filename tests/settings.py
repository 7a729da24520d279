"""The settings of a real installation, at a home of its own, with what makes tests slow taken out."""

from __future__ import annotations

import os

from tests.homes import HOME_OF_TESTS

os.environ["SHOUWEN_HOME"] = str(HOME_OF_TESTS)
os.environ["SHOUWEN_PART"] = "test"
os.environ.pop("DATABASE_URL", None)  # tests never touch a database somebody works with
os.environ.pop("DATABASE_OWNER_URL", None)

from shouwen.config.settings import *  # noqa: F403  all of them, with a few changed
from shouwen.config.settings import STORAGES

SECRET_KEY = "tests only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = HOME_OF_TESTS / f"files-{os.getpid()}"
