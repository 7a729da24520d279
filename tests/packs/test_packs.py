"""The packs that are shipped: they load, read well in both languages, carry their catalogue entries, and do what their scenarios say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from shouwen.ops import shelf
from shouwen.policy.company import Company, company_in
from shouwen.policy.coverage import citing, waiting
from shouwen.policy.kinds.base import Clause
from shouwen.policy.kinds.opens import Obliges
from shouwen.policy.law import Law, load
from shouwen.policy.nouns import Field
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Runner, Scenario, read_scenarios
from shouwen.policy.source import Node, read_text

SHIPPED = sorted(p.parent.name for p in shelf.SHELF.glob("*/pack.yaml"))
OURS = (
    "generic",
    "property",
    "auto",
    "utility",
    "hospitality",
    "trade",
    "reception",
    "centre",
)  # whose entries of the catalogue are counted here
ENTRIES = {  # by the pack that carries them, with what it builds on
  "reception": {"003-09": 14},  # all forty: tests/packs/test_reception.py
  "centre": {},
  "auto": {"003-16": 33},
  "hospitality": {"000-03": 26},
  "trade": {"003-13": 20},
  "utility": {"003-07": 54},
  "property": {
    "001-01": 16, "001-02": 12, "001-05": 17, "001-09": 12, "001-12": 17, "001-13": 8, "001-19": 15, "001-20": 9,
    "001-22": 9, "001-23": 9, "001-24": 23, "001-25": 8, "001-26": 9, "001-27": 1, "003-01": 20, "003-02": 6, "004-02": 16,
  },
}  # fmt: skip
SAME_AS = {f"001-12-{n}" for n in ("01", "03", "04", "09", "10")}  # numbers kept for rules catalogued under another system
LONGEST = 40  # characters of a clause's Chinese


@cache
def files(pack: str) -> Sources:
    return read_sources(shelf.folders([pack]))


@cache
def demo() -> Company:
    company = company_in(Path(shelf.SHELF) / "yunqi")
    assert company is not None
    return company


@cache
def law_of(pack: str) -> Law:
    return load(files(pack), demo() if pack == "yunqi" else None)


@cache
def runner(pack: str) -> Runner:
    return Runner(files(pack), demo() if pack == "yunqi" else None)


def scenarios() -> Iterator[tuple[str, Scenario]]:
    """Every scenario under its own pack, and those of what the demo company adopts once more under its settings."""
    for pack in SHIPPED:
        for s in read_scenarios(files(pack)):
            if pack == "yunqi" or s.regulation.startswith(f"{pack}/"):
                yield pack, s


def clauses() -> Iterator[Clause]:
    yield from (c for pack in SHIPPED for vs in law_of(pack).versions.values() for c in vs)


@pytest.mark.parametrize("pack", SHIPPED)
def test_a_shipped_pack_loads_with_what_it_builds_on(pack: str) -> None:
    assert law_of(pack).versions


def test_the_demo_company_has_decided_everything_the_sources_leave_open() -> None:
    assert law_of("property").undecided, "or this proves nothing"
    assert law_of("yunqi").undecided == ()


def test_what_the_vacant_house_rules_leave_open_is_listed_until_the_company_decides() -> None:
    found = {
        (clause, parameter) for name, parameter in law_of("property").undecided for clause in name.split("/vacant-house#")[1:]
    }

    assert found == {
        ("2.6", "every"), ("2.6", "during"), ("2.7", "every"), ("2.9", "within"), ("3.2", "within"), ("4.10", "within"),
        ("5.1", "rows.part"), ("5.4", "at_least"), ("6.3", "take"),
    }  # fmt: skip


def test_every_value_of_the_demo_company_names_its_reading() -> None:
    law = law_of("yunqi")
    assert not [
        n for n in demo().values if not law.versions[n][-1].assumed.get("zh") or not law.versions[n][-1].assumed.get("en")
    ]


@pytest.mark.parametrize(
    ("pack", "scenario"), list(scenarios()), ids=lambda v: v if isinstance(v, str) else f"{v.regulation}: {v.title}"
)
def test_a_scenario_holds(pack: str, scenario: Scenario) -> None:
    assert runner(pack).run(scenario).wrong == ()


def test_every_clause_reads_as_a_sentence() -> None:
    broken = {c.name: s for c in clauses() if not (s := c.sentence().strip()) or any(w in s for w in ("<", "None", "{", "函数"))}
    assert broken == {}


def test_every_clause_is_short_and_in_both_languages() -> None:
    assert [c.name for c in clauses() if not 0 < len(c.zh) <= LONGEST] == []
    assert [c.name for c in clauses() if c.regulation.pack in OURS and not c.en.isascii()] == []
    assert [c.name for c in clauses() if c.regulation.pack in OURS and not c.en] == []


@pytest.mark.parametrize("pack", ENTRIES)
def test_every_word_a_page_shows_is_there_in_english(pack: str) -> None:
    law = law_of(pack)
    named = [
        *((n.id, n.en) for n in law.nouns.values()),
        *((p.id, p.en) for p in law.posts.values()),
        *((b.id, b.en) for b in law.books.values()),
        *((f.id, f.en) for f in law.forms.values()),
        *((m.id, m.en) for m in law.measures.values()),
        *((f.id, f.en) for f in law.facts.values()),
        *((r.name, r.en) for r in law.regulations.values()),
        *((f"{n.id}.{k}", a.en) for n in law.nouns.values() for k, a in n.acts.items()),
        *((f"{n.id}.{k}", s.en) for n in law.nouns.values() for k, s in (*n.steps.items(), *n.tasks.items())),
        *(w for n in law.nouns.values() for f in n.fields.values() for w in in_english(n.id, f)),
        *(w for f in law.customer_fields.values() for w in in_english("customer", f)),
    ]
    assert len(named) > 100
    assert [name for name, en in named if not en] == []


def in_english(owner: str, field: Field) -> Iterator[tuple[str, str]]:
    """Yield a field, its choices and its columns with their English."""
    here = f"{owner}.{field.id}"
    yield here, field.en
    yield from ((f"{here}.{c.id}", c.en) for c in field.type.choices.values())
    for column in field.type.columns.values():
        yield from in_english(here, column)


@pytest.mark.parametrize("pack", ENTRIES)
def test_every_case_can_be_ended_without_being_done_and_nobody_is_asked_for_a_field_that_is_not_there(pack: str) -> None:
    law = law_of(pack)
    cases = [n for n in law.nouns.values() if n.kind == "case"]
    assert cases
    assert [n.id for n in cases if "cancel" not in n.acts or n.acts["cancel"].to not in n.ends] == []
    assert [n.id for n in cases if not n.number] == []
    assert len({n.number for n in cases}) == len(cases)


@pytest.mark.parametrize("pack", ENTRIES)
def test_every_entry_of_the_catalogue_systems_is_carried_and_what_is_carried_in_part_says_so(pack: str) -> None:
    sources = files(pack)
    cited = {c.entry for c in citing(sources, law_of(pack))}
    wanted = {f"{system}-{n:02}" for system, count in ENTRIES[pack].items() for n in range(1, count + 1)} - SAME_AS
    assert wanted - cited == set()
    reasons, _ = waiting(sources)
    everything = {f"{s}-{n:02}" for systems in ENTRIES.values() for s, count in systems.items() for n in range(1, count + 1)}
    assert set(reasons) <= everything
    assert [e for e, why in reasons.items() if not (why.get("zh") and why.get("en") and why.get("for"))] == []


@pytest.mark.parametrize("pack", ENTRIES)
def test_every_clause_somebody_carries_out_is_named_by_a_scenario(pack: str) -> None:
    tested = {name for _, s in scenarios() for name in s.tested}
    law = law_of(pack)
    silent = [n for n, vs in law.versions.items() if vs[-1].grade != "said" and n not in tested]
    assert silent == []


@pytest.mark.parametrize("pack", ENTRIES)
def test_every_entry_is_played_by_a_scenario_or_says_why_there_is_nothing_to_play(pack: str) -> None:
    tested = {name for _, s in scenarios() for name in s.tested}
    sources = files(pack)
    found = list(citing(sources, law_of(pack)))
    own = {c.entry for c in found if c.entry.rpartition("-")[0] in ENTRIES[pack] or c.node.file.startswith(f"{pack}/")}
    played = {c.entry for c in found if c.name in tested or c.touches}
    assert own - played - set(waiting(sources)[0]) == set()


@pytest.mark.parametrize("pack", ENTRIES)
def test_a_clause_about_a_breach_cites_only_what_its_source_says(pack: str) -> None:
    """Nobody's source says to whom a breach is reported: such a clause names the reading it rests on."""
    law = law_of(pack)
    upon = [vs[-1] for vs in law.versions.values() if vs[-1].rule.upon is not None and vs[-1].rule.upon.kind == "breach"]
    assert upon
    assert [c.name for c in upon if not c.assumed] == []


@pytest.mark.parametrize("pack", ENTRIES)
def test_a_clause_without_a_source_says_what_was_assumed(pack: str) -> None:
    law = law_of(pack)
    assert [n for n, vs in law.versions.items() if not vs[-1].source and not vs[-1].assumed] == []


def test_every_repair_confirmed_for_somebody_and_every_complaint_resolved_opens_exactly_one_call_back() -> None:
    """The share of call-backs is of all that were opened: it is one of all matters only as long as none is left out or asked twice."""
    law = law_of("property")
    day = law.on(date(2026, 11, 22))
    asked = {
        noun: [
            [(t.path.text, t.kind, t.values) for group in rule.when.groups for t in group]
            for rule in day.by_noun[noun]
            if isinstance(rule.kind, Obliges) and rule.kind.procedure == "call_back" and rule.upon and rule.upon.name == act
        ]
        for noun, act in (("repair", "confirm"), ("complaint", "resolve"))
    }

    assert asked["complaint"] == [[]], "one clause, without a condition"
    in_home, public = ("place", "is", ("in_home",)), ("place", "is", ("public",))
    assert asked["repair"] == [[in_home], [public, ("customer", "given", ())]]
    assert set(law.nouns["repair"].fields["place"].type.choices) == {"in_home", "public"}, "one of the two, whatever it is"
    needed = [r.clause.name for r in day.by_noun["repair"] if r.clause.name.endswith(("repair#1.1", "repair#1.2"))]
    assert needed == ["property/repair#1.1", "property/repair#1.2"], "every repair says its place, one in a home its customer"


def test_no_clause_needs_an_expression() -> None:
    """Conditions are mappings; the budget of expressions (DESIGN §4.4) is not used."""
    used = [name for pack in OURS for name, text in files(pack).items() if any(_keys(read_text(text, name)))]
    assert used == []


def _keys(node: Node) -> Iterator[str]:
    for key, value in node.entries():
        if key in ("cel", "expr", "expression"):
            yield key
        yield from _keys(value)
    for item in node.items or ():
        yield from _keys(item)
