"""问卷: what a customer or an outside party is asked, in the words of the pack. Every question fills a field of the procedure, and the
answer is an act of it.

A questionnaire belongs to its procedure's shape: a case keeps the questions it began with, as it keeps its fields and steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shouwen.policy.nouns import Field, Label, Matrix, Noun, Question, Questionnaire
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue

KEYS: Final = ("zh", "en", "greeting", "act", "sets", "shows", "again", "questions", "source", "assumed")
QUESTION_KEYS: Final = ("zh", "en", "required", "items", "source")
# What somebody outside can answer by themselves.
ASKABLE: Final = frozenset({"choice", "many", "text", "number", "yes_no", "rows", "date", "file"})
SHOWABLE: Final = frozenset({"choice", "many", "text", "number", "yes_no", "date", "record"})  # and be shown; never personal data


def read_all(r: Reader, noun: Noun, node: Node | None) -> dict[str, Questionnaire]:
    """Read the questionnaires of a procedure. Faults are noted."""
    if node is not None and noun.kind != "case":
        r.fault(node, "只有流程(事项)有问卷", "only procedures have questionnaires")
        return {}
    return r.each(node, lambda key, n: _questionnaire(r, noun, key, n)) if node is not None else {}


def _questionnaire(r: Reader, noun: Noun, key: str, node: Node) -> Questionnaire:
    r.known(node, KEYS, "问卷")
    act = r.text(node.get("act"))
    shape = noun.acts.get(act)
    if shape is None or shape.built_in:
        own = [a.id for a in noun.acts.values() if not a.built_in]
        r.unknown(
            node.get("act") or node,
            act,
            own,
            "答卷(act)应是本流程自己的动作,没有",
            "`act` names an act of the procedure's own; there is no",
        )
    asks = shape.asks if shape is not None else tuple(noun.fields)
    asked = r.each(node.get("questions"), lambda k, n: _question(r, noun, asks, k, n))
    if not asked:
        r.fault(node, f"问卷“{key}”没有题目(questions)", f"the questionnaire {key!r} asks nothing (questions)")
    greeting = node.get("greeting")
    return Questionnaire(
        key, _words(r, node, key), act, asked, _words(r, greeting, "") if greeting is not None else Label(""),
        dict(_sets(r, noun, asks, asked, node.get("sets"))), tuple(_shows(r, noun, node.get("shows"))),
        r.flag(node.get("again")),
    )  # fmt: skip


def _shows(r: Reader, noun: Noun, node: Node | None) -> Iterator[str]:
    """Yield the fields that are shown with the questions. Faults are noted."""
    for item in r.listing(node):
        shape = noun.fields.get(item.text or "")
        if shape is None:
            r.unknown(item, item.text or "", noun.fields, "本流程没有这个字段:", "the procedure has no field")
        elif shape.type.name not in SHOWABLE or shape.covered:
            r.fault(
                item, f"“{shape.zh}”不能给外面的人看:个人信息不给,表格、文件也不行",
                f"{shape.id!r} cannot be shown to somebody outside: neither personal data nor tables or files",
            )  # fmt: skip
        else:
            yield shape.id


def _words(r: Reader, node: Node, fallback: str) -> Label:
    if node.text is not None:
        return Label(node.text)
    return Label(r.text(node.get("zh"), fallback), r.text(node.get("en")))


def _question(r: Reader, noun: Noun, asks: Sequence[str], key: str, node: Node) -> Question:
    if node.text is None:
        r.known(node, QUESTION_KEYS, "题目")
    shape = noun.fields.get(key)
    if shape is None or key not in asks:
        r.unknown(node, key, asks, "题目应是答卷那个动作要填的字段,没有", "a question is a field its act asks for; there is no")
        return Question(key, _words(r, node, key))
    if shape.type.name not in ASKABLE or shape.covered or shape.computed:
        r.fault(
            node, f"“{shape.zh}”不能问客户:只能问选项、是否、数、日期、文字、文件和逐项评价,个人信息不问",
            f"{key!r} cannot be asked of a customer: choices, yes or no, numbers, dates, texts, files and rows of marks can; "
            "personal data cannot",
        )  # fmt: skip
    items = r.each(node.get("items"), lambda k, n: _words(r, n, k)) if node.get("items") is not None else {}
    matrix = _matrix(shape) if shape.type.name == "rows" else None
    if (shape.type.name == "rows") != bool(items) or (items and matrix is None):
        r.fault(
            node, f"“{shape.zh}”:行字段逐项评价须写 items,列为一个文字(项目)、一个单选(评价),可再有一个文字(说明);其他字段不写 items",
            f"{key!r}: rows are asked item by item (items): a text, a choice, perhaps a text for remarks; other fields have none",
        )  # fmt: skip
    return Question(key, _words(r, node, shape.zh), r.flag(node.get("required")) if node.text is None else False, items, matrix)


def _matrix(shape: Field) -> Matrix | None:
    """Return which columns of a rows field are item, mark and remark; None when it is not made so."""
    texts = [c.id for c in shape.type.columns.values() if c.type.name == "text"]
    marks = [c.id for c in shape.type.columns.values() if c.type.name == "choice"]
    if len(marks) != 1 or not 1 <= len(texts) <= 2 or len(texts) + 1 != len(shape.type.columns):
        return None
    return Matrix(texts[0], marks[0], texts[1] if len(texts) > 1 else "")


def _sets(
    r: Reader, noun: Noun, asks: Sequence[str], asked: Mapping[str, Question], node: Node | None
) -> Iterator[tuple[str, Any]]:
    for key, value in node.entries() if node is not None else ():
        shape = noun.fields.get(key)
        if shape is None or key not in asks or key in asked:
            known = [a for a in asks if a not in asked]
            r.unknown(
                value,
                key,
                known,
                "sets 应是答卷那个动作要填、又不作题目的字段,没有",
                "`sets` names fields of its act that are not asked; there is no",
            )
            continue
        try:
            yield key, shape.type.read(value.plain(), None)
        except BadValue as e:
            r.fault(value, f"“{shape.zh}”:{e.zh}", f"{key}: {e.en}")


def answered(asked: Questionnaire, given: Mapping[str, Any]) -> dict[str, object]:
    """Return the raw fields of the act an answer is.

    `given` holds by question a text or a list of choices, and of rows by item what was marked and remarked: (mark, remark).
    Nothing is brought for what was left empty.
    """
    found: dict[str, object] = {}
    for question in asked.questions.values():
        value = given.get(question.fills)
        if question.matrix is not None:
            value = list(_rows(question, question.matrix, value or {}))
        if value not in (None, "", [], ()):
            found[question.fills] = value
    return found


def _rows(question: Question, matrix: Matrix, given: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, str]]:
    for key, words in question.items.items():
        mark, remark = given.get(key, ("", ""))
        if mark or remark:
            row = {matrix.item: words.zh, matrix.mark: mark, matrix.remark: remark}
            yield {column: text for column, text in row.items() if column and text}


def unanswered(asked: Questionnaire, given: Mapping[str, Any]) -> list[str]:
    """Return the required questions that were left empty, each item of rows on its own: `answers.safety`."""
    found: list[str] = []
    for question in asked.questions.values():
        value = given.get(question.fills)
        if not question.required:
            continue
        if question.matrix is None:
            found.extend([question.fills] if value in (None, "", [], ()) else [])
        else:
            found.extend(f"{question.fills}.{key}" for key in question.items if not (value or {}).get(key, ("", ""))[0])
    return found
