"""The databases of the tests: one embedded server, a migrated template, a clone for each worker and each test that commits.

The template is named after the migrations it was made by, so it is made once and found again by the next run. Several runs at
the same time share the server; clones carry the number of the process that made them, and whose process has gone are dropped.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
from psycopg import sql

from shouwen.base import database
from shouwen.base.embedded import Embedded
from tests.homes import HOME_OF_TESTS

ROOT = Path(__file__).resolve().parent.parent
SERVER = Embedded(HOME_OF_TESTS, durable=False)


def template() -> str:
    """The name of a migrated database that nobody connects to; made if it is missing."""
    SERVER.start()
    name = f"template_{_fingerprint()}"
    with (HOME_OF_TESTS / "template.lock").open("ab") as lock, _server() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep(server, keep=name)
        if not server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            _migrate(f"{name}_new")
            server.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(f"{name}_new"), sql.Identifier(name)))
    return name


@contextlib.contextmanager
def clone(source: str, suffix: str) -> Iterator[str]:
    """A database like `source`, dropped at the end."""
    name = sql.Identifier(text := f"clone_{os.getpid()}_{suffix}")
    with _server() as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        create = sql.SQL("create database {} template {} owner {} strategy file_copy")
        server.execute(create.format(name, sql.Identifier(source), sql.Identifier("shouwen_owner")))
    try:
        yield text
    finally:
        with _server() as server:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(name))


def _server() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(SERVER.uri("postgres", "postgres"), autocommit=True)


def _migrate(name: str) -> None:
    """In a process of its own, by the code that a real installation runs."""
    database.make(SERVER.uri("postgres", "postgres"), name)
    env = {"DATABASE_URL": SERVER.uri("app", name), "DATABASE_OWNER_URL": SERVER.uri("owner", name)}
    env["DJANGO_SETTINGS_MODULE"] = "shouwen.config.settings"
    subprocess.run([sys.executable, "-m", "shouwen", "migrate", "--quiet"], env=os.environ | env, cwd=ROOT, check=True)


def _sweep(server: psycopg.Connection[tuple[object, ...]], keep: str) -> None:
    """Drop clones of processes that are gone, and templates that nobody asked for within the last hour."""
    (HOME_OF_TESTS / keep).touch()
    recent = {keep, *(p.name for p in HOME_OF_TESTS.glob("template_*") if time.time() - p.stat().st_mtime < 3600)}
    for (name,) in server.execute("select datname::text from pg_database where datname ~ '^(clone|template)_.'").fetchall():
        kind, which, *_ = str(name).split("_")
        stale = not Path(f"/proc/{which}").exists() if kind == "clone" else name not in recent
        if stale:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(str(name))))


def _fingerprint() -> str:
    seen = hashlib.sha256(f"{django.VERSION} {SERVER.cluster.major}".encode())
    made_by = [*ROOT.glob("shouwen/*/migrations/*.py"), ROOT / "shouwen/base/database.py", ROOT / "shouwen/config/settings.py"]
    for path in sorted(made_by):
        seen.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return seen.hexdigest()[:12]
