"""Names in conditions: own fields, fields of what a field points to, elapsed time, counts of acts, measures, named facts.

A path is checked when the pack is loaded; what it may name is this closed list, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shouwen.policy.act import ACKNOWLEDGE, BUILT_IN_ACTS
from shouwen.policy.env import Elapsed, Env, paper
from shouwen.policy.facts import RETAINED, Dated, grants_of
from shouwen.policy.nouns import Field, NamedFact, Noun
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, scalar
from shouwen.policy.values import Choice, FieldType
from shouwen.worktime import Span

Getter = Callable[[Env], Any]
ELAPSED = FieldType("elapsed")
POSTS = FieldType("posts")
CLAUSE = FieldType("text", unit=" ")  # by which clause an entry was made: literals are clause numbers
PAPER = FieldType("choice", choices={s: Choice(s, zh) for s, zh in (("filled", "已有"), ("missing", "缺"), ("waived", "免"))})
YES_NO = FieldType("yes_no")
CONFIRMED = "confirmed."  # whether everybody has confirmed what a clause told; a clause follows
PEOPLE = {"responsible": "责任人", "first_asked": "首问人"}
LINKED = {"responsible": ("责任人", "staff"), "first_asked": ("首问人", "staff"), "customer": ("客户", "customer")}
# What may be asked of a member of staff or a unit: the population of a schedule.
MEMBERS: dict[str, tuple[FieldType, str, Getter]] = {
    "post": (POSTS, "岗位", lambda e: e.facts.org.posts_of(e.act.subject.id, e.at)),
    "unit": (FieldType("unit"), "部门", lambda e: e.facts.unit or None),
}


@dataclass(frozen=True, slots=True)
class Path:
    """A checked name: how to get its value, its type, how it reads in a sentence, what it needs gathered."""

    text: str
    type: FieldType
    zh: str
    get: Getter
    field: Field | None = None
    link: str = ""
    measure: str = ""
    fact: str = ""
    through: str = ""  # `rows.column`: it is a field of the record that a column of each row points to


@dataclass
class Names:
    """What a clause may name: the nouns of all loaded packs and the noun the clause speaks of."""

    nouns: Mapping[str, Noun]
    measures: Mapping[str, Any]
    facts: Mapping[str, NamedFact]
    customer_fields: Mapping[str, Field]
    posts: Mapping[str, Any]
    reader: Reader
    noun: Noun | None = None
    rows: str = ""  # the rows field a for_each speaks of
    clause: Callable[[Node], str] | None = None  # how the number of a clause becomes its global name
    rights: Mapping[str, str] = field(default_factory=dict)  # what clauses grant: id -> Chinese

    def path(self, node: Node, text: str) -> Path | None:
        """Return the checked path, or note a fault and return None."""
        head, _, tail = text.partition(".")
        found = self._special(head, tail) or self._kept(head, tail) or self._own(head, tail) or self._confirmed(head, tail, node)
        if found is None and not tail:
            found = self._measure(head) or self._fact(head)
        if found is None:
            known = {**(self.noun.fields if self.noun else {}), **self.measures, **self.facts}
            self.reader.unknown(node, text, known, "没有这个字段、计量或事实:", "there is no field, measure or fact")
        return found

    def english(self, path: Path) -> str:
        """Return how a path reads in English: the English names of what it goes over, their ids where there is none."""
        head, _, tail = path.text.partition(".")
        last = path.field.en if path.field is not None else ""
        return f"{self._english(head)} {last or self._english(tail)}" if tail else last or self._english(head)

    def _english(self, name: str) -> str:
        noun = self.noun
        own = (noun.fields.get(name) or noun.acts.get(name)) if noun is not None else None
        known: object = own or self.measures.get(name) or self.facts.get(name)
        return getattr(known, "en", "") or name.replace("_", " ")

    def _special(self, head: str, tail: str) -> Path | None:
        noun = self.noun
        if head in ("step", "state") and not tail and noun is not None:
            kind = FieldType("choice", choices={s: Choice(s, label.zh) for s, label in noun.steps.items()})
            return Path(head, kind, "环节" if head == "step" else "状态", lambda e: e.facts.step)
        if head == "since" and tail and noun is not None and (tail in noun.acts or tail in noun.fields):
            zh = noun.acts[tail].zh if tail in noun.acts else noun.fields[tail].zh
            return Path(f"since.{tail}", ELAPSED, f"距{zh}", _since(tail))
        if head == "times" and noun is not None and tail in noun.acts:
            return Path(f"times.{tail}", FieldType("number", unit="次"), f"已{noun.acts[tail].zh}次数", _times(tail))
        if noun is not None and noun.kind in ("staff", "unit") and not tail and head in MEMBERS:
            return Path(head, *MEMBERS[head])
        if head == "actor" and tail == "post":
            return Path("actor.post", POSTS, "经办人岗位", lambda e: e.facts.org.posts_of(e.act.by, e.at))
        if head in PEOPLE and not tail:
            return Path(head, FieldType("staff"), PEOPLE[head], _attr(head))
        if head == "customer" and tail in self.customer_fields:
            f = self.customer_fields[tail]
            return Path(f"customer.{tail}", f.type, f"客户的{f.zh}", _link("customer", tail), f, link="customer")
        return None

    def _kept(self, head: str, tail: str) -> Path | None:
        """Return what is kept of a subject beside its fields: rights, retention, whether the act changes a field, an entry's clause."""
        noun = self.noun
        if noun is None:
            return None
        if head == "retained" and not tail and head not in noun.fields:
            return Path(head, YES_NO, "仍在保存期内", lambda e: (m := e.facts.marks.get(RETAINED)) is not None and m.last > e.at)
        if head == "changes" and tail in noun.fields:
            return Path(f"changes.{tail}", YES_NO, f"改动{noun.fields[tail].zh}", _changes(tail))
        if head == "was" and tail in noun.fields:
            f = noun.fields[tail]
            return Path(f"was.{tail}", f.type, f"原{f.zh}", lambda e: e.facts.fields.get(tail), f)
        if head == "grant" and tail:
            return Path(f"grant.{tail}", YES_NO, f"准许{self.rights.get(tail, tail)}", _granted(tail))
        if noun.kind == "entry" and head == "clause" and not tail:
            return Path("clause", CLAUSE, "依据条款", _field("clause"), noun.fields["clause"])
        return None

    def _confirmed(self, head: str, tail: str, node: Node) -> Path | None:
        """Return whether everybody has confirmed what a clause told them: `confirmed.3.4`."""
        if head != "confirmed" or not tail or self.clause is None or self.noun is None or head in self.noun.fields:
            return None
        name = self.clause(scalar(tail, node))
        number = name.rpartition("#")[2]
        zh, en = f"第{number}条的告知已逐一确认", f"by all whom clause {number} told"
        shape = Field("confirmed", zh, YES_NO, en, f"{zh}的", f"第{number}条的告知尚未逐一确认的")
        return Path(f"{CONFIRMED}{name}", YES_NO, zh, lambda e: all_confirmed(name, e), shape)

    def _own(self, head: str, tail: str) -> Path | None:
        noun = self.noun
        if noun is None:
            return None
        if tail and head in noun.acts and tail in noun.acts[head].fields:
            f = noun.acts[head].fields[tail]
            return Path(f"{head}.{tail}", f.type, f.zh, _act_field(head, tail), f)
        own = noun.fields.get(head)
        if own is None:
            act = noun.acts.get(head)
            return Path(head, FieldType("datetime"), f"{act.zh}时间", _done_at(head)) if act is not None and not tail else None
        if not tail:
            return Path(head, own.type, own.zh, _field(head), own)
        return self._inside(own, head, tail)

    def _inside(self, own: Field, head: str, tail: str) -> Path | None:
        if own.type.name == "rows":
            if "." in tail:
                return self._through(own, head, tail)
            column = own.type.columns.get(tail)
            return Path(f"{head}.{tail}", column.type, f"{own.zh}的{column.zh}", _row(head, tail), column) if column else None
        if own.type.name == "slots":
            return _slot_path(own, head, tail)
        if own.type.name == "staff" and tail == "post" and not own.type.many:
            return Path(f"{head}.post", POSTS, f"{own.zh}岗位", _posts_of(head))
        targets = self.customer_fields if own.type.name == "customer" else self._target_fields(own)
        f = targets.get(tail)
        if f is None and own.type.name in ("record", "case") and tail in ("step", "state"):
            target = self.nouns.get(own.type.nouns[0]) if own.type.nouns else None
            kind = FieldType("choice", choices={s: Choice(s, label.zh) for s, label in (target.steps if target else {}).items()})
            return Path(f"{head}.{tail}", kind, f"{own.zh}的环节", _linked_step(head), None, link=head)
        if f is None and own.type.name == "case" and tail in LINKED:
            zh, kind_name = LINKED[tail]
            return Path(f"{head}.{tail}", FieldType(kind_name), f"{own.zh}的{zh}", _linked_attr(head, tail), link=head)
        if f is None:
            return None
        return Path(f"{head}.{tail}", f.type, f"{own.zh}的{f.zh}", _link(head, tail), f, link=head)

    def _through(self, own: Field, head: str, tail: str) -> Path | None:
        """Return a field of the record a column of a row points to: `lines.item.price`."""
        name, _, inner = tail.partition(".")
        column = own.type.columns.get(name)
        f = self._target_fields(column).get(inner) if column is not None and column.type.name == "record" else None
        if f is None or column is None:
            return None
        zh = f"{own.zh}的{column.zh}的{f.zh}"
        return Path(f"{head}.{tail}", f.type, zh, _pointed(head, name, inner), f, through=f"{head}.{name}")

    def _target_fields(self, own: Field) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for name in own.type.nouns:
            if name in self.nouns:
                found.update(self.nouns[name].fields)
        return found

    def _measure(self, head: str) -> Path | None:
        measure = self.measures.get(head)
        if measure is None:
            return None
        return Path(head, measure.type, measure.zh, _measured(head), measure=head)

    def _fact(self, head: str) -> Path | None:
        fact = self.facts.get(head)
        return None if fact is None else Path(head, fact.type, fact.zh, _named(head, fact.stale_after), fact=head)

    def moment(self, node: Node, text: str) -> str:
        """Check the name of a moment: an act of the noun, a built-in act or a date field; return it."""
        noun = self.noun
        if noun is not None and text not in noun.acts and not self._is_date(noun, text):
            dates = {f: field for f, field in noun.fields.items() if self._is_date(noun, f)}
            self.reader.unknown(node, text, {**noun.acts, **dates}, "没有这个动作或时间字段:", "there is no act or date field")
        return text

    @staticmethod
    def _is_date(noun: Noun, text: str) -> bool:
        return text in noun.fields and noun.fields[text].type.name in ("date", "datetime")

    def moment_zh(self, text: str) -> str:
        """Return the Chinese of a moment."""
        if self.noun is not None and text in self.noun.acts:
            return self.noun.acts[text].zh
        if self.noun is not None and text in self.noun.fields:
            return self.noun.fields[text].zh
        return BUILT_IN_ACTS.get(text, (text,))[0]


def told_mark(clause: str) -> str:
    """Return the name of the mark that keeps who still owes a confirmation of what a clause told."""
    return f"told:{clause}"


def all_confirmed(clause: str, e: Env, since: datetime | None = None) -> bool:
    """Whether all whom a clause told (last not before `since`) have confirmed it; the act that is being decided may be the last's."""
    mark = e.facts.marks.get(told_mark(clause))
    if mark is None or (since is not None and mark.last < since):
        return False
    mine = (e.act.by,) if (e.act.name, e.act.clause) == (ACKNOWLEDGE, clause) else ()
    return not set(mark.by).difference(mine)


def _posts_of(head: str) -> Getter:
    """Return how to find the posts of the person a field names; unknown while it names nobody."""

    def get(e: Env) -> Any:
        person = e.fields.get(head)
        return None if person is None else e.facts.org.posts_of(person, e.at)

    return get


def _slot_path(own: Field, head: str, tail: str) -> Path | None:
    """Return one paper of a slots field (known when it is there or waived), or `state` and `note` of the paper spoken of."""
    if tail == "state":
        return Path(f"{head}.state", PAPER, "状态", _of_paper(head, "state"))
    if tail == "note":
        return Path(f"{head}.note", FieldType("text"), "说明", _of_paper(head, "note"), Field("note", "说明", FieldType("text")))
    slot = own.type.choices.get(tail)
    if slot is None:
        return None
    return Path(f"{head}.{tail}", PAPER, slot.zh, _one_paper(head, tail), Field(tail, slot.zh, PAPER, slot.en))


def _of_paper(head: str, name: str) -> Getter:
    def get(e: Env) -> Any:
        if e.row is not None:
            return e.row.get(name)
        return tuple(v for _, row in e.rows(head) if (v := row.get(name)) is not None) or None

    return get


def _one_paper(head: str, slot: str) -> Getter:
    def get(e: Env) -> Any:
        kept = (e.fields.get(head) or {}).get(slot)
        state = paper(kept).get("state") if kept is not None else None
        return state if state in ("filled", "waived") else None

    return get


def _changes(name: str) -> Getter:
    return lambda e: name in e.act.fields and e.act.fields[name] != e.facts.fields.get(name)


def _granted(what: str) -> Getter:
    return lambda e: any(since <= e.at < until for since, until in grants_of(e.facts.marks, what))


def _field(name: str) -> Getter:
    return lambda e: e.row[name] if e.row is not None and name in e.row else e.fields.get(name)


def _act_field(act: str, name: str) -> Getter:
    return lambda e: e.act.fields.get(name) if e.act.name == act else None


def _done_at(act: str) -> Getter:
    """When an act was last done; the act being decided has not been done yet."""

    def get(e: Env) -> datetime | None:
        mark = e.facts.marks.get(act)
        return mark.last if mark else e.facts.opened_at if act == "open" else None

    return get


def _attr(name: str) -> Getter:
    return lambda e: getattr(e.facts, name) or None


def _link(link: str, name: str) -> Getter:
    def get(e: Env) -> Any:
        fields = e.facts.links.get(link)
        if fields is not None:
            return fields.get(name)
        case = e.facts.linked.get(link)
        return case.fields.get(name) if case is not None else None

    return get


def _linked_attr(link: str, name: str) -> Getter:
    def get(e: Env) -> Any:
        case = e.facts.linked.get(link)
        return getattr(case, name) or None if case is not None else None

    return get


def _linked_step(link: str) -> Getter:
    def get(e: Env) -> Any:
        case = e.facts.linked.get(link)
        if case is not None:
            return case.step
        return (e.facts.links.get(link) or {}).get("state")

    return get


def _row(rows: str, column: str) -> Getter:
    def get(e: Env) -> Any:
        if e.row is not None:
            return e.row.get(column)
        values = [r.get(column) for r in e.fields.get(rows) or ()]
        return tuple(v for v in values if v is not None) or None

    return get


def _pointed(rows: str, column: str, name: str) -> Getter:
    """Return how to find a field of what the row that is spoken of points to; without such a row, those of all rows."""

    def of(e: Env, row: Mapping[str, Any]) -> Any:
        return (e.facts.pointed.get(row.get(column) or 0) or {}).get(name)

    def get(e: Env) -> Any:
        if e.row is not None:
            return of(e, e.row)
        return tuple(v for row in e.fields.get(rows) or () if (v := of(e, row)) is not None) or None

    return get


def _since(name: str) -> Getter:
    def get(e: Env) -> Elapsed | None:
        mark = e.facts.marks.get(name)
        start = mark.last if mark else e.facts.opened_at if name == "open" else e.moment(name) if name != e.act.name else None
        return None if start is None else Elapsed(start, e.at)

    return get


def _times(name: str) -> Getter:
    def get(e: Env) -> int:
        mark = e.facts.marks.get(name)
        return mark.count if mark else 0

    return get


def _measured(name: str) -> Getter:
    return lambda e: e.facts.measures.get(name)


def _named(name: str, stale_after: Span | None) -> Getter:
    if stale_after is None:
        return lambda e: e.facts.named.get(name)

    def get(e: Env) -> Any:
        """A fact is unknown when it is too old, or when nobody knows how old it is."""
        found = e.facts.named.get(name)
        if not isinstance(found, Dated) or e.at > e.calendar.add(found.at, stale_after, same_time=True):
            return None
        return found.value

    return get
