"""What happened in a step of a scenario, and how it is said that something else was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwen.policy.act import Act
from shouwen.policy.calendars import calendar_for
from shouwen.policy.env import Env
from shouwen.policy.misread import Misread
from shouwen.policy.nouns import Noun
from shouwen.policy.reading import wide_tip
from shouwen.policy.ruling import Effect, Ruling
from shouwen.policy.setting import Stage
from shouwen.policy.source import Node
from shouwen.policy.subjects import Subject
from shouwen.policy.values import FieldType
from shouwen.policy.world import World

Mismatch = tuple[Node, str, str, str]  # where it stands, under which key, and the sentence in Chinese and in English


@dataclass
class Seen:
    """What happened in one step: its ruling, and everything said and booked since the step began."""

    stage: Stage
    ruling: Ruling | None
    regulation: str
    said_from: int
    entries_from: int
    scripts: tuple[str, ...] = ()  # the clauses whose scripts were shown before the act

    @property
    def effects(self) -> list[Effect]:
        """All effects of the step, those of the acts it caused included."""
        said = self.stage.world.said[self.said_from :]
        return [e for s in said if not s.ruling.refused for e in s.ruling.effects]

    @property
    def subject(self) -> Subject | None:
        """The case or record the act of the step was about."""
        return self.stage.world.subjects.get(self.ruling.subject.id) if self.ruling else None

    def short(self, clause: str) -> str:
        """Return a clause's number when it is of this regulation, else `regulation#number`."""
        regulation, _, number = clause.partition("#")
        return number if regulation == self.regulation else f"{regulation.rpartition('/')[2]}#{number}"

    def counts(self, short: str) -> bool:
        """Whether what a clause did counts unless it is named. While only the clock runs, other regulations come round on their own."""
        return self.ruling is not None or "#" not in short


def scripts_before(world: World, act: Act) -> tuple[str, ...]:
    """Return the clauses whose scripts are shown to whoever is about to do an act, as its page shows them."""
    law, facts = world.law, world.facts(act)
    noun = law.nouns[act.subject.noun]
    calendar = calendar_for(law, noun, facts)
    day = law.on(calendar.business_day(act.at))
    fields = {**facts.fields, **act.fields}
    env = Env(facts, act, act.at, noun, calendar, law.calendars, fields, evidence=act.evidence)
    rules = day.plan(noun.id, act.name).scripts
    return tuple(r.clause.name for r in rules if r.when.holds(env) is not False and not day.is_overridden(r, env))


def texts(node: Node) -> list[str]:
    """Return the texts of a list, sorted; one text is a list of one, and nothing is none."""
    return sorted(n.text or "" for n in (node.items if node.items is not None else [node]) if n.text != "")


def differ(node: Node, key: str, wanted: Any, found: Any) -> Iterator[Mismatch]:
    """Yield a mismatch when something else was found than was wanted."""
    if wanted != found:
        at, name, zh, en = unlike(node, key, shown(wanted), shown(found))
        tip, tip_en = wide_tip(shown(wanted)[0].replace("、", "") if isinstance(wanted, list) else "")
        yield at, name, zh + tip, en + tip_en


def unlike(node: Node, key: str, wanted: tuple[str, str], found: tuple[str, str]) -> Mismatch:
    """Return the mismatch of two things, each in both languages."""
    zh = f"应为{_apart(wanted[0])},实为{_apart(found[0])}"
    return node, key, zh, f"wanted {wanted[1]}, found {found[1]}"


def _apart(text: str) -> str:
    return f" {text}" if text[:1].isascii() else text


def shown(value: Any) -> tuple[str, str]:
    """Return a value as scenarios write it, in both languages; nothing is 没有."""
    if value is None or value in ("", [], (), {}, set(), frozenset()):
        return "没有", "none"
    if isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{k}: {_listed(v)}" for k, v in value.items() if v not in ("", [], None)) + "}"
    elif isinstance(value, list | tuple | set | frozenset):
        many = [shown(v)[1] for v in value]
        return "、".join(many), ", ".join(many)
    else:
        text = str(value)
    return text, text


def _listed(value: Any) -> str:
    """Return a value inside a mapping, several in brackets, so that it can be pasted into a scenario."""
    text = shown(value)[1]
    return f"[{text}]" if isinstance(value, list | tuple) and len(value) > 1 else text


def typed(stage: Stage, kind: FieldType | None, value: Any) -> tuple[str, str]:
    """Return the value of a field as scenarios write it: people, cases and files by their names, money as money."""
    if value is None or kind is None:
        return shown(value)
    if isinstance(value, tuple) and kind.name not in ("rows", "slots"):
        return shown([typed(stage, kind, v)[1] for v in value])
    if isinstance(value, bool):
        return shown("yes" if value else "no")
    named = {"record": "subject", "case": "subject"}.get(kind.name, kind.name)
    if named in stage.names:
        return shown(stage.name_of(named, value))
    return shown(money_text(value) if kind.name == "money" else value)


def money_text(fen: int) -> str:
    """Return fen as packs write money: 60CNY, 12.50CNY."""
    return f"{fen // 100}CNY" if fen % 100 == 0 else f"{fen / 100:.2f}CNY"


def field_of(noun: Noun, name: str, node: Node) -> FieldType | None:
    """Return the type of a field a scenario names; None for what every subject has beside its fields. Raises Misread."""
    shape = noun.fields.get(name)
    if shape is not None:
        return shape.type
    act_field = next((a.fields[name].type for a in noun.acts.values() if name in a.fields), None)
    if act_field is None:
        raise Misread(node, "fields", f"{noun.zh}没有字段“{name}”", f"{noun.id} has no field {name!r}")
    return act_field
