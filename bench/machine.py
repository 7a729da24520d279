"""What was measured on: processor, memory, disk, versions, the state of the source, and how durable the database was."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import psycopg

ROOT: Final = Path(__file__).resolve().parent.parent
SETTINGS: Final = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "wal_compression",
    "default_statistics_target", "jit",
)  # fmt: skip
COUNTED: Final = (
    "cases_case", "base_event", "cases_deadline", "cases_task", "cases_approval", "search_row", "ledger_entry", "base_notice",
    "customers_customer", "registers_record",
)  # fmt: skip


def facts() -> dict[str, Any]:
    """Return what the machine is and which source runs on it."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": _memory(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": len(_git("status", "--porcelain").splitlines()),
        "load_before": os.getloadavg()[0],
    }


def database(url: str) -> dict[str, Any]:
    """Return the settings that durability and speed depend on, and how many rows there are."""
    with psycopg.connect(url) as connection:
        settings = {name: _one(connection, "select current_setting(%s)", name) for name in SETTINGS}
        rows = {table: _one(connection, f"select count(*) from {table}") for table in COUNTED}  # noqa: S608  our own names
        open_cases = _one(connection, "select count(*) from cases_case where closed_at is null")
        size = _one(connection, "select pg_database_size(current_database())")
    return {"settings": settings, "rows": rows, "open_cases": open_cases, "size_mb": round(int(size) / 1e6)}


def fsync_us(folder: Path, times: int = 200) -> float:
    """Return the median time, in µs, that 8 KB need to be safely on the disk."""
    path = folder / f".fsync-{os.getpid()}"
    page, took = b"x" * 8192, []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            begin = time.perf_counter()
            file.write(page)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begin)
    path.unlink()
    return round(statistics.median(took) * 1e6, 1)


def _one(connection: psycopg.Connection[Any], query: str, *params: Any) -> Any:
    row = connection.execute(query.encode(), params or None).fetchone()
    assert row is not None
    return row[0]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6)
