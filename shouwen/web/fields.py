"""Fields of packs as controls of a form: what is shown for each type, and what comes back as the law wants to read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.base.errors import Complaint, FieldError
from shouwen.policy.env import paper
from shouwen.policy.nouns import Field
from shouwen.policy.values import Choice, FieldType
from shouwen.web import moments, people, spans
from shouwen.web.law import said

CHIPS: Final = 6  # choices beyond this become a list to open
CROWD: Final = 8  # of several to choose, more than this become a list to look through
BLANK_ROWS: Final = 1
FOUND: Final = ("record", "case", "customer")  # chosen by searching
ROW: Final = re.compile(r"([a-z0-9_]+)\.(\d{1,4})\.([a-z0-9_]+)")
SLOT_STATES: Final = ("filled", "missing", "waived")
TEMPLATES: Final[Mapping[str, str]] = {
    "text": "text",
    "evidence": "line",
    "phone": "line",
    "number": "number",
    "percent": "number",
    "money": "number",
    "date": "line",
    "datetime": "line",
    "span": "span",
    "yes_no": "chips",
    "choice": "chips",
    "many": "ticks",
    "staff": "select",
    "unit": "select",
    "record": "find",
    "case": "find",
    "customer": "find",
    "rows": "rows",
    "slots": "slots",
    "file": "file",
}
INPUTS: Final[Mapping[str, str]] = {"phone": "tel", "date": "date", "datetime": "datetime-local"}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    text: str
    chosen: bool = False
    note: str = ""
    state: str = ""  # of a paper; `note` is then what was noted on it


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a form. `value` is text as the control shows it; `fault` why what was typed does not do."""

    name: str
    label: str
    template: str
    input: str = "text"
    value: str = ""
    options: Sequence[Option] = ()
    needed: bool = False
    unit: str = ""
    hint: str = ""
    fault: str = ""
    find: str = ""  # where to search
    chosen: str = ""  # what has been found, in words
    columns: Sequence[Control] = ()
    rows: Sequence[Sequence[Control]] = ()
    clauses: Sequence[str] = ()  # that ask for it
    several: bool = False  # files: more than one may be chosen
    changed: bool = False  # by somebody else while this was being filled in; the hint says to what

    @property
    def folded(self) -> bool:
        """Whether it is kept folded: a table nobody has begun and no clause asks for now."""
        return bool(self.columns) and not (self.needed or self.fault or any(c.value for row in self.rows for c in row))

    @property
    def breadth(self) -> str:
        """How much of the width it takes: wide is all, broad is two columns."""
        if self.template in {"fields/_text.html", "fields/_rows.html", "fields/_slots.html", "fields/_crowd.html"}:
            return "wide"
        letters = (
            sum(len(o.text) + 3 for o in self.options) if self.template in {"fields/_chips.html", "fields/_ticks.html"} else 0
        )
        return "wide" if letters > 36 else "broad" if letters > 15 else ""


@dataclass(frozen=True, slots=True)
class Filling:
    """What controls are filled with: values as JSON keeps them or as typed, faults by field, what must be there, words of ids."""

    request: HttpRequest
    lang: str
    values: Mapping[str, Any] = field(default_factory=dict)
    typed: QueryDict | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    needed: Mapping[str, Sequence[str]] = field(default_factory=dict)  # field -> clauses that ask for it
    chosen: Mapping[str, str] = field(default_factory=dict)
    proposals: Mapping[str, Sequence[int]] = field(default_factory=dict)
    able: Mapping[str, Collection[int]] = field(default_factory=dict)  # fields that give work: to whom


def controls(shapes: Iterable[Field], filling: Filling) -> list[Control]:
    """Return the controls of fields, in their order; computed ones have none."""
    return [_control(shape, filling) for shape in shapes if not shape.computed]


def _control(shape: Field, filling: Filling) -> Control:
    kind = shape.type
    made = _bare(shape.id, said(shape, filling.lang), kind, filling)
    text = _typed_or_kept(shape.id, kind, filling)
    if kind.name == "text" and shape.personal:  # a name, a number of a paper
        made = replace(made, template="fields/_line.html")
    made = replace(
        made,
        value=text,
        fault=filling.faults.get(shape.id, ""),
        needed=shape.id in filling.needed,
        clauses=filling.needed.get(shape.id, ()),
    )
    if kind.name == "rows":
        return replace(made, columns=_columns(shape, filling), rows=_rows(shape, filling))
    if kind.name == "span":
        typed = filling.typed
        amount, unit = (text, typed.get(f"{shape.id}.unit", "")) if typed and shape.id in typed else spans.parts(text)
        return replace(made, value=amount, options=[Option(u, t, u == unit) for u, t in spans.units().items()])
    if kind.name == "slots":
        return replace(
            made,
            options=[
                Option(c.id, _choice_text(c, filling.lang), note=note, state=state)
                for c in kind.choices.values()
                for state, note in [_slot(shape.id, c.id, filling)]
            ],
        )
    if made.options:
        chosen = (
            set(filling.typed.getlist(shape.id)) if filling.typed is not None else set(_texts(kind, filling.values.get(shape.id)))
        )
        made = replace(made, options=[replace(o, chosen=o.value in chosen) for o in made.options])
    return made


def _bare(name: str, label: str, kind: FieldType, filling: Filling) -> Control:
    template = TEMPLATES[kind.name]
    options = _options(name, kind, filling)
    if template == "chips" and len(options) > CHIPS:
        template = "select"
    if kind.many and template in {"chips", "select"}:
        template = "crowd" if len(options) > CROWD else "ticks"
    find = (
        reverse("searching:pick", args=[kind.name]) + (f"?of={','.join(kind.nouns)}" if kind.nouns else "")
        if kind.name in FOUND
        else ""
    )
    unit = {"money": "¥", "percent": "%"}.get(kind.name, moments.unit(kind.unit))
    hint = _("选单位，或直接写：2天、两小时、3个工作日") if kind.name == "span" else ""
    chosen = filling.chosen.get(name, "")
    return Control(
        name,
        label,
        f"fields/_{template}.html",
        INPUTS.get(kind.name, "text"),
        options=options,
        unit=unit,
        hint=hint,
        find=find,
        chosen=chosen,
        several=kind.many and kind.name == "file",
    )


def _options(name: str, kind: FieldType, filling: Filling) -> list[Option]:
    if kind.name == "yes_no":
        return [Option("yes", _("是")), Option("no", _("否"))]
    if kind.name in {"choice", "many"}:
        return [Option(c.id, _choice_text(c, filling.lang)) for c in kind.choices.values()]
    if kind.name == "staff":
        first = list(filling.proposals.get(name, ()))
        may = filling.able.get(name)
        everybody = [c for c in people.staff_choices(filling.request) if may is None or c.id in may]
        everybody.sort(key=lambda c: first.index(c.id) if c.id in first else len(first))
        return [Option(str(c.id), c.name, note=_("建议") if c.id in first else c.note) for c in everybody]
    if kind.name == "unit":
        return [Option(str(c.id), "　" * c.depth + c.name) for c in people.unit_choices(filling.request)]
    return []


def _choice_text(choice: Choice, lang: str) -> str:
    return choice.en if choice.en and lang.startswith("en") else choice.zh


def _typed_or_kept(name: str, kind: FieldType, filling: Filling) -> str:
    if filling.typed is not None and name in filling.typed:
        return filling.typed.get(name, "")
    return as_text(kind, filling.values.get(name))


def as_text(kind: FieldType, kept: Any) -> str:
    """Return a kept value (as JSON has it) as the control of its type shows it."""
    if kept is None or kind.name in {"rows", "slots", "many"}:
        return ""
    if isinstance(kept, bool):
        return "yes" if kept else "no"
    if kind.name == "money":
        return f"{Decimal(int(kept)) / 100:.2f}".removesuffix(".00")
    if kind.name == "datetime":
        return f"{timezone.localtime(datetime.fromisoformat(kept)):%Y-%m-%dT%H:%M}"
    return str(kept)


def _texts(kind: FieldType, kept: Any) -> list[str]:
    if kept is None:
        return []
    many = kept if isinstance(kept, list | tuple) else [kept]
    return [as_text(replace(kind, name="text") if kind.name == "many" else kind, one) for one in many]


def _slot(name: str, slot: str, filling: Filling) -> tuple[str, str]:
    """The state of a paper and what was noted on it."""
    if filling.typed is not None:
        return filling.typed.get(f"{name}.{slot}", ""), filling.typed.get(f"{name}.{slot}.note", "")
    kept = filling.values.get(name)
    found = paper(kept.get(slot, "")) if isinstance(kept, Mapping) else {}
    return str(found.get("state", "")), str(found.get("note", ""))


# ---- rows ----------------------------------------------------------------------------------------------------------------


def _columns(shape: Field, filling: Filling) -> list[Control]:
    """The columns that are typed, as empty controls: the pattern of a new row."""
    return _row(shape, "_", {}, filling)


def _rows(shape: Field, filling: Filling) -> list[list[Control]]:
    kept = _typed_rows(filling.typed, shape.id) if filling.typed is not None else filling.values.get(shape.id) or []
    filled = [_row(shape, str(i), row, filling) for i, row in enumerate(kept)]
    return filled or [_row(shape, str(i), {}, filling) for i in range(BLANK_ROWS)]


def _row(shape: Field, index: str, row: Mapping[str, Any], filling: Filling) -> list[Control]:
    made = []
    for column in shape.type.columns.values():
        if column.computed:
            continue
        name = f"{shape.id}.{index}.{column.id}"
        kept = row.get(column.id)
        text = str(kept) if filling.typed is not None and kept is not None else as_text(column.type, kept)
        bare = _bare(name, said(column, filling.lang), column.type, filling)
        fault = filling.faults.get(f"{shape.id}.{int(index) + 1}.{column.id}", "") if index.isdecimal() else ""
        made.append(replace(bare, value=text, fault=fault, options=[replace(o, chosen=o.value == text) for o in bare.options]))
    return made


def _typed_rows(typed: QueryDict, name: str) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for key in typed:
        match = ROW.fullmatch(key)
        text = typed.get(key, "").strip()
        if match and match[1] == name and text:
            found.setdefault(int(match[2]), {})[match[3]] = text
    return [found[i] for i in sorted(found)]


# ---- what came back ------------------------------------------------------------------------------------------------------


def read(typed: QueryDict, shapes: Sequence[Field], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what was typed as the law reads it. What stands already (`kept`) is not brought again; emptied, it is cleared.

    Raises FieldError for what was typed into a search and not chosen from what it found: it would be lost without a word.
    """
    not_chosen = _("写了还没有选：请从查到的里选一个，或清空")
    lost = [Complaint(s.id, not_chosen, not_chosen) for s in shapes if _typed_only(typed, s)]
    lost += [wrong for s in shapes if (wrong := spans.complaint(typed, s))]
    if lost:
        raise FieldError(lost)
    had = kept or {}
    found = {shape.id: _value(typed, shape) for shape in shapes if not shape.computed and _is_there(typed, shape)}
    standing = {shape.id: _as_typed(shape, had.get(shape.id)) for shape in shapes if shape.id in found}
    return {name: value for name, value in found.items() if value != standing[name]}


def _typed_only(typed: QueryDict, shape: Field) -> bool:
    return (
        shape.type.name in FOUND
        and shape.id in typed
        and not typed.get(shape.id)
        and bool(typed.get(f"{shape.id}.text", "").strip())
    )


def _as_typed(shape: Field, kept: Any) -> Any:
    """A kept value as it would come back from its control untouched."""
    kind = shape.type
    if kind.name == "rows":
        columns = kind.columns
        return [
            {k: as_text(columns[k].type, v) for k, v in row.items() if k in columns and not columns[k].computed}
            for row in kept or []
        ]
    if kind.name == "slots":
        return dict(kept or {})
    if kind.name == "many" or kind.many:
        return _texts(kind, kept)
    return as_text(kind, kept) or None


def _is_there(typed: QueryDict, shape: Field) -> bool:
    """Whether the form had a control for it (an unticked box sends nothing, so forms name what they asked). No file is no answer."""
    if shape.type.name == "file":
        return shape.id in typed
    return shape.id in typed.getlist("asked") or shape.id in typed


def _value(typed: QueryDict, shape: Field) -> Any:
    kind = shape.type
    if kind.name == "rows":
        return _typed_rows(typed, shape.id)
    if kind.name == "span":
        return spans.read(typed, shape.id) or None
    if kind.name == "slots":
        states = {slot: typed.get(f"{shape.id}.{slot}", "") for slot in kind.choices}
        notes = {slot: typed.get(f"{shape.id}.{slot}.note", "").strip() for slot in kind.choices}
        return {
            slot: {"state": state, "note": notes[slot]} if notes[slot] else state
            for slot, state in states.items()
            if state in SLOT_STATES
        }
    if kind.name == "many" or kind.many:
        return [v for v in typed.getlist(shape.id) if v]
    return typed.get(shape.id, "").strip() or None


def faults_of(wrong: FieldError, lang: str) -> dict[str, str]:
    """Return complaints by field, as controls want them."""
    return fault_texts(wrong.complaints, lang)


def joined(first: str, second: str, lang: str) -> str:
    """Join two sentences into one, so that no stop stands before the sign between them."""
    return f"{first.rstrip('。.')}{'; ' if lang.startswith('en') else '；'}{second}"


def fault_texts(complaints: Iterable[Complaint], lang: str) -> dict[str, str]:
    """Return complaints by field; several about one are joined."""
    found: dict[str, str] = {}
    for complaint in complaints:
        name = complaint.field
        found[name] = joined(found[name], complaint.text(lang), lang) if name in found else complaint.text(lang)
    return found
