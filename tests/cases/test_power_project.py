"""A power company adopts the pack as it ships, and its projects walk through every gate in a real database; each gate refuses once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pytest

from shouwen.base.models import Event, Notice
from shouwen.cases import clock, surveys
from shouwen.cases.confirming import confirm
from shouwen.cases.enactments import Undecided, enact
from shouwen.cases.models import Case, Deadline, Survey, Task
from shouwen.cases.surveys import Upload
from shouwen.ops import shelf
from shouwen.policy.company import company_in
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Ruling
from tests.cases.doing import story
from tests.cases.files import File
from tests.cases.power import BEGINNING, OURS, Fields, Firm, founded, sources, ticks_of
from tests.world import at

pytestmark = pytest.mark.django_db
PAPERS: Final = (
    "design", "load_map", "load_nature", "disturbing", "main_list", "process", "diagrams", "reactive", "protection", "concealed",
    "network", "own_source", "extra",
)  # fmt: skip
APPLY: Final = ticks_of("supply-project#2.3", "content", "procedure", "form")
PLAN: Final = ticks_of("supply-project#4.2", "law", "rules", "needs")
FREE: Final = ticks_of("supply-design#2.4", "listed", "free")
MEETING: Final = ticks_of("supply-design#4.11", "designer", "customer", "production")
SITE: Final = (
    *ticks_of("supply-inspection#2.6", "equipment", "transformer", "relay", "lightning", "earthing"),
    *ticks_of("supply-inspection#2.7", "order", "safety", "quality", "progress"),
)


@pytest.fixture
def firm() -> Firm:
    """The company, with its units qualified and its catalogue begun."""
    return founded()


def refused_by(ruling: Ruling) -> list[str]:
    """The clauses that refuse, without the pack's name; a code where the shape does."""
    return [r.clause.removeprefix("utility/") or r.code for r in ruling.refusals]


def allowed(ruling: Ruling) -> None:
    assert ruling.allowed, ruling.text()


def applied(firm: Firm, moment: datetime, **other: Any) -> Ruling:
    """A factory applies for 630 kVA."""
    wish: Fields = {
        "customer": firm.customer.pk, "address": "工业路9号", "area": firm.units["station"].pk, "kind": "new", "usage": "industry",
        "voltage": "high", "capacity": 630, "wants_line": False, "backup": "none", "special": False, **other,
    }  # fmt: skip
    return firm.open(
        "supply_project", "clerk", moment, name="project", ticks=APPLY, **{k: v for k, v in wish.items() if v is not None}
    )


def confirmed(moment: datetime) -> None:
    """Everybody who was told something that is to be confirmed confirms it."""
    told = Notice.objects.filter(confirm=True, confirmed_at=None, staff_id__isnull=False)
    for pk, staff in told.values_list("pk", "staff_id"):
        confirm(staff or 0, [pk], now=moment)


def designed(firm: Firm) -> None:
    """From the application to the units the customer chose."""
    assert refused_by(applied(firm, at("2026-03-02 08:50"), address=None)) == ["supply-project#2.1"]
    allowed(applied(firm, at("2026-03-02 09:00")))
    assert firm.case("project").responsible_id == firm.staff["officer"].pk, "630 kVA is the branch's"
    found: Fields = {"survey_note": "可接工业线", "grid_short": False}
    assert refused_by(firm.do("survey", "project", "officer", at("2026-03-02 10:00"), **found)) == ["supply-project#3.2"]
    allowed(firm.do("take_on", "project", "officer", at("2026-03-02 10:10")))
    allowed(firm.do("survey", "project", "officer", at("2026-03-03 10:00"), **found))
    plan: Fields = {"supply_mode": "单电源", "metering": "高供高计", "economy": "就近接入"}
    refused = firm.do("draft_plan", "project", "officer", at("2026-03-04 09:00"), ticks=PLAN, **plan)
    assert refused_by(refused) == ["supply-project#4.4"]
    allowed(firm.do("draft_plan", "project", "officer", at("2026-03-04 09:10"), ticks=PLAN, grade_needed=3, **plan))
    answer: Fields = {"reply_medium": "document", "delivered_on": date(2026, 3, 5)}
    assert refused_by(firm.do("reply", "project", "head", at("2026-03-05 09:00"), **answer)) == ["supply-project#4.7"]
    allowed(firm.do("reply", "project", "marketing", at("2026-03-05 09:10"), **answer))
    allowed(firm.do("entrust", "project", "officer", at("2026-03-06 09:00"), entrusted=True))
    chosen: Fields = {"design_unit": firm.made["design"].id, "build_unit": firm.made["lapsed"].id}
    lapsed = firm.do(
        "choose_units", "project", "officer", at("2026-03-09 09:00"), ticks=FREE, shown=("signature customer",), **chosen
    )
    assert refused_by(lapsed) == ["supply-design#2.6"]
    chosen["build_unit"] = firm.made["build"].id
    unsigned = firm.do("choose_units", "project", "officer", at("2026-03-09 09:10"), ticks=FREE, **chosen)
    assert refused_by(unsigned) == ["supply-design#2.3"]
    allowed(
        firm.do("choose_units", "project", "officer", at("2026-03-09 09:20"), ticks=FREE, shown=("signature customer",), **chosen)
    )


def reviewed(firm: Firm) -> None:
    """The design is reviewed by the branch, and the planner hands over its plans."""
    some: Fields = {"design_basis": 1, "papers": dict.fromkeys(PAPERS[:-1], "filled")}
    allowed(firm.do("submit_design", "project", "officer", at("2026-03-16 09:00"), **some))
    meeting: Fields = {"review_at": at("2026-03-18 09:00")}
    assert refused_by(firm.do("convene", "project", "marketing", at("2026-03-16 10:00"), **meeting)) == ["supply-design#4.3"]
    every: Fields = {"design_basis": 1, "papers": dict.fromkeys(PAPERS, "filled")}
    allowed(firm.do("submit_design", "project", "officer", at("2026-03-16 11:00"), **every))
    allowed(firm.do("convene", "project", "marketing", at("2026-03-16 11:10"), **meeting))
    confirmed(at("2026-03-16 15:00"))
    asked = firm.do("pass_design", "project", "officer", at("2026-03-18 11:00"), ticks=MEETING, opinion="同意")
    assert asked.outcome == "waiting", asked.text()
    assert refused_by(firm.says("approve", "project", "officer", at("2026-03-18 11:10"))) == ["supply-design#4.12"]
    allowed(firm.says("approve", "project", "marketing", at("2026-03-18 14:00")))
    assert firm.case("project").step == "reviewed"
    allowed(firm.do("hand_plans", "project", "planner", at("2026-03-19 09:00"), build_plan="规划", material_plan="计划"))


def by_link(
    firm: Firm, of: str, questionnaire: str, moment: datetime, files: Mapping[str, Sequence[Upload]] | None = None, **given: str
) -> None:
    """The construction unit does by its link what it was asked to do."""
    survey = Survey.objects.get(case_id=firm.made[of].id, questionnaire=questionnaire)
    assert (survey.party, survey.party_id) == ("record", firm.made["build"].id)
    state, ruling = surveys.answer(survey.pk, given, files=files, now=moment)
    assert (state, ruling is not None and ruling.allowed) == ("open", True), ruling and ruling.text()


def begun(firm: Firm) -> None:
    """The unit finds a difference, by the link; nothing starts before its written notice, without its papers and a supervisor."""
    by_link(firm, "project", "verification", at("2026-03-20 09:00"), verified="differs", verify_note="电缆沟不符")
    change = firm.newest("change_request")
    assert (change.fields["object"], change.fields["cause"]) == ("works", "differs")
    refused = firm.do("start_build", "project", "officer", at("2026-03-20 09:10"))
    assert refused_by(refused) == ["supply-construction#1.8", "supply-construction#2.1", "supply-construction#2.5"]
    papers = {"start_report": [File("开工报告.png")], "schedule": [File("进度表.png")]}
    by_link(firm, "project", "start_papers", at("2026-03-20 09:15"), papers, start_on="2026-03-20", finish_on="2026-05-20")
    assert firm.do("agree", "change_request", "officer", at("2026-03-20 09:20")).outcome == "waiting"
    allowed(firm.says("approve", "change_request", "marketing", at("2026-03-20 09:30")))
    allowed(firm.do("issue", "change_request", "marketing", at("2026-03-20 09:40"), notice_no="更-1"))
    planner, engineer = firm.staff["planner"].pk, firm.staff["engineer"].pk
    sent = firm.do("send_supervisor", "project", "marketing", at("2026-03-20 09:50"), supervisor=planner)
    assert refused_by(sent) == ["supply-construction#2.4"]
    allowed(firm.do("send_supervisor", "project", "marketing", at("2026-03-20 09:55"), supervisor=engineer))
    allowed(firm.do("start_build", "project", "officer", at("2026-03-20 10:00")))


def equipped(firm: Firm) -> None:
    """A transformer of the catalogue is ordered, and no other arrives in its place."""
    project, s13, s9 = (firm.made[n].id for n in ("project", "s13", "s9"))
    for name, model in (("bad", s9), ("order", s13)):
        allowed(
            firm.open("equipment_order", "officer", at("2026-03-23 09:00"), name=name, project=project, model=model, quantity=1)
        )
        allowed(firm.do("check_drawing", name, "marketing", at("2026-03-23 09:10"), drawing="passed"))
    assert refused_by(firm.do("order", "bad", "officer", at("2026-03-23 09:20"))) == ["supply-construction#3.4"]
    assert firm.do("order", "order", "officer", at("2026-03-23 09:20")).outcome == "waiting"
    allowed(firm.says("approve", "order", "marketing", at("2026-03-23 09:30")))
    by_link(firm, "order", "order_report", at("2026-03-24 09:00"), arrive_on="2026-04-10", feedback="排产")
    swapped = firm.do("arrive", "order", "officer", at("2026-04-10 09:00"), delivered=s9, serials="B1")
    assert refused_by(swapped) == ["supply-construction#3.10"]
    allowed(firm.do("arrive", "order", "officer", at("2026-04-10 09:10"), delivered=s13, serials="A1"))


def inspected(firm: Firm) -> None:
    """Concealed works are signed off before they are covered; the first inspection fails, the second passes."""
    allowed(firm.open("concealed_work", "officer", at("2026-04-13 09:00"), project=firm.made["project"].id, part="接地网"))
    assert refused_by(firm.do("cover", "concealed_work", "officer", at("2026-04-13 09:10"))) == ["wrong_step"]
    refused = firm.do("sign_off", "concealed_work", "marketing", at("2026-04-14 09:00"), shown=("photo",), norm="GB 50169")
    assert refused_by(refused) == ["supply-construction#5.2"]
    allowed(firm.do("sign_off", "concealed_work", "engineer", at("2026-04-14 09:10"), shown=("photo",), norm="GB 50169"))
    allowed(firm.do("progress", "project", "officer", at("2026-04-20 09:00"), devices=3, installed=1))
    assert not Case.objects.filter(procedure="inspection").exists(), "a third is not two thirds"
    allowed(firm.do("progress", "project", "officer", at("2026-04-21 09:00"), devices=3, installed=2))
    for n, (day, result) in enumerate((("2026-04-22", "failed"), ("2026-04-24", "passed")), 1):
        assert firm.newest("inspection").fields["round_no"] == n
        judged: Fields = {"inspector": firm.staff["inspector"].pk, "basis": 1, "findings": "记录", "result": result}
        allowed(firm.do("judge", "inspection", "officer", at(f"{day} 10:00"), ticks=SITE, **judged))
        alone = firm.do("countersign", "inspection", "officer", at(f"{day} 10:10"))
        assert refused_by(alone) == ["supply-inspection#2.3"], "nobody signs for another"
        allowed(firm.do("countersign", "inspection", "inspector", at(f"{day} 10:20")))
    assert firm.newest("inspection").step == "signed", "what passed is not inspected again"
    allowed(firm.do("deliver", "inspection", "officer", at("2026-04-24 11:00"), customer_receipt="签1", builder_receipt="签2"))


def supplied(firm: Firm) -> None:
    """Completion, acceptance, contract, meter, power, the check afterwards, the file."""
    end: Fields = {"finished_on": date(2026, 5, 18)}
    assert refused_by(firm.do("finish_build", "project", "officer", at("2026-05-18 09:00"), **end)) == ["supply-construction#5.5"]
    allowed(firm.do("cover", "concealed_work", "officer", at("2026-05-18 09:10")))
    allowed(firm.do("finish_build", "project", "officer", at("2026-05-18 09:20"), **end))
    done: Fields = {"completion_report": "竣1", "supply_request": "申1"}
    assert refused_by(firm.do("report_completion", "project", "city", at("2026-05-19 09:00"), **done)) == [
        "supply-connection#1.6"
    ]
    allowed(firm.do("report_completion", "project", "marketing", at("2026-05-19 09:10"), **done))
    allowed(firm.do("accept", "project", "marketing", at("2026-05-22 09:00")))
    refused = firm.do("energise", "project", "marketing", at("2026-05-25 09:00"))
    assert refused_by(refused) == ["supply-connection#3.7", "supply-connection#3.8", "supply-connection#3.9"]
    allowed(firm.do("sign_contract", "project", "marketing", at("2026-05-25 10:00"), contract="合1", agreements="协1"))
    agreed: Fields = {"supply_on": date(2026, 5, 28)}
    allowed(firm.do("agree_date", "project", "marketing", at("2026-05-25 10:10"), shown=("consent customer",), **agreed))
    confirmed(at("2026-05-25 15:00"))
    allowed(firm.do("fit_meter", "project", "fitter", at("2026-05-26 09:00")))
    allowed(firm.do("energise", "project", "marketing", at("2026-05-28 09:00")))
    filed = firm.do("archive", "project", "officer", at("2026-06-01 09:00"))
    assert refused_by(filed) == ["supply-connection#2.6", "supply-connection#4.4"]
    allowed(firm.do("collect", "project", "officer", at("2026-06-01 09:10"), as_built="竣工图"))
    allowed(firm.do("check_usage", "project", "inspector", at("2026-06-10 09:00"), meter_state="正常", usage_state="正常"))
    allowed(firm.do("archive", "project", "officer", at("2026-06-10 10:00")))


def test_a_project_walks_through_every_gate_and_no_gate_lets_it_by_unready(firm: Firm) -> None:
    for part in (designed, reviewed, begun, equipped, inspected, supplied):
        part(firm)

    project = firm.case("project")
    assert (project.step, project.closed_at) == ("archived", at("2026-06-10 10:00"))
    assert (project.fields["plan_level"], project.fields["first_time"]) == ("branch", True)
    promised = {d.clause.removeprefix("utility/"): d.outcome for d in Deadline.objects.filter(case=project)}
    assert promised == {
        "supply-project#2.10": "kept", "supply-project#4.10": "kept", "supply-connection#1.2": "kept",
        "supply-connection#2.4": "late", "supply-connection#4.1": "kept", "supply-design#4.14": "kept", "supply-connection#3.15": "kept",
    }  # fmt: skip
    assert not Task.objects.filter(case=project, done_at=None).exclude(name="confirm").exists(), "nobody owes anything any more"
    told = {n.clause.removeprefix("utility/") for n in Notice.objects.filter(customer_id=firm.customer.pk)}
    assert told >= {"supply-project#4.11", "supply-design#2.1", "supply-inspection#2.8"}


def test_a_plan_once_answered_changes_by_a_notice_alone_and_the_design_follows_it(firm: Firm) -> None:
    designed(firm)
    allowed(firm.do("submit_design", "project", "officer", at("2026-03-10 09:00"), design_basis=1))
    locked = firm.do("amend", "project", "officer", at("2026-03-10 09:10"), capacity=1200)
    assert refused_by(locked) == ["no_field"]

    new: Fields = {"object": "plan", "cause": "special", "content": "增加负荷", "new_capacity": 1200, "new_mode": "双电源"}
    allowed(firm.open("change_request", "officer", at("2026-03-10 10:00"), project=firm.made["project"].id, **new))
    assert firm.do("agree", "change_request", "officer", at("2026-03-10 10:10")).outcome == "waiting"
    allowed(firm.says("approve", "change_request", "marketing", at("2026-03-10 10:20")))
    assert firm.case("project").fields["capacity"] == 630, "consent alone changes nothing"
    allowed(firm.do("issue", "change_request", "marketing", at("2026-03-10 10:30"), notice_no="更-1"))

    project = firm.case("project")
    assert (project.fields["capacity"], project.fields["plan_version"]) == (1200, 2)
    meeting: Fields = {"review_at": at("2026-03-12 09:00")}
    stale = firm.do("convene", "project", "marketing", at("2026-03-10 11:00"), **meeting)
    assert "supply-design#4.2" in refused_by(stale), "the design rests on the plan as it was"
    assert "supply-design#4.6" in refused_by(stale), "with 1200 kVA the city company convenes"


def test_what_an_entrusted_project_does_not_report_in_three_days_is_told_to_officer_and_branch(firm: Firm) -> None:
    for part in (designed, reviewed, begun):
        part(firm)
    allowed(firm.do("finish_build", "project", "officer", at("2026-04-02 16:00"), finished_on=date(2026, 4, 2)))
    clock.tick(at("2026-04-05 23:59"))
    assert not Notice.objects.filter(clause="utility/supply-connection#1.3").exists()

    clock.tick(at("2026-04-06 00:01"))

    told = Notice.objects.filter(clause="utility/supply-connection#1.3").values_list("staff_id", flat=True)
    assert set(told) == {firm.staff["officer"].pk, firm.staff["marketing"].pk}
    assert [s for s in story(firm.case("project")) if s[0] == "breach"] == [("breach", "", "1.2")]


def test_the_pack_waits_for_what_the_company_has_to_say(firm: Firm) -> None:
    before = Event.objects.count()
    with pytest.raises(Undecided) as told:
        enact(
            sources(), OURS.replace("  utility/supply-project#4.10: {within: 3wd}\n", ""), effective_from=BEGINNING, now=BEGINNING
        )

    assert "utility/supply-project#4.10" in told.value.zh
    assert Event.objects.count() == before


def test_a_company_may_adopt_it_beside_the_other_packs() -> None:
    """Nothing it declares is declared elsewhere on the shelf."""
    together = read_sources(shelf.folders(["yunqi", "utility"]))

    assert load(together, company_in(shelf.SHELF / "yunqi")).nouns["supply_project"].pack == "utility"
