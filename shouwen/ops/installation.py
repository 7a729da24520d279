"""One installation: its home, its database, its secret. Opened by every command that touches data; set up by one."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import django

from shouwen.base import database
from shouwen.base.embedded import Embedded, default_home
from shouwen.base.progress import Say, aloud
from shouwen.base.trouble import Exit, Trouble

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader


@dataclass(frozen=True)
class Installation:
    """A home whose database takes connections. `server` is None when somebody else runs the database."""

    home: Path
    server: Embedded | None

    @property
    def inherited(self) -> tuple[int, ...]:
        """File descriptors that child processes keep, so that the embedded server stays while one of them lives."""
        return (self.server.lock_fd,) if self.server else ()


def open_installation(say: Say | None = aloud) -> Installation:
    """Start or join the database of SHOUWEN_HOME. It does not load Django: a supervisor stays small."""
    home = default_home()
    server = None if database.outside() else Embedded(home)
    if server:
        server.start(say)
    else:
        home.mkdir(parents=True, exist_ok=True)
    make_secret(home)
    return Installation(home, server)


def load_django() -> None:
    """Load the apps; after `open_installation` or `make_secret`: the settings read the secret."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.config.settings")
    django.setup()


def make_database(installation: Installation) -> None:
    """Roles, database and rights. Harmless when they are there."""
    if installation.server:
        database.make(installation.server.uri("postgres", "postgres"))
        database.grant(installation.server.uri("owner"))
    else:
        database.grant_outside(installation.home)


def demand_migrated() -> None:
    """Trouble if tables are missing, old, or newer than this program. Django must be loaded."""
    from django.db import connections  # noqa: PLC0415  it needs the settings
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  it wants settings, which are read only now

    executor = MigrationExecutor(connections["default"])
    demand_known(executor.loader)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise Trouble(
            Exit.NOT_SET_UP,
            f"数据库还差 {len(pending)} 步升级。请先运行 `shouwen setup`。",
            f"The database is {len(pending)} migrations behind. Run `shouwen setup` first.",
        )


def demand_known(loader: MigrationLoader) -> None:
    """Trouble if the database was migrated by a newer program: this one would write what that one no longer understands."""
    replaced = {name for squashed in loader.replacements.values() for name in squashed.replaces}
    newer = set(loader.applied_migrations) - set(loader.disk_migrations) - replaced
    if newer:
        raise Trouble(
            Exit.OTHER_VERSION,
            f"数据库已由更新的版本升级，比本程序多 {len(newer)} 步。没有改动任何数据；请改用那个版本的程序。",
            f"The database was upgraded by a newer version; it is {len(newer)} migrations ahead of this program. "
            "Nothing was changed; use the program of that version.",
        )


def make_secret(home: Path) -> None:
    """Make the secret that the settings read, unless there is one."""
    path = home / "secret.key"
    if path.exists() or os.environ.get("SHOUWEN_SECRET_KEY"):
        return
    new = path.with_suffix(f".{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(secrets.token_urlsafe(50))
    try:
        os.link(new, path)  # the first of two starts wins, the other reads its key
    except FileExistsError:
        pass
    finally:
        new.unlink()
