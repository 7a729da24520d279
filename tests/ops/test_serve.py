"""A whole installation, started as a company starts it, and killed as machines kill."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from shouwen.base.embedded import Embedded
from shouwen.ops import serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="serve"))
    top.chmod(0o755)
    yield top / "home"
    shutil.rmtree(top, ignore_errors=True)


def until(condition: Callable[[], object], seconds: float = 240) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  our own address
    except urllib.error.HTTPError as e:
        e.close()
        return e.code < 500
    except OSError:
        return False
    return True


def children(parent: int, module: str) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = stat.read_text().rsplit(")", 1)[1].split()[:2]
            command = (stat.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(above) == parent and state != "Z" and module.encode() in command:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize(
    ("words", "parts"),
    [([], ["web", "worker"]), (["--web-processes", "2"], ["web", "web", "worker"]), (["--web-only"], ["web"]),
     (["--worker-only"], ["worker"])],
)  # fmt: skip
def test_the_options_say_which_processes_run(words: list[str], parts: list[str]) -> None:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)

    running = serve.children(parser.parse_args(["--host", "192.0.2.1", "--port", "8123", *words]))

    assert [child.part for child in running] == parts
    for child in running:
        assert child.command[2] == f"shouwen.ops.{child.part}"
        assert ("8123" in child.command) is ("192.0.2.1" in child.command) is (child.part == "web")


def test_web_only_and_worker_only_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)

    with pytest.raises(SystemExit):
        parser.parse_args(["--web-only", "--worker-only"])
    assert "not allowed with" in capsys.readouterr().err


PEOPLE = """
import sys
from pathlib import Path
from shouwen.ops.installation import load_django, open_installation
installation = open_installation()
load_django()
from django.utils import timezone
from shouwen.staff.tokens import issue
from tests.cases.law import enacted
from tests.world import cast
people = cast()
enacted()
print(issue(people.chen_jie, "tests", now=timezone.now()))
"""


class Sender(threading.Thread):
    """A program that opens one case after another, each under a key of its own, and sends it again until somebody says it is there."""

    def __init__(self, address: str, token: str) -> None:
        super().__init__(daemon=True)
        self.address, self.token = address, token
        self.enough = threading.Event()
        self.cases: dict[str, int] = {}  # by key: what was acknowledged
        self.tries = 0

    def run(self) -> None:
        """Until told that it is enough, and the last one is there."""
        while not self.enough.is_set():
            key = f"kill-{len(self.cases)}"
            while (found := self.send(key)) is None:
                time.sleep(0.05)
            self.cases[key] = found

    def send(self, key: str) -> int | None:
        """Open the case of a key; None when there was no answer, or one that says to come again."""
        self.tries += 1
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        body = json.dumps({"procedure": "repair", "fields": {"urgency": "urgent"}}).encode()
        request = urllib.request.Request(f"{self.address}api/v1/cases", body, headers)  # noqa: S310  our own address
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  our own address
                return int(json.load(answer)["id"])
        except urllib.error.HTTPError as e:
            e.close()
            if e.code != 503:
                raise  # which ends the thread
            return None
        except (OSError, http.client.HTTPException):
            return None

    def go_on(self, more: int) -> bool:
        """Whether so many more are acknowledged by and by."""
        goal = len(self.cases) + more
        return until(lambda: len(self.cases) >= goal or not self.is_alive()) and self.is_alive()


def runs_again(supervisor: int, module: str, killed: int) -> bool:
    return children(supervisor, module) not in ([], [killed])


def kill_one_after_the_other(supervisor: int, server: Embedded, sender: Sender) -> None:
    for module in ("shouwen.ops.web", "shouwen.ops.worker"):
        (process,) = children(supervisor, module)
        os.kill(process, signal.SIGKILL)
        assert until(partial(runs_again, supervisor, module, process))
        assert sender.go_on(5)
    os.kill(int((server.cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert until(lambda: server.alive() and server.cluster.answers())
    assert sender.go_on(5)


def each_is_there_once(sender: Sender, server: Embedded) -> bool:
    """Whether a key sent again is the same case, each case is there once, and there is none that nobody acknowledged."""
    with psycopg.connect(server.uri("app")) as reading:
        before = reading.execute("select id from cases_case where procedure = 'repair'").fetchall()
        again = {key: sender.send(key) for key in sender.cases}
        after = reading.execute("select id from cases_case where procedure = 'repair'").fetchall()
    return again == sender.cases and sorted(before) == sorted(after) == sorted((id_,) for id_ in sender.cases.values())


def test_a_company_is_served_from_nothing_survives_kills_and_stops_when_told(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    env = {k: v for k, v in os.environ.items() if k not in {"SHOUWEN_PART", "DJANGO_SETTINGS_MODULE"}}
    command = [sys.executable, "-m", "shouwen", "serve", "--home", str(home), "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    server = Embedded(home)
    try:
        assert until(lambda: answers(address))
        made = subprocess.run(
            [sys.executable, "-c", PEOPLE],
            cwd=ROOT,
            env={**env, "SHOUWEN_HOME": str(home)},
            capture_output=True,
            text=True,
            check=True,
        )
        sender = Sender(address, made.stdout.strip())
        sender.start()
        assert sender.go_on(5)
        kill_one_after_the_other(running.pid, server, sender)
        assert until(lambda: answers(address))
        sender.enough.set()
        sender.join(60)
        assert each_is_there_once(sender, server)
    finally:
        running.send_signal(signal.SIGTERM)

    assert running.wait(60) == 0
    assert until(lambda: not server.alive(), 60)
    assert not answers(address)
