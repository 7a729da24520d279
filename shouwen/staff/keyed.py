"""Keyed hashes of what is long and random, or must not be readable: who steals the table cannot check guesses.

The key comes from SECRET_KEY: who changes it ends invitations, recovery codes, second factors and links of questionnaires with it.
"""

from __future__ import annotations

import hashlib

from django.conf import settings


def keyed(purpose: str, text: str) -> bytes:
    """Return 32 bytes that nobody without SECRET_KEY can make; other ones for each purpose (at most 16 characters of ASCII)."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), person=purpose.encode(), digest_size=32).digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).digest()
