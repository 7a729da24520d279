"""(h) From `shouwen demo` in an empty directory to its first page: a week of history is there, the year still arrives."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

from bench.installation import HOST, await_true
from bench.machine import ROOT

WHERE: Final = "/var/tmp"  # noqa: S108  a real disk, as a home is on


def run(times: int) -> dict[str, Any]:
    """Return the seconds of each start, and their median."""
    taken = [_once() for _ in range(times)]
    return {"seconds": taken, "median": statistics.median(taken)}


def _once() -> float:
    home = Path(tempfile.mkdtemp(prefix="shouwen-opening-", dir=WHERE))
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DATABASE_OWNER_URL", "DISPLAY", "WAYLAND_DISPLAY"}}
    said = (home.parent / f"{home.name}.log").open("w+", encoding="utf-8")
    command = [sys.executable, "-m", "shouwen", "demo", "--home", str(home), "--port", str(port), "--no-browser"]
    begin = time.monotonic()
    demo = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        await_true(lambda: _ready(said.name) and _answers(port), "the demo greets")
        return round(time.monotonic() - begin, 2)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
        said.close()
        Path(said.name).unlink()
        shutil.rmtree(home, ignore_errors=True)


def _ready(log: str) -> bool:
    """Whether it has said that the company is there and where."""
    return "The demo company is ready" in Path(log).read_text(encoding="utf-8") or "演示公司已就绪" in Path(log).read_text(
        "utf-8"
    )


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/sign-in/", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
