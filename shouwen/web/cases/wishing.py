"""From the form of an act to what somebody wishes: fields, evidence, ticks, files, when it happened."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from shouwen.base import attachments
from shouwen.base.errors import FieldError
from shouwen.cases.draft import Wish
from shouwen.policy.act import Evidence
from shouwen.policy.nouns import Field
from shouwen.web.asking import Ask
from shouwen.web.fields import read

LONGEST_REASON: Final = 400
MOST_READ: Final = 2000  # of a reason, before its blanks go


def new_key() -> str:
    """Return a key for a form that is being shown: however often it is sent, its act is done once."""
    return f"page:{uuid.uuid4().hex}"


def kept_word(typed: QueryDict, name: str, longest: int = 80) -> str:
    """Return a word that came with a form and is kept as it is, such as its key: without what the database cannot keep."""
    return typed.get(name, "").replace("\x00", "")[:longest]


def wish_of(
    typed: QueryDict, act: str, shapes: Sequence[Field], files: Sequence[Evidence] = (), kept: Mapping[str, Any] | None = None
) -> Wish:
    """Read the form of an act upon a case whose fields are `kept`; `files` came with it, stored already. Raises FieldError."""
    given = [e for text in typed.getlist("evidence") if (e := _evidence(text)) is not None]
    return Wish(
        act=act,
        fields=read(typed, shapes, kept),
        evidence=_joined(given, files),
        ticks=typed.getlist("tick"),
        row=kept_word(typed, "row", 64),
        clause=kept_word(typed, "clause", 160),
        reason=kept_word(typed, "why", MOST_READ).strip()[:LONGEST_REASON],
        key=kept_word(typed, "key"),
        at=moment(typed.get("at", "")),
    )


def moment(text: str, name: str = "at") -> datetime | None:
    """Read a moment in the company's time; None where nothing was written. Raises FieldError about the field `name`."""
    if not text:
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None), timezone.get_default_timezone())
    except ValueError:
        wrong = gettext("应为日期和时间")
        raise FieldError.of(name, wrong, wrong) from None


def kept_files(request: Ask) -> list[Evidence]:
    """Keep the files that came with a form; they hang on nothing until an act brings them. Raises FileRefused."""
    found = []
    for file in request.FILES.getlist("files"):
        kept = attachments.store(file.chunks(), file.name or "", by=request.me.pk, now=request.now)
        picture = kept.media_type.startswith(("image/", "video/"))
        found.append(Evidence("photo" if picture else "self", "", 0, kept.pk))
    return found


def with_files(request: Ask, typed: QueryDict, shapes: Sequence[Field]) -> QueryDict:
    """Keep the files that came for fields that hold files, and let the fields name them; no number that was typed does.

    Raises FileRefused.
    """
    asking = [s for s in shapes if s.type.name == "file"]
    if not asking:
        return typed
    made = typed.copy()
    for shape in asking:
        sent = request.FILES.getlist(shape.id)[: None if shape.type.many else 1]
        kept = [attachments.store(f.chunks(), f.name or "", by=request.me.pk, now=request.now).pk for f in sent]
        made.setlist(shape.id, [str(pk) for pk in kept])
        if not kept:
            del made[shape.id]
    return made


def _evidence(text: str) -> Evidence | None:
    """Read `kind:party:id`, as the form writes it."""
    kind, _, rest = text.partition(":")
    party, _, id_ = rest.partition(":")
    return Evidence(kind, party, int(id_) if id_.isdecimal() and len(id_) < 19 else 0) if kind else None


def _joined(given: Sequence[Evidence], stored: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """A photo that is claimed and comes with the form is one piece of evidence, not two."""
    pictures = any(e.kind == "photo" for e in stored)
    return (*[e for e in given if not (e.kind == "photo" and pictures)], *stored)
