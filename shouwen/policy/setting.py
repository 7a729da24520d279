"""Setting the stage of a scenario: its units, people, customers, records and cases, by the names the scenario gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from shouwen.policy.act import Evidence
from shouwen.policy.facts import Dated, Mark, Running, grant_mark
from shouwen.policy.folding import Done, Entry
from shouwen.policy.kinds.booking import read_number
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org
from shouwen.policy.reading import Reader
from shouwen.policy.ruling import Cite, Enter
from shouwen.policy.setting_people import pairs_of, set_org, word_of
from shouwen.policy.source import Node, scalar
from shouwen.policy.subjects import Subject
from shouwen.policy.values import YES, BadValue, FieldType
from shouwen.policy.world import World
from shouwen.worktime import parse_span

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


@dataclass
class Stage:
    """The names of a scenario and the world they stand for."""

    law: Law
    world: World
    zone: tzinfo
    regulation: str = ""  # pack/regulation of the scenario: a bare clause number is one of its own
    names: dict[str, dict[str, int]] = field(default_factory=lambda: {"unit": {}, "staff": {}, "customer": {}, "subject": {}})
    by_id: dict[int, str] = field(default_factory=dict)

    def moment(self, node: Node | None) -> datetime:
        """Return a moment written in local time; 24:00 is the next day's 00:00."""
        text = (node.text or "") if node is not None else ""
        if text.endswith(" 24:00"):
            return datetime.fromisoformat(text[:10]).replace(tzinfo=self.zone) + timedelta(days=1)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=self.zone)
        except ValueError:
            raise BadValue(f"“{text}”不是时刻", f"{text!r} is no moment") from None

    def _get(self, kind: str, name: str, zh: str) -> int:
        if name not in self.names[kind]:
            raise BadValue(f"场景里没有{zh}“{name}”", f"there is no {kind} {name!r} in this scenario")
        return self.names[kind][name]

    def person(self, name: str) -> int:
        """Return the id of a member of staff; the clock is 0."""
        return 0 if name in ("", "clock") else self._get("staff", name, "人")

    def subject(self, name: str) -> Subject:
        """Return a case or record by its name; `house_check of H1` finds the newest one pointing there."""
        noun, _, target = name.partition(" of ")
        if target:
            key = self._get("subject", target, "事项")
            found = [s for s in self.world.subjects.values() if s.noun == noun and (key in s.fields.values() or s.parent == key)]
            if not found:
                raise BadValue(f"没有“{name}”", f"there is no {name!r}")
            return found[-1]
        known = self.world.subjects.get(self._get("subject", name, "事项"))
        if known is None:
            raise BadValue(f"“{name}”没有开成", f"{name!r} was not opened")
        return known

    def name_new(self, step: Node) -> int:
        """Return the id of a subject to be opened, under the name `as` gives it."""
        key = self.world.new_id()
        name = step.get("as")
        if name is not None and name.text:
            self.call(name.text, key)
        return key

    def call(self, name: str, key: int) -> None:
        """Give a subject a name."""
        self.names["subject"][name] = key
        self.by_id[key] = name

    def clause(self, node: Node | None) -> str:
        """Return a clause's global name from its number."""
        text = (node.text or "") if node is not None else ""
        own = f"{self.regulation}#{text}"
        return next((n for n in self.law.versions if n in (text, own)), self._elsewhere(text)) if text else ""

    def _elsewhere(self, text: str) -> str:
        return next((n for n in self.law.versions if n.endswith((f"#{text}", f"/{text}"))), text)

    def row(self, subject: Subject, act: str, text: str | None, step: Node) -> str:
        """Return the row of an act: the approval waiting (of the clause named), or the task named."""
        if act in ("approve", "disapprove", "withdraw"):
            clause = self.clause(step.get("clause"))
            found = [a for a in subject.approvals if not a.granted and (not clause or a.clause == clause)]
            return str(found[0].id) if found else "0"
        if act in ("claim", "complete"):
            return next((str(t.id) for t in subject.tasks if text is None or t.name == text), "0")
        return text or ""

    def value(self, kind: FieldType, node: Node) -> Any:
        """Return the typed value of a literal; persons, customers, units, records and cases go by their names."""
        if kind.name in ("staff", "unit", "customer", "record", "case"):
            many = [self._id(kind.name, n.text or "") for n in (node.items if node.items is not None else [node])]
            return tuple(many) if kind.many else many[0]
        if kind.name == "rows":
            return tuple(
                {k: self.value(kind.columns[k].type, v) for k, v in row.entries() if k in kind.columns}
                for row in node.items or []
            )
        if kind.name == "slots":
            given = {k: v.plain() for k, v in node.entries()}
            others = given.pop("others", "")
            return kind.read({**(dict.fromkeys(kind.choices, others) if others else {}), **given})
        return kind.read(node.plain(), self.zone)

    def _id(self, kind: str, name: str) -> int:
        if kind in ("record", "case"):
            return self._get("subject", name, "事项")
        return self._get(kind, name, {"staff": "人", "unit": "部门", "customer": "客户"}[kind])

    def fields(self, node: Node | None, noun: Noun, act: str) -> dict[str, Any]:
        """Return the typed values an act brings."""
        shape = noun.acts.get(act)
        known = {**noun.fields, **(shape.fields if shape else {})}
        found: dict[str, Any] = {}
        for key, value in node.entries() if node is not None else ():
            if key not in known:
                raise BadValue(f"{noun.zh}没有字段“{key}”", f"{noun.id} has no field {key!r}")
            found[key] = self.value(known[key].type, value)
        return {k: v for k, v in found.items() if v is not None}

    def unit_for(self, by: int, fields: Mapping[str, Any]) -> int:
        """Return the unit of a new case: that of the record it is about, else of whoever opens it."""
        for value in fields.values():
            record = self.world.subjects.get(value) if isinstance(value, int) else None
            if record is not None and record.unit:
                return record.unit
        staff = self.world.org.staff.get(by)
        return staff.unit if staff is not None else 0

    def evidence(self, step: Node) -> tuple[Evidence, ...]:
        """Return the evidence of a step: `photo`, `{signature: zhang}`, `{signature: zhang, attached: "yes"}` on a paper that is kept."""
        node = step.get("evidence")
        found = []
        for item in node.items if node is not None and node.items is not None else [node] if node is not None else []:
            if item.text is not None:
                found.append(Evidence(item.text))
                continue
            attachment = int(word_of(item, "attached") in YES)
            for kind, who in item.entries():
                name = who.text or ""
                party = "customer" if name in self.names["customer"] else "staff"
                if kind != "attached":
                    found.append(Evidence(kind, party, self._get(party, name, "人"), attachment))
        return tuple(found)

    def ticks(self, step: Node) -> frozenset[str]:
        """Return ticks: a clause's number ticks all its items, `5.1.tidy` one of them."""
        found: set[str] = set()
        node = step.get("ticks")
        for item in (node.items or [node]) if node is not None else []:
            text = item.text or ""
            whole = self.clause(item)
            clause = self.law.versions.get(whole)
            if clause:
                found |= {f"{whole}.{i}" for i in getattr(clause[-1].rule.kind, "items", {})}
            else:
                number, _, tick = text.rpartition(".")
                found.add(f"{self.clause(scalar(number, item))}.{tick}")
        return frozenset(found)

    def name_of(self, kind: str, key: int) -> str:
        """Return what the scenario calls somebody."""
        return next((n for n, i in self.names[kind].items() if i == key), str(key))


def build(law: Law, given: tuple[Node, ...], r: Reader, regulation: str = "") -> Stage:
    """Return the stage of `given` nodes, later ones laid over earlier ones, name by name."""
    merged = _merge(given)
    calendar = law.calendars.get(law.calendar)
    zone = calendar.book.zone if calendar is not None else ZoneInfo("Asia/Shanghai")
    stage = Stage(law, World(law, Org()), zone, regulation)
    set_org(merged, stage, r)
    for name, node in pairs_of(merged, "customers"):
        key = stage.world.new_id()
        stage.names["customer"][name] = key
        stage.world.customers[key] = {
            k: stage.value(law.customer_fields[k].type, v) for k, v in node.entries() if k in law.customer_fields
        }
    records = [(noun, name, node) for noun, group in pairs_of(merged, "records") for name, node in group.entries()]
    cases = [((node.get("of") or node).text or "", name, node) for name, node in pairs_of(merged, "cases")]
    for _, name, _ in (*records, *cases):
        stage.call(name, stage.world.new_id())
    for noun, name, node in (*records, *cases):
        if noun not in law.nouns:
            r.unknown(node, noun, law.nouns, "没有流程或台账", "there is no procedure or register")
            continue
        _subject(stage, law.nouns[noun], name, node)
    _facts(merged, stage)
    _entries(merged, stage, r)
    return stage


def _merge(given: tuple[Node, ...]) -> dict[str, dict[str, Node]]:
    merged: dict[str, dict[str, Node]] = {}
    for node in given:
        for key, group in node.entries():
            here = merged.setdefault(key, {})
            for name, value in group.entries():
                here[name] = _deep(here[name], value) if name in here else value
    return merged


def _deep(old: Node, new: Node) -> Node:
    if old.pairs is None or new.pairs is None:
        return new
    pairs = {**old.pairs, **{k: _deep(old.pairs[k], v) if k in old.pairs else v for k, v in new.pairs.items()}}
    return Node(new.file, new.line, new.column, pairs=pairs, keys={**old.keys, **new.keys})


def _subject(stage: Stage, noun: Noun, name: str, node: Node) -> None:
    key = stage.names["subject"][name]
    s = Subject(key, noun.kind, noun.id, step=word_of(node, "step") or word_of(node, "state") or noun.start)
    for field_name, value in node.entries():
        if field_name in noun.fields:
            s.fields[field_name] = stage.value(noun.fields[field_name].type, value)
        elif field_name not in CASE_WORDS:
            raise BadValue(f"{noun.zh}没有字段“{field_name}”", f"{noun.id} has no field {field_name!r}")
    if opened := node.get("opened"):
        s.opened_at = stage.moment(opened)
    s.responsible = stage.person(word_of(node, "responsible") or word_of(node, "by"))
    s.first_asked = stage.person(word_of(node, "first_asked") or word_of(node, "by"))
    staff = stage.world.org.staff.get(s.first_asked)
    s.unit = stage.names["unit"].get(word_of(node, "unit"), staff.unit if staff else next(iter(stage.names["unit"].values()), 0))
    area = next((f.id for f in noun.fields.values() if f.type.name == "unit" and not f.type.many), "")
    if noun.kind == "record" and s.fields.get(area):
        s.unit = s.fields[area]
    customer = word_of(node, "customer")
    s.customer = stage.names["customer"].get(customer, 0)
    s.closed = bool(noun.steps) and s.step in noun.ends and noun.kind == "case"
    s.parent = stage.names["subject"].get(word_of(node, "parent"), 0)
    stage.world.subjects[key] = s
    _history(stage, s, node)


def _history(stage: Stage, s: Subject, node: Node) -> None:
    """`did: {finish: sun}` or `{finish: {by: sun, at: …, times: 2}}`, `decided: {finish: he}` who approved it; `running: "yes"` makes the
    promises it has by law, `running: {"2.1": {from: …, due: …}}` states them instead; `granted: {vacancy: {from: …, until: …}}`.
    """
    for word, mark in (("did", ""), ("decided", "approved:")):
        done = node.get(word)
        for act, value in done.entries() if done is not None else ():
            _did(stage, s, mark + act, value)
    granted = node.get("granted")
    for what, spell in granted.entries() if granted is not None else ():
        begins, ends = stage.moment(spell.get("from")), stage.moment(spell.get("until"))
        s.marks[grant_mark(what, begins)] = Mark(1, begins, ends, ())
    running = node.get("running")
    s.runs = running is not None and running.text in ("yes", "true")
    for ref, value in running.entries() if running is not None else ():
        clause = stage.clause(Node(value.file, value.line, value.column, text=ref))
        rule = stage.law.versions[clause][-1].rule
        until = getattr(rule.kind, "until", ()) or ("ends",)
        anchor = stage.moment(value.get("from")) if value.get("from") is not None else s.opened_at
        assert anchor is not None
        s.deadlines.append(
            Running(
                clause,
                stage.law.versions[clause][-1].since,
                "",
                anchor,
                stage.moment(value.get("due")),
                None,
                until,
                (s.responsible,),
                "",
                anchor,
            )
        )


def _did(stage: Stage, s: Subject, act: str, value: Node) -> None:
    by = stage.person(value.text or "" if value.text is not None else word_of(value, "by"))
    at_node = value.get("at")
    at = stage.moment(at_node) if at_node is not None else s.opened_at
    times = int(word_of(value, "times") or 1) if value.pairs else 1
    if at is None:
        raise BadValue(f"没有写{act}是何时做的(at)", f"it does not say when {act} was done (at)")
    s.marks[act] = Mark(times, at, at, (by,) if by else ())
    brought = stage.fields(value.get("with"), stage.law.nouns[s.noun], act)
    stage.world.done.extend(Done(s.noun, act, s.id, by, at, brought) for _ in range(times))


def _entries(merged: Mapping[str, Mapping[str, Node]], stage: Stage, r: Reader) -> None:
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
            stage.world.subjects[key] = Subject(key, "entry", noun.id, fields, step, opened_at=at)
            stage.call(name, key)


def _facts(merged: Mapping[str, Mapping[str, Node]], stage: Stage) -> None:
    for name, node in pairs_of(merged, "facts"):
        shape = stage.law.facts.get(name)
        kind = shape.type if shape is not None else FieldType("number")
        if shape is not None and shape.stale_after is not None:
            value = node.get("value")
            stage.world.named[name] = Dated(_plain(kind, value), stage.moment(node.get("at"))) if value is not None else None
        elif node.pairs is not None:
            stage.world.named[name] = {stage.person(k): _plain(kind, v) for k, v in node.entries()}
        else:
            stage.world.named[name] = _plain(kind, node)
    for name, node in pairs_of(merged, "measures"):
        measure = stage.law.measures.get(name)
        stage.world.given[name] = (measure.type if measure else FieldType("number")).read(node.text)


def _plain(kind: FieldType, node: Node) -> Any:
    return parse_span(node.text or "").as_timedelta() if kind.name == "span" else kind.read(node.text)
