"""`shouwen demo` as somebody types it who has just unpacked it: what it prints lets them in, and there is something to see."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOGIN = re.compile(r"^  (\S+) +([a-z2-9]{10})   ")
PATIENCE = 400.0  # seconds, after which something hangs: a slow machine may be slow


@pytest.fixture
def home() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="demo"))
    top.chmod(0o755)
    yield top / "home"
    shutil.rmtree(top, ignore_errors=True)


class Demo:
    """A demo that runs: what it has said so far, on both streams."""

    def __init__(self, home: Path, *words: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        env = {
            k: v for k, v in os.environ.items() if k not in {"SHOUWEN_PART", "DJANGO_SETTINGS_MODULE", "LC_ALL", "LC_MESSAGES"}
        }
        command = [sys.executable, "-m", "shouwen", "demo", "--home", str(home), "--port", self.port, "--no-browser", *words]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "LANG": "zh_CN.UTF-8"}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.hanging = threading.Timer(PATIENCE, self.process.kill)
        self.hanging.start()

    def ready(self) -> tuple[str, dict[str, str]]:
        """The address it says and who may sign in, once it says so."""
        logins: dict[str, str] = {}
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := LOGIN.match(line):
                logins[found[1]] = found[2]
            if "演示公司已就绪" in line:
                (address,) = re.findall(r"http://\S+?(?=\s|　)", line)
                return address, logins
        raise AssertionError("it ended before it was ready")

    def stop(self) -> int:
        """Tell it to stop; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()
        self.hanging.cancel()
        return self.process.returncode


def cases_seen(address: str, name: str, password: str) -> set[str]:
    """Sign in as a browser does, and read the numbers on the page of cases."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def read(path: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with browser.open(address + path, data, timeout=60) as answer:
            return str(answer.read().decode())

    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', read("/sign-in/")))
    read("/sign-in/", {"username": name, "password": password, "csrfmiddlewaretoken": token})
    return set(re.findall(r"[A-Z]{2}\d{8}-\d{4,}", read("/cases/")))


def test_the_demo_lets_in_whom_it_names_shows_its_week_and_begins_anew_when_told(home: Path) -> None:
    demo = Demo(home, "--cases", "50")
    try:
        address, logins = demo.ready()
        assert address == f"http://127.0.0.1:{demo.port}"
        assert len(logins) > 5
        assert len(cases_seen(address, *next(iter(logins.items())))) > 5
    finally:
        code = demo.stop()
    assert code == 0

    again = Demo(home, "--fresh")
    try:
        address, new = again.ready()
        assert set(new) == set(logins)
        assert set(new.values()).isdisjoint(logins.values())  # everybody has a new password: it is another company
        assert cases_seen(address, *next(iter(new.items())))
    finally:
        code = again.stop()
    assert code == 0
