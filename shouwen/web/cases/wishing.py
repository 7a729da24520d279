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


def new_key() -> str:
    """Return a key for a form that is being shown: however often it is sent, its act is done once."""
    return f"page:{uuid.uuid4().hex}"


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
        row=typed.get("row", "")[:64],
        clause=typed.get("clause", "")[:160],
        reason=typed.get("why", "").strip()[:LONGEST_REASON],
        key=typed.get("key", "")[:80],
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


def _evidence(text: str) -> Evidence | None:
    """Read `kind:party:id`, as the form writes it."""
    kind, _, rest = text.partition(":")
    party, _, id_ = rest.partition(":")
    return Evidence(kind, party, int(id_) if id_.isdigit() and len(id_) < 19 else 0) if kind else None


def _joined(given: Sequence[Evidence], stored: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """A photo that is claimed and comes with the form is one piece of evidence, not two."""
    pictures = any(e.kind == "photo" for e in stored)
    return (*[e for e in given if not (e.kind == "photo" and pictures)], *stored)
