"""Setting the stage of a scenario: the names it gives, and the units, people, customers, records and cases they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from shouwen.policy.act import Evidence, Ref
from shouwen.policy.law import Law
from shouwen.policy.misread import Misread, reading
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.org import Org
from shouwen.policy.reading import Reader, tip_of
from shouwen.policy.setting_people import pairs_of, set_org, word_of
from shouwen.policy.setting_things import put_entries, put_facts, put_subject
from shouwen.policy.source import Node, scalar
from shouwen.policy.subjects import Subject
from shouwen.policy.values import IDS, YES, BadValue, FieldType
from shouwen.policy.world import World

KINDS_ZH: Final = {  # what a scenario gives names to, and how one that is not there is spoken of
    "unit": ("部门", "no unit"), "staff": ("人", "nobody"), "customer": ("客户", "no customer"),
    "subject": ("事项", "no case or record"), "file": ("文件", "no file"),
}  # fmt: skip


def no_clause(node: Node, key: str, known: Iterable[str], regulation: str) -> Misread:
    """Return what to raise where a scenario names a clause that is not there."""
    text = node.text or ""
    tip, tip_en = tip_of(text, [n.partition("#")[2] for n in known if n.startswith(f"{regulation}#")])
    return Misread(node, key, f"没有这一条:“{text}”{tip}", f"there is no clause {text!r}{tip_en}")


def no_field(node: Node | None, name: str, key: str, noun: Noun, known: Iterable[str]) -> Misread:
    """Return what to raise where a scenario names a field that is not there."""
    tip, tip_en = tip_of(name, known)
    at = node.at(name) if node is not None else Node("", 0, 0)
    return Misread(at, key, f"{noun.zh}没有字段“{name}”{tip}", f"{noun.id} has no field {name!r}{tip_en}")


@dataclass
class Stage:
    """The names of a scenario and the world they stand for."""

    law: Law
    world: World
    zone: tzinfo
    regulation: str = ""  # pack/regulation of the scenario: a bare clause number is one of its own
    names: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in KINDS_ZH})
    by_id: dict[int, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()  # the clauses whose scripts whoever does the step sees while doing it

    def moment(self, node: Node | None) -> datetime:
        """Return a moment written in local time; 24:00 is the next day's 00:00."""
        if node is None:
            raise BadValue("没有写时刻", "no moment is written")
        text = node.text or ""
        try:
            if text.endswith(" 24:00"):
                return datetime.fromisoformat(text[:10]).replace(tzinfo=self.zone) + timedelta(days=1)
            return datetime.fromisoformat(text).replace(tzinfo=self.zone)
        except ValueError:
            like = "2026-03-02 09:00"
            raise Misread(node, "", f"“{text}”不是时刻,应如 {like}", f"{text!r} is no moment; write it like {like}") from None

    def _get(self, kind: str, name: str) -> int:
        if name not in self.names[kind]:
            tip, tip_en = tip_of(name, self.names[kind])
            zh, en = KINDS_ZH[kind]
            raise BadValue(f"场景里没有{zh}“{name}”{tip}", f"there is {en} {name!r} in this scenario{tip_en}")
        return self.names[kind][name]

    def named(self, kind: str, node: Node, key: str) -> int:
        """Return the id of what is called so under a key of a node; 0 where nothing is said. Raises Misread."""
        said = node.get(key)
        if said is None or not said.text:
            return 0
        with reading(said, key):
            return self._get(kind, said.text)

    def person(self, name: str) -> int:
        """Return the id of a member of staff; the clock is 0."""
        return 0 if name in ("", "clock") else self._get("staff", name)

    def customer(self, name: str) -> int:
        """Return the id of a customer."""
        return self._get("customer", name)

    def subject(self, name: str) -> Subject:
        """Return a case or record by its name; `house_check of H1` finds the newest one pointing there, `house_check` the newest."""
        noun, _, target = name.partition(" of ")
        if target or (noun in self.law.nouns and noun not in self.names["subject"]):
            return self._newest(noun, target)
        known = self.world.subjects.get(self._get("subject", name))
        if known is None:
            raise BadValue(f"“{name}”没有开成", f"{name!r} was not opened")
        return known

    def counted(self, measure: str, name: str) -> Any:
        """Return what a measure comes to now for whatever is called so: a unit, a member of staff, a case or a record."""
        at = self.world.clock
        kind = next((k for k in ("unit", "staff") if name in self.names[k]), "")
        if at is None:
            raise BadValue("还没有一步:不知是何时的计量", "no step yet: as of when is not known")
        if kind:
            return self.world.counted(measure, Ref(kind, kind, self.names[kind][name]), at)
        s = self.subject(name)
        return self.world.counted(measure, Ref(s.kind, s.noun, s.id), at)

    def _newest(self, noun: str, target: str) -> Subject:
        """Return the newest subject of a noun, of those that point to a subject, a person, a customer or a unit if one is named."""
        found = [s for s in self.world.subjects.values() if s.noun == noun]
        if target:
            kind = next((k for k in ("subject", "staff", "customer", "unit") if target in self.names[k]), "subject")
            key = self._get(kind, target)
            found = [s for s in found if key in (*s.fields.values(), s.parent, s.responsible, s.customer, s.unit)]
        if not found and target:
            raise BadValue(f"没有“{noun} of {target}”", f"there is no '{noun} of {target}'")
        if not found:
            raise BadValue(f"还没有{self.law.nouns[noun].zh}", f"there is no {noun} yet")
        return found[-1]

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

    def own_clause(self, node: Node, key: str) -> str:
        """Return a clause's global name from its number. Raises Misread where the law has no such clause."""
        found = self.clause(node)
        if found not in self.law.versions:
            raise no_clause(node, key, self.law.versions, self.regulation)
        return found

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
        if kind.name in IDS:
            many = [self._id(kind.name, n) for n in (node.items if node.items is not None else [node])]
            return tuple(many) if kind.many else many[0]
        if kind.name == "rows":
            return tuple(
                {
                    k: self.value(_known(kind.columns, row, k, "明细没有这一列:", "the rows have no column").type, v)
                    for k, v in row.entries()
                }
                for row in node.items or []
            )
        if kind.name == "slots":
            given = {k: v.plain() for k, v in node.entries()}
            others = given.pop("others", "")
            return kind.read({**(dict.fromkeys(kind.choices, others) if others else {}), **given})
        return kind.read(node.plain(), self.zone)

    def _id(self, kind: str, node: Node) -> int:
        name = node.text or ""
        if kind == "file":  # any name will do: a scenario has no files, only that one was handed in
            if name not in self.names["file"]:
                self.names["file"][name] = self.world.new_id()
            return self.names["file"][name]
        with reading(node, ""):
            return self._get("subject" if kind in ("record", "case") else kind, name)

    def fields(self, node: Node | None, noun: Noun, act: str) -> dict[str, Any]:
        """Return the typed values an act brings."""
        shape = noun.acts.get(act)
        known = {**noun.fields, **(shape.fields if shape else {})}
        found: dict[str, Any] = {}
        for key, value in node.entries() if node is not None else ():
            if key not in known:
                raise no_field(node, key, "with", noun, known)
            with reading(value, f"with {key}"):
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

    def doer(self, step: Node) -> tuple[int, tuple[Evidence, ...]]:
        """Return who does a step, and its evidence: of a customer or an outside party (a record) their own word, as nobody of the staff."""
        name, given = word_of(step, "by"), self.evidence(step)
        for party, known in (("customer", self.names["customer"]), ("record", self._records())):
            if name in known and name not in self.names["staff"]:
                return 0, (*given, Evidence("self", party, known[name]))
        return 0 if name == "clock" else self.named("staff", step, "by"), given

    def _records(self) -> dict[str, int]:
        return {n: i for n, i in self.names["subject"].items() if (s := self.world.subjects.get(i)) and s.kind == "record"}

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
                    with reading(who, "evidence"):
                        found.append(Evidence(kind, party, self._get(party, name), attachment))
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
                whole = self.clause(scalar(number, item))
                if whole not in self.law.versions:
                    raise no_clause(item, "ticks", self.law.versions, self.regulation)
                found.add(f"{whole}.{tick}")
            if self.law.versions[whole][-1].kind_word != "checklist":
                zh = f"“{text}”不是清单(checklist),没有可勾的"
                raise Misread(item, "ticks", zh, f"{text!r} is no checklist: there is nothing to tick")
        return frozenset(found)

    def name_of(self, kind: str, key: int) -> str:
        """Return what the scenario calls somebody."""
        return next((n for n, i in self.names[kind].items() if i == key), str(key))


def _known(fields: Mapping[str, Field], node: Node, name: str, zh: str, en: str) -> Field:
    """Return a field by its name. Raises Misread where there is none."""
    if name not in fields:
        tip, tip_en = tip_of(name, fields)
        raise Misread(node.at(name), "", f"{zh}“{name}”{tip}", f"{en} {name!r}{tip_en}")
    return fields[name]


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
            k: stage.value(_known(law.customer_fields, node, k, "客户档案没有字段", "the customer file has no field").type, v)
            for k, v in node.entries()
        }
    records = [(noun, name, node) for noun, group in pairs_of(merged, "records") for name, node in group.entries()]
    cases = [((node.get("of") or node).text or "", name, node) for name, node in pairs_of(merged, "cases")]
    for _, name, _ in (*records, *cases):
        stage.call(name, stage.world.new_id())
    for noun, name, node in (*records, *cases):
        if noun not in law.nouns:
            r.unknown(node, noun, law.nouns, "没有流程或台账", "there is no procedure or register")
            continue
        put_subject(stage, law.nouns[noun], name, node)
    put_facts(merged, stage)
    put_entries(merged, stage, r)
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
