"""The gates excludes, permits, limits and approval. All gates that apply to an act must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Rule, refuse, unset_zh
from shouwen.policy.kinds.gate import GATE_KEYS, Gate, read_gate
from shouwen.policy.people import Who
from shouwen.policy.ruling import Refusal
from shouwen.policy.source import Node, scalar
from shouwen.worktime import parse_span


@dataclass
class Excludes(Gate):
    """Persons who may not do an act."""

    word = "excludes"
    doc = ("某些人不得办理某动作,也不得批准它(回避)", "Persons who are barred from an act, and from approving it.")
    keys: ClassVar[Mapping[str, Key]] = {
        "who": Key("谁", "the persons barred", "who", True),
        "acts": Key("不得做的动作", "the acts they may not do", "acts", True),
        **GATE_KEYS,
    }
    who: Who | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Excludes:
        """Read the parameters."""
        who = r.who(node.get("who"), "who")
        if who is not None and who.word == "anyone":
            r.reader.fault(
                node.get("who") or node,
                "人人不得的动作不该存在:流程里写 without,或不列这个动作",
                "an act nobody may do should not be there: use `without`, or do not list it",
            )
        return cls(**read_gate(r, node, "acts"), who=who)

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        return f"{rule.lead()}{self.who.zh if self.who else unset_zh(None)}不得{self.acts_zh}" + (
            "" if self.mode == "refuse" else self.ending()
        )

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Refuse the persons meant; refuse everybody while it is unknown who they are."""
        if self.who is None:
            return None
        if self.who.unknown(env):
            return refuse(
                rule, f"还不知道{self.who.zh}是谁", f"It is not known who is meant: {self.who.en}.", unknown=self.who.lacks(env)
            )
        return refuse(rule, "请由其他人办理", "Somebody else has to do it.") if self.who.includes(env.act.by, env) else None


@dataclass
class Permits(Gate):
    """Who alone may do an act: an act any `permits` names is closed to all others."""

    word = "permits"
    doc = (
        "某动作只许谁做;没有点名的动作人人可做,几条点名同一动作的,合于一条就行。写岗位的,任此岗位的人不在时由其代理人办",
        "Who alone may do an act that any permits names; of a post also the deputy of whoever holds it and is away.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "who": Key("谁可以(可写几个)", "who may (one or several)", "who|list", True),
        "acts": Key("哪些动作", "which acts", "acts", True),
        **GATE_KEYS,
    }
    who: tuple[Who, ...] = ()

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Permits:
        """Read the parameters."""
        node_who = node.get("who")
        who = () if node_who is None or r.is_unset(node_who, "who") else r.people.many(node_who)
        return cls(**read_gate(r, node, "acts"), who=who)

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        return f"{rule.lead()}{self.acts_zh}只能由{'、'.join(w.zh for w in self.who) or unset_zh(None)}办理" + (
            "" if self.mode == "refuse" else self.ending()
        )

    def allows(self, env: Env) -> bool:
        """Whether the actor is one of those who may. The clock acts for the law itself and may."""
        by = env.act.by
        if by == 0:
            return True
        for who in self.who:  # noqa: SIM110  asked by every act: a generator costs more than what it asks
            if who.allows(by, env):
                return True
        return False

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Refuse everybody else (decide() joins the permits of an act: one that allows is enough)."""
        if self.allows(env):
            return None
        names, names_en = (tuple(getattr(w, lang) for w in self.who) for lang in ("zh", "en"))
        unknown = tuple(n for w in self.who for n in w.lacks(env))
        zh, en = f"请由{'、'.join(names)}办理", f"To be done by: {', '.join(names_en)}"
        for here, held in (found for w in self.who if (found := w.elsewhere(env, env.act.by)) is not None):
            zh += f";您任此岗位是在{'、'.join(held)},这里要的是{here}的"
            en += f"; you hold it in {', '.join(held)}, wanted is that of {here}"
        return refuse(rule, zh, f"{en}.", unknown=unknown)


PER = {"case": "本件", "actor": "每位经办人", "customer": "每位客户", "responsible": "每位责任人", "unit": "每个部门"}
WINDOWS = {
    "business_day": "每个营业日", "week": "每周", "calendar_month": "每月", "calendar_quarter": "每季度", "calendar_year": "每年",
}  # fmt: skip


@dataclass
class Limits(Gate):
    """How often an act may be done, by whom or on what, in which period."""

    word = "limits"
    doc = ("某动作最多几次(按谁、在多长时间内)", "How often an act may be done: per whom, over which period.")
    keys: ClassVar[Mapping[str, Key]] = {
        "act": Key("哪个动作", "which act", "act", True),
        "to": Key("最多几次", "how often at most", "number", True),
        "per": Key(
            "按什么算:case、actor、customer、responsible、unit(默认 case)",
            "counted per case, actor, customer, responsible or unit (default case)",
            "case|actor|customer|responsible|unit",
        ),
        "over": Key(
            "多长时间内:business_day、week、calendar_month、calendar_quarter、calendar_year 或一段时间;不写为始终",
            "the window; without it, ever",
            "window",
        ),
        **GATE_KEYS,
    }
    to: int | None = None
    per: str = "case"
    over: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Limits:
        """Read the parameters."""
        over = r.reader.text(node.get("over"))
        if over and over not in WINDOWS:
            r.span(node.get("over"), "over")
        return cls(
            **read_gate(r, node, "act"),
            to=r.number(node.get("to"), "to"),
            per=r.reader.one_of(node.get("per"), PER, "case"),
            over=over,
        )

    @property
    def counted(self) -> str:
        """The name its count has among the measures; "" when the marks of the subject tell."""
        return "" if self.per == "case" and not self.over else f"limit:{self.acts[0]}:{self.per}:{self.over}"

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        over = WINDOWS.get(self.over) or (f"{parse_span(self.over).zh()}内" if self.over else "")
        return f"{rule.lead()}{PER[self.per]}{over}最多{self.acts_zh}{unset_zh(self.to)}次" + (
            "" if self.mode == "refuse" else self.ending()
        )

    def check(self, rule: Rule, env: Env) -> Refusal | None:
        """Refuse when the quota is spent, or unknown."""
        if self.counted:
            count = env.facts.measures.get(f"{env.noun.id}.{self.counted}")
        else:
            mark = env.facts.marks.get(self.acts[0])
            count = mark.count if mark else 0
        if count is None or self.to is None:
            return refuse(
                rule, "不知道已有几次", "It is not known how often it was done.", unknown=(self.counted or self.acts[0],)
            )
        return refuse(rule, f"已有{count}次", f"It has been done {count} times.") if count >= self.to else None


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an approval chain: the persons of whom one decides, or only advises."""

    who: Who
    advises: bool = False


@dataclass
class Approval(Gate):
    """An act waits until somebody says yes; it happens with the last yes."""

    word = "approval"
    doc = (
        "某动作须先经批准;批准后动作即发生。谁也不能批准自己的申请",
        "An act waits for approval and happens with the last yes; nobody approves their own request.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "before": Key("哪个动作", "which act", "act|list", True),
        "by": Key(
            "由谁批准:一个人、依次的几个人、或 table", "who approves: one, a chain in order, or `table`", "who|links|table", True
        ),
        "all_of": Key("同级须全部同意", "every person of a link must say yes", "flag"),
    }
    chain: tuple[Link, ...] = ()
    by_table: bool = False
    all_of: bool = False

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Approval:
        """Read the parameters."""
        by = node.get("by")
        if by is None:
            r.reader.fault(node, "没有写由谁批准(by)", "it does not say who approves (by)")
        by_table = by is not None and by.text == "table"
        unset = by is not None and r.is_unset(by, "by")
        chain = () if by is None or by_table or unset else read_links(r, by)
        return cls(**read_gate(r, node, "before"), chain=chain, by_table=by_table, all_of=r.reader.flag(node.get("all_of")))

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        if self.by_table and rule.table is not None:
            rows = rule.table.zh(lambda a: "、再经".join(k.who.zh for k in a) if a else unset_zh(None))
            return f"{rule.lead()}{self.acts_zh}须先经批准,批准人按表:{rows}"
        steps = "、再经".join(f"{k.who.zh}{'提意见' if k.advises else '批准'}" for k in self.chain)
        every = "(同级全部同意)" if self.all_of else ""
        return f"{rule.lead()}{self.acts_zh}须先经{steps or unset_zh(None) + '批准'}{every}"

    def links(self, rule: Rule, env: Env, unknown: list[str]) -> tuple[tuple[int, ...], ...] | None:
        """Return the persons of each link, without the requester; None when a link has nobody or the table does not answer."""
        chain = self.chain
        if self.by_table:
            row = rule.table.row(env, unknown) if rule.table is not None else None
            if row is None or row.answer is None:
                return None
            chain = row.answer
        found = tuple(_others(k.who, env) for k in chain)
        unknown.extend(n for k in chain for n in k.who.lacks(env))
        return found if found and all(found) else None

    def asked(self, rule: Rule, env: Env) -> tuple[Who, ...]:
        """Return the persons its links mean, as the table says where there is one."""
        row = rule.table.row(env) if self.by_table and rule.table is not None else None
        return tuple(k.who for k in ((row.answer if row is not None and row.answer else ()) if self.by_table else self.chain))

    def advice(self, rule: Rule, env: Env) -> tuple[bool, ...]:
        """Return which links only advise."""
        if self.by_table and rule.table is not None:
            row = rule.table.row(env)
            return tuple(k.advises for k in row.answer) if row is not None and row.answer else ()
        return tuple(k.advises for k in self.chain)


def _link(r: ClauseReader, node: Node) -> Link:
    if node.pairs is not None and "advises" in node.pairs:
        r.reader.known(node, ("advises",))
        return Link(r.people.who(node.pairs["advises"]), True)
    if node.text in ("none", "nobody", "无", "不用"):
        r.reader.fault(
            node, "批准须有人;不用批准的情形写在 when 里,表里只写要批准的",
            "an approval is by somebody; what needs no approval is said in `when`, not in the table",
        )  # fmt: skip
        return Link(r.people.who(scalar("anyone", node)))
    return Link(r.people.who(node))


def read_links(r: ClauseReader, node: Node) -> tuple[Link, ...]:
    """Read one person word or a chain. Its last link decides: with advice alone nobody has approved."""
    links = tuple(_link(r, n) for n in r.reader.listing(node))
    for link in links:
        if link.who.word in ("actor", "requester") and link.who.other is None and not link.advises:
            r.reader.fault(
                node, "谁也不能批准自己的申请,这样永远批不成;请写岗位或上级",
                "nobody approves their own request, so it would never be approved; name a post or a superior",
            )  # fmt: skip
    if links and links[-1].advises:
        r.reader.fault(node, "最后一环须是批准,不能只提意见(advises)", "the last link of a chain approves; it cannot only advise")
    return links


def _others(who: Who, env: Env) -> tuple[int, ...]:
    """Return those who may decide: never the requester nor anybody barred from the act; where nobody is left, those of `else`."""
    no = {env.act.by, *env.barred}
    people = tuple(p for p in who.people(env) if p not in no)
    if not people and who.other is not None:
        people = tuple(p for p in who.other.people(env) if p not in no)
    return people
