"""Signing in, and how guessing is slowed down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from shouwen.base.errors import TooMany
from shouwen.base.models import Event
from shouwen.ops.cast import Cast
from shouwen.staff import sessions
from shouwen.staff.door_models import SignedIn, SignInTries
from shouwen.staff.models import Staff
from shouwen.staff.sessions import Came
from shouwen.staff.sign_in import sign_in
from shouwen.staff.tries import PER_ADDRESS, PER_NAME, forget
from tests.conftest import LiveDatabase
from tests.world import NOW, PASSWORD, cast

HERE = "192.0.2.1"


@pytest.fixture
def world(db: None) -> Cast:
    return cast()


def tried(name: str, password: str, address: str = HERE, minutes: float = 0) -> Staff | None:
    return sign_in(name, password, came=Came(address), now=NOW + timedelta(minutes=minutes))


def test_name_or_telephone_and_password_open_the_door(world: Cast) -> None:
    assert tried(" Li_Na ", PASSWORD) == world.li_na
    assert tried(world.li_na.phone, PASSWORD) == world.li_na


def test_a_telephone_of_two_people_is_nobodys_name(world: Cast) -> None:
    Staff.objects.filter(pk=world.su_min.pk).update(phone=world.li_na.phone)
    assert tried(world.li_na.phone, PASSWORD) is None


def test_a_failure_and_the_first_try_too_many_are_written_down_without_what_was_typed(world: Cast) -> None:
    for _ in range(PER_NAME.tries):
        assert tried("li_na", "wrong") is None
    for _ in range(3):
        with pytest.raises(TooMany):
            tried("li_na", PASSWORD)
    assert tried("secret typed as name", "x") is None
    events = list(Event.objects.order_by("seq").values_list("act", "subject_id", "actor_id", "data"))
    about = world.li_na.pk
    origin = Came(HERE).origin
    known = {"origin": origin}
    assert events == [("sign_in_failed", about, about, known)] * PER_NAME.tries + [
        ("locked", about, about, known),
        ("sign_in_failed", 0, 0, {"origin": origin, "unknown": True}),
    ]
    assert HERE not in str(events)


def test_name_and_telephone_share_one_count(world: Cast) -> None:
    for n in range(PER_NAME.tries):
        assert tried("li_na" if n % 2 else world.li_na.phone, "wrong", address=f"192.0.2.{n}") is None
    with pytest.raises(TooMany):
        tried(world.li_na.phone, PASSWORD)


def test_wrong_names_and_wrong_passwords_look_alike(world: Cast) -> None:
    assert tried("li_na", "wrong") is None
    assert tried("nobody", PASSWORD) is None
    assert tried("clock", "!") is None
    assert tried("importer", "") is None
    Staff.objects.filter(pk=world.li_na.pk).update(is_active=False)
    assert tried("li_na", PASSWORD) is None


def test_after_five_wrong_tries_even_the_right_password_must_wait(world: Cast) -> None:
    for n in range(PER_NAME.tries):
        assert tried("li_na", "wrong", address=f"192.0.2.{n}") is None
    with pytest.raises(TooMany) as refused:
        tried("li_na", PASSWORD, minutes=2)
    assert 170 <= refused.value.retry_after <= 181
    assert tried("zhou_ting", PASSWORD) == world.zhou_ting, "others are not locked out with her"
    assert tried("li_na", PASSWORD, minutes=5) == world.li_na


def test_a_success_clears_the_count(world: Cast) -> None:
    for _ in range(3):
        for _ in range(PER_NAME.tries - 1):
            assert tried("li_na", "wrong") is None
        assert tried("li_na", PASSWORD) == world.li_na


def test_one_address_cannot_try_everybody_and_signing_in_does_not_count(world: Cast) -> None:
    for n in range(PER_ADDRESS.tries):
        assert tried("li_na", PASSWORD) == world.li_na
        assert tried(f"guess{n}", "wrong") is None
    with pytest.raises(TooMany):
        tried("li_na", PASSWORD)
    assert tried("li_na", PASSWORD, address="192.0.2.2") == world.li_na


def test_nobodys_name_or_address_is_kept_and_old_counters_go(world: Cast) -> None:
    tried("li_na", "wrong")
    kept = list(SignInTries.objects.values_list("key", flat=True))
    assert len(kept) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in kept)
    assert forget(NOW) == 0
    assert forget(NOW + timedelta(days=1)) == 2


def test_many_at_once_do_not_pass_together(live_db: LiveDatabase) -> None:
    cast()

    def guess(n: int) -> str:
        try:
            return "wrong" if tried("li_na", "wrong", address=f"192.0.2.{n}") is None else "in"
        except TooMany:
            return "too many"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count("wrong") == PER_NAME.tries
    assert answers.count("too many") == 24 - PER_NAME.tries


def test_sign_ins_whose_session_is_past_end_and_are_forgotten_after_half_a_year(world: Cast) -> None:
    began = NOW - timedelta(days=2)
    SignedIn.objects.create(staff=world.li_na, key="long gone", began_at=began, seen_at=began)
    SignedIn.objects.create(staff=world.li_na, key="just now", began_at=NOW, seen_at=NOW)
    assert sessions.tidy(NOW) == 0
    assert list(SignedIn.objects.order_by("pk").values_list("key", "why")) == [(None, "idle"), ("just now", "")]
    assert sessions.tidy(NOW + timedelta(days=184)) == 1
