"""Two people change one customer: neither overwrites the other without knowing, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.http import HttpResponse

from shouwen.base.models import Event
from shouwen.customers.models import Customer
from shouwen.staff.models import Staff
from tests.web.village import Village


def opened(village: Village, person: Staff, customer: Customer) -> dict[str, Any]:
    """What the form of a customer would send, when somebody opens it and changes nothing."""
    page = village.client(person).post(f"/customers/{customer.pk}/edit/", {"begin": "1"}).content.decode()
    return sent(page)


def sent(page: str) -> dict[str, Any]:
    """What a form of a page would send as it stands."""
    form = page.partition('class="card card-body"')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") != "radio" or "checked" in tag:
            found.setdefault(said["name"], []).append(unescape(said.get("value", "")))
    for name, options in re.findall(r'<select id="[^"]*" name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options)
    found["notes"] = [unescape(re.findall(r'<textarea[^>]*name="notes"[^>]*>(.*?)</textarea>', form, re.DOTALL)[0])]
    return found


def save(village: Village, person: Staff, customer: Customer, form: Mapping[str, Any]) -> HttpResponse:
    """Send a form."""
    answer: Any = village.client(person).post(f"/customers/{customer.pk}/edit/", dict(form))
    return answer  # type: ignore[no-any-return]  # the client's answer is a response with more to it


def test_the_later_of_two_is_shown_what_the_first_changed_and_keeps_what_was_typed(village: Village) -> None:
    chen, zhou, customer = village.cast.chen_jie, village.cast.zhou_ting, village.newcomer("毕先觉")
    first, second = opened(village, chen, customer), opened(village, zhou, customer)
    first |= {"notes": ["门口有狗"], "class_code": ["vip"]}
    second |= {"notes": ["晚上再来"], "phone": ["13512340001"], "phone_label": ["家人"]}

    assert save(village, chen, customer, first).status_code == 302
    refused = save(village, zhou, customer, second)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "陈洁改过这位客户" in page
    assert "备注现在是：门口有狗" in page, "what both changed"
    again = sent(page)
    assert (again["notes"], again["phone"][0]) == (["晚上再来"], "13512340001"), "what was typed is still there"
    assert again["class_code"] == ["vip"], "what only the other touched is the other's"
    assert Customer.objects.get(pk=customer.pk).notes == "门口有狗"
    assert not customer.phones.exists()

    assert save(village, zhou, customer, again).status_code == 302
    after = Customer.objects.get(pk=customer.pk)
    assert (after.notes, after.class_code, after.phones.get().number) == ("晚上再来", "vip", "13512340001")


def test_pressing_save_twice_is_no_quarrel_with_oneself(village: Village) -> None:
    chen, customer = village.cast.chen_jie, village.newcomer("毕后知")
    form = opened(village, chen, customer) | {"notes": ["有门禁"], "phone": ["13512340002"], "phone_label": [""]}

    answers = [save(village, chen, customer, form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Customer.objects.get(pk=customer.pk).notes == "有门禁"


def test_what_is_shown_of_the_other_change_is_written_down_as_uncovered(village: Village) -> None:
    chen, zhou, customer = village.cast.chen_jie, village.cast.zhou_ting, village.newcomer("毕又看")
    first, second = opened(village, chen, customer), opened(village, zhou, customer)
    looked = Event.objects.filter(subject_kind="customer", subject_id=customer.pk, actor_id=zhou.pk, act="reveal")
    before = looked.count()
    save(village, chen, customer, first | {"notes": ["门口有狗"]})

    save(village, zhou, customer, second | {"notes": ["晚上再来"]})

    assert (before, looked.count()) == (1, 2)
