"""Choices: assigns (who), classifies (which class, which value). Two answers to one question are an error unless one overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.nouns import Field
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, FieldType, show_zh

RESPONSIBLE = Field("responsible", "责任人", FieldType("staff"))


@dataclass
class Choice(Kind):
    """What choices share: the field that receives the answer."""

    primitive = "choose"
    takes_upon = True
    field: str = ""
    link: str = ""  # the record field the target belongs to, when it is not the subject itself
    field_zh: str = ""

    def lead(self, rule: Rule) -> str:
        """Return the beginning of a sentence: a choice is made while the act is decided, not after it."""
        said = rule.lead()
        return said.replace("后,", "时,", 1) if rule.upon is not None and rule.upon.kind == "act" else said

    def reads(self) -> tuple[str, ...]:
        """Return the fields the choice rests on, so that choices can be put in order."""
        return ()


def read_target(r: ClauseReader, node: Node | None, default: str = "", rows: str = "") -> tuple[str, str, Field | None]:
    """Read the field that receives the answer: own, `link.field`, or (of each row of `rows`) a column. Returns link, field, its shape."""
    text = r.reader.text(node, default)
    noun = r.names.noun
    if text == "responsible":
        return "", text, RESPONSIBLE
    if noun is None or node is None:
        return "", text, None
    path = r.names.path(node, text)
    if path is not None and path.field is not None and path.field.computed:
        r.reader.fault(node, f"“{path.zh}”由其他字段算出,不能另取", f"{text} is computed from other fields")
    of, _, column = text.partition(".")
    if (
        (path is not None and (of in noun.rows and bool(column)) != bool(rows))
        or (rows and of != rows)
        or (path and path.through)
    ):
        r.reader.fault(
            node, "行里的一列要逐行取值:calculates 加 for_each: 行字段,field 写“行字段.列”",
            "a column of rows is filled row by row: calculates with `for_each: rows` and `field: rows.column`",
        )  # fmt: skip
    if rows:
        return "", text, (path.field if path else None)
    return (path.link if path else ""), text.rpartition(".")[2], (path.field if path else None)


def target_zh(r: ClauseReader, link: str, name: str, shape: Field | None) -> str:
    """Return the field that receives the answer in Chinese; one of a linked case or record with whose it is."""
    noun = r.names.noun
    whose = f"{noun.fields[link].zh}的" if noun is not None and link in noun.fields else ""
    return f"{whose}{shape.zh if shape else name}"


@dataclass
class Classifies(Choice):
    """A field takes a value: a literal, another field, or the answer of a table. Without `upon` it is always live."""

    word = "classifies"
    doc = (
        "某字段按条件或按表取值;不写 upon 则随时重算",
        "A field takes a value by condition or table; without `upon` it is recomputed at every act.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "field": Key("取值的字段", "the field that receives the value", "field", True),
        "is": Key(
            "值:文字、field x、或 table",
            "the value: a literal, `field x`, or `table` (the default when a table stands beside)",
            "value",
        ),
    }
    value: Any = None
    other: Path | None = None
    by_table: bool = False
    shape: Field | None = None
    unset: bool = False

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Classifies:
        """Read the parameters."""
        link, name, shape = read_target(r, node.get("field"))
        said, has_table = node.get("is"), r.node.get("table") is not None
        made = cls(field=name, link=link, field_zh=target_zh(r, link, name, shape), shape=shape)
        if said is None or said.text == "table":
            made.by_table = True
            if not has_table:
                r.reader.fault(node, "没有写值(is),也没有表", "neither a value (is) nor a table")
        elif r.is_unset(said, "is"):
            made.unset = True
        elif (text := r.reader.text(said)).startswith("field "):
            made.other = r.names.path(said, text.removeprefix("field ").strip())
        else:
            made.value = read_literal(r, shape, said)
        return made

    def reads(self) -> tuple[str, ...]:
        """Return what its answer rests on."""
        return (self.other.text,) if self.other else ()

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        if self.by_table and rule.table is not None:
            return f"{self.lead(rule)}{self.field_zh}按表取:{rule.table.zh(self.show)}"
        value = self.other.zh if self.other else unset_zh(None) if self.unset else self.show(self.value)
        return f"{self.lead(rule)}{self.field_zh}取{value}"

    def show(self, value: Any) -> str:
        """Return an answer in Chinese."""
        return (
            unset_zh(None)
            if value is None
            else "空"
            if value == ""
            else show_zh(self.shape.type, value)
            if self.shape
            else str(value)
        )

    def choose(self, rule: Rule, env: Env, unknown: list[str]) -> tuple[bool, Any]:
        """Return (answered, value). Not answered: an axis is unknown, or the answer is unset."""
        if self.by_table:
            row = rule.table.row(env, unknown) if rule.table is not None else None
            return (False, None) if row is None or row.answer is None else (True, None if row.answer == "" else row.answer)
        if self.other is not None:
            value = self.other.get(env)
            if value is None:
                unknown.append(self.other.text)
            return value is not None, value
        return not self.unset, None if self.value == "" else self.value


def read_literal(r: ClauseReader, shape: Field | None, node: Node) -> Any:
    """Read a literal for a field; `none` where the field has no such choice empties it ("")."""
    text = r.reader.text(node)
    if shape is None:
        return text
    if text == "none" and "none" not in shape.type.choices:
        return ""
    try:
        return shape.type.read([text] if shape.type.name == "many" else text)
    except BadValue as e:
        r.reader.fault(node, f"“{shape.zh}”:“{text}”不合适,{e.zh}", f"{shape.id}: {text!r} does not fit, {e.en}")
        return None


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits in line: a group, in the order in which an act was done, with fields (theirs, ours) that must be equal."""

    among: str
    first: str
    match: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Its name among the facts."""
        return f"{self.among}|{self.first}|{','.join(f'{a}={b}' for a, b in self.match)}"


@dataclass
class Assigns(Choice):
    """Who: a field of staff (or the person responsible) is filled, or candidates are proposed in order."""

    word = "assigns"
    doc = (
        "由谁:填写人员字段,或按次序推荐人选(由人确认;系统自动做的动作无人确认,取现任以外的第一位)",
        (
            "Who: a staff field is filled, or candidates are proposed in order for a person to confirm (in an act the law performs "
            "nobody is there to: the first of those who do not have it yet)."
        ),
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "field": Key("人员字段;不写为责任人", "the staff field; the person responsible when absent", "field"),
        "to": Key("给谁", "to whom", "who|table"),
        "from": Key("从谁当中选", "the candidates", "who"),
        "among": Key("排队的是哪一群(事项或台账的群体)", "the group that waits in line (of cases or records)", "group"),
        "first": Key("按哪个动作的先后排队", "in the order in which this act was done", "moment"),
        "match": Key("须相同的字段:排队者的字段: 本件的字段", "fields that must be equal: theirs: ours", "pairs"),
        "prefer": Key(
            "依次看哪些事实(越大越好;以 - 开头为越小越好)",
            "named facts that rank the candidates, highest first (lowest with a leading -)",
            "facts",
        ),
    }
    to: Who | None = None
    queue: Queue | None = None
    queue_zh: str = ""
    by_table: bool = False
    candidates: Who | None = None
    prefer: tuple[str, ...] = ()
    prefer_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Assigns:
        """Read the parameters: `to`, or `from` with `prefer`."""
        link, name, shape = read_target(r, node.get("field"), "responsible")
        to = node.get("to")
        if sum(node.get(k) is not None for k in ("to", "from", "among")) != 1:
            r.reader.fault(
                node, "写 to(给谁)、from 与 prefer(从谁中选)或 among 与 first(排队),只取其一",
                "write one of `to`, `from` with `prefer`, `among` with `first`",
            )  # fmt: skip
        queue, queue_zh = _queue(r, node) if node.get("among") is not None else (None, "")
        prefer = r.reader.texts(node.get("prefer"))
        for n, p in zip(r.reader.listing(node.get("prefer")), prefer, strict=True):
            if p.lstrip("-") not in r.names.facts:
                r.reader.unknown(n, p, r.names.facts, "没有这个事实:", "there is no named fact")
        by_table = to is not None and to.text == "table"
        zh = "、再看".join(r.names.facts[p.lstrip("-")].zh for p in prefer if p.lstrip("-") in r.names.facts)
        return cls(
            field=name,
            link=link,
            field_zh=target_zh(r, link, name, shape),
            queue=queue,
            queue_zh=queue_zh,
            to=None if by_table else r.who(to, "to"),
            by_table=by_table,
            candidates=r.who(node.get("from"), "from"),
            prefer=prefer,
            prefer_zh=zh,
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        if self.queue is not None:
            return f"{self.lead(rule)}{self.field_zh}取{self.queue_zh}"
        if self.candidates is not None:
            order = f",先看{self.prefer_zh}" if self.prefer_zh else ""
            return f"{self.lead(rule)}{self.field_zh}从{self.candidates.zh}中选{order}"
        if self.by_table and rule.table is not None:
            return f"{self.lead(rule)}{self.field_zh}按表定:{rule.table.zh(lambda w: w.zh if w else unset_zh(None))}"
        return f"{self.lead(rule)}{'转交' if self.field == 'responsible' else self.field_zh + '为'}{self.to.zh if self.to else unset_zh(None)}"

    def reads(self) -> tuple[str, ...]:
        """Return the fields by which those in line must fit."""
        return tuple(ours for _, ours in self.queue.match) if self.queue is not None else ()

    def people(self, rule: Rule, env: Env, unknown: list[str]) -> tuple[int, ...]:
        """Return who, best first. Only one, without `prefer`: the answer; several: proposals. Of a queue, whoever is next."""
        if self.queue is not None:
            return env.facts.queues.get(self.queue.name, ())[:1]
        if self.candidates is not None:
            unknown.extend(self.candidates.lacks(env))
            return rank(self.candidates.people(env), self.prefer, env)
        who = self.to
        if self.by_table:
            row = rule.table.row(env, unknown) if rule.table is not None else None
            who = row.answer if row is not None else None
        unknown.extend(who.lacks(env) if who is not None else ())
        return who.people(env) if who is not None else ()


def _queue(r: ClauseReader, node: Node) -> tuple[Queue | None, str]:
    """Read a line of waiting cases or records."""
    among, noun = node.get("among"), r.names.noun
    group = r.populations.get(r.reader.text(among))
    of = r.names.nouns.get(group.noun) if group is not None else None
    if of is None or noun is None:
        r.reader.unknown(among or node, r.reader.text(among), r.populations, "没有这个群体:", "there is no group")
        return None, ""
    first = r.reader.text(node.get("first"), "open")
    if first not in of.acts:
        r.reader.unknown(node.get("first") or node, first, of.acts, f"{of.zh}没有动作", f"{of.id} has no act")
        return None, ""
    match = []
    for theirs, said in r.reader.mapping(node.get("match")).items():
        for name, where in ((theirs, of), (r.reader.text(said), noun)):
            if name not in where.fields:
                r.reader.unknown(said, name, where.fields, f"{where.zh}没有字段", f"{where.id} has no field")
        match.append((theirs, r.reader.text(said)))
    same = "、".join(of.fields[t].zh for t, _ in match if t in of.fields)
    assert group is not None
    return Queue(group.id, first, tuple(match)), f"{f'{same}相同的' if same else ''}{group.zh}中{of.acts[first].zh}最早的"


def rank(people: tuple[int, ...], prefer: tuple[str, ...], env: Env) -> tuple[int, ...]:
    """Return candidates in the order of named facts per person; those a fact does not know come last, absent ones not at all."""

    def key(person: int) -> tuple[Any, ...]:
        found: list[Any] = []
        for name in prefer:
            value = (env.facts.named.get(name.lstrip("-")) or {}).get(person)
            lower = name.startswith("-")
            number = None if value is None else value.total_seconds() if isinstance(value, timedelta) else float(value)
            found.append((number is None, (number if lower else -number) if number is not None else 0.0))
        return (*found, person)

    here = [p for p in people if not env.facts.org.absent(p, env.at)]
    return tuple(sorted(here, key=key))
