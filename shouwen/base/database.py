"""Where the database is and who may do what in it: three roles, made and granted idempotently. Imports no Django.

- `shouwen_owner` owns the database and its tables; only migrations use it.
- `shouwen_app` owns nothing: web, worker, commands and tests. It reads and writes rows, it cannot TRUNCATE, ALTER or DROP.
- `shouwen_read` reads.

Rights come from default privileges, so a table that a later migration makes has them, and a migration that takes one away
(the journal's UPDATE) is not undone by the next set-up.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from shouwen.base.cluster import ROLES
from shouwen.base.embedded import DATABASE, address
from shouwen.base.trouble import Exit, Trouble

LONG = 20_000  # of PostgreSQL's cost units; about a quarter of a second. From there on helping processes are worth their start
FLOOR = 15  # the oldest major version whose SQL we use
APP_RIGHTS = "select, insert, update, delete"
URLS = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}


def outside() -> bool:
    """Whether somebody else runs the database."""
    return bool(os.environ.get("DATABASE_URL"))


def url(role: str, home: Path) -> str:
    """The address for a role of ROLES. An outside database without its owner's address is reached as the application."""
    if not outside():
        return address(home, role)
    return os.environ.get(URLS.get(role, "")) or os.environ["DATABASE_URL"]


def django_database(role: str, home: Path) -> dict[str, Any]:
    """The entry of DATABASES for a role."""
    try:
        parts = conninfo_to_dict(url(role, home))
    except psycopg.ProgrammingError as e:
        name = URLS.get(role, "DATABASE_URL")
        raise Trouble(  # the address itself is not repeated: it may hold a password
            Exit.USAGE,
            f"{name} 不是 PostgreSQL 地址。应为 postgresql://用户@主机:端口/库名。",
            f"{name} is not the address of a PostgreSQL. It should read postgresql://user@host:port/database.",
        ) from e
    return {
        "ENGINE": "shouwen.base.postgresql",
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        # Django prepares nothing unless told; our own cursors ask for it statement by statement.
        "OPTIONS": {"prepare_threshold": 1, "application_name": application_name(), **parts, "options": _options(parts)},
    }


def _options(parts: Mapping[str, Any]) -> str:
    """What a session sets: helpers only for what takes long by itself (reports, exports); ours set first, so that an address may say other.

    A page's query is planned on guesses; where one was wrong by a hundred, PostgreSQL started a second process for rows that were none:
    5 of the desk's 11 ms, and at a server with two cores the core of somebody else.
    """
    return f"-c parallel_setup_cost={LONG} {parts.get('options', '')}".strip()


def application_name() -> str:
    """How pg_stat_activity names us: shouwen-web, shouwen-worker or shouwen-command."""
    return f"shouwen-{os.environ.get('SHOUWEN_PART', 'command')}"


def make(superuser_url: str, database: str = DATABASE) -> None:
    """Make the roles and the database where they are missing. For a server that is ours alone."""
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(hashtext('shouwen set-up'))")  # two first starts at once
        for name in (ROLES["owner"], ROLES["app"], ROLES["read"]):
            role = sql.Identifier(name)
            if not server.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
                server.execute(sql.SQL("create role {} login").format(role))
            server.execute(sql.SQL("alter role {} nosuperuser nocreatedb nocreaterole noreplication nobypassrls").format(role))
        if not server.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            create = sql.SQL("create database {} owner {} template template0")
            server.execute(create.format(sql.Identifier(database), sql.Identifier(ROLES["owner"])))


def grant(owner_url: str, app: str = ROLES["app"], read: str = ROLES["read"]) -> None:
    """Say what the application and the reader may do with everything the owner will make. Run as the owner."""
    with psycopg.connect(owner_url) as owner:
        database = sql.Identifier(owner.info.dbname)
        roles = [app, *([read] if _exists(owner, read) else [])]
        owner.execute(sql.SQL("revoke all on database {} from public").format(database))
        for name in roles:
            role = sql.Identifier(name)
            owner.execute(sql.SQL("grant connect on database {} to {}").format(database, role))
            owner.execute(sql.SQL("grant usage on schema public to {}").format(role))
            tables = sql.SQL(APP_RIGHTS if name == app else "select")
            owner.execute(sql.SQL("alter default privileges in schema public grant {} on tables to {}").format(tables, role))
        uses = sql.SQL("alter default privileges in schema public grant usage, select on sequences to {}")
        owner.execute(uses.format(sql.Identifier(app)))


def close_bookkeeping(owner_url: str, app: str = ROLES["app"]) -> None:
    """After migrating: which migrations have run is for the owner to write down."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(sql.SQL("revoke insert, update, delete on django_migrations from {}").format(sql.Identifier(app)))


def grant_outside(home: Path) -> None:
    """The same for a database somebody else runs, where the DBA makes roles. Trouble says what the DBA has to type."""
    app, owner = conninfo_to_dict(url("app", home)).get("user"), os.environ.get("DATABASE_OWNER_URL")
    if not owner:
        raise Trouble(
            Exit.WRONG_ROLE,
            "建表需要数据库属主的地址：请设置 DATABASE_OWNER_URL（DATABASE_URL 是应用账号，不得拥有任何表）。",
            "Making tables needs the address of the database's owner: set DATABASE_OWNER_URL "
            "(DATABASE_URL is the application's account, which must own nothing).",
        )
    with psycopg.connect(owner) as connection:
        if not app or app == connection.info.user or not _exists(connection, str(app)):
            raise Trouble(
                Exit.WRONG_ROLE,
                "DATABASE_URL 须用另一个普通账号。请数据库管理员执行：create role shouwen_app login password '…';",
                "DATABASE_URL must use another, ordinary account. Ask the database administrator to run: "
                "create role shouwen_app login password '…';",
            )
    grant(owner, str(app))


@dataclass(frozen=True)
class Standing:
    """What the account we are connected with is, as far as the promises of the journal depend on it."""

    version: int  # major
    user: str
    superuser: bool
    owned: int  # tables

    @property
    def lawful(self) -> bool:
        """Whether the database itself can refuse this account to change the journal."""
        return not self.superuser and self.owned == 0


def standing(connection_url: str) -> Standing:
    """Ask the server who we are."""
    question = """
        select current_setting('server_version_num')::int / 10000, current_user::text, r.rolsuper or r.rolbypassrls,
               (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p') and n.nspname = 'public' and pg_has_role(r.oid, c.relowner, 'member'))
          from pg_roles r where r.rolname = current_user"""
    with psycopg.connect(connection_url, connect_timeout=10) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None  # current_user is always in pg_roles
    return Standing(*row)


def demand_lawful(connection_url: str) -> None:
    """Trouble unless the application's account is an ordinary one on a server new enough."""
    me = standing(connection_url)
    if me.version < FLOOR:
        raise Trouble(
            Exit.OTHER_VERSION,
            f"数据库是 PostgreSQL {me.version}，至少需要 {FLOOR}。",
            f"The database is PostgreSQL {me.version}; at least {FLOOR} is needed.",
        )
    if not me.lawful:
        raise Trouble(
            Exit.WRONG_ROLE,
            f"应用账号 {me.user} 是超级用户或表的属主，数据库无法替它守住记录。请让 DATABASE_URL 使用普通账号。",
            f"The application's account {me.user} is a superuser or owns tables, so the database cannot protect the journal. "
            "Let DATABASE_URL use an ordinary account.",
        )


def _exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is not None
