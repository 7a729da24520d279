"""An installation to measure: a home of its own, durable, filled once and kept, served as `shouwen serve` serves it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.machine import ROOT
from bench.processes import Family
from shouwen.base.embedded import Embedded

HOME: Final = Path("/var/tmp/shouwen-bench")  # noqa: S108  durable, on a real disk; --home names another
HOST: Final = "127.0.0.1"
SEEDED: Final = ("cast", "estate", "tales", "past", "copies", "matters")
STAMP: Final = "bench"  # says that what lies here may be thrown away, and what it was made from


@dataclass
class Site:
    """A running installation."""

    home: Path
    port: int
    token: str
    family: Family
    server: Embedded

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """Ask the database, as its owner."""
        with psycopg.connect(self.server.uri("owner")) as connection:
            return connection.execute(query.encode(), params or None).fetchall()

    def do(self, query: str, *params: Any) -> int:
        """Change rows, as the application may; return how many."""
        with psycopg.connect(self.server.uri("app")) as connection:
            return connection.execute(query.encode(), params or None).rowcount


class Bench:
    """The home of the measurements."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.server = Embedded(home)

    def prepare(self, cases: int, open_cases: int) -> None:
        """Make database, tables, company and cases, as far as they are missing. Shows progress."""
        made_from = _digest()
        stamp = self.home / STAMP
        if self.home.exists() and (not stamp.exists() or stamp.read_text() != made_from):
            self._throw_away(stamp)
        self.home.mkdir(parents=True, exist_ok=True)
        stamp.write_text(made_from)
        self.server.start(lambda zh, en: print(en, file=sys.stderr))
        self._run("-m", "shouwen", "setup", "--quiet")
        self._run("-m", "bench.filling", str(cases), str(open_cases))

    def _throw_away(self, stamp: Path) -> None:
        """Delete what was filled under other packs or tables. Never anything but a bench's home."""
        if any(self.home.iterdir()) and not stamp.exists():
            raise SystemExit(f"{self.home} is not the home of a bench; choose another with --home")
        print("· the packs or tables have changed: filling anew", file=sys.stderr)
        self.server.remove()
        shutil.rmtree(self.home)

    def asked(self, module: str, *words: str, told: str = "") -> dict[str, Any]:
        """Run one of our modules in this installation; return the JSON it prints."""
        found: dict[str, Any] = json.loads(self._run("-m", module, *words, told=told))
        return found

    def token(self, user: str) -> str:
        """Return a new token."""
        return self._run("-m", "shouwen", "token", user, "--label", "bench").strip()

    @contextlib.contextmanager
    def serving(self, user: str, *, web: int = 1, workers: int = 1) -> Iterator[Site]:
        """Run `shouwen serve` (and more workers, if wanted) until the end of the block."""
        token = self.token(user)
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "shouwen", "serve", "--port", str(port), "--web-processes", str(web)]
        with contextlib.ExitStack() as stack:
            serve = stack.enter_context(_running(command, self._environment, self.server.lock_fd))
            more = [sys.executable, "-m", "shouwen", "serve", "--worker-only"]
            others = [stack.enter_context(_running(more, self._environment, self.server.lock_fd)) for _ in range(workers - 1)]
            await_true(lambda: _answers(port) or _died(serve), "the site answers")
            yield Site(
                self.home, port, token, Family([serve.pid, *(other.pid for other in others)], self.postmaster), self.server
            )

    @property
    def postmaster(self) -> int:
        """The process id of the embedded server."""
        return int((self.server.cluster.data / "postmaster.pid").read_text().split()[0])

    @property
    def _environment(self) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        return {**env, "SHOUWEN_HOME": str(self.home)}

    def _run(self, *words: str, told: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self._environment,
            input=told,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            pass_fds=[self.server.lock_fd],
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}")
        return done.stdout


@contextlib.contextmanager
def _running(command: list[str], env: dict[str, str], lock: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, pass_fds=[lock])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _digest() -> str:
    """Names the packs and tables that an installation is made from."""
    seen = hashlib.sha256()
    for path in sorted(
        [
            *ROOT.glob("packs/*/*.yaml"),
            *ROOT.glob("shouwen/*/migrations/*.py"),
            *(ROOT / "shouwen/ops" / f"{name}.py" for name in SEEDED),
        ]
    ):
        if not path.name.endswith(".scenarios.yaml"):
            seen.update(path.read_bytes())
    return seen.hexdigest()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/api/v1/openapi.json", timeout=5).close()
    except urllib.error.HTTPError as e:
        e.close()
    except OSError:
        return False
    return True


def _died(process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise SystemExit(f"the server ended with {process.returncode}")
    return False


def await_true(check: Callable[[], bool], what: str, patience: float = 120.0, look_again: float = 0.02) -> None:
    """Wait until it is so, looking every so many seconds; TimeoutError names what was waited for."""
    until = time.monotonic() + patience
    while not check():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(look_again)
