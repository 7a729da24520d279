"""What would be otherwise is said in the words of the pack: books, fields, posts and choices; people by their numbers."""

from __future__ import annotations

import pytest

from shouwen.policy.simulating_compare import Finding, Said
from shouwen.policy.simulating_words import Verdicts, Vocabulary, differs_in
from tests.policy.laws import law_of

LAW = law_of("""
  - {id: "1", zh: 两小时内回复, for: job, deadline: {from: open, until: reply, within: 2h}}
""")


def said(kind: str, *what: object) -> Said:
    return Said(frozenset({Finding(kind, what)}))


@pytest.mark.parametrize(
    ("found", "zh"),
    [
        (said("entry", "points", (12,), 2, "staff"), "记账（扣分 @12 2分）"),
        (said("entry", "fine", (12,), 5000, "staff"), "记账（罚款 @12 50元）"),
        (said("chosen", "urgency", "urgent", ""), "定为（紧急程度 紧急）"),
        (said("chosen", "technician", 12, ""), "定为（技师 @12）"),
        (said("task", "inspect", "", (), "director", None), "派待办（检验 主任）"),
        (said("performs", "finish"), "自动办理（完工）"),
        (said("chosen", "colour", "red", ""), "定为（colour red）"),
    ],
)
def test_each_is_said_in_the_words_of_the_pack(found: Said, zh: str) -> None:
    told = differs_in(Said(), found, Vocabulary(LAW, LAW.nouns["job"]))

    assert told.now[0] == zh
    assert told.was == ("", "")
    assert told.zh == f"现{zh}"


def test_what_is_the_same_is_not_said() -> None:
    one = said("entry", "points", (12,), 2, "staff")

    assert not differs_in(one, one, Vocabulary(LAW, LAW.nouns["job"]))


def test_both_sides_are_kept_apart_and_told_together() -> None:
    both = Verdicts(("甲", "a"), ("乙", "b")) + Verdicts(("", ""), ("丙", "c"))

    assert (both.was, both.now) == (("甲", "a"), ("乙；丙", "b; c"))
    assert (both.zh, both.en) == ("原甲；现乙；丙", "was: a; now: b; c")
