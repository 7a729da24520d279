"""`shouwen demo`: a whole company to look at, from nothing, with one command."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from shouwen.base import database
from shouwen.base.embedded import Embedded, default_home
from shouwen.base.progress import aloud
from shouwen.base.trouble import Exit, Trouble
from shouwen.ops import fill, serve
from shouwen.ops.cli import add_home
from shouwen.ops.installation import open_installation
from shouwen.ops.supervisor import Child, python_module

MARK = "demo"  # a file that says: what lies here may be thrown away
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)  # seconds before the year is gone on with, after its process died


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
    """Set up, enact the packs, fill in the company's last week and serve it; the year before that arrives meanwhile."""
    begin = time.monotonic()
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
    return Company(args, begin).run()


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


class Company:
    """The processes of a demo. The web process gets ready while the week is played; the clock and the year come after it."""

    def __init__(self, args: argparse.Namespace, begin: float) -> None:
        """`begin`: when the command began, by the monotonic clock."""
        self.args, self.begin = args, begin
        self.inherited: tuple[int, ...] = ()
        self.code = 0
        self.stopping = threading.Event()
        self.beside: subprocess.Popen[str] | None = None  # what runs beside the supervisor: first the filling, then the year

    def run(self) -> int:
        """Serve until told to stop; returns an exit code."""
        owned = not database.outside() or os.environ.get(database.URLS["owner"])
        filling = self._start("shouwen.ops.fill", "--cases", str(self.args.cases), *(["--setup"] if owned else []))
        assert filling.stdout is not None
        if filling.stdout.readline().strip() != fill.PAGES:
            return filling.wait() or Exit.FAILED
        installation = open_installation()  # the filling made it and keeps it: this only joins
        self.inherited = installation.inherited
        database.demand_lawful(database.url("app", installation.home))
        *running, worker = serve.children(self.args)
        os.environ["SHOUWEN_SUPERVISOR"] = str(os.getpid())
        threading.Thread(target=self._accompany, args=(filling, running, worker), daemon=True).start()
        code = serve.supervise(installation, running, aloud)
        self.stopping.set()
        if self.beside is not None:
            self.beside.terminate()
            self.beside.wait()
        return self.code or code

    def _start(self, module: str, *words: str) -> subprocess.Popen[str]:
        command = python_module(module, *words)
        self.beside = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=self.inherited)
        return self.beside

    def _accompany(self, filling: subprocess.Popen[str], running: list[Child], worker: Child) -> None:
        """When the week is there: let the clock run, say who may sign in, and have the year played."""
        assert filling.stdout is not None
        told = filling.stdout.read()
        if filling.wait():
            if not self.stopping.is_set():
                self.code = filling.returncode
                os.kill(os.getpid(), signal.SIGTERM)  # the supervisor stops the rest
            return
        running.append(worker)  # not before: its clock lives today, and would ring for what the week has still to keep
        print(told, end="", flush=True)
        self._greet()
        self._have_the_year()

    def _greet(self) -> None:
        """Say where it is once it answers, and how long that took."""
        address = f"http://{self.args.host}:{self.args.port}"
        while not self.stopping.is_set():
            try:
                urllib.request.urlopen(address + "/sign-in/", timeout=5)  # noqa: S310  our own address
            except urllib.error.HTTPError:
                pass
            except OSError:
                time.sleep(0.1)
                continue
            took = time.monotonic() - self.begin
            aloud(
                f"演示公司已就绪（{took:.0f} 秒）：{address}　（Ctrl-C 停止）",
                f"The demo company is ready ({took:.0f} s): {address}  (Ctrl-C stops it)",
            )
            if not self.args.no_browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
                webbrowser.open(address)
            return

    def _have_the_year(self) -> None:
        """Have the year played; begun again when its process dies, until it is whole."""
        for pause in PAUSES:
            if self.stopping.is_set():
                return
            if not self._start("shouwen.ops.year_filling").wait():
                return
            if self.stopping.wait(pause):
                return
        aloud("演示历史没有补齐，下次启动时继续。", "The demo's history is not complete; it goes on at the next start.")
