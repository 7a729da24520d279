"""The paper of one thing of a register: the label of a vehicle's file, from its page and from the notice that comes with it."""

from __future__ import annotations

import pytest
from django.test import Client

from shouwen.base.models import Event
from shouwen.staff.models import Staff
from tests.cases.test_vehicle_files import store, vehicle

pytestmark = pytest.mark.django_db


def page(who: Staff, address: str) -> str:
    """Return what somebody is shown."""
    client = Client()
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_label_of_a_file_is_printed_from_its_page_and_from_the_notice() -> None:
    people = store()
    made = vehicle(people, "LSV777")
    label = f"/papers/bag_label/record/{made.id}/"

    assert f'<a href="{label}">档案袋标签</a>' in page(people.zeng_qin, f"/registers/vehicle/{made.id}/")
    assert f'<a href="{label}">档案袋标签</a>' in page(people.zeng_qin, "/notices/")
    client = Client()
    client.force_login(people.zeng_qin)
    printed = client.post(label)

    shown = client.get(printed.headers["Location"]).content.decode()
    assert "<dt>车架号</dt><dd>LSV777</dd>" in shown
    assert "<dt>车主</dt><dd>王**</dd>" in shown
    assert "第 1 次" in shown
    (event,) = Event.objects.filter(kind="printed")
    assert (event.subject_kind, event.subject_id, event.case_id, event.actor_id) == ("record", made.id, None, people.zeng_qin.pk)
    assert "曾琴打印档案袋标签" in page(people.zeng_qin, f"/registers/vehicle/{made.id}/")


def test_nobody_prints_a_thing_they_may_not_see() -> None:
    people = store()
    made = vehicle(people, "LSV778")
    client = Client()
    client.force_login(people.gao_yuan)

    assert client.get(f"/papers/bag_label/record/{made.id}/").status_code == 404
    assert client.post(f"/papers/bag_label/record/{made.id}/").status_code == 404
    assert not Event.objects.filter(kind="printed").exists()
