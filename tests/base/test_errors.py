"""Problems: every one has a code, a status and a sentence in both languages, and quotes nobody."""

from __future__ import annotations

import pytest

from shouwen.base.attachments import StorageFull
from shouwen.base.errors import Complaint, FieldError, FileRefused, Forbidden, KeyReused, NotFound, Problem, Refused, TooMany
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Refusal, Ruling
from tests.world import NOW

SUBJECT = Ref("case", "repair", 5)
REFUSAL = Refusal(
    "property/repair#3.5", "missing_evidence", "收费须先征得客户同意", "The customer agrees to a fee first.", ("consent",),
    remedy_zh="请先取得客户同意", remedy_en="Get consent.",
)  # fmt: skip
REFUSED = Refused(Ruling("refused", Act("start", SUBJECT, 7, NOW), SUBJECT, (REFUSAL,)))
ALL = [
    REFUSED,
    FieldError.of("phone", "不是电话号码", "is not a telephone number"),
    NotFound(),
    Forbidden("reveal", "customer"),
    KeyReused(),
    FileRefused("empty", "文件是空的。", "The file is empty."),
    StorageFull(),
    TooMany(61),
]


@pytest.mark.parametrize("problem", ALL, ids=lambda p: type(p).__name__)
def test_every_problem_speaks_both_languages_and_has_a_code(problem: Problem) -> None:
    zh, en = problem.details("zh-hans"), problem.details("en")
    assert zh["status"] == en["status"] == problem.status >= 400
    assert any("一" <= c <= "龥" for c in zh["detail"])
    assert en["detail"].isascii()
    assert str(problem) == problem.code == zh["code"]


def test_codes_tell_problems_apart() -> None:
    assert len({p.code for p in ALL}) == len(ALL)


def test_a_refusal_carries_its_clauses_and_the_remedy() -> None:
    (said,) = REFUSED.details("zh")["refusals"]
    assert said == {
        "clause": "property/repair#3.5",
        "code": "missing_evidence",
        "detail": "收费须先征得客户同意。请先取得客户同意",
        "missing": ["consent"],
        "unknown": [],
    }
    assert REFUSED.details("en")["refusals"][0]["detail"] == "The customer agrees to a fee first. Get consent."


def test_field_errors_name_each_field_and_its_reason() -> None:
    wrong = FieldError(
        [Complaint("phone", "不是电话号码", "is not a telephone number"), Complaint("", "重复", "twice", "duplicate")]
    )
    assert wrong.text("zh") == "phone：不是电话号码；重复"
    assert wrong.details("en")["fields"] == [
        {"field": "phone", "code": "invalid", "detail": "is not a telephone number"},
        {"field": "", "code": "duplicate", "detail": "twice"},
    ]


def test_waiting_is_said_in_minutes_and_in_seconds() -> None:
    assert "2 分钟" in TooMany(61).text("zh")
    assert TooMany(61).details()["retry_after"] == 61
