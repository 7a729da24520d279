"""Whatever the facts, the law answers: allowed, waiting, or refused with reasons. It never raises, and always says the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.ops.shelf import SHELF, folders
from shouwen.policy.act import APPROVAL_ACTS, CLOCK_ACTS, TASK_ACTS, Act, Evidence, Opening, Ref
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts, Mark, OpenTaskFact, PendingApproval, Running
from shouwen.policy.law import Law, load
from shouwen.policy.nouns import Noun
from shouwen.policy.packs import read_sources
from shouwen.policy.values import FieldType
from shouwen.worktime import parse_span
from tests.policy.laws import FANG, HE, HU, LI, SITE, SUN, TRIED, at, org

LAWS: dict[str, Law] = {}
PEOPLE = st.sampled_from([0, HE, SUN, FANG, HU, 77])
MOMENTS = st.integers(0, 60 * 24 * 300).map(lambda m: at("2025-12-01 00:00") + timedelta(minutes=m))


def law_of(pack: str) -> Law:
    """Return the law of a shipped pack."""
    if pack not in LAWS:
        LAWS[pack] = load(read_sources(folders([pack])))
    return LAWS[pack]


def values(kind: FieldType) -> st.SearchStrategy[Any]:
    """Generate a typed value of a field."""
    if kind.many and kind.name not in ("many", "rows"):
        return st.lists(values(FieldType(kind.name, kind.choices)), max_size=2).map(tuple)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "number": st.integers(-2, 9).map(Decimal), "percent": st.integers(0, 100).map(Decimal), "money": st.integers(0, 200_000),
        "date": MOMENTS.map(lambda m: m.date()), "datetime": MOMENTS, "span": st.sampled_from(["0min", "2h", "3wd",
        "1mo"]).map(parse_span),
        "yes_no": st.booleans(), "staff": PEOPLE.filter(bool), "unit": st.just(SITE), "customer": st.just(LI),
    }  # fmt: skip
    if kind.name in ("choice", "many"):
        one = st.sampled_from(sorted(kind.choices))
        return one if kind.name == "choice" else st.lists(one, max_size=2, unique=True).map(tuple)
    if kind.name == "rows":
        return st.lists(st.fixed_dictionaries({}, optional={c: values(f.type) for c, f in kind.columns.items()}), max_size=2).map(
            tuple
        )
    if kind.name == "slots":
        return st.fixed_dictionaries({}, optional={c: st.sampled_from(["filled", "missing", "waived"]) for c in kind.choices})
    return simple.get(
        kind.name, st.sampled_from(["", "文字"]) if kind.name in ("text", "phone", "evidence") else st.integers(1, 9)
    )


def filled(fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Generate values of some of the fields; the others are unknown."""
    return st.fixed_dictionaries({}, optional={f.id: values(f.type) for f in fields if not f.computed})


def subjects(law: Law, noun: Noun) -> st.SearchStrategy[Facts]:
    """Generate the facts of one subject, as far as anybody knows them."""
    marks = st.dictionaries(
        st.sampled_from([*noun.acts, *(f"approved:{a}" for a in noun.acts)]), MOMENTS.flatmap(_mark), max_size=4
    )
    clauses = [n for n, vs in law.versions.items() if noun.id in vs[0].rules]
    running = st.builds(
        Running, st.sampled_from(clauses or ["x/y#1"]), st.none(), st.just(""), MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS,
        st.just(("close",)) | st.just(("ends",)) | st.just(("alarm",)), st.just((FANG,)),
    )  # fmt: skip
    measures = st.fixed_dictionaries({}, optional={m: values(x.type) for m, x in law.measures.items()})
    task = OpenTaskFact(5, "t", "", "", (FANG,), "", "take_over")
    asked = PendingApproval(
        6, "x/y#1", Act("close", Ref(noun.kind, noun.id, 9), FANG, at("2026-01-05 10:00")), FANG, ((HE,),), (), False, 0
    )
    return st.builds(
        Facts, filled(noun.fields.values()), st.sampled_from([*noun.steps, ""]), st.none() | MOMENTS, marks, st.sampled_from([0,
        SITE]), PEOPLE, PEOPLE,
        st.sampled_from([0, LI]), st.just({}), st.just({}), st.lists(running, max_size=2,
        unique_by=lambda r: r.clause).map(tuple), st.just(frozenset()),
        st.sampled_from([(), (task,)]), st.sampled_from([(), (asked,)]), st.just(()), st.booleans(), st.booleans(), measures,
        st.just({}), st.just({}),
        st.just(org()),
    )  # fmt: skip


def _mark(moment: Any) -> st.SearchStrategy[Mark]:
    return st.builds(
        Mark, st.integers(1, 3), st.just(moment), st.just(moment), st.lists(PEOPLE.filter(bool), max_size=2).map(tuple)
    )


def acts(noun: Noun) -> st.SearchStrategy[Act]:
    """Generate an act of somebody, or of the clock."""

    def one(name: str) -> st.SearchStrategy[Act]:
        shape = noun.acts.get(name)
        brought = filled([*noun.fields.values(), *(shape.fields.values() if shape else ())]) if shape else st.just({})
        opening = st.just(Opening(SITE, LI)) if name == "open" else st.none()
        return st.builds(
            Act, st.just(name), st.just(Ref(noun.kind, noun.id, 9)), PEOPLE, MOMENTS, brought, st.sampled_from([(),
            (Evidence("photo"), Evidence("consent", "customer", LI))]),
            st.just(frozenset()), st.sampled_from(["", "x/y#1"]), st.sampled_from(["", "5", "6"]), st.sampled_from(["", "有理由"]),
            st.just(""), opening,
        )  # fmt: skip

    names = [*noun.acts, "no_such_act", *APPROVAL_ACTS, *TASK_ACTS, *CLOCK_ACTS]
    return st.sampled_from(names).flatmap(one)


@pytest.mark.parametrize("pack", sorted(p.parent.name for p in SHELF.glob("*/pack.yaml")))
@settings(TRIED, max_examples=50)
@given(data=st.data())
def test_the_law_always_answers_and_always_the_same(pack: str, data: st.DataObject) -> None:
    law = law_of(pack)
    noun = law.nouns[data.draw(st.sampled_from(sorted(law.nouns)), "noun")]
    facts, act = data.draw(subjects(law, noun), "facts"), data.draw(acts(noun), "act")

    ruling = decide(law, facts, act, act.at)

    assert ruling == decide(law, facts, act, act.at)
    assert (ruling.outcome == "refused") == bool(ruling.refusals)
    assert not (ruling.refused and ruling.effects)
    for refusal in ruling.refusals:
        assert refusal.text("zh")
        assert refusal.text("en")


@settings(TRIED, max_examples=25)
@given(data=st.data())
def test_an_allowed_act_cites_only_clauses_that_hold_on_its_day(data: st.DataObject) -> None:
    law = law_of("property")
    noun = law.nouns[data.draw(st.sampled_from(["repair", "complaint", "call_back"]), "noun")]
    facts, act = data.draw(subjects(law, noun)), data.draw(acts(noun))

    ruling = decide(law, facts, act, act.at)

    assert all(c.clause in law.versions or c.clause == "x/y#1" for c in ruling.cites)
    assert {r.clause for r in ruling.refusals if r.code == "clause"} <= set(law.on(act.at.date()).clauses)
