"""Papers: reading the layout of a form, and refusing one that names what is not there.

A layout says what stands where on a sheet. It holds no rule and decides nothing: what is printed is what is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shouwen.policy.nouns import Box, Form, Label, Noun, Post, Section
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node
from shouwen.worktime import BadSpan, Span, parse_span

SECTIONS: Final = ("boxes", "rows", "lists", "figures", "says", "text", "signs")  # what a part of a sheet is; exactly one of them
OF_MANY: Final = frozenset({"lists", "figures"})  # they stand on the sheet of a period, the others on that of one matter
KEYS: Final = (*SECTIONS, "title", "dated", "filled", "steps")
FORM_KEYS: Final = ("zh", "en", "of", "copies", "prints", "every", "layout", "source", "assumed")
PERIODS: Final = ("1d", "7d", "1mo", "3mo", "1y")
ALWAYS_PRINTED: Final = (
    "number", "customer", "phone", "address", "responsible", "first_asked", "unit", "step", "opened", "closed",
)  # fmt: skip
DATED: Final = ("opened", "closed")
SIGNERS: Final = ("customer", "responsible", "first_asked")
DID: Final = "did."  # before an act: when it was done last, and by whom


def read_form(r: Reader, key: str, node: Node) -> Form:
    """Read a form with its layout; one that only `prints` fields has them as its boxes."""
    r.known(node, FORM_KEYS, "表单")
    copies = {k: _label(r, v) for k, v in r.mapping(node.get("copies")).items()}
    prints = r.texts(node.get("prints"))
    written = tuple(s for n in r.listing(node.get("layout")) if (s := _section(r, n)) is not None)
    plain = (Section("boxes", boxes=tuple(Box(word) for word in prints)),) if prints and not written else ()
    return Form(
        key, r.text(node.get("zh"), key), r.text(node.get("en")), r.texts(node.get("of")), copies, prints,
        r.source(node.get("source")), _every(r, node.get("every")), written or plain,
    )  # fmt: skip


def _every(r: Reader, node: Node | None) -> Span | None:
    if node is None or not r.one_of(node, PERIODS):
        return None
    try:
        return parse_span(r.text(node))
    except BadSpan:
        return None  # it is none of the periods, which has been said


def _section(r: Reader, node: Node) -> Section | None:
    if node.pairs is None:
        r.fault(node, "版式的一块应为一组“键: 值”,如 {boxes: [number]}", "a part of a layout is a mapping, as {boxes: [number]}")
        return None
    r.known(node, KEYS, "版式")
    kinds = [k for k in SECTIONS if node.get(k) is not None]
    if len(kinds) != 1:
        r.fault(
            node, f"版式的一块须写明恰好一样:{'、'.join(SECTIONS)}", f"a part of a layout is exactly one of {', '.join(SECTIONS)}"
        )
        return None
    kind = kinds[0]
    for key in ("dated", "filled", "steps"):
        if kind != "lists" and (extra := node.get(key)) is not None:
            r.fault(extra, f"{key} 只用在 lists 里", f"{key} goes with lists only")
    what = node.get(kind) or node
    title = _label(r, node.get("title")) if node.get("title") is not None else Label("")
    if kind == "text":
        return Section(kind, title, text=_label(r, what))
    if kind in ("rows", "figures", "says"):
        return Section(kind, title, names=r.texts(what))
    boxes = tuple(_box(r, n) for n in r.listing(what))
    dated, filled, steps = r.text(node.get("dated"), "opened"), r.text(node.get("filled")), r.texts(node.get("steps"))
    return Section(kind, title, boxes, dated=dated, filled=filled, steps=steps)


def _box(r: Reader, node: Node) -> Box:
    """Read a word, or the label of what is filled in by hand."""
    if node.text is not None:
        return Box(node.text)
    label = _label(r, node)
    return Box("", label.zh, label.en)


def _label(r: Reader, node: Node | None) -> Label:
    if node is None or node.text is not None:
        return Label(r.text(node))
    r.known(node, ("zh", "en"))
    if not node.get("zh"):
        r.fault(node, "没有写中文(zh)", "it has no Chinese words (zh)")
    return Label(r.text(node.get("zh")), r.text(node.get("en")))


@dataclass(frozen=True, slots=True)
class Known:
    """What a layout may name."""

    nouns: Mapping[str, Noun]
    posts: Mapping[str, Post]
    measures: Collection[str]
    clauses: Collection[str]


def check_forms(r: Reader, known: Known, headers: Iterable[Node]) -> None:
    """Refuse forms of nouns nobody declares, and layouts that name what their nouns do not have."""
    for node in _forms(headers):
        for of in r.listing(node.get("of")):
            if of.text is not None and of.text not in known.nouns:
                r.unknown(of, of.text, known.nouns, "没有这个流程或台账:", "there is no procedure or register")
        printed = [noun for of in r.listing(node.get("of")) if (noun := known.nouns.get(of.text or "")) is not None]
        for name in r.listing(node.get("prints")) if printed else ():
            _printed(r, known, printed, name)
        for part in r.listing(node.get("layout")):
            if part.pairs is not None:
                _check(r, known, printed, node, part)


def _forms(headers: Iterable[Node]) -> Iterator[Node]:
    for header in headers:
        found = header.get("forms")
        yield from (form for _, form in found.entries()) if found is not None else ()


def _check(r: Reader, known: Known, nouns: Sequence[Noun], form: Node, part: Node) -> None:
    """Look through one part of a layout."""
    if not nouns and any(part.get(k) is not None for k in ("boxes", "rows", "lists")):
        r.fault(part, "表单没有写 of,不知印自哪里", "the form does not say what it is of")
        return
    for name in (*r.listing(part.get("boxes")), *r.listing(part.get("lists"))):
        _printed(r, known, nouns, name)
    tables = {f for noun in nouns for f in noun.rows}
    for name in r.listing(part.get("rows")):
        if name.text not in tables:
            r.unknown(name, name.text or "", tables, "表单的明细不是这里的 rows 字段:", "no field of rows here is called")
    _check_names(r, known, form, part)
    _check_list(r, nouns, part)
    for name in r.listing(part.get("signs")):
        _signs(r, known, nouns, name)


def _signs(r: Reader, known: Known, nouns: Sequence[Noun], name: Node) -> None:
    who = {**dict.fromkeys(SIGNERS), **known.posts}
    if name.text is not None and name.text.startswith(DID):
        _did(r, nouns, name)
    elif name.text is not None and name.text not in who:
        r.unknown(name, name.text, who, "没有这个签字的人:", "nobody signs who is called")


def _check_names(r: Reader, known: Known, form: Node, part: Node) -> None:
    for name in r.listing(part.get("figures")):
        if name.text not in known.measures:
            r.unknown(name, name.text or "", known.measures, "没有这个计量:", "there is no measure")
    for name in r.listing(part.get("says")):
        if name.text not in known.clauses:
            r.unknown(name, name.text or "", known.clauses, "没有这个条款:", "there is no clause")
    if part.get("figures") is not None and form.get("every") is None:
        r.fault(part, "印统计数的表单须写周期(every)", "a form of figures says its period (every)")


def _check_list(r: Reader, nouns: Sequence[Noun], part: Node) -> None:
    dates = {f.id for noun in nouns for f in noun.fields.values() if f.type.name == "date"}
    dated, filled = part.get("dated"), part.get("filled")
    if dated is not None and dated.text not in (*DATED, *dates):
        r.unknown(dated, dated.text or "", (*DATED, *dates), "没有这个日期:", "there is no date")
    fields = {f for noun in nouns for f in noun.fields}
    if filled is not None and filled.text not in fields:
        r.unknown(filled, filled.text or "", fields, "没有这个字段:", "there is no field")
    steps = {step: label for noun in nouns for step, label in noun.steps.items()}
    for step in r.listing(part.get("steps")):
        if step.text not in steps:
            r.unknown(step, step.text or "", steps, "没有这个环节:", "there is no step")


def _printed(r: Reader, known: Known, nouns: Sequence[Noun], name: Node) -> None:
    """Refuse a word that no noun of the form knows: a field, what everything has, an act that was done, a field of what is linked."""
    word = name.text
    if word is None:
        return
    if word.startswith(DID):
        _did(r, nouns, name)
        return
    first, dot, rest = word.partition(".")
    fields = {f: shape for noun in nouns for f, shape in noun.fields.items()}
    if first not in (*fields, *ALWAYS_PRINTED) or (dot and first not in fields):
        r.unknown(name, word, (*fields, *ALWAYS_PRINTED), "表单要印的字段没有:", "the form prints a field that is not there:")
    elif dot:
        linked = {f for n in fields[first].type.nouns if n in known.nouns for f in known.nouns[n].fields}
        if rest not in linked:
            r.unknown(name, rest, linked, f"表单要印的字段没有:{first}.", "the form prints a field that is not there:")
    elif first in fields and fields[first].type.name == "rows":
        r.doubt(name, f"“{first}”是明细,请写 rows: {first}", f"{first!r} has rows: write rows: {first}")


def _did(r: Reader, nouns: Sequence[Noun], name: Node) -> None:
    act, acts = (name.text or "").removeprefix(DID), {a: shape for noun in nouns for a, shape in noun.acts.items()}
    if act not in acts:
        r.unknown(name, act, acts, "没有这个动作:", "there is no act")
