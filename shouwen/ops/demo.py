"""`shouwen demo`: a whole company to look at, from nothing, with one command."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from shouwen.base.embedded import Embedded, default_home
from shouwen.base.progress import aloud
from shouwen.base.trouble import Exit, Trouble
from shouwen.ops import serve
from shouwen.ops.cli import add_home
from shouwen.ops.installation import open_installation
from shouwen.ops.supervisor import python_module

MARK = "demo"  # a file that says: what lies here may be thrown away


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen demo --help`."""
    add_home(parser)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=serve.PORT)
    parser.add_argument("--fresh", action="store_true", help="throw the old demo company away / 丢弃旧的演示数据")
    parser.add_argument(
        "--cases", type=int, default=0, metavar="N", help="fill it with N generated past cases / 生成 N 件历史事项"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser / 不打开浏览器")
    parser.set_defaults(web_only=False, worker_only=False, web_processes=1)


def main(args: argparse.Namespace) -> int:
    """Set up, enact the packs, fill in the company, then serve it."""
    home = Path(args.home).expanduser().resolve() if args.home else default_home().with_name(default_home().name + "-demo")
    os.environ["SHOUWEN_HOME"] = str(home)
    serve.demand_port(args.host, args.port)
    if args.fresh:
        throw_away(home)
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()) and not (home / MARK).exists():
        raise Trouble(
            Exit.IN_USE,
            f"{home} 不是演示数据目录。请用 --home 指定另一个目录。",
            f"{home} is not the directory of a demo. Choose another with --home.",
        )
    (home / MARK).touch()
    installation = open_installation()
    serve.prepare(installation)
    fill = python_module("shouwen.ops.fill", "--cases", str(args.cases))
    done = subprocess.run(fill, pass_fds=installation.inherited, check=False)
    if done.returncode:
        return done.returncode
    address = f"http://{args.host}:{args.port}"
    threading.Thread(target=_greet, args=(address, not args.no_browser), daemon=True).start()
    return serve.supervise(installation, serve.children(args), aloud)


def throw_away(home: Path) -> None:
    """Delete a demo's home, and only a demo's."""
    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / MARK).exists():
        raise Trouble(
            Exit.USAGE,
            f"{home} 不是演示数据目录，--fresh 不会删除它。",
            f"{home} is not the directory of a demo; --fresh does not delete it.",
        )
    Embedded(home).remove()
    shutil.rmtree(home)


def _greet(address: str, browser: bool) -> None:
    """Say where it is once it answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310  our own address
        except urllib.error.HTTPError:
            pass
        except OSError:
            time.sleep(0.1)
            continue
        aloud(f"演示公司已就绪：{address}　（Ctrl-C 停止）", f"The demo company is ready: {address}  (Ctrl-C stops it)")
        if browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            webbrowser.open(address)
        return
