"""`shouwen doctor` on a company that is served: each fault is produced, found and said, and the exit code follows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from shouwen.base import database
from shouwen.cases.models import Deadline
from shouwen.ops import assets, doctor
from shouwen.ops.doctor import Finding, Health, examine
from tests.api.conftest import program
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.world import cast

TODAY = date(2026, 3, 2)
Faulty = Callable[[Path, LiveDatabase, pytest.MonkeyPatch], None]


def readable_key(home: Path, _live: LiveDatabase, _patch: pytest.MonkeyPatch) -> None:
    (home / "secret.key").touch(mode=0o600)
    (home / "secret.key").chmod(0o644)


def no_libraries(home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(assets, "vendor", lambda root: home / "nowhere")


def old_libraries(_home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(assets, "fresh", lambda root: False)


def little_disk(_home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, doctor.LITTLE - 1))


def hardly_any_disk(_home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, doctor.TOO_LITTLE - 1))


def debugging(_home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("SHOUWEN_DEBUG", "1")


def old_server(_home: Path, _live: LiveDatabase, patch: pytest.MonkeyPatch) -> None:
    real = database.standing
    patch.setattr(database, "standing", lambda url: replace(real(url), version=14))


def tables_behind(_home: Path, live: LiveDatabase, _patch: pytest.MonkeyPatch) -> None:
    as_owner(live, "delete from django_migrations where app = 'staff' and name like '0005%'")


def tables_ahead(_home: Path, live: LiveDatabase, _patch: pytest.MonkeyPatch) -> None:
    as_owner(live, "insert into django_migrations (app, name, applied) values ('cases', '9999_of_tomorrow', now())")


def as_owner(live: LiveDatabase, statement: str) -> None:
    with psycopg.connect(live.env["DATABASE_OWNER_URL"]) as owner:
        owner.execute(statement.encode())


class Usage(NamedTuple):
    """As shutil tells it, in bytes."""

    total: int
    used: int
    free: int


FAULTS: dict[str, tuple[Faulty, Health, str, str]] = {
    "others can read the key": (readable_key, Health.WRONG, "chmod 600", "chmod 600"),
    "no page libraries": (no_libraries, Health.WRONG, "网页所需的库缺失或过时", "shouwen setup"),
    "old page libraries": (old_libraries, Health.WRONG, "网页所需的库缺失或过时", "shouwen setup"),
    "little disk": (little_disk, Health.WARNING, "磁盘还有 1.0 GB", "1.0 GB left"),
    "hardly any disk": (hardly_any_disk, Health.WRONG, "磁盘还有 0.2 GB", "0.2 GB left"),
    "debugging": (debugging, Health.WARNING, "SHOUWEN_DEBUG", "SHOUWEN_DEBUG"),
    "an old server": (old_server, Health.WRONG, "PostgreSQL 14 太旧", "14 is too old"),
    "tables behind": (tables_behind, Health.WRONG, "还差 1 步升级", "migrations behind"),
    "tables ahead": (tables_ahead, Health.WRONG, "比本程序多 1 步", "ahead of this program"),
}


@pytest.fixture
def home(tmp_path: Path, live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, whose database somebody else runs."""
    monkeypatch.setenv("SHOUWEN_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", live_db.env["DATABASE_URL"])
    monkeypatch.delenv("SHOUWEN_DEBUG", raising=False)
    monkeypatch.setattr(assets, "vendor", lambda root: tmp_path)
    monkeypatch.setattr(assets, "fresh", lambda root: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, doctor.LITTLE * 2))
    return tmp_path


def found(health: Health) -> list[Finding]:
    return [f for f in examine(TODAY) if f.health is health and "Python" not in f.en]


def test_an_installation_in_order_has_nothing_wrong_and_says_that_no_worker_runs(home: Path, live_db: LiveDatabase) -> None:
    assert found(Health.WRONG) == []
    (warning,) = found(Health.WARNING)
    assert "没有后台进程在运行" in warning.zh
    assert "No worker is running" in warning.en
    with psycopg.connect(live_db.env["DATABASE_URL"], application_name="shouwen-worker"):
        assert found(Health.WARNING) == []


@pytest.mark.parametrize("what", FAULTS)
def test_each_fault_is_found_and_says_what_to_do(
    what: str, home: Path, live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    produce, health, zh, en = FAULTS[what]
    produce(home, live_db, monkeypatch)

    telling = [f for f in found(health) if zh in f.zh]

    assert len(telling) == 1
    assert en in telling[0].en


def test_promises_that_could_not_be_judged_are_told(home: Path) -> None:
    people = cast()
    enacted()
    program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}})
    Deadline.objects.update(tries=1)

    (aside,) = [f for f in found(Health.WRONG) if "无法判断" in f.zh]

    assert "could not be judged" in aside.en
