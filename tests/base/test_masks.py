"""Masks: what may be seen of personal data before somebody uncovers it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.base.masks import MASKS, mask_address, mask_email, mask_id_number, mask_phone, mask_text

DIGITS = st.text("0123456789", min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("0755-26001234", "0755****1234"),
        ("26001234", "****1234"),
        ("12345", "***45"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(DIGITS)
def test_a_phone_never_shows_more_than_seven_or_eight_digits_and_never_all(number: str) -> None:
    masked = mask_phone(number)
    shown = sum(c.isdigit() for c in masked)
    assert "*" in masked
    assert shown < len(number)
    assert len(number) - shown >= min(len(number), 3) or len(number) < 8


@given(st.text("0123456789X", min_size=1, max_size=20))
def test_an_identity_number_never_shows_the_birth_date(number: str) -> None:
    masked = mask_id_number(number)
    assert len(masked) == len(number)
    if len(number) == 18:
        assert number[6:14] not in masked
        assert masked[3:14] == "*" * 11


@given(st.sampled_from(sorted(MASKS)), st.text(max_size=60))
def test_every_mask_takes_any_text(kind: str, text: str) -> None:
    MASKS[kind](text)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("云栖花园3栋2单元501", "云栖花园*栋*单元*"),
        ("湖畔苑B座1203室", "湖畔苑*座*室"),
        ("湖畔苑十二栋三层", "湖畔苑*栋*层"),
        ("坪山大道１２８号", "坪山大道*号"),
    ],
)
def test_addresses_lose_the_way_to_the_door(address: str, shown: str) -> None:
    assert mask_address(address) == shown
    assert not re.search(r"\d", mask_address(address))


def test_free_text_loses_telephone_numbers_but_keeps_amounts() -> None:
    assert mask_text("张先生 138 1234 5678,报价320元,电话0755-26001234") == "张先生 138****5678,报价320元,电话0755****1234"


def test_mail_keeps_its_domain_only() -> None:
    assert mask_email("a@example.com") == "***@example.com"
