"""A whole installation, started as a company starts it, and killed as machines kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shouwen.base.embedded import Embedded

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="serve"))
    top.chmod(0o755)
    yield top / "home"
    shutil.rmtree(top, ignore_errors=True)


def until(condition: Callable[[], object], seconds: float = 60) -> bool:
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


def test_a_company_is_served_from_nothing_survives_kills_and_stops_when_told(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    env = {k: v for k, v in os.environ.items() if k not in {"SHOUWEN_PART", "DJANGO_SETTINGS_MODULE"}}
    command = [sys.executable, "-m", "shouwen", "serve", "--home", str(home), "--port", str(port)]
    serve = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: answers(address))

        (web,) = children(serve.pid, "shouwen.ops.web")
        os.kill(web, signal.SIGKILL)
        assert until(lambda: children(serve.pid, "shouwen.ops.web") not in ([], [web]))
        assert until(lambda: answers(address))

        server = Embedded(home)
        os.kill(int((server.cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert until(lambda: server.alive() and server.cluster.answers())
        assert until(lambda: answers(address))
    finally:
        serve.send_signal(signal.SIGTERM)

    assert serve.wait(30) == 0
    assert until(lambda: not server.alive(), 20)
    assert not answers(address)
