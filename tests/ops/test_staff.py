"""A company that is not the demo begins at the command line: units, people with an invitation, posts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.utils import timezone

from shouwen.base.models import Company, Event
from shouwen.base.trouble import Exit
from shouwen.staff import invitations, org
from shouwen.staff.models import CLOCK, Staff
from tests.conftest import LiveDatabase

ROOT = Path(__file__).resolve().parents[2]


def staff(db: LiveDatabase, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shouwen", "staff", *words]
    env = {**db.env, "LANG": "zh_CN.UTF-8", "LC_ALL": ""}
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, env={**os.environ, **env})


def test_a_company_begins_with_its_units_people_and_posts(live_db: LiveDatabase) -> None:
    assert staff(live_db, "unit", "新公司", "--kind", "company").returncode == 0
    assert staff(live_db, "unit", "一期", "--kind", "site", "--below", "新公司").returncode == 0
    added = staff(live_db, "add", "Wu_Di", "吴迪", "--unit", "一期")
    given = staff(live_db, "post", "wu_di", "system_admin")

    assert Company.ours().name == "新公司"
    person = Staff.objects.get(username="wu_di")
    now = timezone.now()
    assert invitations.invited(added.stdout.strip(), now=now) == person
    assert given.returncode == 0
    assert org.reader(person.pk, now).may("administer", "staff")
    assert set(Event.objects.values_list("actor_id", flat=True)) == {CLOCK}
    listed = staff(live_db, "list").stdout
    assert "  一期" in listed
    assert "系统管理员" in listed


def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(live_db: LiveDatabase) -> None:
    staff(live_db, "unit", "新公司", "--kind", "company")
    unknown = staff(live_db, "add", "wu_di", "吴迪", "--unit", "二期")
    assert unknown.returncode == Exit.USAGE
    assert "没有单位“二期”。现有：新公司" in unknown.stderr
    assert not Staff.objects.filter(username="wu_di").exists()
    staff(live_db, "add", "wu_di", "吴迪")
    no_post = staff(live_db, "post", "wu_di", "admin")
    assert no_post.returncode == Exit.USAGE
    assert "system_admin" in no_post.stderr
    assert "Traceback" not in no_post.stderr
