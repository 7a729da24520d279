"""Catalogues of translations: the .po files are in the repository, the .mo files that Django reads are made from them here.

Imports nothing of ours: hatch_build.py runs this file before anything is installed.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(locale: Path) -> int:
    """Make each .mo that is missing or older than its .po; returns how many were made."""
    made = 0
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as file:
            catalogue = read_po(file, locale=po.parent.parent.name, abort_invalid=True)
        new = mo.with_suffix(f".{os.getpid()}")
        with new.open("wb") as out:
            write_mo(out, catalogue)
        new.rename(mo)
        made += 1
    return made
