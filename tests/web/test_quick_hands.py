"""Quick hands and slow machines: what is shown works in that moment, and nothing that comes late takes it away again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from shouwen.cases.models import Case
from shouwen.policy.act import Evidence
from shouwen.staff.models import Staff
from tests.web.browsing import do
from tests.web.village import Village

Sit = Callable[..., Page]
DESK = "/?most=300"

# Notes where the focus is in the moment in which a form appears in a place of forms, and what is shown of it.
WATCHING = """place => {
  window.began = [];
  new MutationObserver(() => {
    const form = document.querySelector(`${place} form`);
    if (form && !window.began.length) window.began.push(form.contains(document.activeElement));
  }).observe(document.body, { childList: true, subtree: true });
}"""


# Counts how often the story of a case was without a text.
LOST = """text => {
  window.lost = 0;
  const look = () => { if (!document.querySelector("#case-story").textContent.includes(text)) window.lost += 1; };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


class Held:
    """What a page asks for, and does not get until the test lets it come."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.routes, self.holds = page, list[Route](), True
        page.route(re.compile(address), self._hold)

    def _hold(self, route: Route) -> None:
        if self.holds:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Wait until one has been asked for."""
        for _ in range(3000):
            if self.routes:
                return
            self.page.wait_for_timeout(20)

    def come(self) -> None:
        """Let all of them come, and all that are asked for later."""
        self.holds = False
        for route in self.routes:
            route.continue_()


def _row(page: Page, title: str) -> Locator:
    return page.locator("[data-row]", has_text=title)


def _approval(village: Village, title: str) -> Case:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), content=title, topic="facility", harm="loss")
    village.act(case, "investigate", cast.xu_qiang if case.responsible_id == cast.xu_qiang.pk else cast.chen_jie, plan="先修后赔")
    return case


def _asked_for_a_yes(village: Village, sit: Sit, title: str) -> tuple[Page, Locator]:
    """Somebody's desk with the form open in which they say yes or no; and the row it stands under."""
    _approval(village, title)
    page = sit("lin_yue")
    page.goto(DESK)
    row = _row(page, title)
    row.locator("[data-act]").first.click()
    expect(row.locator(".row-acting form")).to_be_visible()
    return page, row


@pytest.mark.parametrize("kind", ["approval", "act"])
def test_a_form_under_a_row_has_the_focus_in_the_moment_it_is_there(village: Village, sit: Sit, kind: str) -> None:
    if kind == "approval":
        _approval(village, "雨篷砸车")
        page = sit("lin_yue")
    else:
        village.repair(village.cast.chen_jie, timezone.now(), 22, "雨篷砸车", trouble="fault")
        page = sit("chen_jie")
    page.goto(DESK)
    page.evaluate(WATCHING, ".row-acting")
    _row(page, "雨篷砸车").first.locator("[data-act]").first.click()
    page.wait_for_function("() => window.began.length")
    assert page.evaluate("window.began") == [True]


def test_the_form_of_a_case_has_the_focus_in_the_moment_it_is_there(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 22, "雨棚松动", trouble="fault")
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    page.evaluate(WATCHING, "#acting")
    page.locator("#act-note").click()
    page.wait_for_function("() => window.began.length")
    assert page.evaluate("window.began") == [True]


def test_a_page_that_is_there_has_its_first_field_in_hand(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    page.add_init_script("addEventListener('DOMContentLoaded', () => { window.first = document.activeElement.id; })")
    page.goto("/intake/")
    assert page.evaluate("window.first") == "caller"


@pytest.mark.parametrize("how", ["click", "key"])
def test_what_is_pressed_before_the_scripts_have_come_is_done_when_they_are_there(
    village: Village, receptionist: Staff, sit: Sit, how: str
) -> None:
    village.repair(receptionist, timezone.now(), 20, f"地库入口结冰{how}", trouble="fault")
    page = sit(receptionist)
    scripts = Held(page, r"/static/(vendor/.*|app/lists)\.js")
    page.goto(DESK, wait_until="commit")
    row = _row(page, f"地库入口结冰{how}")
    expect(row).to_be_visible()
    if how == "click":
        row.locator("[data-act]").first.click()
    else:
        page.keyboard.press("j")
    scripts.come()
    if how == "click":
        expect(row.locator(".row-acting form")).to_be_visible()
    else:
        expect(page.locator("[data-row].at")).to_have_count(1)
        assert page.locator("[data-row]").first.evaluate("(row) => row.classList.contains('at')")  # once, not twice


def test_what_is_typed_before_the_scripts_have_come_is_looked_for_when_they_are_there(village: Village, sit: Sit) -> None:
    caller = village.customer(7)
    page = sit("chen_jie")
    scripts = Held(page, r"/static/vendor/.*\.js")
    page.goto("/intake/", wait_until="commit")
    page.locator("#caller").click()
    page.keyboard.type(caller.phones.get(is_main=True).number[-6:])
    scripts.come()
    expect(page.locator(f"#caller-{caller.pk}")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#caller")).to_have_value(re.compile(r"^\d{6}$"))


def test_the_only_open_form_is_sent_also_by_a_hand_that_clicked_beside_it(village: Village, sit: Sit) -> None:
    page, _ = _asked_for_a_yes(village, sit, "门楼掉砖")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("已办理")


def test_what_waits_for_a_yes_can_be_left_again(village: Village, sit: Sit) -> None:
    page, row = _asked_for_a_yes(village, sit, "栏杆断裂")
    page.keyboard.press("Escape")
    expect(row.locator(".row-acting form")).to_have_count(0)


def test_a_yes_about_to_be_given_is_not_pulled_away_by_news(village: Village, sit: Sit) -> None:
    page, row = _asked_for_a_yes(village, sit, "围墙开裂")
    expect(row.locator(".row-acting form input:focus")).to_be_visible()
    page.keyboard.press("Tab")  # on the button, no longer in a field
    page.evaluate("() => { window.heard = 0; document.addEventListener('told', () => { window.heard += 1; }); }")
    _approval(village, "围墙又开裂")
    page.wait_for_function("() => window.heard")
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")  # what is fetched for it is asked for by now
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(page.locator("#desk.outdated")).to_be_visible()
    expect(row.locator(".row-acting form .btn-primary")).to_be_focused()


def test_a_press_that_has_begun_ends_on_what_it_began_on(village: Village, receptionist: Staff, sit: Sit) -> None:
    village.repair(receptionist, timezone.now(), 23, "廊灯忽明忽暗", trouble="fault")
    page = sit(receptionist)
    page.goto(DESK)
    button = _row(page, "廊灯忽明忽暗").locator("[data-act]").first
    button.hover()
    page.mouse.down()
    with page.expect_response(re.compile(r"/\?most=300")):
        village.repair(receptionist, timezone.now(), 24, "廊灯又来一件", trouble="fault")
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # whatever would be put in is in
    page.mouse.up()
    expect(page.locator(".row-acting form")).to_be_visible()


def test_what_was_held_back_under_the_hand_comes_when_it_lets_go(village: Village, receptionist: Staff, sit: Sit) -> None:
    village.repair(receptionist, timezone.now(), 23, "坐便器漏水")
    page = sit(receptionist)
    page.goto(DESK)
    page.locator(".tabs").hover(position={"x": 2, "y": 2})
    page.mouse.down()
    with page.expect_response(re.compile(r"/\?most=300")):
        village.repair(receptionist, timezone.now(), 24, "坐便器又漏水")
    page.mouse.up()
    expect(_row(page, "坐便器又漏水")).to_be_visible()


def test_an_answer_from_before_an_act_does_not_bring_back_what_was(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 21, "车库灯不亮", trouble="fault")
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    do(page, "reply")
    page.locator("#f-answer_text").fill("下午来修")
    answers: list[tuple[Route, object]] = []
    page.route(re.compile(r"/now/$"), lambda route: answers.append((route, route.fetch())), times=1)
    village.act(case, "note", village.cast.lin_yue, text="业主又来电催", evidence=(Evidence("self"),))
    for _ in range(3000):
        if answers:  # the old state is on its way
            break
        page.wait_for_timeout(20)
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .note-success, #act-form .note-warning")).to_be_visible()
    if page.locator("#act-form .note-warning").count():  # somebody wrote meanwhile: sent all the same
        page.locator("#act-form .form-end .btn-primary").click()
        expect(page.locator("#acting .note-success")).to_be_visible()
    expect(page.locator("#case-story")).to_contain_text("下午来修")
    page.evaluate(LOST, "下午来修")
    route, answer = answers[0]
    with page.expect_response(re.compile(r"/now/$")):
        route.fulfill(response=answer)  # type: ignore[arg-type]  # as fetched above
    page.wait_for_function("() => htmx.findAll('.htmx-request').length === 0")
    assert page.evaluate("window.lost") == 0


def test_news_that_come_before_the_answer_do_not_take_a_search_away(village: Village, sit: Sit) -> None:
    page = sit("lin_yue")
    page.goto("/notices/?show=all")
    searched = Held(page, r"/notices/$")
    page.locator("#notice-q").fill("欧阳无此人")
    page.locator("#notice-q").press("Enter")
    searched.wait()
    with page.expect_response(re.compile(r"/notices/\?show=all")) as news:
        page.locator("#notices").evaluate("part => htmx.trigger(part, 'live')")
    news.value.finished()
    page.wait_for_timeout(300)  # for the page to do with it what it will
    searched.come()

    expect(page).to_have_url(re.compile(r"[?&]w="))
    expect(page.locator("#notices .blank")).to_be_visible()


def test_an_opinion_that_is_being_written_stays_when_news_of_the_case_comes(village: Village, sit: Sit) -> None:
    case = _approval(village, "扶栏脱焊")
    page = sit("lin_yue")
    page.goto(f"/cases/{case.number}/")
    page.locator(".consent-why").fill("先垫付")
    page.evaluate("document.activeElement.blur()")
    village.act(case, "note", village.cast.lin_yue, text="保险公司来电", evidence=(Evidence("self"),))
    expect(page.locator("#case-story")).to_contain_text("保险公司来电")
    expect(page.locator(".consent-why")).to_have_value("先垫付")


def test_what_was_ticked_on_the_board_stays_ticked_when_news_comes(village: Village, sit: Sit) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    village.repair(village.cast.chen_jie, long_ago, 23, "机房跑水")
    page = sit("xu_qiang")
    page.goto("/dispatch/")
    tick = _row(page, "机房跑水").locator("input[name=give]")
    tick.check()
    page.evaluate("document.activeElement.blur()")  # a click beside it
    village.repair(village.cast.chen_jie, long_ago, 24, "机房又跑水")
    expect(page.locator("#board.outdated")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    assert tick.is_checked()
    tick.uncheck()
    page.evaluate("document.activeElement.blur()")
    expect(_row(page, "机房又跑水")).to_be_visible()  # nothing is held any longer


def test_after_the_last_row_was_done_one_goes_on_from_its_place(village: Village, receptionist: Staff, sit: Sit) -> None:
    for n in range(3):
        village.repair(receptionist, timezone.now(), 22 + n, f"顺手第{n}件", trouble="fault")
    page = sit(receptionist)
    page.goto(DESK)
    titles = page.locator("[data-row] .main-cell").all_inner_texts()
    at = next(i for i, title in enumerate(titles) if "顺手第" in title and i + 1 < len(titles))
    for _ in range(at + 1):
        page.keyboard.press("j")
    expect(page.locator("[data-row].at .main-cell")).to_have_text(titles[at])
    gone = page.evaluate("document.querySelector('[data-row].at a.main-cell').getAttribute('href')").strip("/").rpartition("/")[2]
    case = Case.objects.get(number=gone)
    village.act(case, "cancel", village.cast.xu_qiang, cancel_reason="重复")
    expect(page.locator(f"[data-row] a.main-cell[href$='{gone}/']")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator("[data-row].at .main-cell")).to_have_text(titles[at + 1])


def test_whoever_goes_through_the_rows_by_tab_stays_there_when_news_comes(
    village: Village, receptionist: Staff, sit: Sit
) -> None:
    village.repair(receptionist, timezone.now(), 24, "花坛塌陷", trouble="fault")
    page = sit(receptionist)
    page.goto(DESK)
    button = _row(page, "花坛塌陷").locator("[data-act]").first
    button.focus()
    village.repair(receptionist, timezone.now(), 21, "花坛又塌陷", trouble="fault")
    expect(_row(page, "花坛又塌陷")).to_be_visible()
    expect(button).to_be_focused()


def test_what_was_said_of_the_last_act_is_not_said_of_the_next(village: Village, sit: Sit) -> None:
    for title in ("先批这件", "再批这件"):
        _approval(village, title)
    page = sit("lin_yue")
    page.goto(DESK)
    _row(page, "先批这件").locator("[data-act]").first.click()
    _row(page, "先批这件").locator(".row-acting .btn-primary").click()
    expect(page.locator("#trouble")).to_contain_text("已办理")
    _row(page, "再批这件").locator("[data-act]").first.click()
    held = Held(page, r"/approve/$")
    _row(page, "再批这件").locator(".row-acting .btn-primary").click()
    held.wait()
    expect(page.locator("#trouble")).to_be_hidden()
    held.come()
    expect(page.locator("#trouble")).to_contain_text("已办理")


def test_the_last_word_typed_before_leaving_is_kept(village: Village, sit: Sit) -> None:
    address = f"/intake/?customer={village.customer(8).pk}&procedure=repair"
    page = sit("chen_jie")
    page.goto(address)
    page.locator("#f-content").fill("露台排水沟堵塞")
    page.goto(address)  # at once
    expect(page.locator("#f-content")).to_have_value("露台排水沟堵塞")


def test_enter_in_the_box_takes_what_was_typed_last_not_what_was_found_before(village: Village, sit: Sit) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 34, "喷泉漏电", trouble="fault")
    page = sit("chen_jie")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("报表")
    expect(page.locator("#search-found [aria-selected=true]")).to_contain_text("报表")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(case.number)
    page.keyboard.press("Enter")  # the list is still that of before
    page.wait_for_url(re.compile(rf"/cases/({case.number}|{case.pk})/"))


def test_enter_in_the_box_for_what_is_not_there_leads_to_the_page_that_says_so(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("无此事物一二三")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?w="))
    expect(page.locator("#results")).to_contain_text("没有找到")


def test_a_list_of_what_was_found_does_not_come_back_once_something_was_taken(village: Village, sit: Sit) -> None:
    page = sit("chen_jie")
    page.goto("/intake/?customer=0&procedure=repair")
    field, found = page.locator("#f-house"), page.locator("#found-house")
    field.fill("云栖")
    found.locator("[data-pick]").first.click()
    expect(field).not_to_have_value("云栖")
    expect(field).to_be_focused()
    expect(found).to_be_hidden()


def test_two_tabs_of_a_person_both_hear_of_what_happens(village: Village, receptionist: Staff, sit: Sit) -> None:
    page = sit(receptionist)
    page.goto(DESK)
    village.repair(receptionist, timezone.now(), 35, "对讲机无声", trouble="fault")
    expect(_row(page, "对讲机无声")).to_be_visible()  # its stream is open
    other = page.context.new_page()
    script = Held(other, r"/live\.js")
    other.goto(DESK, wait_until="commit")
    script.wait()
    village.repair(receptionist, timezone.now(), 36, "对讲机又无声", trouble="fault")
    page.bring_to_front()
    expect(_row(page, "对讲机又无声")).to_be_visible()  # told, and over, before the other begins to listen
    other.bring_to_front()
    script.come()
    expect(_row(other, "对讲机又无声")).to_be_visible()
