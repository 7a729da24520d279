"""Reading nouns: fields, procedures, registers, books, posts, forms, from the nodes of a regulation."""

from __future__ import annotations

import re
from dataclasses import replace

from shouwen.policy.act import ACKNOWLEDGE, APPROVAL_ACTS, BUILT_IN_ACTS, CLOCK_ACTS, TASK_ACTS
from shouwen.policy.calling import read_calls
from shouwen.policy.consulting import read_consulted
from shouwen.policy.nouns import ActShape, Book, Field, Form, Label, NamedFact, Noun, Post
from shouwen.policy.papers import read_form
from shouwen.policy.questionnaires import read_all as read_questionnaires
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node
from shouwen.policy.values import TYPES, Choice, FieldType
from shouwen.worktime import BadSpan, Span, parse_span

FIELD_KEYS = (
    "zh",
    "en",
    "type",
    "of",
    "unit",
    "many",
    "if",
    "else",
    "sum_of",
    "product_of",
    "from",
    "until",
    "strength",
    "personal",
    "conceals",
    "source",
    "assumed",
)
TAKEN_ACTS = frozenset(
    {*APPROVAL_ACTS, *TASK_ACTS, *CLOCK_ACTS, ACKNOWLEDGE, "stands"}
)  # acts any subject knows, which no pack may name otherwise
WORKS_BY_ITSELF = frozenset(BUILT_IN_ACTS) - {
    "open",
    "note",
    "amend",
    "extend",
    "reopen",
}  # these companies word and place as they like
NUMBER = re.compile(r"[A-Z][A-Z0-9]{0,7}")
ACT_KEYS = ("zh", "en", "from", "to", "asks", "fields", "sets", "source", "assumed")
NOUN_KEYS = (
    "title",
    "number",
    "form",
    "source",
    "assumed",
    "fields",
    "steps",
    "states",
    "ends",
    "acts",
    "tasks",
    "key",
    "home",
    "calls",
    "without",
    "happened",
    "calendar",
    "questionnaires",
    "consulted",
)
RESERVED = frozenset(
    {
        "table",
        "step",
        "state",
        "since",
        "times",
        "actor",
        "moment",
        "this",
        "customer_of",
        "unset",
        "missing",
        "given",
        "any",
        "open_at",
        "responsible",
        "first_asked",
        "subject",
        "anyone",
        "act",
        "opener",
        "unit_of",
    }
)
# What a built-in act brings with it.
BUILT_IN_FIELDS: dict[str, dict[str, tuple[str, str, str]]] = {
    "note": {"text": ("内容", "Note", "text")},
    "hand_over": {"to": ("接手人", "To", "staff"), "reason": ("原因", "Reason", "text")},
    "decline": {"reason": ("原因", "Reason", "text")},
    "hold": {"reason": ("原因", "Reason", "text"), "until": ("挂起至", "Until", "datetime")},
    "extend": {"span": ("延长", "By", "span"), "reason": ("原因", "Reason", "text")},
    "reopen": {"reason": ("原因", "Reason", "text")},
    "link": {"other": ("关联事项", "Other case", "case")},
    "merge": {"other": ("并入事项", "Into case", "case")},
}


class NounReader(Reader):
    """Reads the nouns of one regulation."""

    def label(self, node: Node, fallback: str = "") -> Label:
        """Read `中文` or `{zh: 中文, en: English}`."""
        if node.text is not None:
            return Label(node.text)
        self.known(node, ("zh", "en", "source", "if"))
        return Label(self.text(node.get("zh"), fallback), self.text(node.get("en")))

    def choice(self, key: str, node: Node) -> Choice:
        """Read one value of a choice."""
        if node.text is not None:
            return Choice(key, node.text)
        self.known(node, ("zh", "en", "if", "source"), "选项")
        return Choice(key, self.text(node.get("zh"), key), self.text(node.get("en")), self.text(node.get("if")))

    def field(self, key: str, node: Node) -> Field:
        """Read a field: `{zh: …, type: …}`, or just its type (columns of rows)."""
        if node.text is not None:
            return Field(key, key, self.field_type(node, node, key))
        self.known(node, FIELD_KEYS, "字段")
        if node.get("type") is None:
            self.fault(node, f"字段“{key}”没有类型(type)", f"the field {key!r} has no type")
            return Field(key, self.text(node.get("zh"), key), FieldType("text"))
        kind = self.field_type(node.get("type") or node, node, key)
        if node.get("conceals") is not None and kind.name != "staff":
            self.fault(node, f"“{key}”不是员工字段,不能写 conceals", f"{key!r} is no field of staff and conceals from nobody")
        if key in RESERVED:
            self.fault(node, f"“{key}”是语言的词,请换一个字段名", f"{key!r} is a word of the language; name the field otherwise")
        span = (self.text(node.get("from")), self.text(node.get("until"))) if kind.name == "span" else ("", "")
        return Field(
            key,
            self.text(node.get("zh"), key),
            kind,
            self.text(node.get("en")),
            self.text(node.get("if")),
            self.text(node.get("else")),
            self.text(node.get("sum_of")),
            self.texts(node.get("product_of")),
            span,
            self.text(node.get("strength")),
            self.source(node.get("source")),
            self.flag(node.get("personal"), kind.name == "phone"),
            self.flag(node.get("conceals")),
        )

    def field_type(self, word: Node, node: Node, key: str) -> FieldType:
        """Read the type of a field with its choices, columns or nouns."""
        name = self.one_of(word, TYPES, "text")
        of = node.get("of")
        many = self.flag(node.get("many")) if node.pairs is not None else False
        unit = self.text(node.get("unit")) if node.pairs is not None else ""
        if name in ("choice", "many", "slots"):
            choices = self.each(of, self.choice)
            if not choices:
                self.fault(word, f"字段“{key}”没有写选项(of: {{…}})", f"the field {key!r} lists no choices (of: {{…}})")
            return FieldType(name, choices=choices, unit=unit, many=many)
        if name == "rows":
            return FieldType(name, columns=self.each(of, self.field))
        return FieldType(name, nouns=self.texts(of), unit=unit, many=many)

    def act(self, key: str, node: Node, steps: dict[str, Label]) -> ActShape:
        """Read an act of a procedure or register."""
        if node.text is not None:
            return ActShape(key, node.text)
        self.known(node, ACT_KEYS, "动作")
        leaves, to = self.texts(node.get("from")), self.text(node.get("to"))
        for n, step in [*zip(self.listing(node.get("from")), leaves, strict=True), (node.get("to"), to)]:
            if n is not None and step not in steps:
                self.unknown(n, step, steps, "没有这个环节", "there is no step")
        fields = self.each(node.get("fields"), self.field)
        return ActShape(
            key, self.text(node.get("zh"), BUILT_IN_ACTS.get(key, (key,))[0]), self.text(node.get("en")), leaves, to,
            self.texts(node.get("asks")), fields, node.get("sets"),
            key in BUILT_IN_ACTS, self.source(node.get("source")),
        )  # fmt: skip

    def noun(self, key: str, node: Node, kind: str, where: tuple[str, str]) -> Noun:
        """Read a procedure (`kind` case), register (record) or book with steps (entry); `where` is pack and regulation."""
        self.known(node, NOUN_KEYS, "流程" if kind == "case" else "台账")
        named = node.get("title")
        title = self.label(named, key) if named is not None else Label(key)
        steps = self.each(node.get("steps") or node.get("states"), lambda k, n: self.label(n, k))
        acts = self.each(node.get("acts"), lambda k, n: self.act(k, n, steps))
        without = self.texts(node.get("without"))
        for n, name in zip(self.listing(node.get("without")), without, strict=True):
            if name not in BUILT_IN_ACTS:
                self.unknown(n, name, BUILT_IN_ACTS, "没有内置动作", "there is no built-in act")
        fields = self.each(node.get("fields"), self.field)
        if (number := node.get("number")) is not None and not NUMBER.fullmatch(self.text(number)):
            self.fault(
                number,
                "单号前缀应为一至八个大写字母或数字,如 BX",
                "the prefix of numbers should be up to eight capital letters or digits, like BX",
            )
        if kind == "case" and not steps:
            self.fault(node, f"流程“{key}”没有环节(steps)", f"the procedure {key!r} has no steps")
        found = Noun(
            key,
            kind,
            *where,
            title.zh,
            title.en,
            self.text(node.get("number")),
            fields,
            steps,
            {},
            self.each(node.get("tasks"), lambda k, n: self.label(n, k)),
            self.text(node.get("key")),
            self.text(node.get("form")),
            self.text(node.get("happened")),
            "",
            self.text(node.get("calendar")),
            self.source(node.get("source")),
            node,
            self.texts(node.get("ends")),
        )
        found = replace(found, acts=self._with_built_in(found, acts, without, steps))
        found = replace(found, questionnaires=read_questionnaires(self, found, node.get("questionnaires")))
        found = replace(found, consulted=read_consulted(self, found, node.get("consulted")))
        found = replace(found, home=self.flag(node.get("home")), calls=read_calls(self, found, node.get("calls")))
        self._check(found, node)
        return found

    def _with_built_in(
        self, noun: Noun, acts: dict[str, ActShape], without: tuple[str, ...], steps: dict[str, Label]
    ) -> dict[str, ActShape]:
        names = BUILT_IN_ACTS if noun.kind == "case" else {"open": BUILT_IN_ACTS["open"], "amend": BUILT_IN_ACTS["amend"]}
        all_acts: dict[str, ActShape] = {}
        for name, (zh, en) in names.items():
            if name in without:
                continue
            own = acts.get(name, ActShape(name, zh, en, built_in=True))
            brings = {f: Field(f, z, FieldType(t), e) for f, (z, e, t) in BUILT_IN_FIELDS.get(name, {}).items()}
            asks = own.asks or (self._open_to(name, noun, acts) if name in ("open", "amend") else ())
            all_acts[name] = replace(own, fields={**brings, **own.fields}, asks=asks, built_in=True)
        return {**all_acts, **{k: a for k, a in acts.items() if k not in all_acts}}

    @staticmethod
    def _open_to(name: str, noun: Noun, acts: dict[str, ActShape]) -> tuple[str, ...]:
        """Return the fields `open` asks for (those no later act asks for) or `amend` may correct (all)."""
        later = {f for a in acts.values() for f in a.asks if name == "open" and a.id not in BUILT_IN_ACTS}
        return tuple(f for f in noun.fields if not noun.fields[f].computed and f not in later)

    def _check(self, noun: Noun, node: Node) -> None:
        for act in noun.acts.values():
            here = (node.get("acts") or node).get(act.id) or node
            for field in act.asks:
                if field not in noun.fields and field not in act.fields:
                    self.unknown(
                        here,
                        field,
                        noun.fields,
                        f"动作“{act.id}”要填的字段不存在:",
                        f"act {act.id!r} asks for a field that is not there:",
                    )
            if act.id in TAKEN_ACTS:
                self.fault(
                    here,
                    f"“{act.id}”是审批、待办或时钟的词,请换一个动作名",
                    f"{act.id!r} belongs to approvals, tasks or the clock; name the act otherwise",
                )
            self._check_built_in(act.id, (node.get("acts") or node).get(act.id))
        self._check_happened(noun, node)
        for name in set(noun.acts) & set(noun.steps):
            if not noun.acts[name].built_in:
                self.fault(
                    (node.get("acts") or node).at(name),
                    f"“{name}”既是环节又是动作,请分开命名",
                    f"{name!r} is both a step and an act; name them apart",
                )
        self._check_ends(noun, node)
        if noun.kind == "case":
            self._check_steps(noun, node)

    def _check_ends(self, noun: Noun, node: Node) -> None:
        """A register says at which of its states a record is over; of procedures the acts tell."""
        ends = node.get("ends")
        if ends is not None and noun.kind == "case":
            self.fault(
                ends, "流程不写 ends:没有动作离开的环节就是终点", "a procedure names no ends: it ends at the steps no act leaves"
            )
        for n in self.listing(ends) if noun.kind == "record" else ():
            if n.text not in noun.steps:
                self.unknown(n, n.text or "", noun.steps, "没有这个状态", "there is no state")
            elif any(n.text in a.leaves for a in noun.acts.values() if a.to and not a.built_in):
                self.fault(n, f"“{n.text}”还有动作离开,不能是终点(ends)", f"{n.text!r} is left by an act and cannot be an end")

    def _check_built_in(self, name: str, node: Node | None) -> None:
        """An act under a built-in name does what the built-in one does: it may say more, and may not be meant as something else."""
        if node is None or name not in WORKS_BY_ITSELF:
            return
        zh, en = BUILT_IN_ACTS[name]
        own = node.text if node.text is not None else self.text(node.get("zh"), zh)
        if zh not in (own or "") or node.get("to") is not None:
            self.fault(
                node,
                f"“{name}”是内置动作“{zh}”,写成“{own}”或通到别的环节,做的仍是{zh};另一个动作请换个名字,要补充它请仍叫“{zh}”",
                f"{name!r} is the built-in act {en!r} and does what that does, whatever it is called or leads to; "
                f"name another act otherwise, or let its `zh` say “{zh}”",
            )

    def _check_happened(self, noun: Noun, node: Node) -> None:
        dates = [f.id for f in noun.fields.values() if f.type.name in ("date", "datetime")]
        if noun.happened not in ("", *dates):
            here = node.get("happened") or node
            self.unknown(
                here, noun.happened, dates, "happened 应为日期或时间字段,没有", "`happened` names a date field; there is no"
            )

    def _check_steps(self, noun: Noun, node: Node) -> None:
        steps = node.get("steps") or node
        reached, todo = {noun.start}, [noun.start]
        while todo:
            here = todo.pop()
            for act in noun.acts.values():
                if act.to and act.to not in reached and (here in act.leaves or (not act.leaves and not act.built_in)):
                    reached.add(act.to)
                    todo.append(act.to)
        for step in noun.steps:
            if step not in reached:
                self.fault(steps.at(step), f"没有动作通到环节“{step}”", f"no act leads to the step {step!r}")
        if not noun.ends:
            self.fault(
                steps,
                f"流程“{noun.id}”没有终点:每个环节都还有动作离开",
                f"the procedure {noun.id!r} never ends: every step is left by an act",
            )

    def post(self, key: str, node: Node) -> Post:
        """Read a post."""
        if node.text is not None:
            return Post(key, node.text)
        self.known(node, ("zh", "en", "reports_to", "source", "assumed"), "岗位")
        return Post(
            key,
            self.text(node.get("zh"), key),
            self.text(node.get("en")),
            self.text(node.get("reports_to")),
            self.source(node.get("source")),
        )

    def book(self, key: str, node: Node) -> Book:
        """Read a book of the ledger."""
        self.known(node, ("zh", "en", "unit", "source", "assumed", "steps", "acts"), "账簿")
        return Book(
            key,
            self.text(node.get("zh"), key),
            self.text(node.get("en")),
            self.text(node.get("unit")),
            self.source(node.get("source")),
        )

    def entry_noun(self, book: Book, node: Node, where: tuple[str, str]) -> Noun:
        """Read the life of a book's entries: the steps they go through, and what may be done on them after they were booked."""
        steps = self.each(node.get("steps"), lambda k, n: self.label(n, k))
        acts = {"book": ActShape("book", "记账", "Book"), **self.each(node.get("acts"), lambda k, n: self.act(k, n, steps))}
        for name in acts:
            self._check_built_in(name, (node.get("acts") or node).get(name))
        amount = FieldType("money") if book.is_money else FieldType("number", unit=book.unit)
        fields = (
            Field("clause", "依据条款", FieldType("text"), "Clause"), Field("who", "当事人", FieldType("staff"), "Whose"),
            Field("amount", "数额", amount, "Amount"),
        )  # fmt: skip
        return Noun(
            book.id, "entry", *where, book.zh, book.en, fields={f.id: f for f in fields}, steps=steps, acts=acts,
            source=book.source, node=node,
        )  # fmt: skip

    def form(self, key: str, node: Node) -> Form:
        """Read a form."""
        return read_form(self, key, node)

    def fact(self, key: str, node: Node) -> NamedFact:
        """Read a named fact somebody outside the law provides."""
        self.known(node, ("zh", "en", "type", "of", "stale_after", "source", "assumed"), "事实")
        kind = self.field_type(node.get("type") or node, node, key) if node.get("type") else FieldType("number")
        zh, en = self.text(node.get("zh"), key), self.text(node.get("en"))
        return NamedFact(key, zh, kind, en, self.source(node.get("source")), self._age(node.get("stale_after")))

    def _age(self, node: Node | None) -> Span | None:
        try:
            return parse_span(self.text(node)) if node is not None else None
        except BadSpan as e:
            self.fault(node or Node("", 0, 0), e.zh, e.en)
            return None
