"""The law as the pages speak of it: in force now, read once for a request; its words in the reader's language."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from shouwen.base.errors import Problem
from shouwen.cases.dispatch import namings
from shouwen.cases.enactments import Laws
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.staff.posts import title
from shouwen.web.asking import Ask
from shouwen.web.moments import typeset

KEPT: Final = 4  # laws × languages whose words are kept
_words: OrderedDict[tuple[str, str], Mapping[str, Cited]] = OrderedDict()


class NothingEnacted(Problem):
    """No law is in force yet, so nothing can be opened or read."""

    status = 409
    code = "nothing_enacted"

    def __init__(self) -> None:
        text = _("还没有颁布任何制度。请系统管理员先运行 `shouwen law enact`。")
        super().__init__(text, text)


@dataclass(frozen=True, slots=True)
class Cited:
    """How a clause is cited: `short` §2.1, `long` with its regulation, its wording, and where to read it."""

    name: str
    short: str
    long: str
    text: str
    url: str


def laws_of(request: HttpRequest) -> Laws:
    """Return the enactments, read once for the request."""
    found = getattr(request, "laws", None)
    if found is None:
        remember_laws(request, found := Laws())
    return cast(Laws, found)


def remember_laws(request: HttpRequest, laws: Laws) -> None:
    """Spare the request a query when the enactments have just been read with something else."""
    request.laws = laws  # type: ignore[attr-defined]  # kept for the length of a request


def law_of(request: HttpRequest) -> Law | None:
    """Return the law in force; None when nothing has been enacted."""
    return laws_of(request).at(cast(Ask, request).now)


def demand_law(request: HttpRequest) -> Law:
    """Return the law in force. Raises NothingEnacted."""
    law = law_of(request)
    if law is None:
        raise NothingEnacted
    return law


def cited(law: Law | None, name: str, lang: str) -> Cited:
    """Return how a clause is cited; one that is no longer in the law by its bare id."""
    if law is None or not name:
        return Cited(name, "", "", "", "")
    return _citations(law, lang).get(name) or Cited(name, f"§{name.rpartition('#')[2]}", name, "", "")


def _citations(law: Law, lang: str) -> Mapping[str, Cited]:
    """All citations of a law in one language, made once."""
    key = (law.digest, lang)
    if key not in _words:
        _words[key] = {name: _cited(law, name, lang) for name in law.versions}
        while len(_words) > KEPT:
            _words.popitem(last=False)
    return _words[key]


def _cited(law: Law, name: str, lang: str) -> Cited:
    clause = law.versions[name][-1]
    regulation = clause.regulation
    short = f"§{clause.id}"
    english = lang.startswith("en")
    title = regulation.en or regulation.zh if english else regulation.zh
    text = typeset(clause.zh) if not english or not clause.en else clause.en
    url = reverse("regulations:page", args=[regulation.pack, regulation.id]) + f"#{anchor(clause.id)}"
    return Cited(name, short, f"{title} {short}", text, url)


def anchor(clause_id: str) -> str:
    """The id of a clause on the page of its regulation: c-2.1 becomes c-2-1, which CSS and people can write."""
    return "c-" + "".join(c if c.isalnum() else "-" for c in clause_id)


class Worded(Protocol):
    """Anything of a pack, or an option made of it, that has a word in both languages."""

    @property
    def zh(self) -> str:
        """In Chinese."""
        ...

    @property
    def en(self) -> str:
        """In English; "" if nobody translated it."""
        ...


def said(thing: Worded, lang: str) -> str:
    """The word of a noun, an act, a field or an option in the reader's language."""
    return thing.en if thing.en and lang.startswith("en") else thing.zh


def noun_name(law: Law | None, noun: str, lang: str) -> str:
    """The word of a procedure or register; its id when the law does not know it any more."""
    found = law.nouns.get(noun) if law is not None else None
    return said(found, lang) if found is not None else noun


def step_name(noun: Noun | None, step: str, lang: str) -> str:
    """The word of a step."""
    label = noun.steps.get(step) if noun is not None else None
    return label.text(lang) if label is not None else step


def act_name(noun: Noun | None, act: str, lang: str) -> str:
    """The word of an act."""
    shape = noun.acts.get(act) if noun is not None else None
    return said(shape, lang) if shape is not None else act


def post_name(law: Law | None, post: str, lang: str) -> str:
    """The word of a post."""
    return title(post, law.posts if law is not None else {}, lang)


def skill_names(law: Law | None, now: datetime, lang: str) -> Mapping[str, str]:
    """The words of what somebody may be good at: the choices of every procedure for which somebody is sent."""
    fields = (f for n in namings(law, now) for f in n.noun.fields.values() if f.type.name == "choice")
    found: dict[str, str] = {}
    for field in fields:
        for choice, label in field.type.choices.items():
            found.setdefault(choice, said(label, lang))
    return found


def skill_words(law: Law | None, skills: Iterable[str], now: datetime, lang: str) -> list[str]:
    """Skills in the reader's language; one that is no choice of a pack stays as it was typed."""
    words = skill_names(law, now, lang)
    return [words.get(s, s) for s in sorted(skills)]
