"""Lists given to a statement arrive as they are, whatever is in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.utils import DataError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.base.sql import array, raw

pytestmark = pytest.mark.django_db
ASKED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@ASKED
@given(st.lists(TEXTS | st.sampled_from(["NULL", "null", '"', "\\", "{}", ",", " ", ""]) | st.none()))
def test_texts_come_back_as_they_went(db: None, texts: list[str | None]) -> None:
    assert raw().execute("select %s::text[]", [texts]).fetchone() == (texts,)


@ASKED
@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none()))
def test_numbers_come_back_as_they_went(db: None, numbers: list[int | None]) -> None:
    assert raw().execute("select %(n)s::int8[]", {"n": numbers}).fetchone() == (numbers,)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], "bool"),
        ([date(2026, 2, 28), None], "date"),
        ([datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)], "timestamptz"),
        ([], "int8"),
    ],
)
def test_other_values_come_back_as_they_went(values: list[Any], kind: str) -> None:
    assert raw().execute(f"select %s::{kind}[]", [values]).fetchone() == (values,)


def test_what_has_no_literal_of_ours_is_left_to_the_driver() -> None:
    values = [b"\x00\xff"]

    assert array(values) is values
    assert raw().execute("select %s::bytea[]", [values]).fetchone() == (values,)


def test_a_text_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(DataError):
        raw().execute("select %s::text[]", [["a\x00"]])
