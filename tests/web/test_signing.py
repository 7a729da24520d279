"""The door at a browser: signing in and out, second factors, sessions seen and ended, invitations, what an auditor reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.access import Reader
from shouwen.base.models import Event
from shouwen.staff import door_rules, factors, org, sessions, tokens
from shouwen.staff.door_models import DoorRules, Factor, Invitation, RecoveryCode, SignedIn, UsedPassword
from shouwen.staff.models import Staff
from shouwen.web.signing import audit_words
from tests.databases import ROOT
from tests.web.browsing import drafted
from tests.web.village import Village
from tests.world import PASSWORD

NEW = "Bai-Yun.7"
LATER = timedelta(seconds=factors.STEP)  # exactly: the next code, and never the one after it, which is not good yet


@pytest.fixture(autouse=True)
def as_before(village: Village) -> Iterator[None]:
    """The village is everybody's: passwords, factors and rules are put back."""
    hashes = dict(Staff.objects.values_list("pk", "password"))
    yield
    for model in (Factor, RecoveryCode, Invitation, UsedPassword, SignedIn):
        model.objects.all().delete()
    DoorRules.objects.all().delete()
    for pk, password in hashes.items():
        Staff.objects.filter(pk=pk).update(password=password)


def enter(page: Page, username: str, password: str = PASSWORD) -> None:
    """Type name and password at the door."""
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.locator("[type=submit].btn-primary").click()


def shown_code(person: Staff, after: timedelta = timedelta(0)) -> str:
    """What somebody's telephone shows."""
    return pyotp.TOTP(factors.secret_of(Factor.objects.get(staff=person))).at(timezone.now() + after)


def with_factor(person: Staff) -> list[str]:
    """Give somebody a second factor, confirmed a while ago."""
    factors.prepare(person, now=timezone.now())
    then = timezone.now() - timedelta(minutes=5)
    return factors.confirm(person, pyotp.TOTP(factors.secret_of(Factor.objects.get(staff=person))).at(then), now=then)


def acts(person: Staff) -> list[str]:
    """What the journal says of somebody."""
    return list(Event.objects.filter(subject_kind="staff", subject_id=person.pk).order_by("seq").values_list("act", flat=True))


# ---- in and out ----------------------------------------------------------------------------------------------------------


def test_whoever_signs_in_comes_to_the_page_they_wanted_and_out_again(village: Village, sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/customers/?q=王&kind=person")
    enter(page, "he_jing", "wrong")
    expect(page.locator(".note-error")).to_contain_text("用户名或密码不对")
    expect(page.locator("#username")).to_have_value("he_jing")
    enter(page, "he_jing")
    expect(page).to_have_url(re.compile(r"/customers/\?kind=person$"))
    page.locator("nav .person summary").first.click()
    page.get_by_role("button", name="退出登录").first.click()
    expect(page.locator("#username")).to_be_visible()
    page.goto("/customers/")
    expect(page.locator("#username")).to_be_visible()
    assert acts(village.cast.he_jing)[-3:] == ["sign_in_failed", "sign_in", "sign_out"]
    assert SignedIn.objects.get(staff=village.cast.he_jing).why == SignedIn.End.OUT


def test_too_many_tries_are_told_with_the_minutes_to_wait(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("", 390)
    page.goto("/sign-in/")
    for _ in range(6):
        enter(page, "nobody_of_ours", "wrong")
        expect(page.locator("#password")).to_have_value("")
    expect(page.locator(".note-error")).to_contain_text(re.compile("[45] 分钟后再试"))  # counted from the first of them


def test_names_that_exist_and_names_that_do_not_are_answered_alike(village: Village) -> None:
    answers = []
    for name in ("he_jing", "no_such_person", "importer"):
        answer = Client().post("/sign-in/", {"username": name, "password": "wrong"})
        text = re.sub(
            r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|data-now="[^"]+"', "", answer.content.decode()
        )
        answers.append((answer.status_code, text.replace(name, "")))
    assert answers[0] == answers[1] == answers[2]


# ---- the second factor ---------------------------------------------------------------------------------------------------


def test_an_administrator_sets_up_a_second_factor_before_anything_else_and_signs_in_with_it(
    village: Village, sit: Callable[..., Page]
) -> None:
    gao, page = village.cast.gao_yuan, sit()
    page.goto("/sign-in/")
    enter(page, "gao_yuan")
    expect(page).to_have_url(re.compile("/account/second-factor/$"))
    page.goto("/notices/")
    expect(page).to_have_url(re.compile("/account/second-factor/$"))  # whatever they ask for
    whole = "s => { const b = s.getBBox(), v = s.viewBox.baseVal; return b.x >= v.x && b.y >= v.y && b.width <= v.width && b.height <= v.height }"
    assert page.locator("svg.qr").evaluate(whole)
    page.locator("#code").fill("000000")
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".fault")).to_contain_text("验证码不对")
    page.locator("#code").fill(shown_code(gao))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="已保存，继续").click()
    expect(page).to_have_url(re.compile(r"127\.0\.0\.1:\d+/$|localhost:\d+/$"))

    for given in (shown_code(gao, LATER), recovery):
        again = sit()
        again.goto("/sign-ins/")
        enter(again, "gao_yuan")
        expect(again).to_have_url(re.compile("/sign-in/code/$"))
        again.locator("#code").fill(given)
        again.locator("[type=submit].btn-primary").click()
        expect(again).to_have_url(re.compile("/sign-ins/$"))
    assert factors.codes_left(gao) == 9


def test_news_that_arrives_takes_nobody_away_from_the_code_they_are_typing(village: Village, sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/sign-in/")
    enter(page, "gao_yuan")
    page.locator("#code").fill("0000")
    with page.expect_response("**/notices/unread/") as answered:
        page.evaluate("document.querySelectorAll('[data-live]').forEach((part) => htmx.trigger(part, 'live'))")
    assert answered.value.status == 204
    page.wait_for_timeout(300)
    expect(page.locator("#code")).to_have_value("0000")


def test_a_right_password_alone_opens_nothing_to_whoever_has_a_second_factor(village: Village) -> None:
    with_factor(village.cast.he_jing)
    client = Client()
    client.post("/sign-in/", {"username": "he_jing", "password": PASSWORD})
    assert client.get("/customers/").status_code == 302
    assert "_auth_user_id" not in client.session
    answer = client.post("/sign-in/code/", {"code": "000000"})
    assert answer.status_code == 422
    assert client.post("/sign-in/code/", {"code": shown_code(village.cast.he_jing)}).status_code == 302
    assert client.get("/customers/").status_code == 200
    assert SignedIn.objects.get(staff=village.cast.he_jing, ended_at=None).two_factors


# ---- sessions ------------------------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_ends_it(village: Village, sit: Callable[..., Page]) -> None:
    here, there, third = sit(), sit("", 390), sit()
    for page in (here, there, third):
        page.goto("/sign-in/")
        enter(page, "he_jing")
        expect(page.locator(".desk, .rail").first).to_be_attached()
    here.goto("/account/")
    rows = here.locator("#sign-ins tbody tr[data-row]")
    expect(rows).to_have_count(3)
    expect(here.locator("#sign-ins .pill", has_text="本机")).to_have_count(1)
    expect(rows.first).to_contain_text("127.0.0.1")
    expect(rows.first).to_contain_text("Chrome · Linux")
    here.locator("#sign-ins").get_by_role("button", name="结束其他所有登录").click()
    expect(here.locator("#sign-ins tbody tr[data-row]")).to_have_count(1)
    expect(here.locator("#sign-ins")).to_contain_text("被结束")
    there.goto("/customers/")
    expect(there.locator("#username")).to_be_visible()
    here.goto("/customers/")
    expect(here.locator("h1")).to_have_text("客户")


def test_a_session_ends_by_idleness_and_by_its_length_and_says_so(village: Village) -> None:
    for name, seconds, why in (
        (sessions.SEEN, 61 * 60, SignedIn.End.IDLE),
        (sessions.BEGAN, 12 * 3600 + 60, SignedIn.End.LIFETIME),
    ):
        client = Client()
        client.post("/sign-in/", {"username": "he_jing", "password": PASSWORD})
        assert client.get("/customers/").status_code == 200
        session = client.session
        session[name] -= seconds
        session.save()
        answer = client.get("/customers/")
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next=%2Fcustomers%2F&ended={why}")
        assert "没有提交的内容还在" in client.get(answer["Location"]).content.decode()
        assert not Session.objects.filter(session_key=session.session_key).exists()
        assert SignedIn.objects.filter(staff=village.cast.he_jing).latest("pk").why == why


def test_what_a_page_fetches_by_itself_keeps_no_session_alive(village: Village) -> None:
    client = Client()
    client.post("/sign-in/", {"username": "he_jing", "password": PASSWORD})
    session = client.session
    session[sessions.SEEN] -= 3000
    session.save()
    before = session[sessions.SEEN]
    client.get("/notices/unread/", headers={"HX-Request": "true", "X-By-Itself": "1"})
    assert client.session[sessions.SEEN] == before
    client.get("/notices/unread/", headers={"HX-Request": "true"})
    assert client.session[sessions.SEEN] > before


def test_nothing_typed_is_lost_when_the_session_ends_meanwhile(village: Village, sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/sign-in/")
    enter(page, "chen_jie")
    page.goto("/customers/new/")
    page.locator("[name=name]").first.fill("慕容雪")
    page.locator("[name=notes]").fill("要求周末上门，先打电话")
    drafted(page, "要求周末上门，先打电话")
    sessions.end_all(village.cast.chen_jie, by=_administrator(village), now=timezone.now())

    page.locator("main form .btn-primary").last.click()
    expect(page.locator("#username")).to_be_visible()
    enter(page, "chen_jie")
    expect(page).to_have_url(re.compile("/customers/new/$"))
    expect(page.locator("[name=name]").first).to_have_value("慕容雪")
    expect(page.locator("[name=notes]")).to_have_value("要求周末上门，先打电话")
    expect(page.locator(".draft-note")).to_be_visible()
    page.locator("[name=phone]").first.fill("13900002222")
    page.locator("main form .btn-primary").last.click()
    expect(page.locator("h1")).to_contain_text("慕")
    page.goto("/customers/new/")
    expect(page.locator("[name=notes]")).to_have_value("")


def test_nothing_typed_into_an_act_is_lost_when_the_session_ends_meanwhile(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="车位被占")
    page = sit()
    page.goto("/sign-in/")
    enter(page, "chen_jie")
    page.goto(f"/cases/{case.number}/")
    page.locator("#act-hand_over").click()
    page.locator("#f-reason").fill("属李娜片区，已电话说明")
    drafted(page, "属李娜片区，已电话说明")
    sessions.end_all(village.cast.chen_jie, by=_administrator(village), now=timezone.now())
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#flash")).to_contain_text("登录已结束")
    expect(page.locator("#f-reason")).to_have_value("属李娜片区，已电话说明")
    page.locator("#flash a").click()
    enter(page, "chen_jie")
    page.wait_for_url(re.compile(f"/cases/{case.number}/"))
    if not page.locator("#act-form").count():
        page.locator("#act-hand_over").click()
    expect(page.locator("#f-reason")).to_have_value("属李娜片区，已电话说明")
    page.locator("#f-to").select_option(label="李娜（客户服务中心）")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .note-success, #acting .note-warning")).to_be_visible()


def _administrator(village: Village) -> Reader:
    return org.reader(village.cast.gao_yuan.pk, timezone.now())


# ---- passwords and invitations -------------------------------------------------------------------------------------------


def test_an_expired_password_is_changed_before_anything_else(village: Village, sit: Callable[..., Page]) -> None:
    he = village.cast.he_jing
    UsedPassword.objects.create(staff=he, hash=he.password, since=timezone.now() - timedelta(days=91))
    page = sit()
    page.goto("/customers/")
    enter(page, "he_jing")
    expect(page.locator(".note-warning")).to_contain_text("超过 90 天")
    for new, again, said in ((NEW, "other", "不一样"), ("short", "short", "至少 8 位")):
        page.locator("#old").fill(PASSWORD)
        page.locator("#new").fill(new)
        page.locator("#again").fill(again)
        page.locator("main .btn-primary").click()
        expect(page.locator(".fault").first).to_contain_text(said)
    page.locator("#old").fill(PASSWORD)
    page.locator("#new").fill(NEW)
    page.locator("#again").fill(NEW)
    page.locator("main .btn-primary").click()
    expect(page.locator("#flash")).to_contain_text("密码已更改")
    page.goto("/customers/")
    expect(page.locator("h1")).to_have_text("客户")


def test_an_invitation_is_made_handed_over_and_used_once(village: Village, sit: Callable[..., Page]) -> None:
    he = village.cast.he_jing
    admin = sit("gao_yuan")
    admin.goto("/sign-ins/?q=何静")
    admin.get_by_role("link", name="何静").click()
    admin.get_by_role("button", name="邀请设置密码").click()
    link = admin.locator(".invitation dd").first.inner_text()
    guest = sit("", 390)
    guest.goto(link)
    expect(guest).to_have_url(re.compile("/invited/$"))  # the code has left the address
    expect(guest.locator("form").first).to_contain_text("何静")
    guest.locator("#new").fill(NEW)
    guest.locator("#again").fill(NEW)
    guest.get_by_role("button", name="设置密码").click()
    expect(guest.locator("#flash")).to_contain_text("密码已设好")
    enter(guest, "he_jing", NEW)
    expect(guest.locator("#main h1").first).to_be_visible()
    late = sit()
    late.goto(link)
    expect(late.locator("main")).to_contain_text("邀请已用过")
    assert acts(he)[-3:] == ["invite", "accept_invitation", "sign_in"]


# ---- tokens, rules, audit ------------------------------------------------------------------------------------------------


def test_a_token_is_made_shown_once_and_ended(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("zheng_fang")  # nobody else's test makes a token of hers
    page.goto("/account/")
    page.locator("#label").fill("呼叫中心")
    page.get_by_role("button", name="新建令牌").click()
    secret = page.locator("#tokens .secret").inner_text()
    found = tokens.bearer(secret, now=timezone.now())
    assert found is not None
    assert found.reads_only
    page.goto("/account/")
    expect(page.locator("#tokens")).not_to_contain_text(secret)
    expect(page.locator("#tokens tbody tr")).to_contain_text("只读")
    page.get_by_role("button", name="吊销").click()
    expect(page.locator("#tokens tbody tr")).to_have_count(0)
    assert tokens.bearer(secret, now=timezone.now()) is None


def test_a_token_that_reads_only_writes_nothing(village: Village) -> None:
    he = village.cast.he_jing
    secret = tokens.issue(he, "只读", now=timezone.now(), reads_only=True)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/cases", headers=headers).status_code == 200
    assert Client().post("/api/v1/cases", {}, content_type="application/json", headers=headers).status_code == 403


def test_the_security_administrator_changes_the_rules_and_others_read_them(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("an_ning")
    page.goto("/sign-ins/rules/")
    page.locator("#f-idle_minutes").fill("2")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".fault")).to_be_visible()
    page.locator("#f-idle_minutes").fill("30")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#flash")).to_contain_text("已保存")
    assert door_rules.rules().idle_minutes == 30
    other = sit("he_jing")
    other.goto("/sign-ins/rules/")
    expect(other.locator("#f-idle_minutes")).to_be_disabled()
    assert village.client(village.cast.he_jing).post("/sign-ins/rules/", {}).status_code in {403, 422}


def test_the_auditor_reads_filters_and_exports_the_journal(village: Village, sit: Callable[..., Page]) -> None:
    Client().post("/sign-in/", {"username": "he_jing", "password": "wrong"})
    Client().post("/sign-in/", {"username": "he_jing", "password": PASSWORD})
    page = sit("han_zheng")
    page.goto("/audit/")
    expect(page.locator("#audit tbody tr").first).to_be_visible()
    page.locator("#kind").select_option("sign_in")
    page.locator("#staff").select_option(label="何静")
    expect(page).to_have_url(re.compile("kind=sign_in"))
    expect(page.locator("#audit tbody tr").first).to_contain_text("登录")
    expect(page.locator("#audit tbody tr").nth(1)).to_contain_text("登录失败")
    with page.expect_download() as taken:
        page.get_by_role("link", name="导出 CSV", exact=True).click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("时间,经手人,动作")
    assert "登录失败" in lines[2]
    page.goto("/audit/?kind=export")
    expect(page.locator("#audit tbody tr").first).to_contain_text("审计记录")


@pytest.mark.parametrize("address", ["/audit/", "/audit/export/", "/sign-ins/", "/sign-ins/2/"])
def test_others_do_not_come_to_what_administrators_and_auditors_see(village: Village, address: str) -> None:
    assert village.client(village.cast.lin_yue).get(address).status_code == 403


def test_every_act_of_administration_has_a_word_in_the_audit() -> None:
    folders = (ROOT / "shouwen/staff", ROOT / "shouwen/reports")
    said = {
        act
        for folder in folders
        for path in folder.glob("*.py")
        for act in re.findall(r'(?:_note|event)\((?:[^()"]|\([^()]*\))*"([a-z]+_[a-z_]+)"', path.read_text("utf-8"))
    }
    assert {"add_unit", "add_pattern", "keep_view"} <= said
    assert not said - set(audit_words.ACTS)
