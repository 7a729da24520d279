"""Which law holds: published once, compiled once, the moment's clauses over the case's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction

from shouwen.base.errors import FieldError
from shouwen.base.models import Company, Event
from shouwen.cases import enactments
from shouwen.cases.acting import act
from shouwen.cases.enactments import Laws, SameMoment, Undecided, enact, enact_instead, law_at, sources_of
from shouwen.cases.models import Case, Enactment
from shouwen.ops.cast import Cast
from shouwen.policy.company import Company as Company_
from shouwen.policy.errors import PackError
from shouwen.policy.law import Law, load
from tests.cases.doing import did, opened, wanted
from tests.cases.law import BEGINNING, enacted, sources
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")
APRIL = at("2026-04-01 00:00")
SHUT_OUT = """permits: {who: repairer, acts: [call]}
  - id: "4.3"
    zh: 回访一日内办
    for: call_back
    deadline: {until: call, within: 1d}"""


def changed(old: str, new: str) -> Mapping[str, str]:
    """The little law with one passage changed."""
    files = dict(sources("demo"))
    assert files["demo/repair.yaml"].count(old) >= 1
    files["demo/repair.yaml"] = files["demo/repair.yaml"].replace(old, new)
    del files["demo/repair.scenarios.yaml"]
    return files


@pytest.fixture
def people() -> Cast:
    """The cast."""
    return cast(NINE)


def test_a_published_law_can_be_read_again_as_it_was(people: Cast) -> None:
    made = enact(sources("demo"), effective_from=BEGINNING, by=people.zhao_jun.pk, now=NINE, note="第一版")

    assert sources_of(Enactment.objects.get()) == dict(sources("demo"))
    event = Event.objects.get(act="enact")
    assert (event.actor_id, event.subject_id, event.data["digest"]) == (people.zhao_jun.pk, made.pk, made.digest)


def test_publishing_the_same_law_again_changes_nothing(people: Cast) -> None:
    first, again = enacted(), enacted()
    assert first == again
    assert Event.objects.filter(act="enact").count() == 1


def test_a_broken_pack_is_not_enacted_and_says_where(people: Cast) -> None:
    with pytest.raises(PackError) as broken:
        enact(changed("until: reply", "until: replies"), effective_from=BEGINNING, now=NINE)
    assert "demo/repair.yaml" in broken.value.text()
    assert not Enactment.objects.exists()


def test_a_law_with_a_value_the_company_owes_is_not_enacted_until_it_is_set(people: Cast) -> None:
    open_law = changed("within: 10min", "within: unset")
    with pytest.raises(Undecided) as owed:
        enact(open_law, effective_from=BEGINNING, now=NINE)
    assert owed.value.open_values == (("demo/repair#3.6", "within"),)

    settings = 'company: yunqi\nvalues: {"demo/repair#3.6": {within: 20min}}\ngrants: {desk: [see, "export:case"]}\n'
    enact(open_law, settings, effective_from=BEGINNING, now=NINE)

    assert law_at(NINE) is not None
    assert Company.ours().grants == {"desk": ["see", "export:case"]}


def test_before_the_first_enactment_there_is_no_law(people: Cast) -> None:
    enact(sources("demo"), effective_from=APRIL, now=NINE)
    assert law_at(NINE) is None
    assert law_at(APRIL) is not None


def test_a_newer_law_judges_from_its_day_on_and_promises_stay_as_they_were_made(people: Cast) -> None:
    enacted()
    before = opened("repair", people.chen_jie, at("2026-03-31 23:30"), urgency="urgent")
    enact(changed("within: 1h", "within: 30min"), effective_from=APRIL, now=NINE)

    after = opened("repair", people.chen_jie, APRIL, urgency="urgent")
    late_entry = opened("repair", people.chen_jie, at("2026-03-31 22:00"), urgency="urgent")

    assert before.deadlines.get().due_at == at("2026-04-01 00:30")
    assert after.deadlines.get().due_at == at("2026-04-01 00:30")
    assert late_entry.deadlines.get().due_at == at("2026-03-31 23:00")
    assert (before.enactment_id, after.enactment_id) == (late_entry.enactment_id, Enactment.objects.latest("effective_from").pk)


def test_a_case_keeps_the_steps_and_acts_it_began_with_under_the_gates_of_the_moment(people: Cast) -> None:
    enacted()
    case = opened("repair", people.chen_jie, NINE, urgency="normal")
    newer = changed(
        "      reply:   {zh: 回复客户, from: [received, assigned]}\n", "      answer:  {zh: 答复, from: [received, assigned]}\n"
    )
    files = dict(newer)
    files["demo/repair.yaml"] = files["demo/repair.yaml"].replace("until: reply", "until: answer")
    files["demo/repair.yaml"] += (
        '  - id: "9"\n    zh: 派工须由前台办理\n    for: repair\n    permits: {who: desk, acts: [assign]}\n'
    )
    enact(files, effective_from=APRIL, now=NINE)

    assert act(wanted("reply", case, people.chen_jie, APRIL), now=APRIL).allowed
    fresh = opened("repair", people.chen_jie, APRIL, urgency="normal")
    assert act(wanted("reply", fresh, people.chen_jie, APRIL), now=APRIL).refusals[0].code == "no_act"
    ruling = act(wanted("assign", case, people.chen_jie, APRIL, visit_at=APRIL), now=APRIL)
    assert [r.clause for r in ruling.refusals] == ["demo/repair#9"]


def test_a_procedure_that_a_newer_law_no_longer_has_lives_on_in_its_cases(people: Cast) -> None:
    enacted()
    case = opened("call_back", people.chen_jie, NINE)
    files = {"other/pack.yaml": "pack: other\ntitle: {zh: 别的}\n", "other/r.yaml": _OTHER}
    enact(files, effective_from=APRIL, now=NINE)

    did("call", case, people.chen_jie, APRIL, satisfied=True)

    case.refresh_from_db()
    assert case.closed_at == APRIL


_OTHER = """regulation: r
title: {zh: 别的}
procedures:
  letter: {title: 来信, steps: {in: 收到, out: 办结}, acts: {answer: {zh: 答复, from: [in], to: out}}}
"""


def test_a_law_seen_in_a_transaction_that_was_rolled_back_is_not_remembered(people: Cast) -> None:
    enacted()
    with transaction.atomic():
        enact(changed("within: 1h", "within: 5min"), effective_from=APRIL, now=NINE)
        assert len(Laws()._listed.ids) == 2
        transaction.set_rollback(True)
    enact(changed("within: 1h", "within: 7min"), effective_from=APRIL, now=NINE)

    case = opened("repair", people.chen_jie, APRIL, urgency="urgent")

    assert case.deadlines.get().due_at == at("2026-04-01 00:07")


def test_each_law_is_compiled_once_in_a_process(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enacted()
    enactments._kept.laws.pop(made.digest)
    compiled: list[int] = []

    def counted(*a: Any, **k: Any) -> Law:
        compiled.append(1)
        return load(*a, **k)

    monkeypatch.setattr(enactments, "load", counted)

    for _ in range(3):
        opened("repair", people.chen_jie, NINE, urgency="normal")

    assert len(compiled) == 1
    assert Case.objects.count() == 3


def test_what_a_newer_program_would_refuse_holds_on_once_it_was_enacted(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    files = changed("excludes: {who: {did: repair.finish}, acts: [call]}", SHUT_OUT)
    with pytest.raises(PackError, match="who: responsible"):
        enact(files, effective_from=BEGINNING, now=NINE)
    with monkeypatch.context() as older:
        older.setattr("shouwen.policy.law.check", lambda *_: None)
        made = enact(files, effective_from=BEGINNING, now=NINE)
    enactments._kept.laws.pop(made.digest, None)

    case = opened("repair", people.chen_jie, NINE, urgency="normal")

    assert case.number


def test_a_version_of_a_day_that_has_passed_is_not_enacted_and_says_where(people: Cast) -> None:
    enacted()
    late = changed("{within: 1h}}", '{within: 1h}, "2026-03-15": {within: 30min}}')
    line = late["demo/repair.yaml"].split('"2026-03-15"')[0].count("\n") + 1

    with pytest.raises(PackError) as refused:
        enact(late, effective_from=APRIL, now=NINE)

    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("demo/repair.yaml", line)
    assert "2026-03-15" in fault.zh
    assert "2026-04-01" in fault.zh
    assert "2026-03-15" in fault.en
    assert Enactment.objects.count() == 1


def test_a_version_from_the_day_of_the_enactment_on_is_enacted(people: Cast) -> None:
    enacted()
    enact(changed("{within: 1h}}", '{within: 1h}, "2026-04-01": {within: 30min}}'), effective_from=APRIL, now=NINE)
    assert Enactment.objects.count() == 2


def test_a_new_clause_may_have_a_history(people: Cast) -> None:
    enacted()
    files = dict(changed("within: 1h", "within: 1h"))
    files["demo/repair.yaml"] += (
        '  - {id: "9", zh: x, for: repair, deadline: {until: reply, within: 9h}, versions: {"2025-01-01": {within: 8h}}}\n'
    )
    enact(files, effective_from=APRIL, now=NINE)
    assert Enactment.objects.count() == 2


def test_two_laws_of_one_moment_are_refused_unless_the_second_is_to_stand_instead(people: Cast) -> None:
    enacted()
    enact(changed("within: 1h", "within: 30min"), effective_from=APRIL, now=NINE, note="三十分钟")

    with pytest.raises(SameMoment) as refused:
        enact(changed("within: 1h", "within: 20min"), effective_from=APRIL, now=NINE)
    assert "2026-04-01 00:00" in refused.value.zh
    assert "三十分钟" in refused.value.zh
    assert "--instead" in refused.value.en
    assert Enactment.objects.count() == 2

    enact_instead(changed("within: 1h", "within: 20min"), effective_from=APRIL, now=NINE)
    case = opened("repair", people.chen_jie, APRIL, urgency="urgent")
    assert case.deadlines.get().due_at == at("2026-04-01 00:20")


def test_two_laws_of_one_day_at_different_hours_hold_one_after_the_other(people: Cast) -> None:
    enacted()
    enact(changed("within: 1h", "within: 30min"), effective_from=APRIL, now=NINE)
    enact(changed("within: 1h", "within: 20min"), effective_from=at("2026-04-01 12:00"), now=NINE)

    before, after = (opened("repair", people.chen_jie, at(f"2026-04-01 {t}"), urgency="urgent") for t in ("11:59", "12:00"))

    assert before.deadlines.get().due_at == at("2026-04-01 12:29")
    assert after.deadlines.get().due_at == at("2026-04-01 12:20")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clauses:\n", "clauses:\n  - {id: 'r1', zh: x, for: repair, upon: open, obliges: {open: repair}}\n"),
        ("clauses:\n", "clauses:\n  - {id: 'r1', zh: x, for: repair, limits: {act: assign, to: 0}}\n"),
        ("clauses:\n", "clauses:\n  - {id： 'r1', zh: x, says: {}}\n"),
        ("clauses:\n", "clauses:\n  - &a {id: 'r1', zh: x, says: {}}\n"),
        ("clauses:\n", f"clauses:\n# {'x' * 2_000_001}\n"),
    ],
    ids=["a ring", "an impossible act", "full-width punctuation", "an anchor", "too large a file"],
)
def test_what_a_pack_must_not_be_is_never_enacted(people: Cast, old: str, new: str) -> None:
    enacted()
    with pytest.raises(PackError) as refused:
        enact(changed(old, new), effective_from=APRIL, now=NINE)

    assert all(f.file == "demo/repair.yaml" and f.line >= 1 and f.column >= 1 and f.zh and f.en for f in refused.value.faults)
    assert Enactment.objects.count() == 1
    assert Event.objects.filter(act="enact").count() == 1


def test_what_somebody_else_enacts_meanwhile_is_what_the_law_is_checked_against(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    enacted()
    met: list[str] = []
    year = 'company: company\nholidays:\n  "2031":\n    off:\n      "2031-01-01": "元旦"\n'

    def meanwhile(files: Mapping[str, str], company: Company_, **more: Any) -> Law:
        if not met:
            met.append("somebody")
            enact_instead(sources("demo"), year, effective_from=NINE, now=NINE)
        return load(files, company, **more)

    monkeypatch.setattr(enactments, "load", meanwhile)
    made = enact(changed("within: 2h", "within: 3h"), effective_from=APRIL, now=NINE)

    assert met
    assert "2031-01-01" in made.company_text, "the year that was entered meanwhile is carried over"


@pytest.mark.parametrize("year", [1, 1899, 9001, 9999])
def test_a_law_does_not_begin_before_or_after_all_time(people: Cast, year: int) -> None:
    enacted()
    with pytest.raises(FieldError, match="invalid_fields"):
        enact(changed("within: 2h", "within: 3h"), effective_from=NINE.replace(year=year), now=NINE)

    assert Enactment.objects.count() == 1
    assert law_at(NINE) is not None
