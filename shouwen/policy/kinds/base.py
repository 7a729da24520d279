"""What all clause kinds share: the clause, its version compiled for one noun (a rule), and how parameters are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from shouwen.policy.act import APPROVAL_ACTS, TASK_ACTS
from shouwen.policy.conditions import ALWAYS, Condition, ConditionReader
from shouwen.policy.env import Env
from shouwen.policy.nouns import PEOPLE_AND_PLACES, Book, Form, Label, Noun, Population, Regulation
from shouwen.policy.paths import Names, Path
from shouwen.policy.people import Who, WhoReader
from shouwen.policy.reading import Reader, wide_tip
from shouwen.policy.ruling import Cite, Effect, Refusal
from shouwen.policy.source import Node
from shouwen.worktime import BadSpan, Span, parse_span
from shouwen.worktime.daybook import Season

if TYPE_CHECKING:
    from shouwen.policy.tables import Table

Primitive = Literal["gate", "choose", "do", "open", "tell", "keep", "said"]
Grade = Literal["executed", "attested", "said"]
MOST = 999_999  # no regulation counts to a million
LONGEST_NUMBER = 20  # characters; Python itself refuses to read thousands of digits
_ON_TASKS = (
    "“{}”是对待办做的,不是流程的动作:谁可以做,由开这个待办的条款的 who 定",
    "{!r} is done on tasks and is no act of the procedure: who may do it is said by the clause that opens the task (who)",
)
_ON_APPROVALS = (
    "“{}”是对申请做的,不是流程的动作:由谁批准,写在 approval 的 by 里",
    "{!r} is done on requests and is no act of the procedure: who decides is said by `by` of the approval",
)
ROW_ACTS = {
    name: (zh.format(name), en.format(name))
    for names, (zh, en) in ((TASK_ACTS, _ON_TASKS), (APPROVAL_ACTS, _ON_APPROVALS))
    for name in names
}


@dataclass(frozen=True, slots=True)
class Key:
    """One parameter of a kind, for the reference and for unknown keys: what it means, what its value is."""

    zh: str
    en: str
    value: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Upon:
    """What makes an acting clause act: an act, the breach of a clause, a date field's moment, or the calendar."""

    kind: Literal["act", "breach", "moment", "calendar"]
    name: str
    zh: str


@dataclass(slots=True)
class Clause:
    """条款. One rule with one effect, in one version. `since` is None for the version it began with."""

    id: str
    regulation: Regulation
    node: Node
    since: date | None
    kind_word: str
    zh: str
    en: str = ""
    source: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)
    article: str = ""
    overrides: str = ""
    nouns: tuple[str, ...] = ()
    rules: dict[str, Rule] = field(default_factory=dict)  # noun id -> rule; "" where the kind speaks of no noun
    undecided: tuple[str, ...] = ()  # parameters the source leaves open and the company has not set
    repealed: bool = False
    name: str = field(init=False)  # its global name: pack/regulation#id
    cite: Cite = field(init=False)  # how effects cite it

    def __post_init__(self) -> None:
        self.name = f"{self.regulation.name}#{self.id}"
        self.cite = Cite(self.name, self.since)

    @property
    def rule(self) -> Rule:
        """Its first rule: enough to print it and to ask its kind."""
        return next(iter(self.rules.values()))

    @property
    def grade(self) -> Grade:
        """How it is carried; follows from its kind and evidence."""
        return self.rule.kind.grade()

    def sentence(self) -> str:
        """Return the Chinese sentence made from its parameters alone."""
        said: dict[str, list[str]] = {}  # nouns whose words differ (受理, 填单) are not said in the words of the first
        for rule in self.rules.values():
            said.setdefault(rule.kind.sentence(rule), []).append(rule.noun.zh if rule.noun is not None else "")
        named = self.rule.kind.names_subject
        sentence = ";".join(f"{'、'.join(n)}:{s}" if named and any(n) else s for s, n in said.items())
        return sentence + (f"(第{self.overrides.rpartition('#')[2]}条的例外)" if self.overrides else "")


@dataclass(slots=True)
class Rule:
    """A clause version compiled for one noun."""

    clause: Clause
    kind: Kind
    noun: Noun | None
    when: Condition = ALWAYS
    upon: Upon | None = None
    table: Table | None = None
    paths: tuple[Path, ...] = ()  # every name it reads of its noun
    member_paths: tuple[Path, ...] = ()  # every name it reads of the member of a population it comes round to
    cite: Cite = field(init=False)  # how effects cite the clause

    def __post_init__(self) -> None:
        self.cite = self.clause.cite

    def lead(self) -> str:
        """Return the beginning of a sentence: the moment and the condition."""
        upon = f"{self.upon.zh},".replace(",", "") if self.upon else ""
        when = self.when.zh()
        tail = f"{when}{'' if when.endswith('的') else '的'}," if when else ""
        return f"{upon}{',' if upon else ''}{tail}"


class Kind:
    """A clause kind. Subclasses say their word, primitive and keys, read themselves, print themselves and act."""

    word: ClassVar[str]
    primitive: ClassVar[Primitive]
    keys: ClassVar[Mapping[str, Key]]
    doc: ClassVar[tuple[str, str]]
    names_subject: ClassVar[bool] = True
    needs_noun: ClassVar[bool] = True
    takes_upon: ClassVar[bool] = False

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Kind:
        """Read the parameters. Faults are noted with the reader."""
        raise NotImplementedError

    def grade(self) -> Grade:
        """Return executed, attested or said."""
        return "said" if self.primitive == "said" else "executed"

    def sentence(self, rule: Rule) -> str:
        """Return the Chinese sentence without the subject."""
        raise NotImplementedError

    def gates(self) -> tuple[str, ...]:
        """Return the acts a gate stands before."""
        return ()

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Gates: return why the act is refused, or None. `when` has been found to hold."""
        return None

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Acting kinds: return what the clause does. `when` has been found to hold."""
        return []


@dataclass
class ClauseReader:
    """Everything a kind needs to read its parameters."""

    reader: Reader
    names: Names
    people: WhoReader
    conditions: ConditionReader
    books: Mapping[str, Book]
    forms: Mapping[str, Form]
    populations: Mapping[str, Population]
    calendars: Mapping[str, object]
    seasons: Mapping[str, Season]
    tasks: Mapping[str, Label]
    clause_ids: Mapping[str, str]  # every clause id of the pack -> global name, for references
    regulation: Regulation
    node: Node  # the clause
    undecided: list[str] = field(default_factory=list)

    def of(self, noun: Noun) -> ClauseReader:
        """Return a reader of parameters that speak of another noun: the member of a population."""
        names = replace(self.names, noun=noun)
        return replace(self, names=names, people=WhoReader(names, self.people.persons), conditions=ConditionReader(names))

    def noun_of(self, population: Population | None) -> Noun | None:
        """Return the noun of a population's members."""
        if population is None:
            return None
        return PEOPLE_AND_PLACES.get(population.noun) or self.names.nouns.get(population.noun)

    def act(self, node: Node | None) -> str:
        """Read the name of an act of the noun."""
        text = self.reader.text(node)
        noun = self.names.noun
        if text in ROW_ACTS and noun is not None and text not in noun.acts:
            self.reader.fault(node or self.node, *ROW_ACTS[text])
        elif node is not None and noun is not None and text not in noun.acts:
            self.reader.unknown(node, text, noun.acts, f"{noun.zh}没有动作", f"{noun.id} has no act")
        return text

    def acts(self, node: Node | None) -> tuple[str, ...]:
        """Read one act or a list of them."""
        return tuple(self.act(n) for n in self.reader.listing(node))

    def act_zh(self, act: str) -> str:
        """Return the Chinese of an act of the noun."""
        noun = self.names.noun
        return noun.acts[act].zh if noun is not None and act in noun.acts else act

    def acts_zh(self, acts: tuple[str, ...]) -> str:
        """Return several acts in Chinese."""
        return "、".join(self.act_zh(a) for a in acts)

    def is_unset(self, node: Node | None, key: str) -> bool:
        """Whether a parameter is `unset`: left open by the source and not set by the company."""
        if node is None or node.text != "unset":
            return False
        if key not in self.undecided:
            self.undecided.append(key)
        return True

    def rows(self, node: Node | None) -> str:
        """Read the name of a rows field of the noun; "" (with a fault) when it is none."""
        text, noun = self.reader.text(node), self.names.noun
        fields = {f.id for f in noun.fields.values() if f.type.name in ("rows", "slots")} if noun is not None else set()
        if node is None or text in fields:
            return text
        self.reader.unknown(node, text, fields, "不是行字段:", "is no rows field:")
        return ""

    def span(self, node: Node | None, key: str) -> Span | None:
        """Read a span; None when absent or unset."""
        if node is None or self.is_unset(node, key):
            return None
        if node.text == "table":
            self.reader.fault(
                node, "按表定时限写 due: table,表的最后一列也是 due", "write due: table, and due for the table's last column"
            )
            return None
        try:
            return parse_span(self.reader.text(node))
        except BadSpan as e:
            tip, tip_en = wide_tip(self.reader.text(node))
            self.reader.fault(node, e.zh + tip, e.en + tip_en)
            return None

    def number(self, node: Node | None, key: str, default: int | None = None) -> int | None:
        """Read a whole number; `default` when absent, None when unset."""
        if node is None:
            return default
        if self.is_unset(node, key):
            return None
        text = self.reader.text(node)
        tip, tip_en = wide_tip(text)
        if not text.removeprefix("-").isdecimal() or tip:
            self.reader.fault(node, f"“{text}”应为整数{tip}", f"{text!r} should be a whole number{tip_en}")
            return default
        if text.startswith("-") or len(text) > LONGEST_NUMBER or int(text) > MOST:
            zh, en = (
                ("不能小于0", "it cannot be less than 0")
                if text.startswith("-")
                else (f"最多{MOST}", f"it can be {MOST} at most")
            )
            self.reader.fault(node, f"“{text}”超出范围,{zh}", f"{text!r} is out of range, {en}")
            return default
        return int(text)

    def who(self, node: Node | None, key: str, default: str = "") -> Who | None:
        """Read a person word; the default word when absent; None when unset or nothing is said."""
        if node is None:
            return self.people.who(Node(self.node.file, self.node.line, self.node.column, text=default)) if default else None
        if self.is_unset(node, key):
            return None
        return self.people.who(node)

    def clause_ref(self, node: Node | None) -> str:
        """Read a reference to a clause: `2.1` of the same regulation, `repair#2.1`, or `property/repair#2.1`. Returns the global name."""
        if node is not None and node.text is None:
            self.reader.fault(node, '这里写一条的编号,如 "2.1",只能写一条', 'the number of one clause goes here, like "2.1"')
            return ""
        text = self.reader.text(node)
        regulation = self.regulation
        for candidate in (text, f"{regulation.pack}/{text}", f"{regulation.name}#{text}"):
            if candidate in self.clause_ids:
                return candidate
        if node is not None:
            local = [c.split("#")[1] for c in self.clause_ids if c.startswith(f"{regulation.name}#")]
            self.reader.unknown(node, text, local, "没有这一条:", "there is no clause")
        return text


def refuse(rule: Rule, zh: str, en: str, **more: Any) -> Refusal:
    """Return a refusal citing a clause: its own sentence, and what would make the act lawful."""
    clause = rule.clause
    return Refusal(
        clause.name, "clause", clause.zh or clause.sentence(), clause.en or clause.zh, remedy_zh=zh, remedy_en=en, **more
    )


def unset_zh(value: object) -> str:
    """Return the words for a value, or (本公司设定) where it is unset."""
    if value is None:
        return "(本公司设定)"
    return value.zh() if isinstance(value, Span) else str(value)
