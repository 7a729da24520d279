"""Where apps say what they keep for the law: subjects of a kind, facts about customers, named facts, books.

`cases` keeps "case" itself; `registers` registers "record", `ledger` the effect `Enter` and the folds over books. Called once each,
in AppConfig.ready(). An effect that nobody handles is an error one sees, not something that is silently left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from shouwen.base.search_tokens import SearchDoc
from shouwen.policy.act import Act, Ref
from shouwen.policy.nouns import Field
from shouwen.policy.ruling import Effect

if TYPE_CHECKING:
    from shouwen.cases.enactments import Laws
    from shouwen.cases.facts import Matter
    from shouwen.cases.living import Living


# A data-modifying statement with its parameters. What changes rows runs before what inserts them: a promise that ends must have
# ended before the one that follows it is there.
Part = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the subjects of a kind stand in SQL, for measures and populations. `keys` are expressions over the alias `s`.

    The table has the columns id, fields (jsonb as FieldType.dump writes it) and step; `noun` is the expression of its type.
    """

    table: str
    noun: str
    keys: Mapping[str, str]  # unit, customer, responsible, first_asked -> expression, never null (0: nobody)
    standing: str = "true"  # the condition that one has not ended: who is a member of a population
    about: str = ""  # an indexed int8[] of the records its fields point to, if there is one
    unended: str = "true"  # what holds of all that stand at a step which none ends at: indexes have those, of millions that ended
    past: tuple[str, str, str, str] | None = None  # its name, beginning, end and marks: to tell its past


class SubjectAdapter(Protocol):
    """What an app does for one kind of subject."""

    @property
    def kind(self) -> str:
        """Which kind (Ref.kind)."""
        ...

    @property
    def source(self) -> Source:
        """Where its subjects stand in SQL."""
        ...

    def load(self, ids: Sequence[int], laws: Laws, *, lock: bool) -> Iterable[Living]:
        """Read subjects in the order of their ids, without their deadlines, tasks and approvals. With `lock` FOR UPDATE."""
        ...

    def recall(self, glimpses: Iterable[str], laws: Laws) -> Iterable[Living]:
        """Return subjects of which the glimpses (`base.access.register_sight`) were just read; none where it has no glimpses."""
        ...

    def writes(self, subjects: Sequence[Living], *, now: datetime) -> Iterable[Part]:
        """Return statements that write new (`fresh`) and changed subjects; they become parts of one statement."""
        ...

    def number(self, subjects: Sequence[Living]) -> None:
        """Give new subjects what they are called by (`number`)."""
        ...

    def docs(self, subjects: Sequence[Living]) -> Iterable[SearchDoc]:
        """Return what search keeps of them; nothing if they are not searched."""
        ...


@dataclass(frozen=True, slots=True)
class Happening:
    """An effect on its way to the app that writes it: of which subject and act, when, and the id of its event's cause."""

    effect: Effect
    subject: Ref
    case: int
    unit: int
    act: Act
    now: datetime
    entry: int = 0  # the id the entry is to have, where it is a subject itself


EffectHandler = Callable[[Sequence[Happening]], None]  # called inside the transaction, once for all effects of a type
CustomerFacts = Callable[..., Mapping[int, Mapping[str, Any]]]  # (ids, declared fields, *, lock=False) -> fields by id
SeenCustomers = Callable[[Iterable[str], Mapping[str, Field]], Mapping[int, Mapping[str, Any]]]  # (glimpses, declared fields)
NamedFacts = Callable[[Sequence["Matter"]], Sequence[Any]]  # one value for each act


@dataclass(frozen=True, slots=True)
class BookQuestion:
    """What a measure asks of a book: the amounts for somebody, or upon one subject (0: all), since a moment (None: ever) until one."""

    book: str
    who: int
    since: datetime | None
    until: datetime
    subject: int = 0
    clauses: tuple[str, ...] = ()  # entries by these clauses only
    upto: int = 0  # entries made no later than this one
    making: bool = False  # that one is being made: whatever others have made by now was made before


# (book, since, until, subject or 0, entry or 0) -> entries that stand, by person: (id, amount)
BookStanding = Callable[[str, datetime | None, datetime, int, int], Mapping[int, tuple[tuple[int, int], ...]]]
BookFold = Callable[[Sequence[BookQuestion]], Sequence[tuple[int, int]]]  # -> (count, sum) for each question


@dataclass
class _Registered:
    """Everything apps have said."""

    subjects: dict[str, SubjectAdapter] = field(default_factory=dict)
    effects: dict[type, EffectHandler] = field(default_factory=dict)
    named: dict[str, NamedFacts] = field(default_factory=dict)
    customers: CustomerFacts | None = None
    seen_customers: SeenCustomers | None = None
    books: BookFold | None = None
    standing: BookStanding | None = None


_registered: Final = _Registered()


class Unhandled(LookupError):
    """A ruling has an effect, or an act a subject, that no app has registered for."""


def register_subject(adapter: SubjectAdapter) -> None:
    """Say who keeps subjects of a kind."""
    _registered.subjects[adapter.kind] = adapter


def register_effect(kind: type, handler: EffectHandler) -> None:
    """Say who writes effects of a type (Enter: the ledger)."""
    _registered.effects[kind] = handler


def register_customers(facts: CustomerFacts, seen: SeenCustomers) -> None:
    """Say who knows the fields of customers, and of those that were just seen."""
    _registered.customers, _registered.seen_customers = facts, seen


def register_named(name: str, facts: NamedFacts) -> None:
    """Say who knows a named fact of the packs (how soon a candidate can be there …)."""
    _registered.named[name] = facts


def register_books(fold: BookFold, standing: BookStanding) -> None:
    """Say who adds up the entries of books, and who knows which of them stand."""
    _registered.books, _registered.standing = fold, standing


def subject(kind: str) -> SubjectAdapter:
    """Return who keeps subjects of a kind."""
    found = _registered.subjects.get(kind)
    if found is None:
        raise Unhandled(f"no app keeps subjects of kind {kind}")
    return found


def keeps(kind: str) -> bool:
    """Whether somebody keeps subjects of a kind."""
    return kind in _registered.subjects


def effect(kind: type) -> EffectHandler:
    """Return who writes effects of a type."""
    found = _registered.effects.get(kind)
    if found is None:
        raise Unhandled(f"no app writes {kind.__name__}")
    return found


def customer_fields(ids: Sequence[int], declared: Mapping[str, Field]) -> Mapping[int, Mapping[str, Any]]:
    """Return the fields of customers by id."""
    return _registered.customers(ids, declared) if _registered.customers is not None and ids else {}


def seen_customers(glimpses: Sequence[str], declared: Mapping[str, Field]) -> Mapping[int, Mapping[str, Any]]:
    """Return the fields of customers that were just seen, by id."""
    return _registered.seen_customers(glimpses, declared) if _registered.seen_customers is not None and glimpses else {}


def knows(name: str) -> bool:
    """Whether the system itself knows a named fact; others tell it the rest."""
    return name in _registered.named


def named_facts(name: str, matters: Sequence[Matter]) -> Sequence[Any]:
    """Return a named fact that the system knows, for each act; None where it does not know it."""
    return _registered.named[name](matters)


def fold_books(questions: Sequence[BookQuestion]) -> Sequence[tuple[int, int]]:
    """Return count and sum for each question to a book."""
    if _registered.books is None:
        raise Unhandled("no app keeps books")
    return _registered.books(questions) if questions else ()


def standing_entries(
    book: str, since: datetime | None, until: datetime, subject: int, entry: int = 0
) -> Mapping[int, tuple[tuple[int, int], ...]]:
    """Return the entries of a book nobody took back, by person."""
    if _registered.standing is None:
        raise Unhandled("no app keeps books")
    return _registered.standing(book, since, until, subject, entry)
