"""Where papers are printed from: the page of a case or record, the list of a procedure or register, a notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from shouwen.base.models import Notice
from shouwen.policy.law import Law
from shouwen.web.law import said


@dataclass(frozen=True, slots=True)
class Link:
    """A form and where it is."""

    name: str
    url: str


def at_one(form: str, kind: str, pk: int) -> str:
    """Return where the paper of one case or record is."""
    return reverse(f"papers:{kind}", args=[form, pk])


def of_one(law: Law | None, noun: str, kind: str, pk: int, lang: str) -> list[Link]:
    """Return the papers to print of one case or record."""
    forms = law.forms.values() if law is not None and pk else ()
    return [Link(said(f, lang), at_one(f.id, kind, pk)) for f in forms if noun in f.of and f.of_one]


def of_many(law: Law | None, noun: str, lang: str) -> list[Link]:
    """Return the registers to print of a procedure or register."""
    forms = law.forms.values() if law is not None and noun else ()
    return [Link(said(f, lang), reverse("papers:many", args=[f.id])) for f in forms if noun in f.of and f.of_many]


def of_notices(law: Law | None, notices: Sequence[Notice], seen: Mapping[int, Any], lang: str) -> dict[int, Link]:
    """Return the paper that comes with each notice: of its case, if that may be seen (`seen`), or the figures of its period."""
    found = {n.pk: _of_notice(law, n, seen.get(n.case_id or 0), lang) for n in notices if n.payload.get("form")}
    return {pk: link for pk, link in found.items() if link is not None}


def _of_notice(law: Law | None, n: Notice, case: Any, lang: str) -> Link | None:
    form = law.forms.get(str(n.payload.get("form"))) if law is not None else None
    if form is None:
        return None
    if "figures" in n.payload and form.of_many:
        return Link(
            said(form, lang), f"{reverse('papers:many', args=[form.id])}?{urlencode({'period': n.payload.get('row', '')})}"
        )
    if case is not None and form.of_one and case.procedure in form.of:
        return Link(said(form, lang), at_one(form.id, "case", case.pk))
    kind, pk = n.payload.get("of") or ("", 0)
    if kind == "record" and form.of_one:
        return Link(said(form, lang), at_one(form.id, kind, pk))
    return Link(said(form, lang), reverse("papers:many", args=[form.id])) if form.of_many and not form.of_one else None
