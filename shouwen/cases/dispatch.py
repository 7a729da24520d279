"""派工: which acts name the person who goes, who is asked about and what each has in hand; and two facts the law ranks them by.

`load` is how many open cases of the procedure name somebody already; `skill_match` how many of the case's choices somebody has
as a skill of the same name (a skill `leak` for a trouble `leak`). Both are counted here once, for the page and for the ruling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BigIntegerField, Count, Min, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.choices import Assigns
from shouwen.policy.kinds.gates import Permits
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun

if TYPE_CHECKING:
    from shouwen.cases.facts import Matter


@dataclass(frozen=True, slots=True)
class Naming:
    """An act that names who goes: the field it fills, the post it is filled from ("" when it is no post), the clause that says so."""

    noun: Noun
    act: str
    field: str
    post: str
    clause: str
    last: str = ""  # the last step whose next act a clause leaves to whom the field names; "" where no clause does

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps in which somebody is waited for."""
        return tuple(self.noun.acts[self.act].leaves)

    @property
    def given(self) -> tuple[str, ...]:
        """The steps of cases that somebody has in hand: from the second to the last in which it is still theirs to go on."""
        way = [s for s in self.noun.steps if s != self.noun.start and s not in self.noun.ends]
        return tuple(way[: way.index(self.last) + 1] if self.last in way else way)

    @property
    def names(self) -> tuple[str, ...]:
        """The acts that say who goes, this one and those that name another later."""
        return tuple(a.id for a in self.noun.acts.values() if self.field in a.asks and not a.built_in)

    @property
    def led_to(self) -> str:
        """The step in which somebody has been named."""
        return self.noun.acts[self.act].to


@dataclass(frozen=True, slots=True)
class InHand:
    """What somebody has been given and not ended: how many, and what falls due first."""

    count: int = 0
    next_due: datetime | None = None


NOTHING: Final = InHand()


def namings(law: Law | None, now: datetime) -> list[Naming]:
    """Return the acts of a law's procedures that take somebody from candidates, in the order of the packs."""
    if law is None:
        return []
    found = []
    for noun in law.nouns.values():
        rules = law.on(now.date()).by_noun.get(noun.id, ()) if noun.kind == "case" else ()
        for rule in rules:
            kind, upon = rule.kind, rule.upon
            if not isinstance(kind, Assigns) or kind.candidates is None or upon is None or upon.kind != "act":
                continue
            act = upon.name.rpartition(".")[2]
            # an act that leads nowhere names another where somebody has been named already: nothing waits for it
            if act in noun.acts and kind.field in noun.fields and noun.acts[act].leaves and noun.acts[act].to:
                last = _last(noun, kind.field, rules)
                found.append(Naming(noun, act, kind.field, kind.candidates.post, rule.clause.name, last))
    return found


def _last(noun: Noun, field: str, rules: Iterable[Rule]) -> str:
    permits = (r.kind for r in rules if isinstance(r.kind, Permits))
    theirs = {a for kind in permits if any(p.text == field for who in kind.who for p in who.reads) for a in kind.acts}
    left = {s for a in theirs if noun.acts[a].to for s in noun.acts[a].leaves}
    return next((s for s in reversed(tuple(noun.steps)) if s in left), "")


def in_hand(namings: Sequence[Naming]) -> Mapping[str, Mapping[int, InHand]]:
    """Return by procedure what everybody has been given of it: one query over what is on the way, for each field that names people."""
    found: dict[str, dict[int, InHand]] = {n.noun.id: {} for n in namings}
    for field in dict.fromkeys(n.field for n in namings):
        kept = Q(pk__in=[])
        for n in (n for n in namings if n.field == field):
            kept |= Q(procedure=n.noun.id, step__in=n.given)
        rows = Case.objects.open().filter(kept)
        named = rows.annotate(person=Cast(KT(f"fields__{field}"), BigIntegerField())).filter(person__isnull=False).order_by()
        for row in named.values("procedure", "person").annotate(n=Count("pk"), due=Min("next_due")):
            found[row["procedure"]][row["person"]] = InHand(row["n"], row["due"])
    return found


def together(hands: Sequence[Mapping[int, InHand]]) -> Mapping[int, InHand]:
    """Return what everybody has in hand of several procedures."""
    found: dict[int, InHand] = {}
    for hand in hands:
        for person, one in hand.items():
            known = found.get(person, NOTHING)
            due = min((d for d in (known.next_due, one.next_due) if d is not None), default=None)
            found[person] = InHand(known.count + one.count, due)
    return found


def matching(skills: Iterable[str], fields: Mapping[str, Any]) -> int:
    """Return how many values of a case are skills of somebody."""
    return len(set(skills) & {v for v in fields.values() if isinstance(v, str)})


def load(matters: Sequence[Matter]) -> list[Mapping[int, int]]:
    """The named fact `load`: per member of staff, how many open cases of the act's procedure name them."""
    known: dict[str, Mapping[int, InHand]] = {}
    found: list[Mapping[int, int]] = []
    for m in matters:
        noun, at = m.act.subject.noun, m.act.at
        if noun not in known:
            mine = next((n for n in namings(law_at(at), at) if n.noun.id == noun), None)
            known[noun] = in_hand([mine])[noun] if mine is not None else {}
        found.append({s: known[noun].get(s, NOTHING).count for s in m.org.staff})
    return found


def skill_match(matters: Sequence[Matter]) -> list[Mapping[int, int]]:
    """The named fact `skill_match`: per member of staff, how many of the case's choices are skills of theirs."""
    fields = dict(Case.objects.filter(pk__in={m.act.subject.id for m in matters}).values_list("pk", "fields"))
    found: list[Mapping[int, int]] = []
    for m in matters:
        of_case = {**fields.get(m.act.subject.id, {}), **m.act.fields}
        found.append({s.id: matching(s.skills, of_case) for s in m.org.staff.values()})
    return found
