"""What is attested or only said: checklist (ticks somebody confirms), script (words shown), says (text of the regulation)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Grade, Key, Kind, Rule, refuse
from shouwen.policy.kinds.gate import GATE_KEYS, Gate, read_gate
from shouwen.policy.nouns import Label
from shouwen.policy.people import Who
from shouwen.policy.ruling import Refusal
from shouwen.policy.source import Node


def read_label(r: ClauseReader, node: Node) -> Label:
    """Read the words of an item: `中文` or `{zh: 中文, en: English}`."""
    if node.pairs is None:
        return Label(r.reader.text(node))
    r.reader.known(node, ("zh", "en"))
    return Label(r.reader.text(node.get("zh")), r.reader.text(node.get("en")))


@dataclass
class Checklist(Gate):
    """Items somebody ticks before an act. It proves that it was confirmed, not that it was done."""

    word = "checklist"
    doc = ("动作之前逐项确认;只证明有人确认过", "Items ticked before an act; it proves the confirmation, no more.")
    keys: ClassVar[Mapping[str, Key]] = {
        "before": Key("在哪个动作之前", "before which act", "act|list", True),
        "items": Key("各项:标识: 文字", "the items: id: words", "items", True),
        "who": Key("由谁确认(默认办理人)", "who confirms (default: the actor)", "who"),
        **GATE_KEYS,
    }
    items: Mapping[str, str] = field(default_factory=dict)
    items_en: Mapping[str, str] = field(default_factory=dict)
    who: Who | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Checklist:
        """Read the parameters."""
        items = r.reader.each(node.get("items"), lambda k, n: read_label(r, n))
        if not items:
            r.reader.fault(node, "没有列出各项(items)", "it lists no items")
        zh, en = {k: i.zh for k, i in items.items()}, {k: i.text("en") for k, i in items.items()}
        return cls(**read_gate(r, node, "before"), items=zh, items_en=en, who=r.who(node.get("who"), "who"))

    def grade(self) -> Grade:
        """A tick is attested."""
        return "attested"

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = f"由{self.who.zh}" if self.who else ""
        return f"{rule.lead()}{self.acts_zh}前{who}逐项确认{'、'.join(self.items.values())}{self.ending()}"

    def wanted(self, rule: Rule) -> frozenset[str]:
        """Return the ticks it wants, by their global names."""
        return frozenset(f"{rule.clause.name}.{i}" for i in self.items)

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Refuse while a tick is missing, or when somebody else than meant ticks."""
        missing = [i for i in self.items if f"{rule.clause.name}.{i}" not in env.act.ticks]
        if missing:
            names = "、".join(self.items[i] for i in missing)
            names_en = ", ".join(self.items_en[i] for i in missing)
            return refuse(
                rule, f"请确认:{names}", f"Confirm: {names_en}.", missing=tuple(f"{rule.clause.name}.{i}" for i in missing)
            )
        if self.who is not None and not self.who.allows(env.act.by, env):
            return refuse(rule, f"请由{self.who.zh}确认", f"To be confirmed by: {self.who.en}.", unknown=self.who.lacks(env))
        return None


@dataclass
class Script(Kind):
    """Words shown where the work happens. No tick: «I was polite» is worthless."""

    word = "script"
    primitive = "said"
    doc = ("办某动作时给某人看的话术或要点", "Words shown to somebody while an act is done.")
    keys: ClassVar[Mapping[str, Key]] = {
        "before": Key("办哪个动作时", "at which act", "act|list", True),
        "who": Key("给谁看", "to whom", "who"),
        "items": Key("文字", "the words", "texts", True),
    }
    acts: tuple[str, ...] = ()
    acts_zh: str = ""
    who: Who | None = None
    items: tuple[str, ...] = ()
    items_en: tuple[str, ...] = ()

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Script:
        """Read the parameters."""
        acts, items = r.acts(node.get("before")), tuple(read_label(r, n) for n in r.reader.listing(node.get("items")))
        if not acts or not items:
            r.reader.fault(node, "写明办哪个动作时(before)和文字(items)", "write before and items")
        zh, en = tuple(i.zh for i in items), tuple(i.text("en") for i in items)
        return cls(acts=acts, acts_zh=r.acts_zh(acts), who=r.who(node.get("who"), "who"), items=zh, items_en=en)

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = self.who.zh if self.who else "办理人"
        return f"{rule.lead()}{self.acts_zh}时提示{who}:{';'.join(self.items)}"


@dataclass
class Says(Kind):
    """A sentence of the regulation nothing executes: purpose, interpretation, scope. Its `zh` is the clause."""

    word = "says"
    primitive = "said"
    needs_noun = False
    names_subject = False
    doc = ("制度里的话,系统不执行(宗旨、解释权)", "A sentence nothing executes: purpose, scope, interpretation.")
    keys: ClassVar[Mapping[str, Key]] = {"to": Key("给谁看", "whom it speaks to", "who|list")}
    to: tuple[Who, ...] = ()

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Says:
        """Read the parameters."""
        to = node.get("to")
        return cls(to=r.people.many(to) if to is not None else ())

    def sentence(self, rule: Rule) -> str:
        """Return its own words: there is nothing to generate from."""
        return f"{rule.clause.zh}{',告知' + '、'.join(w.zh for w in self.to) if self.to else ''}"
