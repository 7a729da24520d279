"""Surveys as rows, and the token that opens one: derived from a salt and SECRET_KEY, found again by its digest, kept nowhere."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Final

from shouwen.base.numbering import next_id
from shouwen.cases.facts import Matter
from shouwen.cases.rows_sql import Columns
from shouwen.policy.ruling import Tell
from shouwen.staff.keyed import keyed

COLUMNS: Final[Columns] = (
    ("id", "int8"), ("subject_kind", "text"), ("noun", "text"), ("subject_id", "int8"), ("case_id", "int8"), ("party", "text"),
    ("party_id", "int8"), ("again", "bool"),
    ("questionnaire", "text"), ("clause", "text"), ("clause_since", "date"), ("salt", "text"), ("digest", "text"),
    ("asked_at", "timestamptz"), ("until", "timestamptz"), ("outcome", "text"),
)  # fmt: skip


def row_of(m: Matter, e: Tell) -> Mapping[str, Any]:
    """Return the row of a survey a clause asks for."""
    salt, ref = secrets.token_hex(16), m.subject.ref
    return {
        "id": next_id(), "subject_kind": ref.kind, "noun": ref.noun, "subject_id": ref.id, "case_id": ref.id,
        "party": "record" if e.outside else "customer", "party_id": e.outside or e.customer, "again": e.again,
        "questionnaire": e.questionnaire, "clause": e.cite.clause, "clause_since": e.cite.since, "salt": salt,
        "digest": digest(token(salt)), "asked_at": m.act.at, "until": e.until, "outcome": "",
    }  # fmt: skip


def token(salt: str) -> str:
    """Return the token of a salt: 192 bits, as 32 characters of an address. Never to be logged or kept."""
    return base64.urlsafe_b64encode(keyed("shouwen survey", salt)[:24]).decode()


def digest(given: str) -> str:
    """Return what a token is found by."""
    return hashlib.sha256(given.encode()).hexdigest()
