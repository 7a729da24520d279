"""Idempotency: an act sent twice with the same key is done once, and answered twice the same.

Use inside the transaction of the acts: `claim` first, then act, then `remember`. A second sender waits in `claim` until the first
has committed, and then finds its answer; if the first is rolled back, the second goes on as if it were alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.base.errors import KeyReused
from shouwen.base.models import ActKey
from shouwen.base.sql import columns, from_json, raw, to_json, unnest

_CLAIM: Final = f"""insert into base_actkey (owner_id, key, digest, at) select u.a, u.b, u.c, u.d
 from {unnest(("int8", "text", "bytea", "timestamptz"))} as u (a, b, c, d) order by u.a, u.b
 on conflict (owner_id, key) do nothing returning owner_id, key"""  # noqa: S608  our own names
_SEEN: Final = f"""select k.owner_id, k.key, k.digest, k.answer from base_actkey k
 join {unnest(("int8", "text"))} as u (a, b) on k.owner_id = u.a and k.key = u.b"""  # noqa: S608  our own names
_REMEMBER: Final = f"""update base_actkey k set answer = u.c::jsonb
 from {unnest(("int8", "text", "text"))} as u (a, b, c) where k.owner_id = u.a and k.key = u.b"""  # noqa: S608  our own names

IMPORTED: Final = "import:"  # keys that begin so are never forgotten

Owned = tuple[int, str]  # (owner, key)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of somebody (`owner`: the staff id), and the digest of the request it stands for."""

    owner: int
    key: str
    digest: bytes


def digest(request: Any) -> bytes:
    """Return the digest of a request: plain data, the order of keys does not matter."""
    return hashlib.sha256(to_json(_ordered(request)).encode()).digest()


def claim(claims: Iterable[Claim], *, now: datetime) -> Mapping[Owned, Any]:
    """Claim keys; returns the answers of those that were used before, for which nothing is to be done any more.

    KeyReused when a key stands for another request, or twice in this batch for different ones.
    """
    wanted: dict[Owned, bytes] = {}
    for c in claims:
        if wanted.setdefault((c.owner, c.key), c.digest) != c.digest:
            raise KeyReused
    if not wanted:
        return {}
    rows = [(owner, key, seen, now) for (owner, key), seen in wanted.items()]
    fresh = set(raw().execute(_CLAIM, columns(rows, 4)).fetchall())
    old = [owned for owned in wanted if owned not in fresh]
    if not old:
        return {}
    answers: dict[Owned, Any] = {}
    for owner, key, seen, answer in raw().execute(_SEEN, columns(old, 2)).fetchall():
        if bytes(seen) != wanted[owner, key]:
            raise KeyReused
        answers[owner, key] = from_json(answer)
    return answers


def remember(answers: Mapping[Owned, Any]) -> None:
    """Keep what was answered, with the transaction that did it."""
    if answers:
        raw().execute(_REMEMBER, columns([(owner, key, to_json(a)) for (owner, key), a in answers.items()], 3))


def answered(owner: int, keys: Iterable[str]) -> dict[str, Any]:
    """Return the answers of those keys of somebody that were used before."""
    wanted = [(owner, key) for key in keys]
    found = raw().execute(_SEEN, columns(wanted, 2)).fetchall() if wanted else []
    return {key: from_json(answer) for _, key, _, answer in found}


def release(owner: int, keys: Iterable[str]) -> None:
    """Let keys of somebody be used again: what they asked for was refused, and may be asked for anew (a row of an import)."""
    if wanted := list(keys):
        ActKey.objects.filter(owner_id=owner, key__in=wanted).delete()


def forget(before: datetime) -> int:
    """Delete keys older than that; returns how many. Clients repeat within hours; rows of imports may come again after years."""
    return ActKey.objects.filter(at__lt=before).exclude(key__startswith=IMPORTED).delete()[0]


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _ordered(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_ordered(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted((_ordered(v) for v in value), key=str)
    return value
