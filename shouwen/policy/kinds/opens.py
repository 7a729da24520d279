"""What the law opens: deadline (a promise on the subject), obliges (a task or case), schedules (cases by the calendar); and performs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from shouwen.policy.act import Act
from shouwen.policy.conditions import Condition
from shouwen.policy.env import Env, as_moment
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.moments import Clockwork, Fall, When, fall, read_warn, read_when
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.ruling import Effect, OpenCase, OpenTask, Perform
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, show_zh
from shouwen.worktime import Span

WHEN_KEYS = {
    "within": Key("多长时间内", "within which span", "span"),
    "due": Key("最迟何时:end_of_day、end_of_month、next day 10:00、21:00、field x、table", "due at: end_of_…, next day 10:00, 21:00, field x, table", "due"),
    "roll": Key("遇休息日:forward 顺延、backward 提前", "on a day off: forward or backward", "word"),
    "same_time": Key("工作日、自然日等到期保留同一时刻", "days keep the clock time", "flag"),
    "day": Key("钟点所在的日期字段", "the date field on whose day a clock time stands", "field"),
}


@dataclass
class Deadline(Kind):
    """A promise with a due moment: from something known, until an act is done."""

    word = "deadline"
    primitive = "open"
    doc = ("时限:自何时起、至何事办成、多长时间内", "A promise: from a moment, until an act, within a span.")
    keys: ClassVar[Mapping[str, Key]] = {
        "from": Key("自何时起(动作或时间字段;写几个则取第一个已知的;默认 open)", "from: an act or date field; of several the first that is known (default open)", "moment|list"),
        "until": Key("办成哪个动作为止(写几个则都要办成)", "until this act is done; of several all", "act|list", True),
        "warn": Key("提前提醒:75% 或 30min", "warn at a share of the span, or a span before the end", "share|span"),
        "who": Key("谁负责(默认责任人)", "who owes it (default: the person responsible)", "who"),
        "held": Key("挂起时是否照走:runs 照走、stops 暂停(默认)", "while the subject is held: runs, or stops (default)", "word"),
        **WHEN_KEYS,
    }
    start: tuple[str, ...] = ("open",)
    until: tuple[str, ...] = ()
    start_zh: str = ""
    until_zh: str = ""
    when: When = field(default_factory=When)
    warn: int | Span | None = None
    who: Who | None = None
    stops: bool = True

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Deadline:
        """Read the parameters."""
        start = tuple(r.names.moment(n, r.reader.text(n)) for n in r.reader.listing(node.get("from"))) or ("open",)
        until = r.acts(node.get("until"))
        if not until:
            r.reader.fault(node, "没有写到什么为止(until)", "it does not say until what (until)")
        when = read_when(r, node)
        if not when.said:
            r.reader.fault(node, "没有写多长时间(within)或何时到期(due)", "neither within nor due")
        return cls(
            start=start, until=until, start_zh="或".join(r.names.moment_zh(s) for s in start), until_zh="并".join(r.act_zh(u) for u in until),
            when=when, warn=read_warn(r, node.get("warn")), who=r.who(node.get("who"), "who"),
            stops=r.reader.one_of(node.get("held"), ("stops", "runs"), "stops") == "stops",
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = self.who.zh if self.who else ""
        warn = ""
        if self.warn is not None:
            warn = f",过{self.warn}%时提醒" if isinstance(self.warn, int) else f",提前{self.warn.zh()}提醒"
        runs = "" if self.stops else ",挂起时照算"
        return f"{rule.lead()}自{self.start_zh}起,{who}须{self.when.zh(rule)}{self.until_zh}{warn}{runs}"

    def anchor(self, env: Env) -> datetime | None:
        """Return the first of its starting moments that is known; a date counts from the start of its day."""
        for name in self.start:
            found = env.moment(name)
            if found is not None:
                return as_moment(found, env.calendar)
        return None

    def fall(self, rule: Rule, env: Env, anchor: datetime, clock: Clockwork) -> Fall:
        """Return when it falls due from an anchor."""
        how = self.when.of(rule, env, [])
        return fall(self.when, how, anchor, env, warn=self.warn, clock=clock if self.stops else Clockwork((), clock.extended))

    def owes(self, env: Env) -> tuple[int, ...]:
        """Return who answers for it."""
        if self.who is not None:
            return self.who.people(env)
        person = env.chosen.get("responsible") or env.facts.responsible
        return (person,) if person else ()


@dataclass
class With:
    """A value a new case starts with: a literal, a reference, the subject itself, the actor, or the moment."""

    field: Field | None
    kind: str
    value: Any = None
    path: Path | None = None

    def of(self, env: Env) -> Any:
        """Return the value."""
        if self.kind == "field" and self.path is not None:
            return self.path.get(env)
        return {"this": env.act.subject.id, "actor": env.act.by, "moment": env.at}.get(self.kind, self.value)


def read_with(r: ClauseReader, node: Node | None, target: Noun | None) -> dict[str, With]:
    """Read `with`: the values a new case starts with. References are marked: field x, this, actor, moment."""
    found: dict[str, With] = {}
    for key, value in r.reader.mapping(node).items():
        shape = target.fields.get(key) if target is not None else None
        if target is not None and shape is None and node is not None:
            r.reader.unknown(node.at(key), key, target.fields, f"{target.zh}没有字段", f"{target.id} has no field")
        text = r.reader.text(value)
        if text in ("this", "actor", "moment"):
            found[key] = With(shape, text)
        elif text.startswith("field "):
            found[key] = With(shape, "field", path=r.names.path(value, text.removeprefix("field ").strip()))
        elif shape is not None:
            found[key] = With(shape, "literal", _literal(r, shape, value, text))
    return found


def _literal(r: ClauseReader, shape: Field, node: Node, text: str) -> Any:
    try:
        return shape.type.read([text] if shape.type.name == "many" else text)
    except BadValue as e:
        r.reader.fault(node, f"“{shape.zh}”:“{text}”不合适,{e.zh};引用字段请写 field {text}", f"{shape.id}: {text!r} does not fit, {e.en}; to refer to a field write `field {text}`")
        return None


def with_zh(values: Mapping[str, With]) -> str:
    """Return the literal values a new case starts with, in Chinese."""
    said = [f"{w.field.zh}为{show_zh(w.field.type, w.value)}" for w in values.values() if w.kind == "literal" and w.field is not None]
    return f"({'、'.join(said)})" if said else ""


@dataclass
class Obliges(Kind):
    """A task, or another case, that must follow."""

    word = "obliges"
    primitive = "open"
    takes_upon = True
    doc = ("随之必须办的:一个待办(task)或另一件事项(open)", "What must follow: a task, or another case.")
    keys: ClassVar[Mapping[str, Key]] = {
        "open": Key("开哪种事项", "the procedure to open", "procedure"),
        "task": Key("待办(流程 tasks 里的名称)", "the task, as named under the procedure's `tasks`", "task"),
        "who": Key("由谁办(默认责任人)", "who does it (default: the person responsible)", "who"),
        "with": Key("新事项带的值:文字、field x、this、actor、moment", "values the new case starts with: literals, field x, this, actor, moment", "mapping"),
        "for_each": Key("每行、或某群体每个成员一件", "once for each row of a rows field, or each member of a population", "rows|group"),
        "done_by": Key("做了哪个动作就算办完(task)", "the act that does the task", "act"),
        **WHEN_KEYS,
    }
    procedure: str = ""
    procedure_zh: str = ""
    task: str = ""
    task_zh: str = ""
    who: Who | None = None
    when: When = field(default_factory=When)
    values: dict[str, With] = field(default_factory=dict)
    for_each: str = ""
    for_each_zh: str = ""
    population: str = ""
    done_by: str = ""
    row_when: Condition | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Obliges:
        """Read the parameters: `open` or `task`."""
        opens, task = r.reader.text(node.get("open")), r.reader.text(node.get("task"))
        if bool(opens) == bool(task):
            r.reader.fault(node, "写 open(开事项)或 task(待办),二者取一", "write `open` or `task`, one of them")
        target = r.names.nouns.get(opens)
        if opens and target is None:
            r.reader.unknown(node.get("open") or node, opens, r.names.nouns, "没有这个流程:", "there is no procedure")
        noun = r.names.noun
        if task and noun is not None and task not in noun.tasks:
            r.reader.unknown(node.get("task") or node, task, noun.tasks, f"{noun.zh}的 tasks 里没有", f"{noun.id} has no task (tasks:)")
        made = cls(
            procedure=opens, procedure_zh=target.zh if target else opens, task=task,
            task_zh=noun.tasks[task].zh if noun is not None and task in noun.tasks else task, who=r.who(node.get("who"), "who"),
            when=read_when(r, node), values=read_with(r, node.get("with"), target), done_by=r.act(node.get("done_by")) if node.get("done_by") else "",
        )  # fmt: skip
        _read_each(r, node.get("for_each"), made)
        return made

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = f"由{self.who.zh}" if self.who else ""
        when = f",{self.when.zh(rule)}完成" if self.when.said else ""
        each = f"为每个{self.for_each_zh}" if self.for_each else ""
        what = f"办理{self.procedure_zh}{with_zh(self.values)}" if self.procedure else self.task_zh
        done = ""
        if self.done_by and rule.noun is not None:
            done = f"(以{rule.noun.acts[self.done_by].zh}为办完)"
        return f"{rule.lead()}{each}{who}{what}{done}{when}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Open the task or the case, once or for each row or member."""
        if not self.for_each:
            return [self._one(rule, env, "")]
        members = env.facts.populations.get(self.population, ()) if self.population else env.fields.get(self.for_each) or ()
        found: list[Effect] = []
        for i, member in enumerate(members, 1):
            env.row = member
            if self.population or rule.when.holds(env):
                found.append(self._one(rule, env, str(member.get("id", i)) if self.population else str(i)))
            env.row = None
        return found

    def _one(self, rule: Rule, env: Env, row: str) -> Effect:
        people = self.who.people(env) if self.who is not None else _responsible(env)
        due_at = fall(self.when, self.when.of(rule, env, []), env.at, env).due_at if self.when.said and not self.when.unset else None
        post = self.who.post if self.who is not None else ""
        if self.procedure:
            values = {k: v for k, w in self.values.items() if (v := w.of(env)) is not None}
            return OpenCase(self.procedure, values, people, rule.cite, row, due_at, env.facts.unit, post)
        return OpenTask(self.task, self.task_zh, rule.cite, people, post, row, self.done_by, due_at)


def _responsible(env: Env) -> tuple[int, ...]:
    person = env.chosen.get("responsible") or env.facts.responsible
    return (person,) if person else ()


def _read_each(r: ClauseReader, node: Node | None, made: Obliges) -> None:
    if node is None:
        return
    text, noun = r.reader.text(node), r.names.noun
    made.for_each = text
    if noun is not None and text in noun.fields and noun.fields[text].type.name == "rows":
        made.for_each_zh = noun.fields[text].zh
    elif text in r.groups:
        made.population, made.for_each_zh = text, r.reader.text(r.groups[text].get("zh"), text)
    elif text in r.names.nouns:
        made.population, made.for_each_zh = text, r.names.nouns[text].zh
    else:
        rows = [f for f in (noun.fields if noun else {}) if noun is not None and noun.fields[f].type.name == "rows"]
        r.reader.unknown(node, text, [*rows, *r.groups, *r.names.nouns], "没有这个行字段或群体:", "there is no rows field or population")


@dataclass
class Performs(Kind):
    """The law does an act on the subject itself; the act is judged like any other."""

    word = "performs"
    primitive = "do"
    takes_upon = True
    doc = ("系统自动做一个动作(同样要过关)", "The law does an act itself; it passes the same gates.")
    keys: ClassVar[Mapping[str, Key]] = {"act": Key("哪个动作", "which act", "act", True)}
    act: str = ""
    act_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Performs:
        """Read the parameters."""
        act = r.act(node.get("act"))
        return cls(act=act, act_zh=r.act_zh(act))

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        return f"{rule.lead()}系统自动{self.act_zh}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Do the act, in the name of the clock."""
        return [Perform(Act(self.act, env.act.subject, 0, env.at, upon=rule.clause.name), rule.cite)]


@dataclass
class Schedules(Kind):
    """Cases opened by the calendar, one for each member of a population."""

    word = "schedules"
    primitive = "open"
    needs_noun = False
    names_subject = False
    doc = ("例行:按日历为某群体每个成员开一件事项", "Cases opened by the calendar for each member of a population.")
    keys: ClassVar[Mapping[str, Key]] = {
        "open": Key("开哪种事项", "the procedure to open", "procedure", True),
        "for_each": Key("为谁:台账、群体或 staff;不写则每个单位一件", "for each: a register, a group, staff; absent: one for each unit the regulation applies to", "group"),
        "every": Key("周期:1d、7d、1wd、1mo、3mo、1y", "the period", "span", True),
        "who": Key("由谁办", "who does it", "who"),
        "with": Key("带的值", "values the case starts with", "mapping"),
        "during": Key("只在某季节", "only during a named season", "season"),
        **WHEN_KEYS,
    }
    procedure: str = ""
    procedure_zh: str = ""
    for_each: str = ""
    for_each_zh: str = ""
    every: Span | None = None
    who: Who | None = None
    when: When = field(default_factory=When)
    values: dict[str, With] = field(default_factory=dict)
    during: str = ""
    during_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Schedules:
        """Read the parameters. The member of the population is the clause's noun: `when` filters it, `who` may speak of it."""
        opens = r.reader.text(node.get("open"))
        target = r.names.nouns.get(opens)
        if target is None:
            r.reader.unknown(node.get("open") or node, opens, r.names.nouns, "没有这个流程:", "there is no procedure")
        each, during = r.reader.text(node.get("for_each")), r.reader.text(node.get("during"))
        unset = r.is_unset(node.get("during"), "during")
        if during and not unset and during not in r.seasons:
            r.reader.unknown(node.get("during") or node, during, r.seasons, "没有这个季节:", "there is no season")
        group = r.groups.get(each)
        noun = r.names.nouns.get(each)
        zh = r.reader.text(group.get("zh"), each) if group is not None else noun.zh if noun else {"staff": "员工", "": "单位"}.get(each, each)
        return cls(
            procedure=opens, procedure_zh=target.zh if target else opens, for_each=each, for_each_zh=zh, every=r.span(node.get("every"), "every"),
            who=r.who(node.get("who"), "who"), when=read_when(r, node), values=read_with(r, node.get("with"), target), during="" if unset else during,
            during_zh=r.reader.text(r.seasons[during].get("zh"), during) if during in r.seasons else unset_zh(None) if unset else "",
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        during = f"在{self.during_zh}期间," if self.during_zh else ""
        who = f",由{self.who.zh}办理" if self.who else ""
        due = f",{self.when.zh(rule)}完成" if self.when.said else ""
        return f"{rule.lead()}{during}每{unset_zh(self.every)}为每个{self.for_each_zh}安排{self.procedure_zh}{with_zh(self.values)}{who}{due}"
