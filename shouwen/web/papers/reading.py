"""What stands in the boxes of papers: each word of a layout as somebody may read it, looked up at once for all lines of a sheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.cases.case_rows import load_marks
from shouwen.cases.models import Case
from shouwen.customers.models import Customer, Phone
from shouwen.policy.law import Law
from shouwen.policy.nouns import Box, Field, Noun
from shouwen.policy.papers import DID
from shouwen.registers.models import Record
from shouwen.reports.papers import Subject
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, laws_of, said, step_name
from shouwen.web.values import Lookups, Showing, ids_in

OF_THE_CUSTOMER: Final = frozenset({"phone", "address"})


def noun_of(request: Ask, law: Law, subject: Subject) -> Noun:
    """Return the shape a subject has: of a case that of the law it began under."""
    if isinstance(subject, Case):
        return laws_of(request).of(subject.enactment_id).nouns.get(subject.procedure) or law.nouns[subject.procedure]
    return law.nouns[subject.register]


def minute(at: datetime | None) -> str:
    """Say a moment on paper: by the clock of the company, to the minute."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at is not None else ""


class Values:
    """The values of some subjects for some words, as one person reads them."""

    def __init__(self, request: Ask, law: Law, subjects: Sequence[Subject], words: Collection[str]) -> None:
        self.request, self.law = request, law
        self.nouns = {s.pk: noun_of(request, law, s) for s in subjects}
        fields = {w.partition(".")[0] for w in words}
        ids: dict[str, set[int]] = {}
        for s in subjects:
            shapes = self.nouns[s.pk].fields
            ids_in({n: f for n, f in shapes.items() if n in fields or n == self.nouns[s.pk].key}, s.fields, ids)
        self.linked = self._linked(subjects, words)
        for other in self.linked.values():
            ids_in(law.nouns[_id_of_noun(other)].fields if _id_of_noun(other) in law.nouns else {}, other.fields, ids)
        self.showing = Showing(request, request.lang, Lookups.of(ids, request.reader))
        self.customers = self._customers({s.customer_id for s in subjects if s.customer_id}, words)

    def _linked(self, subjects: Sequence[Subject], words: Collection[str]) -> dict[int, Subject]:
        """What the first part of words like `house.area` points to, if it may be seen."""
        first = {w.partition(".")[0] for w in words if "." in w and not w.startswith(DID)}
        wanted = {i for s in subjects for n in first if isinstance(i := s.fields.get(n), int)}
        if not wanted:
            return {}
        found: dict[int, Subject] = dict(Record.objects.visible_to(self.request.reader).in_bulk(wanted))
        return found | Case.objects.visible_to(self.request.reader).in_bulk(wanted - set(found))

    def _customers(self, ids: set[int], words: Collection[str]) -> Mapping[int, Customer]:
        if not ids:
            return {}
        rows = Customer.objects.visible_to(self.request.reader)
        if OF_THE_CUSTOMER & set(words):
            rows = rows.prefetch_related(Prefetch("phones", Phone.objects.order_by("-is_main", "pk")), "addresses")
        return rows.in_bulk(ids)

    def text(self, subject: Subject, word: str) -> str:
        """Return what stands in a box; "" where there is nothing, or it is not known."""
        noun = self.nouns[subject.pk]
        if word.startswith(DID):
            return self._did(subject, word.removeprefix(DID))
        first, _dot, rest = word.partition(".")
        if rest:
            return self._of_linked(subject.fields.get(first), rest)
        if word in noun.fields:
            kept = subject.fields.get(word)
            return "" if kept is None else self.showing.field(noun.fields[word], kept).text
        made = _WORDS.get(word)
        return made(self, subject) if made is not None else ""

    def rows(self, subject: Subject, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the rows of a field; the first are the heads."""
        shape = self.nouns[subject.pk].fields.get(name)
        return self.showing.field(shape, subject.fields.get(name) or []).rows if shape is not None else ()

    def by(self, subject: Subject, act: str) -> tuple[str, str]:
        """Return who did an act last, and when."""
        kept = subject.marks.get(act)
        if not kept:
            return "", ""
        mark = load_marks({act: kept})[act]
        return people.names(self.request, [i for i in mark.by[-1:] if i]), minute(mark.last)

    def _did(self, subject: Subject, act: str) -> str:
        who, when = self.by(subject, act)
        return f"{when} {who}".strip()

    def _of_linked(self, kept: Any, name: str) -> str:
        other = self.linked.get(kept) if isinstance(kept, int) else None
        noun = self.law.nouns.get(_id_of_noun(other)) if other is not None else None
        if other is None or noun is None or name not in noun.fields or other.fields.get(name) is None:
            return ""
        return self.showing.field(noun.fields[name], other.fields[name]).text

    def key(self, subject: Subject) -> str:
        """Return the number of a case; of a record what it is called."""
        if isinstance(subject, Case):
            return subject.number
        shape = self.nouns[subject.pk].fields.get(self.nouns[subject.pk].key)
        return self.showing.field(shape, subject.key).text if shape is not None else subject.key

    def customer(self, subject: Subject) -> Customer | None:
        """Return the customer, if they may be seen."""
        return self.customers.get(subject.customer_id or 0)


def _id_of_noun(subject: Subject) -> str:
    return subject.procedure if isinstance(subject, Case) else subject.register


def _name(values: Values, subject: Subject) -> str:
    found = values.customer(subject)
    return found.masked_name if found is not None else ""


def _phone(values: Values, subject: Subject) -> str:
    found = values.customer(subject)
    return _("、").join(str(p) for p in found.phones.all()) if found is not None else ""


def _address(values: Values, subject: Subject) -> str:
    found = values.customer(subject)
    return _("；").join(str(a) for a in found.addresses.all()) if found is not None else ""


def _closed(_values: Values, subject: Subject) -> str:
    return minute(subject.closed_at if isinstance(subject, Case) else subject.archived_at)


_WORDS: Final[Mapping[str, Callable[[Values, Subject], str]]] = {
    "number": Values.key,
    "customer": _name,
    "phone": _phone,
    "address": _address,
    "responsible": lambda v, s: people.name(v.request, s.responsible_id),
    "first_asked": lambda v, s: people.name(v.request, s.first_asked_id) if isinstance(s, Case) else "",
    "unit": lambda v, s: people.unit(v.request, s.unit_id),
    "step": lambda v, s: step_name(v.nouns[s.pk], s.step, v.request.lang),
    "opened": lambda v, s: minute(s.opened_at),
    "closed": _closed,
}


def label(box: Box, nouns: Sequence[Noun], law: Law, lang: str) -> str:
    """Return what a box is called: in the words of the field, the act or the built-in thing it prints."""
    if not box.word:
        return box.en if box.en and lang.startswith("en") else box.zh
    shape = shape_of(box.word, nouns, law)
    if shape is not None:
        return said(shape, lang)
    if box.word.startswith(DID):
        act = box.word.removeprefix(DID)
        return next((act_name(n, act, lang) for n in nouns if act in n.acts), act)
    keys = [n.fields[n.key] for n in nouns if n.kind == "record" and n.key in n.fields]
    return said(keys[0], lang) if box.word == "number" and keys else built_in(box.word)


def built_in(word: str) -> str:
    """Say what everything has, and who signs."""
    words = {
        "number": _("编号"), "customer": _("客户"), "phone": _("电话"), "address": _("地址"), "responsible": _("责任人"), "first_asked": _("首问人"),
        "unit": _("单位"), "step": _("环节"), "opened": _("立项时间"), "closed": _("结束时间"),
    }  # fmt: skip
    return words.get(word, word)


def shape_of(word: str, nouns: Sequence[Noun], law: Law) -> Field | None:
    """Return the field a word prints: of one of the nouns, or of what a field of theirs points to."""
    first, _dot, rest = word.partition(".")
    shape = next((n.fields[first] for n in nouns if first in n.fields), None)
    if not rest or shape is None:
        return None if rest else shape
    return next((law.nouns[n].fields[rest] for n in shape.type.nouns if n in law.nouns and rest in law.nouns[n].fields), None)
