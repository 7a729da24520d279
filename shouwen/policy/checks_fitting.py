"""What a clause rests on and its noun has not.

A right nobody gives it, a customer under another name, a span between what are no dates, papers asked for as one,
points given in the book of those taken, an act that comes too late.
"""

from __future__ import annotations

from collections.abc import Iterator

from shouwen.policy.conditions import Test
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.kinds.grants import Grants
from shouwen.policy.kinds.keeps import Penalises, Rewards
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.nouns import ActShape, Noun
from shouwen.policy.packs import Declared

DATES = ("date", "datetime")


def what_is_there(declared: Declared, rules: list[Rule], faults: Faults) -> None:
    """Note spans that have no ends, rights no clause gives to what asks for them, and customers under another name.

    They are doubts: what was enacted before we looked holds on (see `Faults.doubt`).
    """
    for noun in declared.nouns.values():
        _spans(noun, faults)
    _rights(declared, rules, faults)
    _both_ways(declared, rules, faults)
    for rule in rules:
        if rule.noun is not None:
            _customers(rule, rule.noun, faults)
            _papers(rule, rule.noun, faults)
            _too_late(rule, rule.noun, faults)


def _spans(noun: Noun, faults: Faults) -> None:
    said = noun.node.get("fields") if noun.node is not None else None
    for field in noun.fields.values():
        at = said.get(field.id) if said is not None else None
        for key, end in zip(("from", "until"), field.between, strict=True):
            shape = noun.fields.get(end)
            if not end or at is None or (shape is not None and shape.type.name in DATES):
                continue
            act = noun.acts.get(end)
            zh = "是动作,它的时间不是字段:请让它填一个时间字段(asks),写那个字段" if act else "不是日期或时间字段"
            en = "is an act; let it ask for a datetime field and name that" if act else "is no date or datetime field"
            faults.doubt(at.get(key) or at, f"时间差“{field.zh}”:“{end}”{zh}", f"{field.id} goes from date to date: {end!r} {en}")


def _rights(declared: Declared, rules: list[Rule], faults: Faults) -> None:
    """A right is asked of the subject itself: what is given to another noun is never there."""
    given: dict[str, set[str]] = {}
    for rule in rules:
        if isinstance(rule.kind, Grants) and rule.noun is not None:
            link = rule.noun.fields.get(rule.kind.link)
            given.setdefault(rule.kind.what, set()).update(link.type.nouns if link is not None else (rule.noun.id,))
    for rule in rules:
        for test in _tests(rule):
            head, _, what = test.path.text.partition(".")
            if head != "grant" or rule.noun is None or rule.noun.id in given.get(what, {rule.noun.id}):
                continue
            nouns = sorted(given[what])
            theirs = "、".join(declared.nouns[n].zh for n in nouns if n in declared.nouns)
            faults.doubt(
                test.node,
                f"“{test.path.zh}”是准许给{theirs}的,{rule.noun.zh}永远没有;grant 只问本件",
                f"{test.path.text!r} is granted to {', '.join(nouns)}, never to {rule.noun.id}; `grant` asks of the subject itself",
            )


def _tests(rule: Rule) -> Iterator[Test]:
    yield from rule.when.tests
    if isinstance(rule.kind, Requires):
        yield from rule.kind.that.tests


def _customers(rule: Rule, noun: Noun, faults: Faults) -> None:
    """`customer` is whoever called, or stands in the field of that name; a field of another name is somebody else to the law."""
    kind, fields = rule.kind, [f for f in noun.fields.values() if f.type.name == "customer"]
    if noun.kind != "case" or not fields or any(f.id == "customer" for f in fields):
        return
    told = isinstance(kind, Notifies) and any(w.word == "customer" and w.other is None for w in kind.to)
    counted = isinstance(kind, Limits) and kind.per == "customer"
    if told or counted:
        name, number = fields[0].id, rule.clause.id
        faults.doubt(
            rule.clause.node,
            f"第{number}条说的 customer 是名叫 customer 的字段,{noun.zh}只有“{name}”;"
            f"请把“{name}”改名为 customer{f',或写 {{field: {name}}}' if told else ''}",
            f"clause {number} speaks of `customer`, the field of that name; {noun.id} has only {name!r}: "
            f"rename it{f', or write {{field: {name}}}' if told else ''}",
        )


def _both_ways(declared: Declared, rules: list[Rule], faults: Faults) -> None:
    """Entries of a book only ever add up: points given and points taken in one book would count the same way."""
    taken = {r.kind.book: r.clause for r in rules if type(r.kind) is Penalises and not r.kind.taken_back}
    for rule in rules:
        if not isinstance(rule.kind, Rewards) or rule.kind.taken_back or (other := taken.get(rule.kind.book)) is None:
            continue
        book = declared.books.get(rule.kind.book)
        faults.doubt(
            rule.clause.node,
            f"账簿“{book.zh if book else rule.kind.book}”已记第{other.id}条的扣,奖再记进去也是往上加;请另设一本账簿,或写 books: {{…, minus: …}}",
            f"book {rule.kind.book!r} has what clause {other.id} takes, and what is given would add to it; "
            "give it a book of its own, or write books: {…, minus: …}",
        )


def _papers(rule: Rule, noun: Noun, faults: Faults) -> None:
    """A list of papers is filled as soon as it says of one of them that it is missing: what is wanted are the papers, one by one."""
    wanted = [p.text for p in rule.kind.fields] if isinstance(rule.kind, Requires) else []
    wanted += [t.path.text for t in _tests(rule) if t.kind == "given"]
    for name in wanted:
        field = noun.fields.get(name)
        if field is not None and field.type.name == "slots":
            each = ", ".join(f"{name}.{paper}" for paper in field.type.choices)
            faults.doubt(
                rule.clause.node, f"“{field.zh}”是资料清单,写了“缺”也算填了;第{rule.clause.id}条要哪几件,请逐件写,如 {each}",
                f"{name!r} is a list of papers, filled even when all are missing; let clause {rule.clause.id} name them: {each}",
            )  # fmt: skip


def _too_late(rule: Rule, noun: Noun, faults: Faults) -> None:
    """A promise is kept by an act that can still be done once its time runs."""
    kind = rule.kind
    if not isinstance(kind, Deadline) or len(kind.start) != 1 or noun.kind != "case":
        return
    begun = noun.acts.get(kind.start[0])
    for name in kind.until:
        done = noun.acts.get(name)
        if begun is None or done is None or done.built_in or not done.leaves or name == begun.id:
            continue
        if not steps_after(begun, noun) & set(done.leaves):
            faults.doubt(
                rule.clause.node, f"{begun.zh}以后{done.zh}就做不成了,第{rule.clause.id}条的时限一定逾期;from 和 until 是不是写反了",
                f"{done.id!r} cannot be done after {begun.id!r}, so the deadline of clause {rule.clause.id} is always missed; "
                "are `from` and `until` the wrong way round?",
            )  # fmt: skip


def steps_after(done: ActShape, noun: Noun) -> set[str]:
    """Return the steps a subject may be at once an act was done, reopening aside."""
    found = {done.to} if done.to else set(done.leaves or noun.steps)
    todo = list(found)
    while todo:
        here = todo.pop()
        onward = {a.to for a in noun.acts.values() if a.to and not a.built_in and here in (a.leaves or noun.steps)} - found
        found |= onward
        todo.extend(onward)
    return found
