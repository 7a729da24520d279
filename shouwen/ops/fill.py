"""Prepares a demo's database, fills in the company and prints who may sign in; a process of its own, started by `shouwen demo`.

It says PAGES as soon as pages can be served, so that the web process gets ready meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from shouwen.base.embedded import default_home
from shouwen.base.progress import aloud, announced
from shouwen.ops.cli import in_sentences
from shouwen.ops.family import collect_seldom, die_with_parent
from shouwen.ops.installation import Installation, load_django, make_secret, open_installation

PAGES: Final = "pages"


def main() -> None:
    """Enact the packs and act the company's last week, where that has not been done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--setup", action="store_true", help="make tables and page files first")
    args = parser.parse_args()
    die_with_parent()
    collect_seldom()
    make_secret(default_home())
    if args.setup:
        installation = _opened_while_loading()
        from shouwen.ops import setup  # noqa: PLC0415  it reads the settings, which need the installation's secret

        with announced(aloud, "正在准备数据库", "preparing the database"):
            setup.migrate(installation)
        setup.prepare_pages()
    else:
        load_django()
    print(PAGES, flush=True)
    from shouwen.ops import seed  # noqa: PLC0415  needs Django loaded

    with announced(aloud, "正在准备演示公司", "preparing the demo company"):
        logins = seed.demo_company(cases=args.cases, say=aloud)
    for line in logins:
        print(line)


def _opened_while_loading() -> Installation:
    """Open the installation and load Django, at the same time: most of the former is other processes at work."""
    with ThreadPoolExecutor(1) as beside:
        opening = beside.submit(open_installation)
        load_django()
        return opening.result()


if __name__ == "__main__":
    sys.exit(in_sentences(main))
