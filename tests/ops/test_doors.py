"""One verb behind every door: the same act by page, by API, in bulk and from a file leaves the same facts."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from shouwen.base.models import Event, Notice
from shouwen.cases.acting import act_many
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Deadline
from shouwen.ops.case_map import read_map
from shouwen.ops.cast import Cast
from shouwen.ops.shelf import folders
from shouwen.ops.taking_in import import_cases
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import Sources, read_sources
from shouwen.staff.models import IMPORTER, Holding
from shouwen.staff.tokens import issue
from tests.cases.doing import opened
from tests.cases.law import enacted
from tests.world import NOW, at, cast

AT: Final = at("2026-03-02 10:00")
OPENED: Final = at("2026-03-03 09:00")
FIELDS: Final = {"area": "安全隐患", "channel": "12345", "street": "坪山街道", "nature": "complaint"}
MAP: Final = """procedure: hotline_request
key: id
at: at
fields: {area: area, channel: channel, street: street, nature: nature}
"""


@cache
def hotline() -> Sources:
    return read_sources(folders(["hotline"]))


@pytest.fixture
def company(db: None) -> Cast:
    """The company under the hotline's law."""
    found = cast()
    Holding.objects.create(staff=found.zhao_jun, post="hotline_chief", unit=found.units.company, since=at("2024-01-01 00:00"))
    enact(hotline(), effective_from=at("2020-01-01 00:00"), now=NOW)
    return found


def told(case: int, actor: int) -> list[dict[str, Any]]:
    """The facts of a case without what tells one case from another: ids, who it was, when it was written down, keys."""
    names = ("kind", "act", "clause", "clause_since", "at", "noun", "subject_kind", "data")
    rows = Event.objects.of_case(case).values(*names, "actor_id")
    facts = [{**{n: r[n] for n in names}, "by": "actor" if r["actor_id"] == actor else r["actor_id"]} for r in rows]
    return [{**f, "data": _without(f["data"], {case: "case", actor: "actor"})} for f in facts]


def _without(data: Any, ids: Mapping[int, str]) -> Any:
    if isinstance(data, dict):
        return {k: _without(v, ids) for k, v in data.items() if k not in ("deadline", "task")}
    if isinstance(data, list):
        return [_without(v, ids) for v in data]
    return ids.get(data, data) if isinstance(data, int) and not isinstance(data, bool) else data


def left(case: int) -> dict[str, Any]:
    """What else an act leaves: the row, its promises, who was told."""
    names = ("procedure", "step", "title", "fields", "unit_id", "opened_at", "closed_at", "next_due")
    row = Case.objects.values(*names).get(pk=case)
    promises = list(Deadline.objects.filter(case=case).values("clause", "clause_since", "anchor", "due_at", "warn_at", "until"))
    notices = list(Notice.objects.filter(case_id=case).order_by("id").values("staff_id", "topic", "text", "clause", "at"))
    return {"row": row, "promises": promises, "notices": notices}


def by_page(company: Cast) -> int:
    """By the page of intake, as a browser sends its form."""
    client = Client()
    client.force_login(company.lin_yue)
    unit = company.units.company.pk
    form = {"customer": "0", "procedure": "hotline_request", "unit": unit, "at": f"{AT:%Y-%m-%dT%H:%M}", **FIELDS}
    answer = client.post(reverse("intake:page"), form)
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.order_by("-pk").values_list("pk", flat=True)[0]


def by_api(company: Cast) -> int:
    token = issue(company.lin_yue, "test", now=NOW)
    body = {"procedure": "hotline_request", "fields": FIELDS, "unit": company.units.company.pk, "at": AT.isoformat()}
    headers: Any = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/api/v1/cases", json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return int(answer.json()["id"])


def by_bulk(company: Cast) -> list[int]:
    """Many in one request, each with its verdict."""
    token = issue(company.lin_yue, "test", now=NOW)
    row = {"procedure": "hotline_request", "fields": FIELDS, "unit": company.units.company.pk, "at": AT.isoformat()}
    headers: Any = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/api/v1/acts", json.dumps({"open": [row, row]}), content_type="application/json", headers=headers)
    verdicts = answer.json()["open"]
    assert [v["status"] for v in verdicts] == [201, 201]
    return [v["ruling"]["id"] for v in verdicts]


def in_one_call(company: Cast) -> list[int]:
    opening = Opening(company.units.company.pk)
    one = Act("open", Ref("case", "hotline_request", 0), company.lin_yue.pk, AT, FIELDS, opening=opening)
    return [r.subject.id for r in act_many([one, replace(one, key="again"), one], now=NOW)]


def from_file(company: Cast, tmp_path: Path) -> list[int]:
    rows, told_by = tmp_path / "rows.csv", tmp_path / "m.yaml"
    told_by.write_text(MAP, "utf-8")
    with rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "at", *FIELDS])
        writer.writerows([n, f"{AT:%Y-%m-%d %H:%M:%S}", *FIELDS.values()] for n in (1, 2))
    had = set(Case.objects.values_list("pk", flat=True))
    report = import_cases(rows, read_map(told_by), now=NOW, say=lambda zh, en: None)
    assert report.taken == 2
    return [pk for pk in Case.objects.order_by("pk").values_list("pk", flat=True) if pk not in had]


def test_the_same_act_by_page_api_bulk_and_import_leaves_equal_events(company: Cast, tmp_path: Path) -> None:
    person = company.lin_yue.pk
    hand = by_page(company)
    others = [by_api(company), *by_bulk(company), *in_one_call(company)]
    filed = from_file(company, tmp_path)

    facts, rest = told(hand, person), left(hand)
    kinds = [(f["kind"], f["act"] or f["clause"]) for f in facts]
    assert kinds[0] == ("act", "open")
    assert ("chosen", "hotline/hotline#2.1") in kinds
    assert ("promise", "hotline/hotline#4") in kinds
    assert ("tell", "hotline/hotline#2.2") in kinds
    for case in others:
        assert told(case, person) == facts
        assert left(case) == rest
    for case in filed:
        assert told(case, IMPORTER) == facts
        assert left(case) == rest


def replied(case: Case, by: Cast, door: str) -> None:
    """Reply to the customer of a case: by its own page, by API, or as one of a list, on the page or by API."""
    moment = OPENED + timedelta(minutes=20)
    client = Client()
    client.force_login(by.chen_jie)
    headers: Any = {"Authorization": f"Bearer {issue(by.chen_jie, door, now=NOW)}"}
    form = {"at": f"{moment:%Y-%m-%dT%H:%M}", "key": f"doors:{door}"}
    wish = {"act": "reply", "at": moment.isoformat()}
    if door == "page":
        answer = client.post(reverse("cases:act", args=[case.number, "reply"]), form)
        assert answer.status_code == 302, answer.content.decode()
    elif door == "list":
        answer = client.post(reverse("lists:run"), {**form, "id": [str(case.pk)], "act": "reply"})
        assert answer.status_code == 200, answer.content.decode()
    elif door == "api":
        answer = client.post(f"/api/v1/cases/{case.pk}/acts", json.dumps(wish), content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
    else:
        many = json.dumps({"acts": [{**wish, "case": case.pk}]})
        answer = client.post("/api/v1/acts", many, content_type="application/json", headers=headers)
        assert [v["status"] for v in answer.json()["acts"]] == [200], answer.content


def test_a_reply_by_page_api_and_the_lists_of_both_leaves_equal_events(db: None) -> None:
    people = cast()
    enacted("demo")
    cases = {door: opened("repair", people.chen_jie, OPENED, urgency="urgent") for door in ("page", "api", "list", "many")}
    for door, case in cases.items():
        replied(case, people, door)

    person = people.chen_jie.pk
    facts = told(cases["page"].pk, person)
    assert [(f["kind"], f["act"], f["clause"]) for f in facts][-2:] == [("act", "reply", ""), ("kept", "", "demo/repair#2.1")]
    assert facts[-2]["at"] == OPENED + timedelta(minutes=20)
    for case in cases.values():
        assert told(case.pk, person) == facts
        assert left(case.pk) == left(cases["page"].pk)
