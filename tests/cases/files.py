"""Files as they come in, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shouwen.base.models import Attachment
from shouwen.policy.act import Act
from shouwen.policy.law import Law

PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x00IEND\xaeB`\x82"


@dataclass
class File:
    """A file: a picture unless its bytes say otherwise."""

    name: str | None
    content: bytes = PNG

    def chunks(self) -> Iterable[bytes]:
        """Return its bytes, as an upload does."""
        return [self.content]


def paper(act: Act) -> int:
    """Attach the paper that a scenario only says is there; return its id."""
    kept = Attachment.objects.create(
        sha256="0" * 64, size=1, media_type="image/png", name="签字.png", uploaded_by=act.by, at=act.at
    )
    return kept.pk


def uploaded(act: Act, law: Law) -> None:
    """Let there be the files that fields of an act name, sent by who does it and used by nobody yet."""
    kept = {"sha256": "0" * 64, "size": 1, "media_type": "application/pdf", "name": "纸.pdf", "at": act.at}
    fields = law.nouns[act.subject.noun].fields if act.subject.noun in law.nouns else {}
    for name in act.fields.keys() & {n for n, f in fields.items() if f.type.name == "file"}:
        value, sent = act.fields[name], {"uploaded_by": act.by}
        for pk in value if isinstance(value, tuple) else (value,):
            Attachment.objects.update_or_create(pk=pk, defaults=sent, create_defaults={**sent, **kept})
