"""What there is: the nouns of packs. They hold shape, never rules; every one may carry `source`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shouwen.policy.source import Node
from shouwen.policy.values import FieldType
from shouwen.worktime import Span


@dataclass(frozen=True, slots=True)
class Label:
    """The words of a thing in Chinese and English."""

    zh: str
    en: str = ""

    def text(self, lang: str) -> str:
        """Return the English if asked for and there, else the Chinese."""
        return self.en if self.en and lang.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its words and type; `phrase` and `other` say a flag in a sentence (收费的 / 不收费的)."""

    id: str
    zh: str
    type: FieldType
    en: str = ""
    phrase: str = ""
    other: str = ""
    sum_of: str = ""  # rows.column
    product_of: tuple[str, ...] = ()  # columns of the same row
    between: tuple[str, str] = ("", "")  # a span field from one date field to another
    strength: str = ""  # of evidence
    source: tuple[str, ...] = ()
    personal: bool = False  # shown masked
    conceals: bool = False  # whoever it names does not see the case while it is open
    summed: tuple[str, str] = field(init=False, repr=False, compare=False)  # the rows and the column of a sum

    def __post_init__(self) -> None:
        rows, _, column = self.sum_of.partition(".")
        object.__setattr__(self, "summed", (rows, column))

    @property
    def computed(self) -> bool:
        """Whether its value follows from others and is never typed in."""
        return bool(self.sum_of or self.product_of or self.between[0])

    @property
    def covered(self) -> bool:
        """Whether it holds personal data, itself or in a column of its rows: shown masked, and kept out of the journal."""
        return self.personal or any(c.personal for c in self.type.columns.values())


@dataclass(frozen=True, slots=True)
class ActShape:
    """An act: the steps it leaves (empty: any that has not ended), the step it leads to ("" stays), the fields its page shows."""

    id: str
    zh: str
    en: str = ""
    leaves: tuple[str, ...] = ()
    to: str = ""
    asks: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    sets: Node | None = None  # what it sets of itself, still as written
    built_in: bool = False
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """How rows are asked: one row for each item. Its first text column names it, its choice is the mark, a second text a remark."""

    item: str
    mark: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its words, and the field its answer fills; with `items` it is asked of each of them."""

    fills: str
    words: Label
    required: bool = False
    items: Mapping[str, Label] = field(default_factory=dict)
    matrix: Matrix | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A titled set of questions. Its answer is the act `act` with what `sets` says beside the answers.

    `shows` are fields of the case that are shown with the questions: what whoever answers has to know. What may be answered
    `again` is open until its time, however often it was answered.
    """

    id: str
    title: Label
    act: str
    questions: Mapping[str, Question]
    greeting: Label = Label("")
    sets: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Consulted:
    """How a register is looked up by whoever answers a customer: the field that is read, in which states, and until which day."""

    text: str
    at: tuple[str, ...]
    until: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """How a procedure is a list of calls: the act that records one, the act of one that reached nobody, and the fields they fill."""

    done: str
    missed: str = ""
    kind: str = ""
    why: str = ""
    again: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Noun:
    """A procedure (kind "case"), a register ("record") or a book ("entry"): fields, steps and acts."""

    id: str
    kind: str
    pack: str
    regulation: str
    zh: str
    en: str = ""
    number: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    steps: Mapping[str, Label] = field(default_factory=dict)
    acts: Mapping[str, ActShape] = field(default_factory=dict)
    tasks: Mapping[str, Label] = field(default_factory=dict)
    key: str = ""
    form: str = ""
    happened: str = ""
    unit: str = ""
    calendar: str = ""
    source: tuple[str, ...] = ()
    node: Node | None = None
    ends_at: tuple[str, ...] = ()  # the states at which a register says its records end
    questionnaires: Mapping[str, Questionnaire] = field(default_factory=dict)
    consulted: Consulted | None = None  # a register whose records are looked up to answer
    calls: Calls | None = None  # a procedure whose cases are calls to be made
    home: bool = False  # a register where customers live: a new caller's address is chosen from it
    ends: frozenset[str] = field(init=False)  # where it is over: a register says so, elsewhere the steps no act of its own leaves
    rows: frozenset[str] = field(init=False)  # its fields that are lists of rows
    concealing: tuple[str, ...] = field(init=False)  # its fields whose persons do not see it while it is open
    products: tuple[tuple[str, tuple[Field, ...]], ...] = field(init=False)  # rows fields with their columns that multiply others

    def __post_init__(self) -> None:
        columns = {
            f.id: tuple(c for c in f.type.columns.values() if c.product_of) for f in self.fields.values() if f.type.name == "rows"
        }
        object.__setattr__(self, "rows", frozenset(columns))
        object.__setattr__(self, "concealing", tuple(f.id for f in self.fields.values() if f.conceals))
        object.__setattr__(self, "products", tuple((name, found) for name, found in columns.items() if found))
        left = {s for a in self.acts.values() if a.to and not a.built_in for s in a.leaves}
        ends = self.ends_at if self.kind == "record" else (s for s in self.steps if s not in left)
        object.__setattr__(self, "ends", frozenset(ends))

    @property
    def start(self) -> str:
        """The step a new subject stands in ("" when there are no steps)."""
        return next(iter(self.steps), "")


# Subjects no pack declares: a member of staff, a unit. Schedules and `for: staff` speak of them.
STAFF = Noun("staff", "staff", "", "", "员工", "Staff")
UNIT = Noun("unit", "unit", "", "", "单位", "Unit")
PEOPLE_AND_PLACES = {"staff": STAFF, "unit": UNIT}


@dataclass(frozen=True, slots=True)
class Population:
    """Whom `for_each` names: all of a noun (`staff` and `unit` among them), or a declared group of it."""

    id: str
    noun: str
    zh: str
    when: Any = None  # conditions.Condition; None: all of them


@dataclass(frozen=True, slots=True)
class Post:
    """A post the text names; the company says who holds it."""

    id: str
    zh: str
    en: str = ""
    reports_to: str = ""
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A book of the ledger and the unit its amounts are in (分, 元, 桌)."""

    id: str
    zh: str
    en: str = ""
    unit: str = ""
    source: tuple[str, ...] = ()

    @property
    def is_money(self) -> bool:
        """Whether amounts are kept in fen."""
        return self.unit in ("CNY", "元")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a paper: the word it prints, or "" and the label of what is filled in by hand."""

    word: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a paper: boxes, the rows of a field, a list of many, figures, clauses, a text, or signatures."""

    kind: str
    title: Label = Label("")
    boxes: tuple[Box, ...] = ()
    names: tuple[str, ...] = ()  # of rows: fields; of figures: measures; of says: clauses
    text: Label = Label("")
    dated: str = "opened"  # of lists: which day of a matter lies in the period
    filled: str = ""  # of lists: only those in which this field has a value
    steps: tuple[str, ...] = ()  # of lists: only those that stand at one of these; empty: all


@dataclass(frozen=True, slots=True)
class Form:
    """A document printed from a case or record, its copies and for whom each is; with a layout it can be printed."""

    id: str
    zh: str
    en: str = ""
    of: tuple[str, ...] = ()
    copies: Mapping[str, Label] = field(default_factory=dict)
    prints: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    every: Span | None = None
    layout: tuple[Section, ...] = ()

    @property
    def of_one(self) -> bool:
        """Whether it is a paper of one matter or thing."""
        return any(s.kind in ("boxes", "rows") for s in self.layout)

    @property
    def of_many(self) -> bool:
        """Whether it is a register of many, or a paper of figures."""
        return any(s.kind in ("lists", "figures") for s in self.layout)


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A fact somebody outside the law provides (the weather, how soon a candidate can be there).

    With `stale_after` it comes with its moment (`facts.Dated`), and is unknown once it is older than that.
    """

    id: str
    zh: str
    type: FieldType
    en: str = ""
    source: tuple[str, ...] = ()
    stale_after: Span | None = None


@dataclass(slots=True)
class Regulation:
    """One file of a pack: its header, what it declares, and where its clauses stand."""

    id: str
    pack: str
    file: str
    zh: str
    en: str = ""
    header: Mapping[str, Any] = field(default_factory=dict)
    source: tuple[str, ...] = ()
    calendar: str = ""
    articles: Mapping[str, Label] = field(default_factory=dict)
    persons: Mapping[str, Any] = field(default_factory=dict)
    node: Node | None = None

    @property
    def name(self) -> str:
        """pack/regulation"""
        return f"{self.pack}/{self.id}"
