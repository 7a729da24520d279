"""Conditions: three values, compared with a logic written here from its definition, and never a guess about what nobody knows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.policy.act import Act, Ref
from shouwen.policy.conditions import Condition, ConditionReader
from shouwen.policy.env import Elapsed, Env
from shouwen.policy.errors import Faults
from shouwen.policy.facts import Facts, Mark
from shouwen.policy.paths import Names
from shouwen.policy.reading import Reader
from shouwen.policy.source import read_text
from shouwen.worktime import Calendar, parse_span
from tests.policy.laws import SUN, TRIED, at, law_of, org

LAW = law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h}}\n')
JOB = LAW.nouns["job"]
NOW = at("2026-03-02 12:00")
DOMAIN: Mapping[str, tuple[Any, ...]] = {"urgency": ("urgent", "normal", "slow"), "count": (0, 1, 2, 3), "paid": (True, False)}
Oracle = Callable[[Mapping[str, Any]], "bool | None"]


def read(text: str) -> tuple[Condition, list[str]]:
    """Return the condition, and what is wrong with it."""
    faults = Faults()
    names = Names(LAW.nouns, {}, {}, {}, LAW.posts, Reader(faults), JOB)
    return ConditionReader(names).condition(read_text(text, "c.yaml")), [f.zh for f in faults.found]


def env(fields: Mapping[str, Any], **facts: Any) -> Env:
    """Return a job with these fields, about to be answered."""
    act = Act("reply", Ref("case", "job", 7), SUN, NOW)
    known = {k: v for k, v in fields.items() if v is not None}
    return Env(Facts(known, org=org(), unit=902, **facts), act, NOW, JOB, LAW.calendars["office"], LAW.calendars, dict(known))


def holds(text: str, fields: Mapping[str, Any], **facts: Any) -> bool | None:
    """Return whether a condition holds."""
    condition, wrong = read(text)
    assert not wrong
    return condition.holds(env(fields, **facts))


# A test is (field, yaml, oracle of the value); the oracle is asked only when the value is known.
def keys() -> st.SearchStrategy[tuple[str, str, Callable[[Any], bool], bool]]:
    """Generate one key of a condition with its meaning; the last says whether it also answers for a value nobody knows."""
    bound = st.sampled_from(["<", "<=", ">", ">=", "="]).flatmap(lambda op: st.integers(0, 3).map(lambda n: (op, n)))
    return st.one_of(
        st.sampled_from(DOMAIN["urgency"]).map(lambda v: ("urgency", v, lambda x: x == v, False)),
        st.sets(st.sampled_from(DOMAIN["urgency"]), min_size=1).map(
            lambda s: ("urgency", f"[{', '.join(sorted(s))}]", lambda x: x in s, False)
        ),
        st.booleans().map(lambda b: ("paid", "yes" if b else "no", lambda x: x == b, False)),
        bound.map(
            lambda b: (
                "count",
                f'"{b[0]} {b[1]}"',
                lambda x: {"<": x < b[1], "<=": x <= b[1], ">": x > b[1], ">=": x >= b[1], "=": x == b[1]}[b[0]],
                False,
            )
        ),
        st.integers(0, 2).flatmap(  # (1..1] holds nothing, and is refused
            lambda a: st.integers(a + 1, 3).map(lambda b: ("count", f'"({a}..{b}]"', lambda x: a < x <= b, False))
        ),
        st.sampled_from(sorted(DOMAIN)).map(lambda f: (f, "missing", lambda x: x is None, True)),
        st.sampled_from(sorted(DOMAIN)).map(lambda f: (f, "given", lambda x: x is not None, True)),
    )


def groups() -> st.SearchStrategy[list[dict[str, tuple[str, Callable[[Any], bool], bool]]]]:
    """Generate any of several groups of tests, each group with distinct fields."""
    group = st.lists(keys(), min_size=1, max_size=3, unique_by=lambda t: t[0]).map(lambda ts: {f: (y, o, k) for f, y, o, k in ts})
    return st.lists(group, min_size=1, max_size=3)


def oracle(wanted: list[dict[str, tuple[str, Callable[[Any], bool], bool]]], facts: Mapping[str, Any]) -> bool | None:
    """Kleene's logic by definition: or over groups, and over tests; a test of an unknown value is unknown."""

    def one(field: str, told: tuple[str, Callable[[Any], bool], bool]) -> bool | None:
        _, check, answers = told
        return None if facts[field] is None and not answers else check(facts[field])

    alls: list[bool | None] = []
    for group in wanted:
        verdicts = [one(f, t) for f, t in group.items()]
        alls.append(False if False in verdicts else None if None in verdicts else True)
    return True if True in alls else None if None in alls else False


FACTS = st.fixed_dictionaries({f: st.sampled_from([*values, None]) for f, values in DOMAIN.items()})


@TRIED
@given(groups(), FACTS)
def test_conditions_follow_the_three_valued_logic(wanted: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    text = "[" + ", ".join("{" + ", ".join(f"{f}: {t[0]}" for f, t in group.items()) + "}" for group in wanted) + "]"

    assert holds(text, facts) is oracle(wanted, facts)


@TRIED
@given(groups(), FACTS)
def test_what_holds_or_fails_without_a_fact_does_so_whatever_the_fact_turns_out_to_be(
    wanted: list[dict[str, Any]], facts: dict[str, Any]
) -> None:
    """Unknown is not false: a verdict stays when missing values become known (asking whether they are missing aside)."""
    if any(told[2] for group in wanted for told in group.values()):
        return
    text = "[" + ", ".join("{" + ", ".join(f"{f}: {t[0]}" for f, t in group.items()) + "}" for group in wanted) + "]"
    verdict = holds(text, facts)
    open_fields = [f for f, v in facts.items() if v is None]
    completed = [dict(zip(open_fields, values, strict=True)) for values in itertools.product(*(DOMAIN[f] for f in open_fields))]

    assert verdict is None or {holds(text, facts | c) for c in completed} == {verdict}


@TRIED
@given(groups(), FACTS)
def test_an_undecided_condition_names_only_facts_that_are_unknown(wanted: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    text = "[" + ", ".join("{" + ", ".join(f"{f}: {t[0]}" for f, t in group.items()) + "}" for group in wanted) + "]"
    condition, _ = read(text)
    unknown: list[str] = []

    verdict = condition.holds(env(facts), unknown)

    assert all(facts[f] is None for f in unknown)
    assert bool(unknown) == (verdict is None)


@pytest.mark.parametrize(
    ("text", "fields", "wanted"),
    [
        ('{fee: "> 100CNY"}', {"fee": 10001}, True),
        ('{fee: "> 100CNY"}', {"fee": 10000}, False),
        ('{fee: ">= 100.50CNY"}', {"fee": 10050}, True),
        ('{fee: "= field quote"}', {"fee": 5, "quote": 5}, True),
        ('{fee: "= field quote"}', {"fee": 5}, None),
        ('{fee: "< 1/3 field quote"}', {"fee": 99, "quote": 300}, True),
        ('{fee: "< 1/3 field quote"}', {"fee": 100, "quote": 300}, False),
        ('{count: "[1..3)"}', {"count": 3}, False),
        ('{count: "1..3"}', {"count": 3}, True),
        ("{seen: roof}", {"seen": ("door", "roof")}, True),
        ("{seen: [roof, pipe]}", {"seen": ("door",)}, False),
        ("{seen: missing}", {"seen": ()}, True),
        ('{visit_at: "> 2026-03-01"}', {"visit_at": at("2026-03-02 00:01")}, True),
        ('{waited: "> 30min"}', {"waited": parse_span("1h")}, True),
        ("{step: received}", {}, False),
        ('{times.reply: ">= 1"}', {}, False),
        ('{since.open: "> 2h"}', {}, True),
        ("{actor.post: repairer}", {}, True),
        ("{actor.post: [desk, director]}", {}, False),
    ],
)
def test_each_spelling_means_what_it_says(text: str, fields: dict[str, Any], wanted: bool | None) -> None:
    assert holds(text, fields, opened_at=at("2026-03-02 09:00"), step="assigned") is wanted


def test_a_count_of_acts_is_nothing_rather_than_unknown() -> None:
    done = {"reply": Mark(2, at("2026-03-02 09:30"), at("2026-03-02 10:30"), (SUN,))}

    assert holds('{times.reply: "= 2"}', {}, marks=done) is True
    assert holds('{times.finish: "< 1"}', {}, marks=done) is True
    assert holds('{since.reply: "<= 90min"}', {}, marks=done) is True
    assert holds('{since.finish: "> 1h"}', {}, marks=done) is None, "it has not happened: nobody can say how long ago"


def test_elapsed_months_are_compared_on_the_calendar() -> None:
    calendar = Calendar.build(hours="00:00-24:00")

    assert Elapsed(at("2026-01-31 10:00"), at("2026-02-28 10:00")).compare(parse_span("1mo"), calendar) == 0
    assert Elapsed(at("2026-02-28 10:00"), at("2026-03-28 09:59")).compare(parse_span("1mo"), calendar) == -1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{urgncy: urgent}", "urgency"), ("{urgency: urgnt}", "urgent"), ('{urgency: "> urgent"}', "不能比大小"), ('{fee: "> ten"}',
        "金额"),
        ("{paid: perhaps}", "是或否"), ('{fee: "> 1.234CNY"}', "两位小数"), ("{actor.post: plumber}", "岗位"), ('{waited: "> 10m"}',
        "10min"),
        ("{technician: sun}", "field"), ('{fee: "> field nothing"}', "nothing"), ("{urgency: {a: b}}", "文字"), ("urgency", "键"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_what_to_write(text: str, said: str) -> None:
    _, wrong = read(text)

    assert wrong
    assert said in wrong[0]


DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@TRIED
@given(st.one_of(DAYS, st.builds(datetime.combine, DAYS, st.times())))
def test_dates_and_moments_can_be_compared_with_each_other(value: date) -> None:
    moment = value.replace(tzinfo=at("2026-01-01 00:00").tzinfo) if isinstance(value, datetime) else at(f"{value} 00:00")

    assert holds('{visit_at: "> 2026-03-01"}', {"visit_at": value if not isinstance(value, datetime) else moment}) is (
        moment > at("2026-03-01 00:00")
    )
