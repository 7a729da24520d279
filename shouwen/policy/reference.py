"""The reference, docs/pack-language.md: a template filled from the lists the loader reads with, and examples that load."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from shouwen.policy import examples, scenario_words, words
from shouwen.policy.act import BUILT_IN_ACTS
from shouwen.policy.compile import CALENDAR_MOMENTS
from shouwen.policy.kinds.base import Key, Kind
from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.law import Law, load
from shouwen.policy.moments import ENDS
from shouwen.policy.values import TYPES
from shouwen.policy.words import VALUES, Word

TEMPLATE: Final = Path(__file__).with_name("pack-language.template.md")
PLACE: Final = re.compile(r"\{\{([A-Z_]+)\}\}")
PRIMITIVES_ZH: Final = {"gate": "门", "choose": "选", "do": "做", "open": "开", "tell": "告", "keep": "记", "said": "说"}
TYPES_ZH: Final = {
    "text": "文字", "phone": "电话", "number": "数", "money": "金额", "percent": "百分比", "date": "日期", "datetime": "日期时间",
    "span": "时间跨度", "yes_no": "是否", "choice": "单选", "many": "多选", "staff": "员工", "unit": "部门", "customer": "客户",
    "record": "台账里的一件", "case": "事项", "rows": "若干行", "slots": "资料清单", "evidence": "凭据", "file": "文件",
}  # fmt: skip


def reference() -> str:
    """Return the whole page. Raises PackError if an example does not load, KeyError if a placeholder has nothing to fill it."""
    law = load(examples.sources())
    made = {name: fill(law) for name, fill in FILLS.items()}
    return PLACE.sub(lambda m: made[m[1]], TEMPLATE.read_text("utf-8"))


def _table(told: Mapping[str, Word]) -> str:
    """Return a table of words: the key, what it means, spellings that are right."""
    lines = ["| 键 | 意思 | meaning | 例 |", "|---|---|---|---|"]
    lines += [f"| `{k}` | {w.zh} | {w.en} | {_examples(w)} |" for k, w in told.items()]
    return "\n".join(lines)


def _examples(word: Word) -> str:
    return " ".join(f"`{e}`" for e in word.examples)


def _kinds(law: Law) -> str:
    return "\n\n".join(_kind(word, kind, law) for word, kind in KINDS.items())


def _kind(word: str, kind: type[Kind], law: Law) -> str:
    """Return one kind: what it is for, its parameters, an example and the sentence made from it."""
    zh, en = kind.doc
    clause = law.versions[examples.NAMES[word]][0]
    lines = [f"### {word}", "", f"{PRIMITIVES_ZH[kind.primitive]} · {zh}。{en}", ""]
    lines += ["| 键 | 意思 | meaning | 值 |", "|---|---|---|---|"]
    lines += [
        f"| `{name}`{'(必写)' if key.required else ''} | {key.zh} | {key.en} | {_value(key)} |" for name, key in kind.keys.items()
    ]
    lines += ["", "```yaml", examples.CLAUSES[word].strip("\n"), "```", "", f"→ {clause.sentence()} ({clause.grade})"]
    return "\n".join(lines)


def _value(key: Key) -> str:
    said = key.value.split("|")
    return " · ".join(f"[{w}](#值的写法)" if w in VALUES else f"`{w}`" for w in said)


def _sentences(law: Law) -> str:
    lines = ["| 条款 | 原话 | 由参数生成 | 执行方式 |", "|---|---|---|---|"]
    for name, versions in law.versions.items():
        for c in versions if name.partition("#")[0] == examples.SHOWN else ():
            since = f"({c.since}起)" if c.since else ""
            lines.append(f"| {c.id}{since} | {c.zh} | {c.sentence()} | {c.grade} |")
    return "\n".join(lines)


def _listed(told: Mapping[str, str]) -> str:
    return "、".join(f"`{k}` {zh}" for k, zh in told.items())


FILLS: Final[Mapping[str, Callable[[Law], str]]] = {
    "EXAMPLE": lambda _: examples.REGULATION.strip("\n"), "SENTENCES": _sentences, "TABLE": lambda _: examples.TABLE.strip("\n"),
    "MEASURES": lambda _: examples.MEASURES.strip("\n"), "SCENARIOS": lambda _: examples.SCENARIOS.strip("\n"),
    "REGULATION": lambda _: _table(words.REGULATION), "PACK": lambda _: _table(words.PACK), "NOUN": lambda _: _table(words.NOUN),
    "FIELD": lambda _: _table(words.FIELD), "ACT": lambda _: _table(words.ACT), "CLAUSE": lambda _: _table(words.CLAUSE),
    "MEASURE": lambda _: _table(words.MEASURE), "POST": lambda _: _table(words.SMALL["post"]),
    "BOOK": lambda _: _table(words.SMALL["book"]),
    "QUESTIONNAIRE": lambda _: _table(words.SMALL["questionnaire"]), "QUESTION": lambda _: _table(words.SMALL["question"]),
    "FORM": lambda _: _table(words.SMALL["form"]), "LAYOUT": lambda _: _table(words.SMALL["layout"]),
    "FORM_EXAMPLE": lambda _: examples.FORM.strip("\n"), "VALUES": lambda _: _table(VALUES), "KINDS": _kinds,
    "COUNT": lambda _: str(len(KINDS)),
    "TYPES": lambda _: _listed({t: TYPES_ZH[t] for t in TYPES}), "BUILT_IN": lambda _: _listed({k: zh for k, (zh,
    _) in BUILT_IN_ACTS.items()}),
    "ENDS": lambda _: "、".join(f"`{k}`" for k in CALENDAR_MOMENTS), "DUE": lambda _: "、".join(f"`{k}`" for k in ENDS),
    "S_FILE": lambda _: _table(scenario_words.FILE), "S_SCENARIO": lambda _: _table(scenario_words.SCENARIO),
    "S_GIVEN": lambda _: _table(scenario_words.GIVEN), "S_STEP": lambda _: _table(scenario_words.STEP),
    "S_EXPECT": lambda _: _table(scenario_words.EXPECT),
}  # fmt: skip
