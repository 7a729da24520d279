"""`shouwen setup` (also `migrate`): makes what is missing and changes nothing that is there."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from shouwen.base import database
from shouwen.base.progress import aloud, announced
from shouwen.base.trouble import Exit, Trouble
from shouwen.ops import assets, catalogues
from shouwen.ops.cli import add_home
from shouwen.ops.installation import Installation, demand_known, load_django, make_database, open_installation

ROOT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen setup --help`."""
    add_home(parser)
    parser.add_argument("--quiet", action="store_true")


def main(args: argparse.Namespace) -> int:
    """Set up the installation of this home; `migrate` leaves the page files out."""
    installation = open_installation()
    with announced(aloud, "正在准备数据库", "preparing the database"):
        migrate(installation)
    if args.command == "setup":
        prepare_pages()
    if not args.quiet:
        aloud("已就绪。", "Ready.")
    return 0


def migrate(installation: Installation) -> None:
    """Database, roles, rights and tables, as this version of the program wants them. Loads Django."""
    make_database(installation)
    load_django()
    demand_known(MigrationLoader(connections["owner"]))
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    app = str(connections["default"].settings_dict["USER"])
    database.close_bookkeeping(database.url("owner", installation.home), app)


def prepare_pages() -> None:
    """The files that pages ask for, under names that change with their content. Django must be loaded."""
    with announced(aloud, "正在准备页面文件", "preparing page files"):
        if (ROOT / "package-lock.json").exists():  # a checkout; a wheel carries everything
            try:
                assets.ensure(ROOT)
            except assets.AssetsMissing as e:
                raise Trouble(Exit.NO_ASSETS, e.zh, e.en) from e
        catalogues.compile_all(Path(settings.LOCALE_PATHS[0]))
        call_command("collectstatic", interactive=False, verbosity=0)
