"""`shouwen law simulate` on an installation: one process or several, JSON or words, the same; and what it says when it cannot."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shouwen.base.models import Event
from shouwen.base.trouble import Exit
from shouwen.cases.models import Case
from shouwen.ops import past, seed, shelf
from shouwen.ops.simulating import _minutes
from shouwen.policy.simulating_report import MINUTES
from tests.conftest import LiveDatabase


@pytest.fixture
def company(live_db: LiveDatabase, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveDatabase:
    """The demo company with some weeks behind it."""
    settings.HOME = tmp_path
    monkeypatch.setattr(past, "ACTED", 40)
    seed.demo_company(40, lambda zh, en: None, timezone.now())
    return live_db


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    """A copy of the property pack in which an urgent repair is answered within ten minutes."""
    folder = tmp_path / "property"
    shutil.copytree(shelf.SHELF / "property", folder)
    repair = folder / "repair.yaml"
    text = repair.read_text("utf-8")
    assert "until: reply, within: 1h," in text
    repair.write_text(text.replace("until: reply, within: 1h,", "until: reply, within: 10min,"), "utf-8")
    return folder


def simulated(db: LiveDatabase, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shouwen", "law", "simulate", *words]
    return subprocess.run(command, env=db.env, capture_output=True, text=True, check=False)


def found(db: LiveDatabase, *words: str) -> dict[str, Any]:
    done = simulated(db, *words, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return {k: v for k, v in report.items() if k not in ("seconds", "acts_per_second")}


def test_one_process_and_two_find_the_same_and_say_it_in_both_languages(company: LiveDatabase, proposal: Path) -> None:
    since = f"{timezone.now() - timedelta(days=60):%Y-%m-%d}"

    one, two = (found(company, str(proposal), "--since", since, "--processes", n) for n in ("1", "2"))

    assert one == two
    (clause,) = one["clauses"]
    assert clause["clause"] == "property/repair#2.1"
    assert clause["differs"] == clause["breaches"] == len(clause["cases_listed"]) > 0
    assert one["totals"]["hours"] == round(clause["breaches"] * 15 / 60, 1)
    zh, en = (simulated(company, str(proposal), "--since", since, "--lang", lang).stdout for lang in ("zh", "en"))
    assert f"不同 {clause['differs']}" in zh
    assert f"differs {clause['differs']}" in en
    assert clause["cases_listed"][0]["number"] in en


def explained(db: LiveDatabase, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shouwen", "law", "explain", *words]
    return subprocess.run(command, env=db.env, capture_output=True, text=True, check=False)


def test_a_matter_is_explained_by_its_number_with_facts_sums_and_clauses(company: LiveDatabase) -> None:
    fined = Event.objects.filter(kind="entry", clause="property/repair#2.5").first()
    assert fined is not None
    case = Case.objects.get(pk=fined.case_id or 0)

    zh, en = (explained(company, case.number, "--lang", lang) for lang in ("zh", "en"))

    assert zh.returncode == 0, zh.stderr
    assert "适用表中这一行: 故障类别为" in zh.stdout  # the class
    assert "起计1小时" in zh.stdout  # the deadline
    assert "因为超时: property/repair#2.1" in zh.stdout  # the entry
    assert "for a breach of: property/repair#2.1" in en.stdout
    assert not re.search(r"1[3-9]\d{9}", zh.stdout + en.stdout)  # nobody's telephone
    assert explained(company, "BX20200101-9999", "--lang", "en").returncode == Exit.USAGE


def test_a_refusal_is_asked_for_this_act_this_person_and_now(company: LiveDatabase) -> None:
    case = Case.objects.filter(procedure="repair", step="received", closed_at=None, held=False).first()
    assert case is not None
    before = Event.objects.count()
    given = Event.objects.filter(kind="chosen", data__field="responsible", noun="complaint").exclude(clause="").first()
    assert given is not None
    complaint = Case.objects.get(pk=given.case_id or 0)
    whole = explained(company, complaint.number, "--lang", "zh").stdout
    assert f"定为  {given.clause}  responsible = {given.data['value']}" in whole, whole
    assert "被投诉人: " in whole, "the fact an assignment turned on"

    zh, en = (explained(company, case.number, "--act", "assign", "--as", "chen_jie", "--lang", lang) for lang in ("zh", "en"))

    assert zh.returncode == 0, zh.stderr
    assert "assign" in zh.stdout.splitlines()[0]
    for line in ("现在不准", "不准  property/repair#3.2", "维修人: 没有记录", "→ "):
        assert line in zh.stdout, zh.stdout
    assert "refuses  property/repair#3.2" in en.stdout
    assert Event.objects.count() == before, "asking is no act"
    assert "现在可以办" in explained(company, case.number, "--act", "note", "--as", "chen_jie", "--lang", "zh").stdout
    for words in (("--act", "assign"), ("--act", "assign", "--as", "nobody"), ("--act", "nonsense", "--as", "chen_jie")):
        assert explained(company, case.number, *words).returncode == Exit.USAGE, words


def test_an_empty_installation_says_that_no_law_is_in_force(live_db: LiveDatabase, proposal: Path) -> None:
    done = simulated(live_db, str(proposal), "--lang", "en")

    assert done.returncode == Exit.NOT_SET_UP
    assert "No law is in force yet." in done.stderr + done.stdout or "还没有颁布" in done.stderr


def test_minutes_are_an_assumption_to_be_set() -> None:
    assert _minutes(["breaches=40"]) == {**MINUTES, "breaches": 40}
    with pytest.raises(Exception, match="--minutes"):
        _minutes(["coffee=1"])
