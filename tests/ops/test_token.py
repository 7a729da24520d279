"""Tokens from the command line: what is printed works, and what cannot be printed is a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.token import LABEL, new_token
from shouwen.staff.models import Token
from shouwen.staff.tokens import bearer
from tests.conftest import LiveDatabase
from tests.world import NOW, cast

ROOT = Path(__file__).resolve().parents[2]


def token(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shouwen", "token", *words]
    env = {**os.environ, **environment, "LANG": "zh_CN.UTF-8", "LC_ALL": ""}
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, env=env)


def test_the_command_prints_the_token_alone_and_it_is_its_owners(live_db: LiveDatabase) -> None:
    li_na = cast().li_na

    done = token("Li_Na", "--label", "演示", **live_db.env)

    assert done.returncode == 0
    secret = done.stdout.rstrip("\n")
    found = bearer(secret, now=Token.objects.get().created_at)
    assert found is not None
    assert found.staff == li_na.pk
    assert secret not in done.stderr
    assert Token.objects.get().label == "演示"


def test_every_call_makes_a_token_of_its_own(db: None) -> None:
    cast()

    first, second = (new_token("li_na", " ", None, now=NOW) for _ in range(2))

    assert first != second
    assert list(Token.objects.values_list("label", flat=True)) == [LABEL, LABEL]
    assert bearer(first, now=NOW) is not None


def test_a_token_for_some_days_is_useless_afterwards(db: None) -> None:
    cast()

    secret = new_token("li_na", "x", 3, now=NOW)

    assert bearer(secret, now=NOW + timedelta(days=3, seconds=-1)) is not None
    assert bearer(secret, now=NOW + timedelta(days=3)) is None


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_days_out_of_range_are_refused(db: None, days: int) -> None:
    cast()

    with pytest.raises(Trouble) as refused:
        new_token("li_na", "x", days, now=NOW)

    assert refused.value.code is Exit.USAGE
    assert not Token.objects.exists()


@pytest.mark.parametrize("name", ["nobody_here", "", "importer", "clock"])
def test_who_cannot_sign_in_gets_none_and_the_sentence_names_who_can(db: None, name: str) -> None:
    cast()

    with pytest.raises(Trouble) as refused:
        new_token(name, "x", None, now=NOW)

    assert "li_na" in refused.value.zh
    assert "li_na" in refused.value.en


def test_who_has_left_gets_none(db: None) -> None:
    person = cast().su_min
    type(person).objects.filter(pk=person.pk).update(is_active=False, left_at=NOW)

    with pytest.raises(Trouble, match="left"):
        new_token("su_min", "x", None, now=NOW)


def test_a_user_nobody_knows_is_a_sentence_and_an_exit_code(live_db: LiveDatabase) -> None:
    done = token("nobody_here", **live_db.env)

    assert done.returncode == Exit.USAGE
    assert done.stdout == ""
    assert done.stderr.endswith("没有用户名为“nobody_here”的员工。还没有任何员工。\n")
