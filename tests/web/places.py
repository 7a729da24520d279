"""Every page there is: its name, who looks at it, and its address in the village of the tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pyotp
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases import rehearsals, surveys
from shouwen.cases.models import Case, Enactment, RehearsalRun
from shouwen.ledger.models import Entry
from shouwen.registers.models import Record
from shouwen.staff import factors, org
from tests.web.keeping import asked_before, entry, rehearsed, shown
from tests.web.village import Village
from tests.world import PASSWORD


def _stay(page: Page) -> None:
    """Nothing to be done before looking."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: `find` gives its address, `come` does what must be done before it is looked at."""

    name: str
    who: str
    find: Callable[[Village], str]
    come: Callable[[Page], None] = _stay


def _of(_village: Village, title: str) -> Case:
    return Case.objects.filter(title__contains=title).order_by("pk")[0]


def _case(title: str, end: str = "") -> Callable[[Village], str]:
    return lambda village: f"/cases/{_of(village, title).number}/{end}"


def _ask_callers(page: Page) -> None:
    page.locator("#caller").fill("云栖1")
    expect(page.locator("#callers [role=option]").first).to_be_visible()


def _look_up(page: Page) -> None:
    page.locator("#knowledge").fill("装修垃圾")
    page.locator("#articles [role=option]").first.click()
    expect(page.locator("#article button")).to_be_visible()


def _new_caller(page: Page) -> None:
    page.locator("#caller").fill("13900001111")
    expect(page.locator("#caller-new")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#n-name")).to_be_focused()


def _refused(page: Page) -> None:
    page.locator("#act-assign").click()
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal").first).to_be_visible()


def _explained(page: Page) -> None:
    page.locator(".promise .btn-link").first.click()
    expect(page.locator(".arithmetic")).to_be_visible()


def _uncovering(page: Page) -> None:
    page.locator("[hx-get*=uncovered]").click()
    expect(page.locator(".uncover")).to_be_visible()


def _searching(page: Page) -> None:
    page.locator("#search").fill("水")
    expect(page.locator("#search-found [role=option]").first).to_be_visible()


def _act_from_the_row(page: Page) -> None:
    page.locator("[data-act]").first.click()
    expect(page.locator(".row-acting form")).to_be_visible()


def _jumping(page: Page) -> None:
    page.locator("#search").fill("派")
    expect(page.locator("#jump-1")).to_be_visible()


def _open_ones(village: Village) -> str:
    return "&".join(
        f"id={pk}"
        for pk in Case.objects.filter(procedure="repair", closed_at=None).order_by("pk").values_list("pk", flat=True)[:5]
    )


def _chosen(page: Page) -> None:
    page.locator("tbody input[name=id]").first.check()
    page.locator(".keep summary").click()


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def _rostered(page: Page) -> None:
    for n in (0, 1, 8):
        page.locator("[data-square]").nth(n).click()
        expect(page.locator("[data-square]").nth(n)).to_contain_text("早班")


def _rehearsed(village: Village) -> str:
    """A rehearsal of shorter limits, carried out by the worker of the village when it is first looked at."""
    run = RehearsalRun.objects.exclude(report={}).first()
    if run is None:
        now = timezone.now()
        text = rehearsals.files_now(now)["property/repair.yaml"].replace("within: 1h, warn", "within: 10min, warn")
        text = text.replace("penalises: {who: responsible, points: 2}", "penalises: {who: responsible, points: 3}")
        wanted = rehearsals.Wanted({"property/repair.yaml": text}, now - timedelta(days=30), note="紧急报修改为十分钟")
        run = rehearsed(rehearsals.ask(wanted, by=org.reader(village.cast.zhao_jun.pk, now), now=now))
    return f"/regulations/rehearsals/{run.pk}/"


def _differing(page: Page) -> None:
    page.locator(".differs summary, .doubts summary").first.click()


def _asked_why(page: Page) -> None:
    page.locator(".entry-lines .btn-why").first.click()
    expect(page.locator(".why-answer").first).to_be_visible()
    page.locator(".promise .btn-link").first.click()
    expect(page.locator(".why-answer").nth(1)).to_be_visible()


def _flat(village: Village) -> int:
    shown(village, "")
    return Record.objects.get(key="看房1").pk


def _payer(village: Village) -> int:
    shown(village, "")
    return Entry.objects.filter(book="deposit").order_by("pk")[0].party_id


def _given(page: Page) -> None:
    page.get_by_role("button", name=re.compile("给客户链接|Link for the customer")).click()
    expect(page.locator("#acting .qr-frame")).to_be_visible()


def _amending(page: Page) -> None:
    page.locator("#act-amend").click()
    expect(page.locator("#act-form")).to_be_visible()


def _previewed(page: Page) -> None:
    page.locator("#i-text").fill(
        "房号\t片区\t有人居住\n看样1-101\t云栖花园\t是\n看样1-102\t没有的片区\t否\n看样1-103\t湖畔苑\t也许"
    )
    page.locator("main form .btn-primary").click()
    expect(page.locator(".import-rows")).to_be_visible()


NOTICE: Final = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历腊月二十九、周五）至11日（农历正月初六、周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""  # made up


def _notice_read(page: Page) -> None:
    page.locator("#n-text").fill(NOTICE)
    page.locator("button[name=read]").click()
    expect(page.locator(".notice-changes")).to_be_visible()


def _signed_in(page: Page) -> None:
    page.locator("#label").fill("呼叫中心")
    page.locator("#tokens .token-end .btn").click()
    expect(page.locator("#tokens .secret")).to_be_visible()


def _inviting(page: Page) -> None:
    page.locator("main .btn-primary").click()
    expect(page.locator(".invitation")).to_be_visible()


def _with_factor(village: Village) -> None:
    """Zeng Qin has a second factor, confirmed a while ago: a password alone does not let her in."""
    who, then = village.cast.zeng_qin, timezone.now() - timedelta(minutes=5)
    if not factors.has_factor(who):
        key = factors.secret_of(factors.prepare(who, now=then))
        factors.confirm(who, pyotp.TOTP(key).at(then), now=then)


def _half_in(page: Page) -> None:
    page.locator("#username").fill("zeng_qin")
    page.locator("#password").fill(PASSWORD)
    page.locator("[type=submit].btn-primary").click()
    expect(page.locator("#code")).to_be_visible()


def _codes(page: Page) -> None:
    page.locator("form[action$='/recovery-codes/'] button").click()
    expect(page.locator(".codes li").first).to_be_visible()


def _editing(page: Page) -> None:
    page.locator("button[name=begin]").click()
    expect(page.locator("main [name=name]")).to_be_visible()


def _after(make: Callable[[Village], None], address: str) -> Callable[[Village], str]:
    def find(village: Village) -> str:
        make(village)
        return address

    return find


PLACES: Final = (
    Place("sign-in", "", lambda v: "/sign-in/"),
    Place("sign-in-invited", "", lambda v: "/invited/"),
    Place("survey", "", lambda v: f"/answer/{surveys.token_of(asked_before(v))}/"),
    Place("survey-english", "", lambda v: f"/answer/{surveys.token_of(asked_before(v))}/?lang=en"),
    Place("survey-wrong", "", lambda v: "/answer/"),
    Place("survey-link", "chen_jie", lambda v: f"/cases/{asked_before(v).case.number}/", _given),
    Place("sign-in-code", "", _after(_with_factor, "/sign-in/"), _half_in),
    Place("account-codes", "zeng_qin", _after(_with_factor, "/account/"), _codes),
    Place("account", "he_jing", lambda v: "/account/", _signed_in),
    Place("account-password", "he_jing", lambda v: "/account/password/"),
    Place("account-factor", "he_jing", lambda v: "/account/second-factor/"),
    Place("sign-ins", "gao_yuan", lambda v: "/sign-ins/"),
    Place("sign-ins-person", "gao_yuan", lambda v: f"/sign-ins/{v.cast.he_jing.pk}/", _inviting),
    Place("sign-ins-rules", "an_ning", lambda v: "/sign-ins/rules/"),
    Place("audit", "han_zheng", lambda v: "/audit/"),
    Place("audit-none", "han_zheng", lambda v: "/audit/?since=2040-01-01"),
    Place("desk", "chen_jie", lambda v: "/"),
    Place("desk-handed-over", "li_na", lambda v: "/"),
    Place("desk-empty", "zeng_qin", lambda v: "/"),
    Place("desk-by-clause", "chen_jie", lambda v: "/?by=clause"),
    Place("desk-acting", "chen_jie", lambda v: "/?by=due", _act_from_the_row),
    Place("desk-team", "xu_qiang", lambda v: "/team/"),
    Place("desk-team-of-one", "lin_yue", lambda v: f"/team/?person={v.cast.chen_jie.pk}", _act_from_the_row),
    Place("dispatch", "xu_qiang", lambda v: "/dispatch/"),
    Place("dispatch-given", "xu_qiang", lambda v: "/dispatch/?view=given"),
    Place("dispatch-pool", "xu_qiang", lambda v: "/dispatch/?view=pool"),
    Place("dispatch-not-mine", "chen_jie", lambda v: "/dispatch/"),
    Place("visits", "sun_lei", lambda v: "/dispatch/visits/"),
    Place("callbacks", "li_na", lambda v: "/callbacks/"),
    Place("callbacks-open", "chen_jie", lambda v: "/callbacks/?view=open"),
    Place("intake", "chen_jie", lambda v: "/intake/"),
    Place("intake-callers", "chen_jie", lambda v: "/intake/", _ask_callers),
    Place("intake-new-caller", "chen_jie", lambda v: "/intake/", _new_caller),
    Place("intake-what", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}"),
    Place("intake-repair", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}&procedure=repair"),
    Place("intake-complaint", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}&procedure=complaint"),
    Place("intake-enquiry", "chen_jie", lambda v: f"/intake/?customer={v.customer(1).pk}&procedure=enquiry", _look_up),
    Place("cases", "lin_yue", lambda v: "/cases/"),
    Place("cases-filtered", "lin_yue", lambda v: "/cases/?procedure=repair&step=received&state=all"),
    Place("cases-none", "lin_yue", lambda v: v.searched("lin_yue", "/cases/", "犇犇")),
    Place("case-late", "chen_jie", _case("卫生间顶上滴水"), _explained),
    Place("case-refused", "xu_qiang", _case("全屋停电"), _refused),
    Place("case-act", "xu_qiang", _case("全屋停电", "acts/assign/")),
    Place("case-held", "chen_jie", _case("门锁不灵")),
    Place("case-handed-over", "li_na", _case("电梯里有烟味")),
    Place("case-withdrawn", "lin_yue", _case("维修师傅没戴鞋套")),
    Place("customers", "chen_jie", lambda v: "/customers/"),
    Place("customer", "chen_jie", lambda v: f"/customers/{v.customer(1).pk}/", _uncovering),
    Place("customer-edit", "chen_jie", lambda v: f"/customers/{v.customer(2).pk}/", _editing),
    Place("customer-new", "chen_jie", lambda v: "/customers/new/"),
    Place("cases-chosen", "lin_yue", lambda v: "/cases/?procedure=repair&state=all", _chosen),
    Place("bulk", "lin_yue", lambda v: f"/lists/bulk/?{_open_ones(v)}&act=hold"),
    Place("reports", "lin_yue", lambda v: "/reports/"),
    Place("reports-empty", "lin_yue", lambda v: "/reports/?since=2021-01-01&until=2021-12-31"),
    Place("reports-counted", "lin_yue", lambda v: "/reports/counted/?kind=breach"),
    Place("targets", "lin_yue", lambda v: "/reports/targets/"),
    Place("target-missing", "lin_yue", lambda v: "/reports/targets/complaint_coverage/?show=missing"),
    Place("papers", "lin_yue", lambda v: "/papers/"),
    Place("paper", "chen_jie", lambda v: f"/papers/repair_slip/case/{_of(v, '卫生间顶上滴水').pk}/"),
    Place("paper-register", "lin_yue", lambda v: "/papers/repair_register/"),
    Place("paper-list", "chen_jie", lambda v: "/papers/price_list/"),
    Place("paper-blank", "chen_jie", lambda v: "/papers/repair_slip/blank/"),
    Place("registers", "lin_yue", lambda v: shown(v, "/registers/")),
    Place("register", "lin_yue", lambda v: "/registers/house/?f.lived_in=yes"),
    Place("register-states", "lin_yue", lambda v: shown(v, "/registers/rental_offer/")),
    Place("register-none", "lin_yue", lambda v: v.searched("lin_yue", "/registers/house/", "犇犇")),
    Place("register-mine", "chen_jie", lambda v: "/registers/house/"),
    Place("record", "lin_yue", lambda v: f"/registers/house/{v.house(v.customer(1)).pk}/"),
    Place("record-acting", "li_na", lambda v: shown(v, f"/registers/rental_offer/{_flat(v)}/"), _amending),
    Place("record-act", "li_na", lambda v: shown(v, f"/registers/rental_offer/{_flat(v)}/acts/amend/")),
    Place("record-barred", "chen_jie", lambda v: f"/registers/price_item/{Record.objects.filter(register='price_item')[0].pk}/"),
    Place("record-new", "lin_yue", lambda v: "/registers/rental_offer/new/"),
    Place("register-import", "lin_yue", lambda v: "/registers/house/import/"),
    Place("register-import-previewed", "lin_yue", lambda v: "/registers/house/import/", _previewed),
    Place("register-bulk", "li_na", lambda v: shown(v, f"/lists/bulk/?of=rental_offer&id={_flat(v)}&act=free")),
    Place("rounds", "lin_yue", lambda v: shown(v, "/rounds/")),
    Place("rounds-missed", "lin_yue", lambda v: shown(v, "/rounds/?view=missed")),
    Place("rounds-none", "lin_yue", lambda v: "/rounds/?view=open&day=2040-01-01"),
    Place("rounds-month", "lin_yue", lambda v: shown(v, "/rounds/month/")),
    Place("rounds-coverage", "lin_yue", lambda v: shown(v, "/rounds/coverage/")),
    Place("books", "lin_yue", lambda v: shown(v, "/books/")),
    Place("book", "lin_yue", lambda v: shown(v, "/books/deposit/?party=customer")),
    Place("book-account", "lin_yue", lambda v: f"/books/deposit/customer/{_payer(v)}/"),
    Place("book-entry", "lin_yue", entry),
    Place("regulations", "lin_yue", lambda v: "/regulations/"),
    Place("regulations-found", "lin_yue", lambda v: "/regulations/?q=回访"),
    Place("regulations-enactments", "lin_yue", lambda v: "/regulations/enactments/"),
    Place("regulations-enactment", "lin_yue", lambda v: f"/regulations/enactments/{Enactment.objects.latest('pk').pk}/"),
    Place("rehearsals", "zhao_jun", lambda v: "/regulations/rehearsals/"),
    Place("rehearsals-new", "zhao_jun", lambda v: "/regulations/rehearsals/new/?of=property/complaint"),
    Place("rehearsal", "zhao_jun", _rehearsed, _differing),
    Place("case-why", "chen_jie", _case("卫生间顶上滴水"), _asked_why),
    Place("regulation", "lin_yue", lambda v: "/regulations/property/repair/"),
    Place("regulation-targets", "lin_yue", lambda v: "/regulations/property/follow-up/"),
    Place("customers-ordered", "lin_yue", lambda v: "/customers/?sort=newest&kind=person"),
    Place("notices", "lin_yue", lambda v: "/notices/"),
    Place("notices-narrowed", "lin_yue", lambda v: v.searched("lin_yue", "/notices/", "犇犇") + "&sort=oldest"),
    Place("notices-empty", "zeng_qin", lambda v: "/notices/"),
    Place("manage-staff", "gao_yuan", lambda v: "/management/staff/"),
    Place("manage-staff-none", "gao_yuan", lambda v: v.searched("gao_yuan", "/management/staff/", "犇犇")),
    Place("manage-staff-new", "gao_yuan", lambda v: "/management/staff/new/"),
    Place("manage-person", "gao_yuan", lambda v: f"/management/staff/{v.cast.feng_xue.pk}/"),
    Place("manage-person-edit", "gao_yuan", lambda v: f"/management/staff/{v.cast.sun_lei.pk}/edit/"),
    Place("manage-posts", "an_ning", lambda v: f"/management/staff/{v.cast.ma_jun.pk}/"),
    Place("manage-matters", "lin_yue", lambda v: f"/management/staff/{v.cast.chen_jie.pk}/matters/"),
    Place("manage-units", "gao_yuan", lambda v: "/management/units/"),
    Place("manage-unit-new", "gao_yuan", lambda v: "/management/units/new/"),
    Place("manage-unit", "gao_yuan", lambda v: f"/management/units/{v.cast.units.yunqi.pk}/"),
    Place("manage-roster", "xu_qiang", lambda v: f"/management/roster/?unit={v.cast.units.yunqi.pk}", _rostered),
    Place("manage-roster-read", "chen_jie", lambda v: "/management/roster/"),
    Place("manage-absences", "gao_yuan", lambda v: "/management/absences/"),
    Place("manage-absences-mine", "chen_jie", lambda v: "/management/absences/"),
    Place("manage-calendars", "gao_yuan", lambda v: "/management/calendars/"),
    Place("manage-calendar-unknown", "gao_yuan", lambda v: "/management/calendars/?year=2030"),
    Place("manage-notice", "gao_yuan", lambda v: "/management/calendars/notice/?year=2030"),
    Place("manage-notice-read", "gao_yuan", lambda v: "/management/calendars/notice/?year=2027", _notice_read),
    Place("search", "lin_yue", lambda v: v.searched("lin_yue", "/search/", "水")),
    Place("search-quick", "chen_jie", lambda v: "/customers/", _searching),
    Place("search-jump", "chen_jie", _case("门锁不灵"), _jumping),
    Place("keys", "chen_jie", lambda v: "/regulations/", _keys),
    Place("not-found", "chen_jie", lambda v: "/cases/BX-NOWHERE/"),
    Place("forbidden", "chen_jie", lambda v: "/cases/export/"),
)
