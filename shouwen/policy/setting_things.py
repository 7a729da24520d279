"""Setting the stage of a scenario: the records and cases there are, what happened to them, what stands in the books, the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shouwen.policy.facts import Dated, Mark, Running, grant_mark
from shouwen.policy.folding import Done, Entry
from shouwen.policy.kinds.booking import read_number
from shouwen.policy.misread import Misread, reading, wants_mapping
from shouwen.policy.nouns import NamedFact, Noun
from shouwen.policy.reading import Reader, tip_of
from shouwen.policy.ruling import Cite, Enter
from shouwen.policy.setting_people import pairs_of, word_of
from shouwen.policy.source import Node, scalar
from shouwen.policy.subjects import Subject
from shouwen.policy.values import FieldType
from shouwen.worktime import parse_span

if TYPE_CHECKING:
    from shouwen.policy.setting import Stage

CASE_WORDS = (
    "of",
    "step",
    "state",
    "opened",
    "by",
    "responsible",
    "first_asked",
    "unit",
    "customer",
    "did",
    "decided",
    "held",
    "running",
    "parent",
    "granted",
)


def put_subject(stage: Stage, noun: Noun, name: str, node: Node) -> None:
    """Put a record or case on the stage. Raises BadValue."""
    key = stage.names["subject"][name]
    s = Subject(key, noun.kind, noun.id, step=word_of(node, "step") or word_of(node, "state") or noun.start)
    if noun.steps and s.step not in noun.steps:
        tip, tip_en = tip_of(s.step, noun.steps)
        at = node.get("step") or node.get("state") or node
        raise Misread(at, "step", f"{noun.zh}没有环节“{s.step}”{tip}", f"{noun.id} has no step {s.step!r}{tip_en}")
    for field_name, value in node.entries():
        if field_name in noun.fields:
            with reading(value, field_name):
                s.fields[field_name] = stage.value(noun.fields[field_name].type, value)
        elif field_name not in CASE_WORDS:
            tip, tip_en = tip_of(field_name, [*noun.fields, *CASE_WORDS])
            zh, en = f"{noun.zh}没有字段“{field_name}”{tip}", f"{noun.id} has no field {field_name!r}{tip_en}"
            raise Misread(node.at(field_name), name, zh, en)
    if opened := node.get("opened"):
        with reading(opened, "opened"):
            s.opened_at = stage.moment(opened)
    by = stage.named("staff", node, "by")
    s.responsible = stage.named("staff", node, "responsible") or by
    s.first_asked = stage.named("staff", node, "first_asked") or by
    staff = stage.world.org.staff.get(s.first_asked)
    s.unit = stage.named("unit", node, "unit") or (staff.unit if staff else next(iter(stage.names["unit"].values()), 0))
    area = next((f.id for f in noun.fields.values() if f.type.name == "unit" and not f.type.many), "")
    if noun.kind == "record" and s.fields.get(area):
        s.unit = s.fields[area]
    s.customer = stage.named("customer", node, "customer")
    s.closed = s.step in noun.ends
    s.parent = stage.named("subject", node, "parent")
    stage.world.subjects[key] = s
    _history(stage, s, node)


def _history(stage: Stage, s: Subject, node: Node) -> None:
    """`did: {finish: sun}` or `{finish: {by: sun, at: …, times: 2}}`, `decided: {finish: he}` who approved it; `running: "yes"` makes the
    promises it has by law, `running: {"2.1": {from: …, due: …}}` states them instead; `granted: {vacancy: {from: …, until: …}}`.
    """
    for word, mark in (("did", ""), ("decided", "approved:")):
        for act, value in _done_acts(stage, s, node.get(word), word):
            with reading(value, word):
                _did(stage, s, mark + act, value)
    granted = node.get("granted")
    for what, spell in granted.entries() if granted is not None else ():
        with reading(spell, "granted"):
            begins, ends = stage.moment(spell.get("from")), stage.moment(spell.get("until"))
        s.marks[grant_mark(what, begins)] = Mark(1, begins, ends, ())
    if (running := node.get("running")) is not None:
        _running(stage, s, running)


def _running(stage: Stage, s: Subject, running: Node) -> None:
    s.runs = running.text in ("yes", "true")
    if running.pairs is None and running.text not in ("yes", "true", "no", "false"):
        raise Misread(running, "running", '写 yes,或写明各条,如 {"2.1": {due: "2026-03-02 10:00"}}',
            'write yes, or each clause, like {"2.1": {due: "2026-03-02 10:00"}}')  # fmt: skip
    for ref, value in running.entries():
        clause = stage.own_clause(scalar(ref, running.at(ref)), "running")
        wants_mapping(value, "running", '{due: "2026-03-02 10:00"}')
        version = stage.law.versions[clause][-1]
        until = getattr(version.rule.kind, "until", ()) if version.rules else ()
        with reading(value, "running"):
            anchor = stage.moment(value.get("from")) if value.get("from") is not None else s.opened_at
            due_at = stage.moment(value.get("due"))
        if anchor is None:
            raise Misread(value, "running", "没有写自何时起(from 或 opened)", "it does not say from when (from, or opened)")
        s.deadlines.append(
            Running(clause, version.since, "", anchor, due_at, None, until or ("ends",), (s.responsible,), "", anchor)
        )


def _done_acts(stage: Stage, s: Subject, done: Node | None, word: str) -> Iterator[tuple[str, Node]]:
    """Yield what is said to have been done. Raises Misread where its noun has no such act."""
    acts = stage.law.nouns[s.noun].acts
    for act, value in done.entries() if done is not None else ():
        if act not in acts and ":" not in act:  # `kept:2.1` is a mark of another kind
            noun, (tip, tip_en) = stage.law.nouns[s.noun], tip_of(act, acts)
            at = done.at(act) if done is not None else value
            raise Misread(at, word, f"{noun.zh}没有动作“{act}”{tip}", f"{noun.id} has no act {act!r}{tip_en}")
        yield act, value


def _did(stage: Stage, s: Subject, act: str, value: Node) -> None:
    by = stage.person(value.text) if value.text is not None else stage.named("staff", value, "by")
    at_node = value.get("at")
    at = stage.moment(at_node) if at_node is not None else s.opened_at
    times = int(word_of(value, "times") or 1) if value.pairs else 1
    if at is None:
        raise Misread(value, "did", f"没有写{act}是何时做的(at)", f"it does not say when {act} was done (at)")
    s.marks[act] = Mark(times, at, at, (by,) if by else ())
    brought = stage.fields(value.get("with"), stage.law.nouns[s.noun], act)
    stage.world.done.extend(Done(s.noun, act, s.id, by, at, brought) for _ in range(times))


def put_entries(merged: Mapping[str, Mapping[str, Node]], stage: Stage, r: Reader) -> None:
    """`entries: {e1: {book: points, who: li, amount: "2", at: "2026-03-01 09:00", of: R1, clause: "2.3"}}`.

    What stands in the books already.
    """
    for name, node in pairs_of(merged, "entries"):
        r.known(node, ("book", "who", "amount", "at", "of", "clause", "step"), "账目")
        book, who, of = stage.law.books.get(word_of(node, "book")), word_of(node, "who"), word_of(node, "of")
        amount = node.get("amount")
        if book is None or amount is None:
            r.unknown(node, word_of(node, "book"), stage.law.books, "没有这本账簿:", "there is no book")
            continue
        party = "customer" if who in stage.names["customer"] else "staff"
        if who not in stage.names[party]:
            r.unknown(node.get("who") or node, who, stage.names[party], "场景里没有这个人:", "nobody in this scenario is called")
            continue
        enter = Enter(
            Cite(stage.clause(node.get("clause"))), book.id, stage.names[party][who], read_number(amount, book, r), party
        )
        key, at = stage.world.new_id(), stage.moment(node.get("at"))
        stage.world.entries.append(Entry(enter, stage.subject(of).id if of else 0, at, key))
        if book.id in stage.law.nouns:
            noun = stage.law.nouns[book.id]
            fields = {"clause": enter.cite.clause, "who": enter.who, "amount": enter.amount}
            step = word_of(node, "step") or noun.start
            stage.world.subjects[key] = Subject(key, "entry", noun.id, fields, step, opened_at=at, closed=step in noun.ends)
            stage.call(name, key)


def put_facts(merged: Mapping[str, Mapping[str, Node]], stage: Stage) -> None:
    """Put declared facts, and measures that are stated, on the stage. Raises BadValue."""
    for name, node in pairs_of(merged, "facts"):
        shape = stage.law.facts.get(name)
        if shape is None:
            tip, tip_en = tip_of(name, stage.law.facts)
            raise Misread(node, "facts", f"没有声明这个事实:“{name}”{tip}", f"there is no declared fact {name!r}{tip_en}")
        with reading(node, f"facts {name}"):
            stage.world.named[name] = _fact(stage, shape, node)
    for name, node in pairs_of(merged, "measures"):
        measure = stage.law.measures.get(name)
        if measure is None:
            raise no_measure(node, name, stage.law.measures)
        with reading(node, f"measures {name}"):
            stage.world.given[name] = measure.type.read(node.text)


def no_measure(node: Node, name: str, known: Iterable[str]) -> Misread:
    """Return what to raise where a scenario names a measure that is not there."""
    tip, tip_en = tip_of(name, known)
    return Misread(node, "measures", f"没有这个计量:“{name}”{tip}", f"there is no measure {name!r}{tip_en}")


def _fact(stage: Stage, shape: NamedFact, node: Node) -> Any:
    if shape.stale_after is not None:
        value = node.get("value")
        return Dated(_plain(shape.type, value), stage.moment(node.get("at"))) if value is not None else None
    if node.pairs is not None:
        return {stage.person(k): _plain(shape.type, v) for k, v in node.entries()}
    return _plain(shape.type, node)


def _plain(kind: FieldType, node: Node) -> Any:
    return parse_span(node.text or "").as_timedelta() if kind.name == "span" else kind.read(node.text)
