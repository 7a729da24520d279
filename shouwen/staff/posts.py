"""Posts that every company has, whatever its packs: those that keep the system itself. Packs name the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol


class Title(NamedTuple):
    """What a post is called."""

    zh: str
    en: str


OWN: Final[Mapping[str, Title]] = {
    "system_admin": Title("系统管理员", "System administrator"),
    "security_admin": Title("安全管理员", "Security administrator"),
    "auditor": Title("审计员", "Auditor"),
    "archivist": Title("档案管理员", "Archivist"),
}


class Titled(Protocol):
    """A post as a pack declares it."""

    @property
    def zh(self) -> str:
        """In Chinese."""
        ...

    @property
    def en(self) -> str:
        """In English; "" if nobody translated it."""
        ...


def title(post: str, declared: Mapping[str, Titled], lang: str) -> str:
    """Return what a post is called: by the pack that declares it, else by us, else its id."""
    found: Titled | None = declared.get(post) or OWN.get(post)
    if found is None:
        return post
    return found.en if found.en and lang.startswith("en") else found.zh
