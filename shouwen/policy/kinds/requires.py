"""The gate `requires`: what must be there, be true, be shown, or be done by somebody, before an act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import ClassVar

from shouwen.policy.act import Evidence
from shouwen.policy.conditions import ALWAYS, Condition
from shouwen.policy.env import Env, as_moment, clock_time
from shouwen.policy.kinds.base import ClauseReader, Grade, Key, Rule, refuse, unset_zh
from shouwen.policy.kinds.gate import GATE_KEYS, Gate, read_gate
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.ruling import Refusal
from shouwen.policy.source import Node
from shouwen.policy.values import Choice

STRENGTH = {
    "signature": "signed",
    "consent": "signed",
    "photo": "photo",
    "id_seen": "second_person",
    "second_person": "second_person",
    "measured": "measured",
    "self": "self",
}
EVIDENCE_ZH = {
    "signature": "{}签字",
    "consent": "{}同意",
    "photo": "照片",
    "id_seen": "验身份证原件",
    "second_person": "旁人佐证",
    "measured": "实测",
    "self": "本人确认",
}
ROWS_NAMED = 5  # of the rows that fail; the others are counted


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence a gate asks: its kind and from whom, or an evidence field."""

    kind: str
    zh: str
    who: Who | None = None
    field: str = ""

    def given(self, env: Env, evidence: tuple[Evidence, ...]) -> bool:
        """Whether it has been given."""
        if self.field:
            return env.fields.get(self.field) is not None
        return any(self._is(e, env) for e in evidence)

    def _is(self, e: Evidence, env: Env) -> bool:
        """Whether a piece of evidence is the one meant. A second person is somebody, and somebody else.

        A colleague signs by doing the act, or on paper that is attached: nobody signs for them with a click.
        """
        if e.kind != self.kind:
            return False
        if self.who is not None:
            theirs = e.party == self.who.kind and e.id in self.who.people(env)
            return theirs and (e.party != "staff" or bool(e.attachment) or e.id == env.act.by)
        return self.kind != "second_person" or (e.id != 0 and (e.party, e.id) != ("staff", env.act.by))


@dataclass
class Requires(Gate):
    """Something must be there, be true, be shown, or be done by somebody, before an act."""

    word = "requires"
    doc = (
        "某动作之前必须具备的:填好字段、满足条件、由谁办理、有凭据、不早于或不晚于某时",
        "What must be there before an act: fields, a condition, who does it, evidence, not before or after a moment.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "before": Key("在哪个动作之前;any 为任何动作", "the act or acts it stands before; `any`: every one", "act|list", True),
        "fields": Key("须填写的字段", "fields that must be filled", "fields"),
        "that": Key("须满足的条件", "what must be true", "condition"),
        "by": Key("只能由谁办理", "who alone may do the act", "who"),
        "evidence": Key(
            "须有的凭据",
            "evidence: photo, id_seen, second_person, measured, {signature: who}, {consent: who}, or an evidence field",
            "evidence",
        ),
        "not_before": Key("不得早于", "the act may not happen earlier than this", "moment|clock"),
        "not_after": Key("不得晚于", "the act may not happen later than this", "moment|clock"),
        "for_each": Key("对每一行", "asked of every row of a rows field (`when` filters the rows)", "rows"),
        "covers": Key(
            "凭据所认可的字段;字段一改,凭据作废", "the fields the evidence is for; it falls when they change", "fields"
        ),
        **GATE_KEYS,
    }
    fields: tuple[Path, ...] = ()
    that: Condition = ALWAYS
    by: Who | None = None
    by_unset: bool = False  # left open by the source and not set by the company
    proofs: tuple[Proof, ...] = ()
    edge: tuple[str, str] = ("", "")  # not_before / not_after and the moment's name
    edge_zh: str = ""
    covers: tuple[str, ...] = ()
    covers_zh: str = ""
    for_each: str = ""
    for_each_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Requires:
        """Read the parameters; exactly one of fields, that, by, evidence, not_before, not_after."""
        said = [k for k in ("fields", "that", "by", "evidence", "not_before", "not_after") if node.get(k) is not None]
        if len(said) != 1:
            r.reader.fault(
                node,
                "requires 须且只须写其一:fields、that、by、evidence、not_before、not_after(一条一个要求)",
                "requires takes exactly one of fields, that, by, evidence, not_before, not_after",
            )
        gate = read_gate(r, node, "before")
        rows = r.reader.text(node.get("for_each"))
        noun = r.names.noun
        if rows and noun is not None and (rows not in noun.fields or noun.fields[rows].type.name not in ("rows", "slots")):
            r.reader.fault(node.get("for_each") or node, f"“{rows}”不是行字段", f"{rows!r} is no rows field")
            rows = ""
        names = r.reader.texts(node.get("fields"))
        prefix = f"{rows}." if rows else ""
        paths = [
            r.names.path(n, t if "." in t else prefix + t)
            for n, t in zip(r.reader.listing(node.get("fields")), names, strict=True)
        ]
        edge_key = said[0] if said and said[0].startswith("not_") else ""
        edge, edge_zh = _edge(r, node.get(edge_key)) if edge_key else ("", "")
        covers = r.reader.texts(node.get("covers"))
        for n, c in zip(r.reader.listing(node.get("covers")), covers, strict=True):
            r.names.path(n, c)
        return cls(
            **gate,
            fields=tuple(p for p in paths if p is not None),
            that=r.conditions.condition(node.get("that")),
            by=r.who(node.get("by"), "by"),
            by_unset=r.is_unset(node.get("by"), "by"),
            proofs=tuple(_proof(r, n) for n in r.reader.listing(node.get("evidence"))),
            edge=(edge_key, edge),
            edge_zh=edge_zh,
            covers=covers,
            covers_zh="、".join(noun.fields[c].zh for c in covers if noun is not None and c in noun.fields),
            for_each=rows,
            for_each_zh=noun.fields[rows].zh if rows and noun is not None else "",
        )

    def grade(self) -> Grade:
        """Executed when software decides it; attested when it rests on what somebody typed, ticked or signed."""
        return "attested" if self.fields or self.proofs else "executed"

    @property
    def strength(self) -> str:
        """The strength of the evidence it rests on."""
        return STRENGTH.get(self.proofs[0].kind, "self") if self.proofs else "self"

    def shown_by(self, env: Env) -> str:
        """The strength of what this act brings: what is neither attached nor the actor's own rests on the actor's word."""
        kinds = {p.kind for p in self.proofs if not p.field}
        mine = ("staff", env.act.by)
        backed = {e.kind for e in env.evidence if e.attachment or (e.party, e.id) == mine}
        return self.strength if kinds <= backed else "self"

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        each = f"每行{self.for_each_zh}" if self.for_each else ""
        lead, acts = rule.lead(), self.acts_zh
        if self.by is not None or self.by_unset:
            by = self.by.zh if self.by is not None else unset_zh(None)
            return f"{lead}{acts}只能由{by}办理{self.ending() if self.mode != 'refuse' else ''}"
        if self.edge[0]:
            return f"{lead}{acts}不得{'早于' if self.edge[0] == 'not_before' else '晚于'}{self.edge_zh}" + (
                "" if self.mode == "refuse" else self.ending()
            )
        if self.proofs:
            covers = f"(所认可为{self.covers_zh})" if self.covers else ""
            return f"{lead}{acts}前须{'、'.join(p.zh for p in self.proofs)}{covers}{self.ending()}"
        if self.fields:
            return f"{lead}{acts}前{each}须填{self.names_zh(self.fields)}{self.ending()}"
        return f"{lead}{acts}前{each}须{self.that.zh().removesuffix('的')}{self.ending()}"

    def names_zh(self, fields: tuple[Path, ...]) -> str:
        """Return fields in Chinese; columns of a row go by their own names, the rows were named before."""
        return "、".join(p.field.zh if self.for_each and p.field is not None else p.zh for p in fields)

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Return why the act is refused, or None."""
        if self.for_each:
            return self._each_row(rule, env)
        return self._one(rule, env, "")

    def _each_row(self, rule: Rule, env: Env) -> Refusal | None:
        found: list[tuple[str, Refusal]] = []
        for i, row in env.rows(self.for_each):
            env.row = row
            try:
                unknown: list[str] = []
                speaks = rule.when.holds(env, unknown)
                refusal = None if speaks is False else self._one(rule, env, f"{self.for_each}.{i}.")
            finally:
                env.row = None
            if refusal is not None:
                found.append((i, replace(refusal, unknown=(*refusal.unknown, *unknown))))
        return self._together(found, env) if found else None

    def _together(self, found: list[tuple[str, Refusal]], env: Env) -> Refusal:
        """Return one refusal for all rows that fail: the first of them named with what each wants, the others counted."""
        said, more = found[:ROWS_NAMED], len(found) - ROWS_NAMED
        names: dict[tuple[str, str], list[str]] = {}
        for i, refusal in said:
            names.setdefault((refusal.remedy_zh, refusal.remedy_en), []).append(i)
        papers = env.noun.fields[self.for_each].type.choices
        zh = [f"{_rows_zh(rows, papers)}:{remedy}" for (remedy, _), rows in names.items()]
        en = [f"{_rows_en(rows, papers)}: {remedy}" for (_, remedy), rows in names.items()]
        if more > 0:
            zh.append(f"另有{more}{'件' if papers else '行'}")
            en.append(f"And {more} more {'papers' if papers else 'rows'}.")
        return replace(
            found[0][1],
            missing=tuple(dict.fromkeys(m for _, r in said for m in r.missing)),
            unknown=tuple(dict.fromkeys(u for _, r in said for u in r.unknown)),
            remedy_zh=";".join(zh),
            remedy_en=" ".join(en),
        )

    def _one(self, rule: Rule, env: Env, prefix: str) -> Refusal | None:
        if self.by is not None:
            may = env.act.by == 0 or self.by.allows(env.act.by, env)  # the clock acts for the law itself
            return (
                None
                if may
                else refuse(rule, f"请由{self.by.zh}办理", f"To be done by: {self.by.en}.", unknown=self.by.lacks(env))
            )
        if self.edge[0]:
            return self._at_the_edge(rule, env)
        if self.proofs:
            return self._shown(rule, env)
        own = f"{env.act.name}."  # a field only the act has goes by its own name: reason, not hand_over.reason
        missing = tuple([
            prefix + (p.text.rpartition(".")[2] if prefix else p.text.removeprefix(own))
            for p in self.fields
            if p.get(env) in (None, ())
        ])  # fmt: skip
        if missing:
            names = self.names_zh(tuple(p for p in self.fields if p.get(env) in (None, ())))
            names_en = ", ".join(
                (p.field.en if p.field is not None else "") or p.text for p in self.fields if p.get(env) in (None, ())
            )
            return refuse(rule, f"请补填:{names}", f"Fill in: {names_en}.", missing=missing)
        unknown: list[str] = []
        held = self.that.holds(env, unknown)
        if held:
            return None
        return refuse(
            rule, f"须{self.that.zh().removesuffix('的')}", f"Needed: {self.that.en or self.that.zh()}.", unknown=tuple(unknown)
        )

    def _shown(self, rule: Rule, env: Env) -> Refusal | None:
        if self.stands(rule, env) or all(p.given(env, env.evidence) for p in self.proofs):
            return None
        missing = tuple(p.field or p.kind for p in self.proofs if not p.given(env, env.evidence))
        return refuse(
            rule, f"请补上:{'、'.join(p.zh for p in self.proofs)}", f"Evidence needed: {', '.join(missing)}.", missing=missing
        )

    def stands(self, rule: Rule, env: Env) -> bool:
        """Whether evidence given earlier for what it covers still stands: nothing covered has changed since, nor changes now."""
        if not self.covers:
            return False
        given = env.facts.marks.get(f"attested:{rule.clause.name}")
        if given is None or any(c in env.act.fields for c in self.covers):
            return False
        changed = [m.last for c in self.covers if (m := env.facts.marks.get(f"changed:{c}"))]
        return all(given.last >= at for at in changed)

    def _at_the_edge(self, rule: Rule, env: Env) -> Refusal | None:
        kind, name = self.edge
        at = clock_time(name)
        if at is not None:
            edge = env.calendar.clock(env.calendar.business_day(env.at), name)
        else:
            found = env.dues.get(name) if "#" in name else env.moment(name)
            if found is None and "#" in name and name not in env.undated:
                return None
            if found is None:
                return refuse(rule, f"不知道{self.edge_zh}", f"Unknown: {name}.", unknown=env.undated.get(name) or (name,))
            edge = as_moment(found, env.calendar) or env.at
        early = kind == "not_before" and env.at < edge
        late = kind == "not_after" and env.at > edge
        return refuse(rule, f"时点为{edge:%Y-%m-%d %H:%M}", f"The moment is {edge:%Y-%m-%d %H:%M}.") if early or late else None


def _rows_zh(rows: list[str], papers: Mapping[str, Choice]) -> str:
    return "、".join(papers[i].zh for i in rows) if papers else f"第{'、'.join(rows)}行"


def _rows_en(rows: list[str], papers: Mapping[str, Choice]) -> str:
    return ", ".join(papers[i].en or i for i in rows) if papers else f"Row{'s' if len(rows) > 1 else ''} {', '.join(rows)}"


def _edge(r: ClauseReader, node: Node | None) -> tuple[str, str]:
    """Read what a gate may not be before or after: a clock time, a date field, or `{due: "8"}`."""
    if node is None:
        return "", ""
    if node.pairs is not None:
        r.reader.known(node, ("due",))
        name = r.clause_ref(node.get("due"))
        return name, f"第{name.rpartition('#')[2]}条时限"
    text = r.reader.text(node)
    if isinstance(clock_time(text), time):
        return text, text
    return r.names.moment(node, text), r.names.moment_zh(text)


def _proof(r: ClauseReader, node: Node) -> Proof:
    if node.pairs is not None:
        r.reader.known(node, ("signature", "consent"), "凭据")
        kind = next(iter(node.pairs), "signature")
        who = r.who(node.get(kind), "evidence")
        return Proof(kind, EVIDENCE_ZH.get(kind, kind).format(who.zh if who else ""), who)
    text, noun = r.reader.text(node), r.names.noun
    if noun is not None and text in noun.fields and noun.fields[text].type.name == "evidence":
        return Proof(noun.fields[text].strength or "self", f"有凭据:{noun.fields[text].zh}", None, text)
    if text not in ("photo", "id_seen", "second_person", "measured", "self"):
        evidence = [f for f in (noun.fields if noun else {}) if noun is not None and noun.fields[f].type.name == "evidence"]
        r.reader.unknown(
            node,
            text,
            ["photo", "id_seen", "second_person", "measured", "self", *evidence],
            "没有这种凭据:",
            "there is no evidence",
        )
    return Proof(text, EVIDENCE_ZH.get(text, text))
