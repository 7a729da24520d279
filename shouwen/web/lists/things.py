"""What is chosen in a list to do one act upon: cases, or records of one register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from shouwen.base.errors import FieldError
from shouwen.cases.draft import Wish, act_upon
from shouwen.cases.models import Case
from shouwen.policy.act import Act
from shouwen.policy.nouns import ActShape, Noun
from shouwen.registers.models import Record
from shouwen.web.asking import Ask
from shouwen.web.cases.story import shape_of
from shouwen.web.law import law_of, laws_of, said, step_name
from shouwen.web.lists.kept import CASES, address_of, of_register

APART: Final = frozenset({"open", "merge", "link"})  # acts that are about one thing and nothing else
AFTER_THE_END: Final = frozenset({"reopen", "note"})


@dataclass(frozen=True, slots=True)
class Thing:
    """A case or record that was chosen: how it is called, of which noun (None: no law knows it any more), and where its page is."""

    subject: Case | Record
    noun: Noun | None
    title: str
    note: str
    url: str
    step: str

    @property
    def pk(self) -> int:
        """Its id."""
        return self.subject.pk

    @property
    def is_case(self) -> bool:
        """Whether it is a case."""
        return isinstance(self.subject, Case)

    def acts(self) -> list[ActShape]:
        """Return the acts it knows at its step that can be done upon many."""
        if self.noun is None:
            return []
        subject = self.subject
        ended = subject.closed_at if isinstance(subject, Case) else subject.archived_at
        if ended:
            return [a for a in self.noun.acts.values() if a.id in AFTER_THE_END]
        held = isinstance(subject, Case) and subject.held
        out = APART | ({"reopen", "hold"} if held else {"reopen", "resume"})
        return [a for a in self.noun.acts.values() if a.id not in out and (not a.leaves or subject.step in a.leaves)]

    def act(self, wish: Wish, request: Ask) -> Act:
        """Return what somebody wants of it. Raises FieldError."""
        subject = self.subject
        if self.noun is None or wish.act not in self.noun.acts:
            raise FieldError.of("act", _("这类事项没有这个动作"), _("这类事项没有这个动作"))
        customer = subject.customer_id or 0
        return act_upon(subject.ref, wish, request.reader, now=request.now, shape=shape_of(subject), customer=customer)


def things(request: Ask, register: str, ids: Sequence[int]) -> list[Thing]:
    """Return those of some ids that are in sight, in the order given: of a register, or cases."""
    if register:
        records = Record.objects.visible_to(request.reader).filter(register=register).in_bulk(list(ids))
        return [_record(request, records[i]) for i in ids if i in records]
    cases = Case.objects.visible_to(request.reader).in_bulk(list(ids))
    return [_case(request, cases[i]) for i in ids if i in cases]


def list_of(register: str) -> str:
    """Return the address of the list they were chosen in."""
    return address_of(of_register(register) if register else CASES)


def _case(request: Ask, case: Case) -> Thing:
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
    name = said(noun, request.lang) if noun is not None else case.procedure
    url = reverse("cases:page", args=[case.number])
    return Thing(case, noun, case.title or name, f"{case.number} · {name}", url, step_name(noun, case.step, request.lang))


def _record(request: Ask, record: Record) -> Thing:
    law = law_of(request)
    noun = law.nouns.get(record.register) if law is not None else None
    name = said(noun, request.lang) if noun is not None else record.register
    url = reverse("registers:page", args=[record.register, record.pk])
    return Thing(record, noun, record.key, name, url, step_name(noun, record.step, request.lang))
