"""What a person can put right is said in a sentence, with an exit code, and never as a traceback."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from shouwen.base.trouble import Exit, Trouble, say
from shouwen.ops import cli
from tests.conftest import LiveDatabase

ROOT = Path(__file__).resolve().parents[2]


def shouwen(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LANG": "zh_CN.UTF-8", "LC_ALL": "", **environment}
    return subprocess.run(
        [sys.executable, "-m", "shouwen", *words], cwd=ROOT, text=True, capture_output=True, check=False, env=env
    )


def test_a_taken_port_is_a_sentence_that_names_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = shouwen("serve", "--port", str(port))

    assert done.returncode == Exit.PORT_TAKEN
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_who_goes_away_ends_a_command_without_a_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "shouwen", "law", "sentences", "packs/hotline"],
        cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)

    assert done.returncode == cli.READER_GONE
    assert done.stderr == ""


def test_a_database_that_is_down_is_a_sentence(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x", "SHOUWEN_HOME": str(tmp_path)}
    done = shouwen("serve", "--port", "0", **nowhere)

    assert done.returncode == Exit.DATABASE_DOWN
    assert done.stderr == "连不上数据库，或连接中断。`shouwen doctor` 会说明原因。\n"
    doctor = shouwen("doctor", **nowhere)
    assert doctor.returncode == 1
    assert "✗ 连不上数据库" in doctor.stdout
    assert "geheim" not in doctor.stdout + doctor.stderr + done.stderr


def test_an_application_account_that_owns_tables_is_refused(live_db: LiveDatabase) -> None:
    as_owner = live_db.env["DATABASE_OWNER_URL"]

    served = shouwen("serve", "--port", "0", DATABASE_URL=as_owner, SHOUWEN_HOME=live_db.env["SHOUWEN_HOME"])
    examined = shouwen("doctor", DATABASE_URL=as_owner, SHOUWEN_HOME=live_db.env["SHOUWEN_HOME"])

    assert served.returncode == Exit.WRONG_ROLE
    assert "✗ 应用账号 shouwen_owner" in examined.stdout


def test_setting_up_twice_changes_nothing(live_db: LiveDatabase) -> None:
    assert [shouwen("migrate", "--quiet", **live_db.env).returncode for _ in range(2)] == [0, 0]


def test_a_database_that_a_newer_program_has_migrated_is_left_alone(live_db: LiveDatabase) -> None:
    with psycopg.connect(live_db.env["DATABASE_OWNER_URL"]) as owner:
        owner.execute("insert into django_migrations (app, name, applied) values ('cases', '9999_of_tomorrow', now())")

    chinese, english = ({**live_db.env, "LANG": lang, "LC_ALL": ""} for lang in ("zh_CN.UTF-8", "en_GB.UTF-8"))

    migrated = shouwen("migrate", **chinese)
    served = shouwen("serve", "--worker-only", **english)
    told = shouwen("token", "li_na", **chinese)

    assert [done.returncode for done in (migrated, served, told)] == [Exit.OTHER_VERSION] * 3
    assert "比本程序多 1 步" in migrated.stderr
    assert "1 migrations ahead" in served.stderr
    assert not any("Traceback" in done.stderr for done in (migrated, served, told))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "full"), Exit.DISK_FULL),
        (psycopg.errors.DiskFull("no"), Exit.DISK_FULL),
        (psycopg.OperationalError("connection refused"), Exit.DATABASE_DOWN),
        (Trouble(Exit.IN_USE, "忙", "busy"), Exit.IN_USE),
    ],
)
def test_trouble_is_found_behind_other_exceptions(error: Exception, code: Exit) -> None:
    outer = RuntimeError()
    outer.__cause__ = error

    found = cli.trouble_of(outer)

    assert found is not None
    assert found.code is code
    assert cli.trouble_of(ValueError()) is None


@pytest.mark.parametrize(
    ("lang", "text"), [("zh_CN.UTF-8", "忙"), ("en_GB.UTF-8", "busy"), ("C.UTF-8", "忙\nbusy"), ("", "忙\nbusy")]
)
def test_sentences_follow_the_terminal(lang: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)

    assert say("忙", "busy") == text


def test_a_directory_that_is_no_demo_is_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")

    done = shouwen("demo", "--fresh", "--home", str(tmp_path), "--port", "0")

    assert done.returncode == Exit.USAGE
    assert (tmp_path / "mine").read_text() == "precious"
