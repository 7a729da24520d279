"""What the law opens: obliges (a task or another case), schedules (cases by the calendar); and performs, an act of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from shouwen.policy.act import Act, Ref
from shouwen.policy.conditions import ALWAYS, Condition
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.kinds.bringing import With, read_with, with_zh
from shouwen.policy.kinds.sampling import Take, read_take
from shouwen.policy.moments import When, fall, read_when
from shouwen.policy.nouns import UNIT, Noun, Population
from shouwen.policy.people import Who
from shouwen.policy.ruling import Effect, OpenCase, OpenTask, Perform
from shouwen.policy.source import Node
from shouwen.worktime import Family, Span

WHEN_KEYS = {
    "within": Key("多长时间内", "within which span", "span"),
    "due": Key(
        "最迟何时:end_of_day、end_of_month、next day 10:00、21:00、field x、table",
        "due at: end_of_…, next day 10:00, 21:00, field x, table",
        "due",
    ),
    "roll": Key(
        "遇休息日:forward 顺延、backward 提前", "on a day off: none (default), forward or backward", "none|forward|backward"
    ),
    "same_time": Key("工作日、自然日等到期保留同一时刻", "days keep the clock time", "flag"),
    "day": Key("钟点所在的日期字段", "the date field on whose day a clock time stands", "field"),
}


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
        "with": Key(
            "新事项带的值:文字、field x、this、actor、moment",
            "values the new case starts with: literals, field x, this, actor, moment",
            "values",
        ),
        "for_each": Key(
            "每行、或某群体每个成员一件", "once for each row of a rows field, or each member of a population", "rows|group"
        ),
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
    member: Noun | None = None  # of a population: what `who`, `with` and `when` speak of
    members: Condition = ALWAYS  # which of them belong to the group
    done_by: str = ""

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
            r.reader.unknown(
                node.get("task") or node, task, noun.tasks, f"{noun.zh}的 tasks 里没有", f"{noun.id} has no task (tasks:)"
            )
        rows, group = _read_each(r, node.get("for_each"))
        member = r.noun_of(group)
        of = r.of(member) if member is not None else r
        if task and group is not None:
            r.reader.fault(
                node.get("task") or node, "群体每个成员只能开事项(open)", "for each member of a population open a case (`open`)"
            )
        return cls(
            procedure=opens,
            procedure_zh=target.zh if target else opens,
            task=task,
            task_zh=noun.tasks[task].zh if noun is not None and task in noun.tasks else task,
            who=of.who(node.get("who"), "who"),
            when=read_when(of, node),
            values=read_with(of, node.get("with"), target),
            done_by=r.act(node.get("done_by")) if node.get("done_by") else "",
            for_each=rows or (group.id if group else ""),
            for_each_zh=group.zh if group else noun.fields[rows].zh if rows and noun else "",
            population=group.id if group else "",
            member=member,
            members=(group.when if group else None) or ALWAYS,
        )

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
        """Open the task or the case, once or for each row; for a population, come round to each member, who is then spoken of."""
        if self.member is not None and env.act.name != "come_round":
            return [Perform(self._round(rule, env, m["id"]), rule.cite) for m in env.facts.populations.get(self.population, ())]
        if not self.for_each or self.member is not None:
            return self._one(rule, env, env.act.row if self.member is not None else "")
        found: list[Effect] = []
        for i, row in env.rows(self.for_each):
            env.row, unknown = row, list[str]()
            held = rule.when.holds(env, unknown)
            env.flag(rule.clause.name, unknown)
            found.extend(self._one(rule, env, i) if held else ())
            env.row = None
        return found

    def _round(self, rule: Rule, env: Env, member: int) -> Act:
        """Return the act that asks one member: one decision per member, with the member's own facts."""
        assert self.member is not None
        ref = Ref(self.member.kind, self.member.id, member)
        return Act("come_round", ref, env.act.by, env.at, clause=rule.clause.name, row=str(env.act.subject.id))

    def _one(self, rule: Rule, env: Env, row: str) -> list[Effect]:
        if self.procedure:
            return open_case(self, rule, env, row)
        people, due_at, lacking = _who_and_when(self, rule, env)
        env.flag(rule.clause.name, lacking)
        post = self.who.post if self.who is not None else ""
        return [] if lacking else [OpenTask(self.task, self.task_zh, rule.cite, people, post, row, self.done_by, due_at)]


def open_case(kind: Obliges | Schedules, rule: Rule, env: Env, row: str) -> list[Effect]:
    """Return the case a clause opens; nothing, flagged, while it is unknown who shall do it or when it falls due.

    A value of `with` nobody knows is simply not brought: it is no condition.
    """
    people, due_at, lacking = _who_and_when(kind, rule, env)
    env.flag(rule.clause.name, lacking)
    if lacking:
        return []
    values = {k: v for k, w in kind.values.items() if (v := w.of(env)) is not None}
    post = kind.who.post if kind.who is not None else ""
    return [OpenCase(kind.procedure, values, people, rule.cite, row, due_at, env.facts.unit, post)]


def _who_and_when(kind: Obliges | Schedules, rule: Rule, env: Env) -> tuple[tuple[int, ...], datetime | None, tuple[str, ...]]:
    """Return who shall do it, when it falls due, and the facts that are missing to say so."""
    people = kind.who.people(env) if kind.who is not None else _responsible(env)
    lacking = kind.who.lacks(env) if kind.who is not None else ()
    if not kind.when.said or kind.when.unset:
        return people, None, lacking
    lacking = (*lacking, *kind.when.lacks(rule, env))
    return people, fall(kind.when, kind.when.of(rule, env, []), env.at, env).due_at, lacking


def _responsible(env: Env) -> tuple[int, ...]:
    person = env.chosen.get("responsible") or env.facts.responsible
    return (person,) if person else ()


def _read_each(r: ClauseReader, node: Node | None) -> tuple[str, Population | None]:
    """Read for_each: a rows field, or a population."""
    if node is None:
        return "", None
    text, noun = r.reader.text(node), r.names.noun
    rows = [f.id for f in noun.fields.values() if f.type.name in ("rows", "slots")] if noun is not None else []
    if text in rows:
        return text, None
    if text not in r.populations:
        r.reader.unknown(node, text, [*rows, *r.populations], "没有这个行字段或群体:", "there is no rows field or population")
    return "", r.populations.get(text)


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
        "for_each": Key(
            "为谁:台账、群体或 staff;不写则每个单位一件(岗位有人担任的单位)",
            "for each: a register, a group, staff; absent: one for each unit the regulation applies to where somebody holds the post",
            "group",
        ),
        "every": Key("周期:1d、7d、1wd、1mo、3mo、1y", "the period", "span", True),
        "who": Key("由谁办", "who does it", "who"),
        "with": Key("带的值", "values the case starts with", "values"),
        "during": Key("只在某季节", "only during a named season", "season"),
        "take": Key(
            "只抽几件,或百分之几(向上取整,至少一件):for_each 写“流程.动作”,从上一期做过该动作的里面抽",
            "only so many, or a share (rounded up, at least one), drawn from those on which an act was done in the period before: "
            "for_each is `procedure.act`",
            "number|share",
        ),
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
    undecided: bool = False  # how often, or in which season, is left to the company
    population: str = ""
    member: Noun | None = None
    members: Condition = ALWAYS
    drawn: str = ""  # a sample: the act that was done in the period before
    take: Take | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Schedules:
        """Read the parameters. The member of the population is the clause's noun: `when` filters it, `who` may speak of it."""
        opens = r.reader.text(node.get("open"))
        target = r.names.nouns.get(opens)
        if target is None:
            r.reader.unknown(node.get("open") or node, opens, r.names.nouns, "没有这个流程:", "there is no procedure")
        each, during = r.reader.text(node.get("for_each"), "unit"), r.reader.text(node.get("during"))
        (each, drawn), take = _drawn(r, node, each), read_take(r, node.get("take"))
        unset = r.is_unset(node.get("during"), "during")
        if during and not unset and during not in r.seasons:
            r.reader.unknown(node.get("during") or node, during, r.seasons, "没有这个季节:", "there is no season")
        group = r.populations.get(each)
        if group is None:
            r.reader.unknown(
                node.get("for_each") or node, each, r.populations, "没有这个台账或群体:", "there is no register or group"
            )
        by_table = (period := node.get("every")) is not None and period.text == "table"
        if by_table:
            r.reader.fault(
                period or node, "周期(every)不能按表定;几种周期各写一条条款,用 when 分开",
                "a period (every) cannot go by table; write a clause for each, told apart by `when`",
            )  # fmt: skip
        every = None if by_table else r.span(period, "every")
        if every is not None and not is_period(every):
            r.reader.fault(
                node.get("every") or node, f"“{every}”不能作周期;可用如 1d、7d、1wd、1mo、3mo、1y",
                f"{every} is no period; write for instance 1d, 7d, 1wd, 1mo, 3mo, 1y",
            )  # fmt: skip
        return cls(
            procedure=opens,
            procedure_zh=target.zh if target else opens,
            for_each=each,
            for_each_zh=group.zh if group else each,
            every=every,
            who=r.who(node.get("who"), "who"),
            when=read_when(r, node),
            values=read_with(r, node.get("with"), target),
            during="" if unset else during,
            during_zh=r.seasons[during].words.zh if during in r.seasons else unset_zh(None) if unset else "",
            undecided=unset or every is None or (bool(drawn) and take is None),
            population=each,
            member=r.noun_of(group),
            members=(group.when if group else None) or ALWAYS,
            drawn=drawn,
            take=take,
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        during = f"在{self.during_zh}期间," if self.during_zh else ""
        who = f",由{self.who.zh}办理" if self.who else ""
        due = f",{self.when.zh(rule)}完成" if self.when.said else ""
        every = every_zh(self.every)
        if self.drawn and self.member is not None:
            done, take = self.member.acts[self.drawn].zh, f"{unset_zh(None)}件" if self.take is None else self.take.zh()
            drawn = f"{every}从上一期已{done}的{self.for_each_zh}中抽{take}"
            return f"{rule.lead()}{during}{drawn}安排{self.procedure_zh}{with_zh(self.values)}{who}{due}"
        return f"{rule.lead()}{during}{every}为每个{self.for_each_zh}安排{self.procedure_zh}{with_zh(self.values)}{who}{due}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Open the case of one period for the member that is spoken of; the act's row names the period.

        A unit where nobody holds the post has nobody to do it, as long as somebody holds it in another.
        """
        if self.member is UNIT and self.who is not None and self.who.elsewhere(env) is not None:
            return []
        return open_case(self, rule, env, env.act.row)


def every_zh(every: Span | None) -> str:
    """Return how often: 每周, 每两周, 每3个月."""
    weeks = {"7d": "周", "1w": "周", "14d": "两周", "2w": "两周", "1d": "日", "1y": "年"}.get(str(every))
    said = unset_zh(every)
    return f"每{weeks or (said.removeprefix('1') if every is not None and every.amount == 1 else said)}"


def _drawn(r: ClauseReader, node: Node, each: str) -> tuple[str, str]:
    """Read of whom a sample is drawn: `procedure.act`; returns the procedure and the act ("" when there is no sample)."""
    noun_id, _, act = each.partition(".")
    if node.get("take") is None and not act:
        return each, ""
    noun = r.names.nouns.get(noun_id)
    if noun is None or act not in noun.acts or node.get("take") is None:
        r.reader.fault(
            node.get("for_each") or node, f"抽样须写 take(抽几件,或百分之几)和 for_each: 流程.动作,“{each}”不是",
            f"a sample wants `take` and for_each: procedure.act; {each!r} is none",
        )  # fmt: skip
        return noun_id, ""
    return noun_id, act


def is_period(every: Span) -> bool:
    """Whether the calendar can be cut into spans of this length: days, weeks, months, years, or single working days."""
    return every.amount > 0 and (every.family in (Family.DAYS, Family.MONTHS) or str(every) == "1wd")
