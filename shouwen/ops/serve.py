"""`shouwen serve`: web, live events and worker in one process group."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import subprocess
from collections.abc import Callable

from shouwen.base import database
from shouwen.base.progress import Say, aloud
from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.cli import add_home
from shouwen.ops.installation import Installation, open_installation
from shouwen.ops.supervisor import Child, Supervisor, python_module

PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen serve --help`."""
    add_home(parser)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--web-only", action="store_true")
    only.add_argument("--worker-only", action="store_true")
    parser.add_argument("--web-processes", type=int, default=1, metavar="N")


def main(args: argparse.Namespace) -> int:
    """Set up what is missing, then run until told to stop."""
    if not args.worker_only:
        demand_port(args.host, args.port)
    installation = open_installation()
    prepare(installation)
    if not args.worker_only:
        aloud(f"网址：http://{args.host}:{args.port}", f"Address: http://{args.host}:{args.port}")
    return supervise(installation, children(args), aloud)


def children(args: argparse.Namespace) -> list[Child]:
    """The processes that the options ask for."""
    web = python_module("shouwen.ops.web", "--host", args.host, "--port", str(args.port))
    found = [] if args.worker_only else [Child("网站进程", "web", web, "web") for _ in range(args.web_processes)]
    return found if args.web_only else [*found, Child("后台进程", "worker", python_module("shouwen.ops.worker"), "worker")]


def prepare(installation: Installation) -> None:
    """Tables and page files, made by a process of its own so that this one stays small; then the rights are checked."""
    if installation.server or os.environ.get(database.URLS["owner"]):
        done = subprocess.run(python_module("shouwen", "setup", "--quiet"), pass_fds=installation.inherited, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)
    database.demand_lawful(database.url("app", installation.home))


def supervise(installation: Installation, running: list[Child], say: Say) -> int:
    """Run the processes; an embedded server that was killed is brought back."""
    os.environ["SHOUWEN_SUPERVISOR"] = str(os.getpid())
    return Supervisor(running, say, tend=_keeper(installation, say), pass_fds=installation.inherited).run()


def _keeper(installation: Installation, say: Say) -> Callable[[], None]:
    server = installation.server

    def tend() -> None:
        if server and not server.alive():
            say("数据库停了，正在重新启动。", "The database stopped; starting it again.")
            server.start(say)

    return tend


def demand_port(host: str, port: int) -> None:
    """Trouble if somebody listens there already: the web processes share their port, so they would not notice."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            if e.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
                raise
            raise Trouble(
                Exit.PORT_TAKEN,
                f"用不了 {host}:{port}（{os.strerror(e.errno)}）。请换一个端口，例如 --port {port + 1}。",
                f"{host}:{port} cannot be used ({os.strerror(e.errno)}). Choose another port, for instance --port {port + 1}.",
            ) from e
