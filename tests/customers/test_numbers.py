"""Phone numbers, however they were written."""

from __future__ import annotations

import pytest

from shouwen.base.errors import FieldError
from shouwen.customers.numbers import PhoneNumber, read_phone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800005678", "13800005678"), ("138 0000 5678", "13800005678"), ("138-0000-5678", "13800005678"),
        ("１３８００００５６７８", "13800005678"), ("+86 138 0000 5678", "13800005678"), ("008613800005678", "13800005678"),
        ("8613800005678", "13800005678"), ("(0755) 2600-1234", "075526001234"), ("+86 755 2600 1234", "075526001234"),
        ("+86 (0)755 2600 1234", "075526001234"), ("010-65551234", "01065551234"), ("+86 10 6555 1234", "01065551234"),
        ("8080", "8080"), ("400-800-1234", "4008001234"), ("+86 400 800 1234", "4008001234"), ("110", "110"),
    ],
)  # fmt: skip
def test_a_chinese_number_is_kept_as_it_is_dialled_at_home(written: str, kept: str) -> None:
    assert read_phone(written) == PhoneNumber(kept, "86")


@pytest.mark.parametrize(
    ("written", "country", "kept"),
    [("+852 9123 4567", "852", "91234567"), ("+1 (212) 555-0100", "1", "2125550100"), ("0044 20 7946 0958", "44", "2079460958")],
)
def test_a_number_abroad_keeps_its_country(written: str, country: str, kept: str) -> None:
    assert read_phone(written) == PhoneNumber(kept, country)


@pytest.mark.parametrize("written", ["", "  ", "12", "无", "138000056a8", "1" * 21, "+86", "🤙", "1380000\x005678"])
def test_what_is_no_number_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_phone(written, "phones.0")

    assert refused.value.complaints[0].field == "phones.0"
    assert not written.strip() or written not in refused.value.zh


def test_a_number_is_not_printed() -> None:
    assert "5678" not in repr(read_phone("13800005678"))
