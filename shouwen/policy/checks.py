"""What is checked over a whole law before it is enacted.

Two answers to one question, dead penalties, rings, gates that ask too early, sentences that cannot be made.
"""

from __future__ import annotations

import itertools

from shouwen.policy.checks_ended import nothing_after_the_end
from shouwen.policy.checks_fitting import steps_after, what_is_there
from shouwen.policy.checks_owed import owed_by_those_who_may
from shouwen.policy.checks_possible import unreachable_acts
from shouwen.policy.checks_whole import below_nothing, booking_rings, growing_rounds, grows_by_itself, impossible_acts
from shouwen.policy.compile import Compiled
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.kinds.booking import Booking
from shouwen.policy.kinds.choices import Choice, Classifies
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Approval
from shouwen.policy.kinds.opens import Obliges, Performs, Schedules
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.nouns import Noun
from shouwen.policy.receipts import confirmable
from shouwen.policy.telling_apart import can_both_hold, rings


def check(compiled: Compiled, faults: Faults) -> None:
    """Note every fault of the whole."""
    clauses = [vs[-1] for vs in compiled.clauses.values() if vs and not vs[-1].repealed]
    by_name = {c.name: c for c in clauses}
    _choices(clauses, faults)
    _bookings(clauses, faults)
    _breaches(clauses, by_name, faults)
    _overrides(clauses, by_name, faults)
    _causing_rings(clauses, faults)
    _gates_too_early(clauses, faults)
    booking_rings(_rules(clauses), faults)
    below_nothing(_rules(clauses), faults)
    growing_rounds(_rules(clauses), faults)
    grows_by_itself(_rules(clauses), faults)
    impossible_acts(_rules(clauses), faults)
    unreachable_acts(_rules(clauses), faults)
    nothing_after_the_end(compiled.declared, compiled.populations, _rules(clauses), faults)
    owed_by_those_who_may(_rules(clauses), faults)
    what_is_there(compiled.declared, _rules(clauses), faults)
    confirmable(clauses, faults)
    for clause in clauses:
        if not clause.sentence().strip():
            faults.add(clause.node, f"条款{clause.id}说不成一句话", f"clause {clause.id} cannot be said as a sentence")


def _rules(clauses: list[Clause]) -> list[Rule]:
    return [r for c in clauses for r in c.rules.values()]


def _choices(clauses: list[Clause], faults: Faults) -> None:
    """Two choices for one field upon one moment must never both hold, unless one overrides the other."""
    questions: dict[tuple[str, str, str, str], list[Rule]] = {}
    for rule in _rules(clauses):
        if isinstance(rule.kind, Choice):
            noun = rule.noun.id if rule.noun else ""
            upon = rule.upon.name if rule.upon else ""
            questions.setdefault((noun, rule.kind.link, rule.kind.field, upon), []).append(rule)
    for (noun, _, field, _), rules in questions.items():
        for a, b in itertools.combinations(rules, 2):
            if _related(a, b) or not can_both_hold(a.when, b.when):
                continue
            faults.add(
                b.clause.node,
                f"条款{a.clause.id}和{b.clause.id}都给{noun}的“{field}”取值,且可能同时成立;若其一是例外,请写 overrides",
                f"clauses {a.clause.name} and {b.clause.name} both set {field!r} of {noun} and may hold together; "
                "if one is the exception, write overrides",
            )
    _choicerings(questions, faults)


def _choicerings(questions: dict[tuple[str, str, str, str], list[Rule]], faults: Faults) -> None:
    edges: dict[str, set[str]] = {}
    where: dict[str, Clause] = {}
    for (noun, link, field, _), rules in questions.items():
        for rule in rules:
            reads = {t.path.text for t in rule.when.tests} | ({p.text for p in rule.table.columns} if rule.table else set())
            reads |= set(rule.kind.reads()) if isinstance(rule.kind, Classifies) else set()
            key = f"{noun}:{link + '.' if link else ''}{field}"
            edges.setdefault(key, set()).update(f"{noun}:{r}" for r in reads)
            where[key] = rule.clause
    for ring in rings({k: {t for t in v if t in edges and t != k} for k, v in edges.items()}):
        faults.add(where[ring[0]].node, f"取值互相依赖:{' → '.join(ring)}", f"choices depend on each other: {' -> '.join(ring)}")


def _bookings(clauses: list[Clause], faults: Faults) -> None:
    """Two clauses charging one book of one person for one event are an error unless one overrides the other."""
    events: dict[tuple[str, str, str, str], list[Rule]] = {}
    for rule in _rules(clauses):
        if isinstance(rule.kind, Booking) and rule.upon is not None:
            who = rule.kind.who.zh if rule.kind.who else ""
            counted = rule.kind.times.text if rule.kind.times is not None else ""  # for different things counted
            what = f"{rule.kind.book} {counted} {getattr(rule.kind, 'taken_back', '')}"
            events.setdefault((rule.noun.id if rule.noun else "", rule.upon.name, what, who), []).append(rule)
    for rules in events.values():
        for a, b in itertools.combinations(rules, 2):
            if not _related(a, b) and can_both_hold(a.when, b.when):
                faults.add(
                    b.clause.node,
                    f"条款{a.clause.id}和{b.clause.id}就同一件事记同一本账两次;若有意如此,请合为一条或写 overrides",
                    f"clauses {a.clause.name} and {b.clause.name} charge one book twice for one event; join them or write overrides",
                )


def _related(a: Rule, b: Rule) -> bool:
    return a.clause.overrides == b.clause.name or b.clause.overrides == a.clause.name or a.clause is b.clause


def _breaches(clauses: list[Clause], by_name: dict[str, Clause], faults: Faults) -> None:
    """A breach can only follow a promise, or a gate that records or may be passed."""
    for clause in clauses:
        upon = clause.rule.upon if clause.rules else None
        if upon is None or upon.kind != "breach":
            continue
        target = by_name.get(upon.name)
        if target is None:
            continue
        kind = target.rule.kind
        if isinstance(kind, Gate) and kind.mode != "record":
            faults.add(
                clause.node, f"第{target.id}条会拒绝,不会有人违反它;要记违规请给它写 or: record",
                f"clause {target.id} refuses, so nobody breaches it; give it `or: record`",
            )  # fmt: skip
        elif not isinstance(kind, Gate | Deadline) and not (hasattr(kind, "when") and kind.when.said):
            faults.add(
                clause.node, f"第{target.id}条没有时限,不会被违反", f"clause {target.id} has no due moment, nobody can breach it"
            )


def _overrides(clauses: list[Clause], by_name: dict[str, Clause], faults: Faults) -> None:
    for clause in clauses:
        target = by_name.get(clause.overrides) if clause.overrides else None
        if target is not None and target.overrides:
            faults.add(
                clause.node,
                f"第{target.id}条本身已是例外,不能再被例外;请直接改写",
                f"clause {target.id} is an exception itself; rewrite it instead of overriding it",
            )
        if target is not None and target.kind_word != clause.kind_word:
            faults.add(
                clause.node,
                f"第{clause.id}条与第{target.id}条不是同一种条款,不能互为例外",
                f"clauses {clause.id} and {target.id} are of different kinds",
            )


def _causing_rings(clauses: list[Clause], faults: Faults) -> None:
    """Cases and acts of the law that cause each other without end: what is opened upon an act, what is done upon an opening."""
    edges: dict[str, set[str]] = {}
    where: dict[str, Clause] = {}
    for rule in _rules(clauses):
        kind, noun = rule.kind, rule.noun
        if noun is None or rule.upon is None or rule.upon.kind != "act":
            continue
        caused = f"{kind.procedure}.open" if isinstance(kind, Obliges) and kind.procedure else ""
        caused = f"{noun.id}.{kind.act}" if isinstance(kind, Performs) else caused
        if caused:
            edges.setdefault(f"{noun.id}.{rule.upon.name}", set()).add(caused)
            where[f"{noun.id}.{rule.upon.name}"] = rule.clause
    for ring in rings(edges):
        opening = all(name.endswith(".open") for name in ring)
        shown = [name.removesuffix(".open") for name in ring] if opening else ring
        what, what_en = (
            ("事项互相开立", "cases open each other") if opening else ("自动动作互相引发", "acts of the law cause each other")
        )
        faults.add(where[ring[0]].node, f"{what},没有尽头:{' → '.join(shown)}", f"{what_en} without end: {' -> '.join(shown)}")


def _gates_too_early(clauses: list[Clause], faults: Faults) -> None:
    """A gate that rests on a field only later acts ask for would refuse for ever, or never bind."""
    rules = _rules(clauses)
    for rule in rules:
        kind, noun = rule.kind, rule.noun
        if not isinstance(kind, Gate) or kind.every or isinstance(kind, Approval) or noun is None or noun.kind != "case":
            continue
        fields = {t.path.text for t in rule.when.tests}
        fields |= {p.text for p in kind.fields} if isinstance(kind, Requires) else set()
        for act in kind.gates():
            shape = noun.acts.get(act)
            if shape is None:
                continue
            for name in sorted(fields):
                field = noun.fields.get(name)
                if field is None or field.computed or _asked_by_then(name, act, noun, rules):
                    continue
                faults.add(
                    rule.clause.node,
                    f"“{field.zh}”要到{shape.zh}之后的动作才填,第{rule.clause.id}条在{shape.zh}前问它,永远过不了;请让{shape.zh}或更早的动作填写(asks)",
                    f"the field {name!r} is asked for only after {act!r}, but clause {rule.clause.id} wants it before; "
                    f"let {act!r} or an earlier act ask for it",
                )


def _asked_by_then(name: str, act: str, noun: Noun, rules: list[Rule]) -> bool:
    """Whether a field is asked for by the act itself, by one that may come before it, or set by the law or by nobody."""
    if act == "open" and noun.acts[act].asks:
        return _known_when_opened(name, noun, rules)
    asking = [a for a in noun.acts.values() if name in a.asks and not a.built_in]
    if not asking or act in {a.id for a in asking} or noun.acts[act].built_in:
        return True
    opening = noun.acts.get("open")
    if opening is not None and name in opening.asks:
        return True
    wanted = set(noun.acts[act].leaves or noun.steps)
    return any(steps_after(a, noun) & wanted for a in asking)


def _known_when_opened(name: str, noun: Noun, rules: list[Rule]) -> bool:
    """Whether a field can have a value when a case is opened: asked for then, wanted by a gate, set by the law, or by whom it opens."""
    asking = [a for a in noun.acts.values() if name in a.asks and not a.built_in]
    asked = name in noun.acts["open"].asks
    if not asking or asked or noun.fields[name].type.name == "customer":  # whoever called is known
        return True
    of_noun = [r.kind for r in rules if r.noun is noun]
    wanted = any(isinstance(k, Requires) and "open" in k.gates() and name in {p.text for p in k.fields} for k in of_noun)
    chosen = any(isinstance(k, Choice) and not k.link and k.field == name for k in of_noun)
    brought = any(
        isinstance(r.kind, Obliges | Schedules) and r.kind.procedure == noun.id and name in r.kind.values for r in rules
    )
    return wanted or chosen or brought
