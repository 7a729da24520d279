"""A real web process of a test's own, on a free port, in the test's own database."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [  # Debian's Chromium as root, quiet towards the network
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
]  # fmt: skip


PATIENCE = 120  # seconds until it answers: a process that ends is noticed at once, a slow machine may be slow


@contextlib.contextmanager
def serving(env: Mapping[str, str], *, worker: bool = False) -> Iterator[str]:
    """Run the web process (and a worker) until the end of the block; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    modules = [["shouwen.ops.web", "--port", str(port)], *([["shouwen.ops.worker"]] if worker else [])]
    parts = [{"SHOUWEN_PART": words[0].rsplit(".", 1)[1]} for words in modules]
    processes = [
        subprocess.Popen([sys.executable, "-m", *words], env={**env, **part}) for words, part in zip(modules, parts, strict=True)
    ]
    try:
        _await(f"http://127.0.0.1:{port}", processes[0])
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "the web process ended before it answered"
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  our own address
        except urllib.error.HTTPError as e:
            e.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(address)
