"""Comparing what a scenario expects with what was ruled. Every word of `expect` is here; a word nobody knows is a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from shouwen.policy import expecting_lists as lists
from shouwen.policy.errors import Fault
from shouwen.policy.misread import Misread, placed, reading, wants_mapping
from shouwen.policy.reading import tip_of
from shouwen.policy.ruling import Attest, Breach, Pass, Perform, Settle, Warned
from shouwen.policy.scenario_names import case_in
from shouwen.policy.seen import Mismatch, Seen, differ, field_of, shown, texts, typed, unlike
from shouwen.policy.setting_things import no_measure
from shouwen.policy.source import Node
from shouwen.policy.values import FieldType

Check = Callable[[Seen, Node], Iterator[Mismatch]]
OUTCOMES: Final = {
    "allowed": ("做成", "allowed"), "refused": ("被拒绝", "refused"), "waiting": ("待批准", "waiting"), "nothing": ("没有动作", "no act"),
}  # fmt: skip
WANTED: Final = {"yes": "allowed", "true": "allowed", "no": "refused", "false": "refused", "waits": "waiting"}


def mismatches(expect: Node, seen: Seen, step: int = 0) -> Iterator[Fault]:
    """Yield a fault for each expectation that does not hold, at its place."""
    wants_mapping(expect, "expect")
    for key, node in expect.entries():
        check = CHECKS.get(key)
        if check is None:
            tip, tip_en = tip_of(key, CHECKS)
            yield placed(expect.at(key), step, "", f"expect 没有“{key}”这个键{tip}", f"expect has no key {key!r}{tip_en}")
            continue
        try:
            with reading(node, key):
                for at, name, zh, en in check(seen, node):
                    yield placed(at, step, name, zh, en)
        except Misread as e:
            yield e.fault(step)


def _allowed(seen: Seen, node: Node) -> Iterator[Mismatch]:
    outcome = seen.ruling.outcome if seen.ruling else "nothing"
    wanted = WANTED.get(node.text or "", node.text or "")
    if wanted not in OUTCOMES:
        tip, tip_en = tip_of(wanted, ("yes", "no", "waits"))
        raise Misread(
            node, "allowed", f"写 yes、no 或 waits,没有“{wanted}”{tip}", f"write yes, no or waits, not {wanted!r}{tip_en}"
        )
    if wanted != outcome:
        refusals = seen.ruling.refusals if seen.ruling else ()
        why = tuple(
            "; ".join(f"{seen.short(r.clause) if r.clause else r.code}: {r.text(lang)}" for r in refusals)
            for lang in ("zh", "en")
        )
        at, key, zh, en = unlike(node, "allowed", OUTCOMES[wanted], OUTCOMES[outcome])
        yield at, key, f"{zh}{';' + why[0] if why[0] else ''}", f"{en}{'; ' + why[1] if why[1] else ''}"


def _refused(seen: Seen, node: Node) -> Iterator[Mismatch]:
    refusals = seen.ruling.refusals if seen.ruling else ()
    found = sorted(seen.short(r.clause) if r.clause else r.code for r in refusals)
    if (wanted := texts(node)) == found:
        return
    zh, en = (
        sorted(seen.short(r.clause) if r.clause else f"{r.code}({r.text(lang)})" for r in refusals) for lang in ("zh", "en")
    )  # a code alone tells an author nothing
    yield unlike(node, "refused", shown(wanted), (shown(zh)[0], shown([t.replace("(", " (", 1) for t in en])[1]))


def _warned(seen: Seen, node: Node) -> Iterator[Mismatch]:
    found = sorted(seen.short(r.clause) for r in (seen.ruling.warnings if seen.ruling else ()))
    yield from differ(node, "warned", texts(node), found)


def _names(attribute: str) -> Check:
    def check(seen: Seen, node: Node) -> Iterator[Mismatch]:
        refusals = seen.ruling.refusals if seen.ruling else ()
        found = sorted({m.rpartition("/")[2] for r in refusals for m in getattr(r, attribute)})
        yield from differ(node, attribute, sorted(set(texts(node))), sorted(f.rpartition("#")[2] for f in found))

    return check


def _settled(outcome: str) -> Check:
    def check(seen: Seen, node: Node) -> Iterator[Mismatch]:
        found = sorted(seen.short(e.clause) for e in seen.effects if isinstance(e, Settle) and e.outcome == outcome)
        yield from differ(node, outcome, texts(node), found)

    return check


def _breached(seen: Seen, node: Node) -> Iterator[Mismatch]:
    wanted, found = texts(node), [seen.short(e.cite.clause) for e in seen.effects if isinstance(e, Breach)]
    yield from differ(node, "breached", wanted, sorted(c for c in found if seen.counts(c) or c in wanted))


def _due(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare running due moments by clause; `none`: not running."""
    wants_mapping(node, "due", '{"2.1": "2026-03-02 10:00"}')
    running = _running(seen)
    for clause, value in node.entries():
        if case := case_in(clause, [n.rpartition("#")[2] for n in seen.stage.law.versions]):
            with reading(node.at(clause), "due"):
                seen.stage.subject(case)
        if value.text in ("none", "paused"):
            wanted: Any = None if value.text == "none" else {None}
        else:
            wanted = {seen.stage.moment(value)}
        found = running.get(clause)
        if found != wanted and not (found and wanted and wanted <= found and len(found) > 1):
            moments = sorted(f"{d:%Y-%m-%d %H:%M}" if d else "paused" for d in found or ())
            yield unlike(value, f"due {clause}", shown(None if value.text == "none" else value.text), shown(moments))


def _running(seen: Seen) -> dict[str, set[datetime | None]]:
    """Return when promises fall due: by clause, by "1.4.1c/2" for the one on its second row, by "X.1.4" for that of the case X."""
    found: dict[str, set[datetime | None]] = {}
    for s in seen.stage.world.subjects.values():
        own = seen.stage.by_id.get(s.id)
        for d in s.deadlines:
            name = seen.short(d.clause)
            for key in (name, f"{name}/{d.row}"):
                for said in (key, *([f"{own}.{key}"] if own else ())):
                    found.setdefault(said, set()).add(d.due_at)
    return found


def _fields(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare fields: `R1.fee: 60CNY`, `R1.lines.1.price: 30CNY`, `H1.vacancy: none`."""
    stage = seen.stage
    wants_mapping(node, "fields", "{R1.fee: 60CNY}")
    for path, value in node.entries():
        name, *rest = path.split(".")
        if not rest:
            raise Misread(node.at(path), "fields", "写成“事项.字段”,如 R1.fee", "fields: write case.field, like R1.fee")
        with reading(node.at(path), "fields"):
            subject = stage.subject(name)
        found: Any = subject.fields.get(rest[0])
        kind = _type_at(seen, subject.noun, rest, node.at(path)) if rest[0] not in subject.fields or len(rest) > 1 else None
        kind = kind or getattr(stage.law.nouns[subject.noun].fields.get(rest[0]), "type", None)
        if len(rest) == 3 and kind is not None:
            rows = found or ()
            found = rows[int(rest[1]) - 1].get(rest[2]) if rest[1].isdecimal() and len(rows) >= int(rest[1]) else None
            kind = kind.columns[rest[2]].type
        none = value.text in ("missing", "none") and not (kind and value.text in kind.choices)
        wanted = None if none else stage.value(kind, value) if kind else value.text
        if found != wanted:
            yield unlike(value, path, typed(stage, kind, wanted), typed(stage, kind, found))


def _type_at(seen: Seen, noun: str, rest: list[str], node: Node) -> FieldType | None:
    """Return the type of a field that is named. Raises Misread for one that is not there, and for a column that is not."""
    kind = field_of(seen.stage.law.nouns[noun], rest[0], node)
    if len(rest) == 3 and kind is not None and rest[2] not in kind.columns:
        tip, tip_en = tip_of(rest[2], kind.columns)
        raise Misread(node, "fields", f"没有“{rest[2]}”这一列{tip}", f"there is no column {rest[2]!r}{tip_en}")
    return kind


def _step(seen: Seen, node: Node) -> Iterator[Mismatch]:
    if node.pairs is not None:
        for name, value in node.entries():
            with reading(node.at(name), "step"):
                step = seen.stage.subject(name).step
            yield from differ(value, f"step {name}", value.text, step)
        return
    yield from differ(node, "step", node.text, seen.subject.step if seen.subject else None)


def _person(attribute: str) -> Check:
    def check(seen: Seen, node: Node) -> Iterator[Mismatch]:
        s = seen.subject
        yield from differ(node, attribute, node.text, seen.stage.name_of("staff", getattr(s, attribute)) if s else None)

    return check


def _proposed(seen: Seen, node: Node) -> Iterator[Mismatch]:
    wants_mapping(node, "proposed", "{technician: [sun, wu]}")
    for field, value in node.entries():
        people = seen.ruling.proposals.get(field, ()) if seen.ruling else ()
        found = [seen.stage.name_of("staff", p) for p in people]
        yield from differ(value, f"proposed {field}", [n.text for n in value.items or []], found)


def _performed(seen: Seen, node: Node) -> Iterator[Mismatch]:
    yield from differ(node, "performed", texts(node), sorted(f"{e.act.name}" for e in seen.effects if isinstance(e, Perform)))


def _cites(kind: type) -> Check:
    def check(seen: Seen, node: Node) -> Iterator[Mismatch]:
        cites = (getattr(e, "cite", None) for e in seen.effects if isinstance(e, kind))
        found = sorted({seen.short(c.clause) for c in cites if c is not None})
        yield from differ(node, kind.__name__.lower(), texts(node), found)

    return check


def _near(seen: Seen, node: Node) -> Iterator[Mismatch]:
    yield from differ(node, "near", texts(node), sorted(seen.short(e.clause) for e in seen.effects if isinstance(e, Warned)))


def _flagged(seen: Seen, node: Node) -> Iterator[Mismatch]:
    found = sorted({seen.short(c) for c, _ in (seen.ruling.flags if seen.ruling else ())})
    yield from differ(node, "flagged", texts(node), found)


def _measures(seen: Seen, node: Node) -> Iterator[Mismatch]:
    wants_mapping(node, "measures", '{delays: "2"}')
    for key, value in node.entries():
        name, _, of = key.partition(" of ")
        measure = seen.stage.law.measures.get(name)
        if measure is None:
            raise no_measure(node.at(key), name, seen.stage.law.measures)
        with reading(value, f"measures {key}"):
            wanted = measure.type.read(value.text)
            read = seen.ruling.reads.get(name) if seen.ruling else None
            found = seen.stage.counted(name, of) if of else read
        if wanted != found:
            yield unlike(
                value, f"measures {key}", typed(seen.stage, measure.type, wanted), typed(seen.stage, measure.type, found)
            )


def _scripts(seen: Seen, node: Node) -> Iterator[Mismatch]:
    yield from differ(node, "scripts", texts(node), sorted(seen.short(c) for c in seen.scripts))


def _reads(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare which of the scenario's cases somebody may read."""
    yield from _cases_of(seen, node, "reads", lambda name: seen.stage.world.read_by(seen.stage.person(name)))


def _uncovers(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare from which of the scenario's cases a customer's personal data may be uncovered."""
    yield from _cases_of(seen, node, "uncovers", lambda name: seen.stage.world.uncovering(seen.stage.customer(name)))


def _cases_of(seen: Seen, node: Node, key: str, found_for: Callable[[str], Iterable[int]]) -> Iterator[Mismatch]:
    """Compare, for each person a scenario names, the cases listed behind the name with those found for them."""
    wants_mapping(node, key, "{chen: [R1, R2]}")
    stage = seen.stage
    for name, value in node.entries():
        with reading(node.at(name), key):
            ids = found_for(name)
        for case in texts(value):
            with reading(value, f"{key} {name}"):
                stage.subject(case)
        found = sorted(own for s in ids if (own := stage.by_id.get(s)))
        yield from differ(value, f"{key} {name}", texts(value), found)


CHECKS: Final[dict[str, Check]] = {
    "allowed": _allowed,
    "refused": _refused,
    "warned": _warned,
    "missing": _names("missing"),
    "unknown": _names("unknown"),
    "kept": _settled("kept"),
    "late": _settled("late"),
    "withdrawn": _settled("withdrawn"),
    "breached": _breached,
    "due": _due,
    "owes": lists.owes,
    "told": lists.told,
    "reported": lists.reported,
    "granted": lists.granted,
    "retained": lists.retained,
    "booked": lists.booked,
    "opened": lists.opened,
    "tasks": lists.tasks,
    "asks": lists.asks,
    "fields": _fields,
    "step": _step,
    "responsible": _person("responsible"),
    "first_asked": _person("first_asked"),
    "proposed": _proposed,
    "performed": _performed,
    "attested": _cites(Attest),
    "passed": _cites(Pass),
    "near": _near,
    "flagged": _flagged,
    "measures": _measures,
    "scripts": _scripts,
    "reads": _reads,
    "uncovers": _uncovers,
}
