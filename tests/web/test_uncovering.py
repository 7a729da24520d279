"""Seeing a landlord in full on the pages: by a matter that connects, which is chosen instead of a reason; without one not at all."""

from __future__ import annotations

from django.utils import timezone

from shouwen.base.models import Event
from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.policy.act import Act, Opening, Ref
from shouwen.registers.models import Record
from tests.web.village import Village


def offer_of(village: Village, landlord: Customer) -> Record:
    """A flat to let, of a landlord nobody else knows."""
    by, now, unit = village.cast.li_na, timezone.now(), village.cast.units.yunqi
    house = Record.objects.filter(register="house", unit=unit).order_by("pk")[0]
    number = f"CZ-{landlord.pk}"
    fields = {"number": number, "house": house.pk, "customer": landlord.pk, "fittings": "空房", "terms": "长租"}
    ruling = act(Act("open", Ref("record", "rental_offer", 0), by.pk, now, fields, opening=Opening(unit=unit.pk)), now=now)
    assert ruling.allowed, ruling.text()
    return Record.objects.get(pk=ruling.subject.id)


def introduced(village: Village, offer: Record) -> Case:
    """Somebody looks for a flat and is told of this one."""
    now = timezone.now()
    case = village.open("rental", village.cast.li_na, now, village.newcomer("求租人"), enquiry="要两室")
    village.act(case, "introduce", village.cast.li_na, wishes="两室", offers=[{"offer": offer.pk}], fee_told="yes")
    return case


def test_a_landlord_is_seen_in_full_by_a_matter_that_is_chosen_and_not_without_one(village: Village) -> None:
    landlord = village.newcomer("房东")
    offer, client = offer_of(village, landlord), village.client(village.cast.li_na)
    page, edit = f"/customers/{landlord.pk}/uncovered/", f"/customers/{landlord.pk}/edit/"

    for answer in (client.get(page), client.post(page, {"reason": "联系客户"}), client.post(edit, {"begin": "1"})):
        assert answer.status_code == 409
        assert "只从在办的求租" in answer.content.decode()
        assert "房东" not in answer.content.decode()
    assert not Event.objects.filter(act="reveal", subject_id=landlord.pk).exists()

    matter = introduced(village, offer)
    asked = client.get(page).content.decode()
    assert f'value="{matter.number}"' in asked
    assert 'name="reason"' not in asked
    assert "房东" in client.post(page, {"case": matter.number}).content.decode()
    assert client.post(edit, {"begin": "1"}).status_code == 200
    assert {e.case_id for e in Event.objects.filter(act="reveal", subject_id=landlord.pk)} == {matter.pk}
