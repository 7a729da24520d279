"""An outside party of a case (a construction unit, a supplier) acts by a link: dates and files, again and again until its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from shouwen.base.errors import FieldError, Forbidden
from shouwen.base.models import Attachment, Event, Notice
from shouwen.cases import surveys
from shouwen.cases.acting import act
from shouwen.cases.models import Case, Survey
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.staff import org
from tests.cases.doing import did, opened
from tests.cases.files import File
from tests.cases.law import enacted
from tests.world import at, cast

OPENED, LATER, ENDED = at("2026-03-02 09:00"), at("2026-03-03 20:00"), at("2026-03-05 09:00")
DAY = {"day": "2026-03-06"}


@pytest.fixture
def people(db: None) -> Cast:
    found = cast(OPENED)
    enacted("asking")
    return found


def builder(people: Cast, name: str) -> int:
    """A construction unit in the register."""
    wish = Act("open", Ref("record", "builder", 0), people.chen_jie.pk, OPENED, {"number": name, "name": name}, opening=Opening())
    ruling = act(wish, now=OPENED)
    assert ruling.allowed, ruling.text()
    return ruling.subject.id


def asked(people: Cast, name: str = "甲建设") -> tuple[Case, Survey]:
    """A visit whose construction unit is asked for its papers."""
    case = opened("visit", people.chen_jie, OPENED, people.units.yunqi, builder=builder(people, name))
    return case, Survey.objects.get(case=case)


def hand_in(survey: Survey, moment: datetime = LATER, *, key: str = "", files: Any = None, **given: str) -> tuple[str, Any]:
    sent = {"report": [File("开工报告.png")]} if files is None else files
    return surveys.answer(survey.pk, {**DAY, **given}, files=sent, key=key, now=moment)


def test_the_clause_asks_the_unit_the_case_names_and_no_customer_is_told(people: Cast) -> None:
    case, survey = asked(people)

    assert (survey.party, survey.party_id, survey.again) == ("record", case.fields["builder"], True)
    assert (survey.clause, survey.until) == ("asking/visit#4", ENDED)
    assert not Notice.objects.filter(case_id=case.pk, channel="customer").exists()
    assert not Survey.objects.filter(case=opened("visit", people.chen_jie, OPENED, people.units.yunqi)).exists(), "nobody to ask"


def test_what_comes_by_the_link_is_the_units_act_with_its_files_on_the_case(people: Cast) -> None:
    case, survey = asked(people)

    state, ruling = hand_in(survey, files={"report": [File("开工报告.png")], "photos": [File("a.png"), File("b.png")]})

    case.refresh_from_db()
    event = Event.objects.get(case_id=case.pk, act="hand_in")
    names = dict(Attachment.objects.filter(case_id=case.pk).values_list("pk", "name"))
    assert (state, ruling.allowed) == ("open", True)
    assert (event.actor_id, event.data["clause"]) == (0, "asking/visit#4")
    assert event.data["evidence"] == [["self", "record", survey.party_id, 0]]
    assert case.fields["day"] == "2026-03-06"
    assert names[case.fields["report"]] == "开工报告.png"
    assert [names[i] for i in case.fields["photos"]] == ["a.png", "b.png"]


def test_it_may_be_sent_again_until_its_time_and_one_form_sent_twice_is_taken_once(people: Cast) -> None:
    case, survey = asked(people)

    assert hand_in(survey, key="first")[1].allowed
    assert hand_in(survey, key="first") == ("open", None)
    assert hand_in(survey, key="second", day="2026-03-09")[1].allowed
    assert hand_in(survey, ENDED, key="third") == ("expired", None)
    case.refresh_from_db()
    survey.refresh_from_db()
    assert (case.fields["day"], survey.answers, survey.outcome) == ("2026-03-09", 2, "")
    assert Attachment.objects.filter(case_id=case.pk).count() == 2


@pytest.mark.parametrize(
    ("given", "files", "named"),
    [
        ({}, {}, "report"), ({"report": "7"}, {}, "report"), ({"day": "soon"}, None, "day"),
        ({}, {"report": [File("x.exe", b"MZ\x90\x00")]}, "report"), ({}, {"report": [File("leer.png", b"")]}, "report"),
        ({}, {"report": [File("a.png"), File("b.png")]}, "report"),
        ({}, {"report": [File("a.png")], "photos": [File(f"{i}.png") for i in range(11)]}, "photos"),
    ],
)  # fmt: skip
def test_what_is_missing_or_no_fitting_file_is_said_of_its_question_and_no_file_stays(
    people: Cast, given: dict[str, Any], files: Any, named: str
) -> None:
    _case, survey = asked(people)

    with pytest.raises(FieldError) as wrong:
        hand_in(survey, files=files, **given)

    assert [c.field for c in wrong.value.complaints] == [named]
    assert not Attachment.objects.exists()


def test_what_the_law_refuses_leaves_no_file_and_may_be_sent_anew(people: Cast) -> None:
    _case, survey = asked(people)

    _state, ruling = hand_in(survey, key="one", day="2025-12-31")

    assert [r.clause for r in ruling.refusals] == ["asking/visit#5"]
    assert not Attachment.objects.exists()
    assert hand_in(survey, key="one")[1].allowed, "nothing was done under that key"


def test_files_of_questions_that_ask_for_none_are_not_kept(people: Cast) -> None:
    case, survey = asked(people)

    assert hand_in(survey, files={"report": [File("a.png")], "day": [File("b.png")], "mood": [File("c.png")]})[1].allowed
    assert [a.name for a in Attachment.objects.filter(case_id=case.pk)] == ["a.png"]
    assert Attachment.objects.count() == 1


def test_the_link_is_over_when_another_unit_has_the_work_or_the_work_has_gone_on(people: Cast) -> None:
    case, survey = asked(people)
    other, gone = asked(people, "丙建设")

    did("change", case, people.chen_jie, OPENED, builder=builder(people, "乙建设"))
    did("finish", other, people.chen_jie, OPENED)

    assert hand_in(survey) == ("over", None)
    assert hand_in(gone) == ("over", None)


def test_only_who_may_do_the_act_themselves_gets_the_link(people: Cast) -> None:
    _case, survey = asked(people)

    assert surveys.show(survey.pk, org.reader(people.chen_jie.pk, LATER), now=LATER) == surveys.token_of(survey)
    with pytest.raises(Forbidden):
        surveys.show(survey.pk, org.reader(people.lin_yue.pk, LATER), now=LATER)
