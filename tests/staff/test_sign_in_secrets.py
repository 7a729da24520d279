"""Passwords by the rules, second factors, invitations: what opens the door, and what does not."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound, TooMany
from shouwen.base.models import Event
from shouwen.ops.cast import Cast
from shouwen.staff import door_rules, factors, invitations, passwords
from shouwen.staff.door_models import DoorRules, Factor, Invitation, RecoveryCode, SignedIn, UsedPassword
from shouwen.staff.models import Staff
from shouwen.staff.sessions import Came
from shouwen.staff.sign_in import FACTOR, owes, sign_in
from shouwen.staff.sign_in import PASSWORD as OLD_PASSWORD
from tests.world import NOW, PASSWORD, cast, reader

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GOOD = "Bai-Yun.7"


@pytest.fixture
def world() -> Cast:
    return cast()


def acts(*names: str) -> list[str]:
    return list(Event.objects.filter(act__in=names).order_by("seq").values_list("act", flat=True))


def code(person: Staff, steps: int = 0) -> str:
    """What the telephone shows, some steps of 30 s from now."""
    totp = pyotp.TOTP(factors.secret_of(Factor.objects.get(staff=person)))
    return totp.at(NOW + timedelta(seconds=30) * steps)


def with_factor(person: Staff) -> list[str]:
    factors.prepare(person, now=NOW)
    return factors.confirm(person, code(person), now=NOW)


# ---- passwords -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Ab-4567", "至少 8 位"),
        ("abcdefgh1", "至少要有 3 类"),
        ("密码密码密码密码", "至少要有 3 类"),
        ("Li_Na-2026", "不要有自己的姓名"),
        ("x李娜x-Ab12", "不要有自己的姓名"),
        ("A-13800000005", "不要有自己的姓名"),
        ("Password1", "太常见"),
        ("x" * 201 + "A-1", "至多 200 位"),
        (PASSWORD + "", "用过了"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(world: Cast, new: str, why: str) -> None:
    before = world.li_na.password
    with pytest.raises(FieldError) as refused:
        passwords.change_password(world.li_na, PASSWORD, new, keep="", now=NOW)
    assert why in refused.value.text("zh")
    assert [c.field for c in refused.value.complaints] == [passwords.FIELD] * len(refused.value.complaints)
    assert Staff.objects.get(pk=world.li_na.pk).password == before
    assert new not in str(refused.value)


def test_a_good_password_is_taken_and_written_down_without_itself(world: Cast) -> None:
    passwords.change_password(world.li_na, PASSWORD, GOOD, keep="", now=NOW)
    assert Staff.objects.get(pk=world.li_na.pk).check_password(GOOD)
    event = Event.objects.get(act="change_password")
    assert (event.actor_id, event.subject_id, event.data) == (world.li_na.pk, world.li_na.pk, {})


def test_the_old_password_is_asked_and_guessing_it_is_slowed_down(world: Cast) -> None:
    for _ in range(5):
        with pytest.raises(FieldError) as wrong:
            passwords.change_password(world.li_na, "wrong", GOOD, keep="", now=NOW)
        assert wrong.value.complaints[0].field == "old"
    with pytest.raises(TooMany):
        passwords.change_password(world.li_na, PASSWORD, GOOD, keep="", now=NOW)


def test_the_last_five_passwords_are_remembered_and_no_more(world: Cast) -> None:
    for n in range(6):
        passwords.set_password(world.li_na, f"{GOOD}{n}", act="change_password", now=NOW + n * DAY)
    assert UsedPassword.objects.filter(staff=world.li_na).count() == 5
    for n in range(1, 6):
        with pytest.raises(FieldError, match="invalid_fields"):
            passwords.set_password(world.li_na, f"{GOOD}{n}", act="change_password", now=NOW + 9 * DAY)
    passwords.set_password(world.li_na, f"{GOOD}0", act="change_password", now=NOW + 9 * DAY)


def test_a_password_expires_after_its_days_and_one_of_unknown_age_counts_from_when_it_is_seen(world: Cast) -> None:
    asked = door_rules.rules()
    assert owes(world.li_na, frozenset(), asked, NOW) == ""
    assert owes(world.li_na, frozenset(), asked, NOW + 90 * DAY) == ""
    assert owes(world.li_na, frozenset(), asked, NOW + 91 * DAY) == OLD_PASSWORD
    passwords.set_password(world.li_na, GOOD, act="change_password", now=NOW + 91 * DAY)
    assert owes(world.li_na, frozenset(), asked, NOW + 91 * DAY) == ""


def test_a_new_password_ends_the_other_sign_ins(world: Cast) -> None:
    for key in ("here", "there"):
        SignedIn.objects.create(staff=world.li_na, key=key, began_at=NOW, seen_at=NOW)
    passwords.change_password(world.li_na, PASSWORD, GOOD, keep="here", now=NOW)
    assert list(SignedIn.objects.order_by("pk").values_list("key", "why")) == [("here", ""), (None, "password")]


# ---- the company's rules -------------------------------------------------------------------------------------------------


def test_the_security_administrator_sets_the_rules_within_bounds_and_nobody_else_does(world: Cast) -> None:
    security = reader(world.an_ning)
    with pytest.raises(Forbidden):
        door_rules.change_rules({"min_length": 12}, by=reader(world.gao_yuan), now=NOW)
    with pytest.raises(FieldError):
        door_rules.change_rules({"min_length": 6}, by=security, now=NOW)
    assert door_rules.rules().min_length == 8
    door_rules.change_rules({"min_length": 12}, by=security, now=NOW)
    assert door_rules.rules().min_length == 12
    assert acts("door_rules") == ["door_rules"]


def test_a_demo_is_eased_once_and_never_a_company_that_has_rules(world: Cast) -> None:
    door_rules.ease_for_a_demo(now=NOW)
    posts = reader(world.gao_yuan).posts
    assert owes(world.gao_yuan, posts, door_rules.rules(), NOW + 999 * DAY) == ""
    door_rules.change_rules({"min_length": 9}, by=reader(world.an_ning), now=NOW)
    door_rules.ease_for_a_demo(now=NOW)
    assert not DoorRules.objects.get().eased
    assert owes(world.gao_yuan, posts, door_rules.rules(), NOW) == FACTOR


# ---- the second factor ---------------------------------------------------------------------------------------------------


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, SHA-1, cut to six digits."""
    totp = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert [totp.generate_otp(t // 30) for t in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]


def test_a_code_opens_once_within_half_a_minute_of_its_time(world: Cast) -> None:
    with_factor(world.li_na)
    with pytest.raises(FieldError):
        factors.verify(world.li_na, code(world.li_na), now=NOW)  # it confirmed the factor: taken
    late = NOW + timedelta(seconds=30)
    factors.verify(world.li_na, code(world.li_na, 2), now=late)
    for old in (2, 1):
        with pytest.raises(FieldError):
            factors.verify(world.li_na, code(world.li_na, old), now=late)
    with pytest.raises(FieldError):
        factors.verify(world.li_na, code(world.li_na, 9), now=late)


def test_guessing_codes_is_stopped_and_written_down_once(world: Cast) -> None:
    with_factor(world.li_na)
    for _ in range(5):
        with pytest.raises(FieldError):
            factors.verify(world.li_na, "000000", now=NOW)
    for _ in range(3):
        with pytest.raises(TooMany):
            factors.verify(world.li_na, code(world.li_na, 1), now=NOW)
    assert acts("factor_failed", "locked") == ["factor_failed"] * 5 + ["locked"]


def test_a_recovery_code_opens_once_and_new_ones_end_the_old(world: Cast) -> None:
    codes = with_factor(world.li_na)
    assert len(set(codes)) == 10
    factors.verify(world.li_na, codes[0].upper(), now=NOW)
    with pytest.raises(FieldError):
        factors.verify(world.li_na, codes[0], now=NOW)
    assert factors.codes_left(world.li_na) == 9
    factors.new_codes(world.li_na, now=NOW)
    with pytest.raises(FieldError):
        factors.verify(world.li_na, codes[1], now=NOW)


def test_no_secret_is_kept_in_clear(world: Cast) -> None:
    codes = with_factor(world.li_na)
    kept = str([*Factor.objects.values(), *RecoveryCode.objects.values(), *Event.objects.values()])
    assert factors.secret_of(Factor.objects.get()) not in kept
    assert not any(c in kept or c.replace("-", "") in kept for c in codes)


def test_administrators_must_have_a_factor_and_others_when_the_company_says_so(world: Cast) -> None:
    asked = door_rules.rules()
    for who in (world.gao_yuan, world.an_ning, world.han_zheng):
        assert owes(who, reader(who).posts, asked, NOW) == FACTOR
        with_factor(who)
        assert owes(who, reader(who).posts, asked, NOW) == ""
        with pytest.raises(FieldError, match="invalid_fields"):
            factors.give_up(who, code(who, 1), reader(who).posts, asked, now=NOW)
    assert owes(world.li_na, reader(world.li_na).posts, asked, NOW) == ""
    door_rules.change_rules({"factor_for_all": True}, by=reader(world.an_ning), now=NOW)
    assert owes(world.li_na, reader(world.li_na).posts, door_rules.rules(), NOW) == FACTOR


def test_a_factor_is_given_up_with_a_code_and_taken_away_by_the_security_administrator(world: Cast) -> None:
    asked = door_rules.rules()
    with_factor(world.li_na)
    with pytest.raises(FieldError):
        factors.give_up(world.li_na, "000000", frozenset(), asked, now=NOW)
    factors.give_up(world.li_na, code(world.li_na, 1), frozenset(), asked, now=NOW)
    assert not factors.has_factor(world.li_na)
    with_factor(world.li_na)
    factors.take_away(world.li_na, by=reader(world.an_ning), now=NOW)
    assert not factors.has_factor(world.li_na)
    assert acts("factor_on", "factor_off") == ["factor_on", "factor_off"] * 2


def test_the_picture_is_drawn_without_styles_or_scripts(world: Cast) -> None:
    picture = factors.picture(factors.prepare(world.li_na, now=NOW), "li_na", "云栖物业")
    assert picture.startswith("<svg")
    assert re.search(r'viewBox="0 0 (\d+) \1"', picture)  # else a style sheet that sets its size cuts it off
    assert not any(mark in picture for mark in ("style=", "<script", "http", factors.secret_of(Factor.objects.get())))


# ---- invitations ---------------------------------------------------------------------------------------------------------


def test_an_invitation_sets_a_password_once(world: Cast) -> None:
    given = invitations.invite(world.li_na, by=reader(world.gao_yuan), now=NOW)
    with pytest.raises(FieldError):
        invitations.accept(given, "weak", address="192.0.2.1", now=NOW)
    assert invitations.accept(given.replace("-", " ").upper(), GOOD, address="192.0.2.1", now=NOW) == world.li_na
    assert sign_in("li_na", GOOD, came=Came("192.0.2.1"), now=NOW) == world.li_na
    with pytest.raises(NotFound):
        invitations.accept(given, GOOD + "2", address="192.0.2.1", now=NOW)
    assert acts("invite", "accept_invitation") == ["invite", "accept_invitation"]
    assert given.replace("-", "") not in str([*Invitation.objects.values(), *Event.objects.values()])


def test_an_invitation_ends_with_its_time_with_a_newer_one_and_with_whoever_leaves(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    first = invitations.invite(world.li_na, by=admin, now=NOW)
    second = invitations.invite(world.li_na, by=admin, now=NOW)
    with pytest.raises(NotFound):
        invitations.invited(first, now=NOW)
    assert invitations.invited(second, now=NOW) == world.li_na
    with pytest.raises(NotFound):
        invitations.invited(second, now=NOW + invitations.LASTS)
    Staff.objects.filter(pk=world.li_na.pk).update(is_active=False)
    with pytest.raises(NotFound):
        invitations.invited(second, now=NOW)


def test_guessing_invitations_is_slowed_down(world: Cast) -> None:
    for n in range(30):
        with pytest.raises(NotFound):
            invitations.accept(f"guess{n}", GOOD, address="192.0.2.9", now=NOW)
    with pytest.raises(TooMany):
        invitations.accept("guess", GOOD, address="192.0.2.9", now=NOW)


def test_an_administrator_unlocks_who_typed_too_many_wrong_passwords(world: Cast) -> None:
    for _ in range(5):
        sign_in("li_na", "wrong", came=Came("192.0.2.1"), now=NOW)
    invitations.unlock(world.li_na, by=reader(world.gao_yuan), now=NOW)
    assert sign_in("li_na", PASSWORD, came=Came("192.0.2.1"), now=NOW) == world.li_na
