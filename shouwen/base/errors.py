"""What the faces turn into an answer: a status, a code for programs, a sentence for people in their language.

An act the law refuses is no exception inside: `act_many` returns it as a ruling. A door that has one act and wants to stop
raises `Refused(ruling)`. No exception text holds what somebody typed: it is the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from shouwen.policy.ruling import Refusal, Ruling


class Problem(Exception):
    """Something that ends in an answer and changes nothing. `details` are the members of RFC 9457 besides title and type."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(self.code)
        self.zh = zh
        self.en = en

    def text(self, lang: str = "zh") -> str:
        """Return the sentence in the reader's language."""
        return self.en if lang.startswith("en") else self.zh

    def details(self, lang: str = "zh") -> dict[str, Any]:
        """Return the body of problem details: code, status, the sentence, and what the kind of problem adds."""
        return {"code": self.code, "status": self.status, "detail": self.text(lang)}


class Refused(Problem):
    """The law refuses an act; carries the whole ruling, so that a face can show the clauses and what would make it lawful."""

    status = 409
    code = "refused"

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(ruling.text("zh"), ruling.text("en"))
        self.ruling = ruling

    def details(self, lang: str = "zh") -> dict[str, Any]:
        """Add the refusals: clause, code, reason and remedy, missing fields and unknown facts."""
        return {**super().details(lang), "refusals": [_refusal(r, lang) for r in self.ruling.refusals]}


def _refusal(refusal: Refusal, lang: str) -> dict[str, Any]:
    return {
        "clause": refusal.clause,
        "code": refusal.code,
        "detail": refusal.text(lang),
        "missing": list(refusal.missing),
        "unknown": list(refusal.unknown),
    }


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one field, and why; `field` is "" when it is about the whole."""

    field: str
    zh: str
    en: str
    code: str = "invalid"

    def text(self, lang: str = "zh") -> str:
        """Return the reason in the reader's language."""
        return self.en if lang.startswith("en") else self.zh


class FieldError(Problem):
    """Input that cannot be understood: each field with its reason."""

    status = 422
    code = "invalid_fields"

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints: Sequence[Complaint] = tuple(complaints)
        zh = "；".join(f"{c.field}：{c.zh}" if c.field else c.zh for c in self.complaints)
        en = "; ".join(f"{c.field}: {c.en}" if c.field else c.en for c in self.complaints)
        super().__init__(zh, en)

    @classmethod
    def of(cls, field: str, zh: str, en: str, code: str = "invalid") -> FieldError:
        """Return the error about one field."""
        return cls([Complaint(field, zh, en, code)])

    def details(self, lang: str = "zh") -> dict[str, Any]:
        """Add the fields."""
        fields = [{"field": c.field, "code": c.code, "detail": c.text(lang)} for c in self.complaints]
        return {**super().details(lang), "fields": fields}


class NotFound(Problem):
    """There is no such thing, or the reader may not see it: the answer is the same, so that nothing is given away."""

    status = 404
    code = "not_found"

    def __init__(self, zh: str = "没有找到，或您无权查看。", en: str = "Not found, or not yours to see.") -> None:
        super().__init__(zh, en)


class Forbidden(Problem):
    """The reader sees the thing but may not do this with it."""

    status = 403
    code = "forbidden"

    def __init__(self, verb: str, kind: str = "") -> None:
        zh, en = _VERBS.get(verb, (verb, verb))
        super().__init__(
            f"您的岗位没有权限：{zh}。需要时请向系统管理员申请。",
            f"Your posts do not allow you to {en}. Ask the system administrator.",
        )
        self.verb = verb
        self.kind = kind


_VERBS = {
    "see": ("查看", "see this"),
    "write": ("新建或修改", "write this"),
    "reveal": ("查看完整的个人信息", "uncover personal data"),
    "export": ("导出", "export"),
    "administer": ("管理设置", "administer this"),
    "import": ("导入", "import"),
    "audit": ("查阅审计记录", "read the audit journal"),
}


class KeyReused(Problem):
    """A client used one idempotency key for two different requests."""

    status = 422
    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "这个幂等键已用于另一个请求。请为新的请求换一个键。",
            "This idempotency key was used for another request. Use a new one.",
        )


class FileRefused(Problem):
    """A file is too large, empty, or of a type that is not taken. `reason` says which."""

    status = 422
    code = "file_refused"

    def __init__(self, reason: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.reason = reason

    def details(self, lang: str = "zh") -> dict[str, Any]:
        """Add the reason: empty, too_large or wrong_type."""
        return {**super().details(lang), "reason": self.reason}


class TooMany(Problem):
    """Too many tries in too short a time. `retry_after` in seconds goes into the header of that name."""

    status = 429
    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(f"尝试次数过多，请 {minutes} 分钟后再试。", f"Too many tries. Try again in {minutes} min.")
        self.retry_after = retry_after

    def details(self, lang: str = "zh") -> dict[str, Any]:
        """Add the seconds to wait."""
        return {**super().details(lang), "retry_after": self.retry_after}
