"""Notices that are to be confirmed: who of those a clause told has still to say that they got it, kept as a mark of the subject.

A clause asks as `confirmed.<clause>` whether everybody has: in a condition, or as what ends a deadline. Those told by the last of
several tellings owe it too; whoever told nobody has no confirmation. Only staff confirm: a customer is asked for evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from shouwen.policy.env import Env
from shouwen.policy.errors import Faults
from shouwen.policy.facts import Mark
from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.paths import CONFIRMED, told_mark
from shouwen.policy.ruling import Receipt, Refusal, Ruling


def tell_mark(marks: Mapping[str, Mark], clause: str, to: Iterable[int], at: datetime) -> Mark:
    """Return the mark of a subject after a clause told some people who owe a confirmation: `by` are those who still owe it."""
    old = marks.get(told_mark(clause))
    owing = tuple(dict.fromkeys((*(old.by if old else ()), *to)))
    return Mark(1, at, at, owing) if old is None else Mark(old.count + 1, min(old.first, at), max(old.last, at), owing)


def received(marks: Mapping[str, Mark], clause: str, by: int) -> Mark:
    """Return the mark after one of them confirmed."""
    old = marks[told_mark(clause)]
    return replace(old, by=tuple(p for p in old.by if p != by))


def decide_receipt(env: Env) -> Ruling:
    """Return the ruling of somebody's word that they got what a clause (the act's) told them on the subject."""
    act = env.act
    mark = env.facts.marks.get(told_mark(act.clause))
    if mark is None or act.by not in mark.by:
        zh, en = "这里没有待您确认的告知", "There is no notice here for you to confirm."
        return Ruling("refused", act, act.subject, (Refusal("", "nothing_to_confirm", zh, en),))
    ruling = Ruling("allowed", act, act.subject)
    ruling.effects = [Receipt(act.clause, act.by)]
    return ruling


def confirmable(clauses: list[Clause], faults: Faults) -> None:
    """Note the clauses that ask for confirmations nobody is asked to give: the clause they name must tell with `confirm`, on a case."""
    by_name = {c.name: c for c in clauses}
    for clause in clauses:
        for rule in clause.rules.values():
            until = rule.kind.until if isinstance(rule.kind, Deadline) else ()
            for name in dict.fromkeys((*(p.text for p in rule.paths), *until)):
                if name.startswith(CONFIRMED) and not _asks(by_name.get(name.removeprefix(CONFIRMED)), rule):
                    number = name.rpartition("#")[2]
                    faults.add(
                        clause.node, f"第{number}条不是本流程里要逐一确认的告知(notifies … confirm: yes)",
                        f"clause {number} is no notice of this procedure to be confirmed (notifies … confirm: yes)",
                    )  # fmt: skip


def _asks(clause: Clause | None, waiting: Rule) -> bool:
    """Whether a clause tells people who have to confirm, on the procedure of the rule that waits for it."""
    noun = waiting.noun
    rule = clause.rules.get(noun.id) if clause is not None and noun is not None and noun.kind == "case" else None
    return rule is not None and isinstance(rule.kind, Notifies) and rule.kind.confirm
