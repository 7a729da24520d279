"""问卷: a clause asks the customer, a token opens it once, and the answer is an act of the same law, citing who asked for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event, Notice
from shouwen.cases import surveys
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Survey
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ops.cast import Cast
from shouwen.staff import org
from tests.cases.doing import at_once, did, opened
from tests.cases.law import enacted, sources
from tests.conftest import LiveDatabase
from tests.world import at, cast

OPENED, FINISHED, LATER = at("2026-03-02 09:00"), at("2026-03-02 10:00"), at("2026-03-03 20:00")
GOOD = {"mood": "satisfied", "words": "", "marks": {"manner": ("good", ""), "speed": ("", "")}}


@pytest.fixture
def people(db: None) -> Cast:
    found = cast(OPENED)
    enacted("asking")
    return found


def asked(people: Cast, moment: datetime = FINISHED) -> tuple[Case, Survey]:
    """A visit that is done, and what its customer was asked."""
    chen = people.chen_jie
    (who,) = create_customers([NewCustomer(unit=people.units.yunqi.pk, name="卫宁")], by=chen.pk, at=OPENED, now=OPENED)
    case = opened("visit", chen, OPENED, people.units.yunqi, customer=who)
    did("finish", case, chen, moment)
    return case, Survey.objects.get(case=case)


def answer(survey: Survey, moment: datetime = LATER, **given: Any) -> tuple[str, Any]:
    return surveys.answer(survey.pk, {**GOOD, **given}, now=moment)


def test_the_clause_asks_once_the_act_is_done_and_the_notice_names_the_survey_but_not_its_token(people: Cast) -> None:
    case, survey = asked(people)

    token = surveys.token_of(survey)
    told = Notice.objects.get(case_id=case.pk, channel="customer")
    assert (survey.clause, survey.questionnaire, survey.until) == ("asking/visit#1", "mood", at("2026-03-04 10:00"))
    assert told.payload["survey"] == survey.pk
    assert len(token) == 32
    assert surveys.find(token).survey == survey
    kept = [*Event.objects.filter(case_id=case.pk).values_list("data", flat=True), told.payload, survey.salt, survey.digest]
    assert token not in str(kept)


def test_the_answer_is_the_customers_act_and_cites_the_clause_that_asked(people: Cast) -> None:
    case, survey = asked(people)

    state, ruling = answer(survey, words="很好")

    event = Event.objects.get(case_id=case.pk, act="rate")
    case.refresh_from_db()
    survey.refresh_from_db()
    assert (state, ruling.allowed, case.step, survey.outcome) == ("open", True, "answered", "answered")
    assert (event.actor_id, event.data["clause"], event.data["evidence"]) == (
        0,
        "asking/visit#1",
        [["self", "customer", case.customer_id, 0]],
    )
    assert case.fields["heard"] == "online"
    assert case.fields["marks"] == [{"item": "态度", "mark": "good"}]


def test_it_is_taken_once_however_often_it_is_sent(people: Cast) -> None:
    case, survey = asked(people)

    assert answer(survey)[0] == "open"
    assert answer(survey, mood="dissatisfied", words="变了") == ("answered", None)
    assert Event.objects.filter(case_id=case.pk, act="rate").count() == 1


def test_what_the_law_refuses_leaves_it_open(people: Cast) -> None:
    _case, survey = asked(people)

    _state, ruling = answer(survey, mood="dissatisfied")

    survey.refresh_from_db()
    assert [r.clause for r in ruling.refusals] == ["asking/visit#2"]
    assert survey.outcome == ""
    assert answer(survey, mood="dissatisfied", words="太慢")[1].allowed


@pytest.mark.parametrize(
    ("given", "named"),
    [({"mood": ""}, "mood"), ({"mood": "delighted"}, "mood"), ({"marks": {"manner": ("awful", "")}}, "marks")],
)
def test_what_is_missing_or_not_offered_is_said_of_its_question(people: Cast, given: dict[str, Any], named: str) -> None:
    _case, survey = asked(people)

    with pytest.raises(FieldError) as wrong:
        answer(survey, **given)

    assert [c.field for c in wrong.value.complaints] == [named]


def test_it_closes_with_its_time_and_when_staff_have_recorded_the_answer(people: Cast) -> None:
    case, survey = asked(people)

    assert answer(survey, at("2026-03-04 10:00")) == ("expired", None)
    did("rate", case, people.chen_jie, LATER, mood="satisfied")
    assert answer(survey) == ("over", None)


def test_the_link_is_given_to_whom_the_law_lets_record_the_answer_and_the_journal_keeps_who_had_it(people: Cast) -> None:
    case, survey = asked(people)
    chen, xu = (org.reader(p.pk, LATER) for p in (people.chen_jie, people.lin_yue))

    assert surveys.show(survey.pk, chen, now=LATER) == surveys.token_of(survey)
    with pytest.raises(Forbidden):
        surveys.show(survey.pk, xu, now=LATER)
    (shown,) = Event.objects.filter(case_id=case.pk, kind="survey_shown")
    assert (shown.actor_id, shown.data["questionnaire"]) == (people.chen_jie.pk, "mood")


def test_a_link_taken_back_opens_nothing_more(people: Cast) -> None:
    _case, survey = asked(people)
    chen = org.reader(people.chen_jie.pk, LATER)

    surveys.withdraw(survey.pk, chen, now=LATER)

    assert answer(survey) == ("withdrawn", None)
    with pytest.raises(NotFound):
        surveys.show(survey.pk, chen, now=LATER)
    assert Event.objects.filter(kind="survey_withdrawn", actor_id=people.chen_jie.pk).exists()


def test_other_tokens_open_nothing(people: Cast) -> None:
    asked(people)

    for token in ("", "x" * 32, "一" * 32, "a" * 4000):
        with pytest.raises(NotFound):
            surveys.find(token)


def test_a_case_keeps_the_questions_it_began_with(people: Cast) -> None:
    _case, before = asked(people)
    texts = {
        name: text.replace("满意吗？", "您满意吗？").replace("有什么意见？", "请多说几句")
        for name, text in sources("asking").items()
    }
    enact(texts, effective_from=at("2026-03-03 00:00"), now=at("2026-03-02 20:00"))

    _other, after = asked_later(people)

    def words(s: Survey) -> list[str]:
        return [q.words.zh for q in surveys.asked_of(s).questionnaire.questions.values()]

    assert words(before)[:2] == ["满意吗？", "有什么意见？"]
    assert words(after)[:2] == ["您满意吗？", "请多说几句"]
    assert answer(before)[1].allowed


def asked_later(people: Cast) -> tuple[Case, Survey]:
    chen, moment = people.chen_jie, at("2026-03-03 09:00")
    (who,) = create_customers([NewCustomer(unit=people.units.yunqi.pk, name="蒋宁")], by=chen.pk, at=moment, now=moment)
    case = opened("visit", chen, moment, people.units.yunqi, customer=who)
    did("finish", case, chen, moment)
    return case, Survey.objects.get(case=case)


def test_of_two_answers_at_once_one_is_taken(live_db: LiveDatabase) -> None:
    here = cast(OPENED)
    enacted("asking")
    case, survey = asked(here)

    stood = [
        state for state, _ruling in at_once([lambda: answer(survey), lambda: answer(survey, mood="dissatisfied", words="慢")])
    ]

    assert sorted(stood) == ["answered", "open"]
    assert Event.objects.filter(case_id=case.pk, act="rate").count() == 1
