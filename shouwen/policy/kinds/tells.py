"""What the law tells: notifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.nouns import Questionnaire
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.ruling import Effect, Tell
from shouwen.policy.source import Node
from shouwen.worktime import Span


@dataclass
class Notifies(Kind):
    """Somebody is told, with a paper if one is named; or told ahead of a date."""

    word = "notifies"
    primitive = "tell"
    takes_upon = True
    doc = (
        "告知某人,可附表单;或在某日期之前若干时间告知;或请客户、外单位凭链接自己答一份问卷",
        "Tell somebody, with a paper if named; or ahead of a date; or ask the customer or an outside party to answer by a link.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "to": Key("告知谁(可写几个)", "whom (one or several)", "who|list", True),
        "form": Key("附哪张表单", "the form sent along", "form"),
        "confirm": Key("每人须确认收到", "each recipient owes a confirmation", "flag"),
        "ahead_of": Key("在哪个日期字段之前", "ahead of this date field", "field"),
        "at_least": Key("至少提前多久", "how long before", "span"),
        "questionnaire": Key(
            "请客户(或 field 所指的外单位)答哪份问卷", "the questionnaire the customer (or `field`) answers", "questionnaire"
        ),
        "field": Key(
            "问卷请哪个外单位答:指向台账的字段(build_unit、project.build_unit);不写为客户",
            "the outside party that answers: a field pointing to a record; absent: the customer",
            "field",
        ),
        "within": Key("问卷开放多久", "how long the questionnaire is open", "span"),
    }
    to: tuple[Who, ...] = ()
    form: str = ""
    form_zh: str = ""
    confirm: bool = False
    ahead_of: str = ""
    ahead_zh: str = ""
    at_least: Span | None = None
    questionnaire: str = ""
    questionnaire_zh: str = ""
    within: Span | None = None
    party: Path | None = None  # the field that names the outside party
    again: bool = False

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Notifies:
        """Read the parameters."""
        to = node.get("to")
        if to is None:
            r.reader.fault(node, "没有写告知谁(to)", "it does not say whom (to)")
        form = r.reader.text(node.get("form"))
        if form and form not in r.forms:
            r.reader.unknown(node.get("form") or node, form, r.forms, "没有这张表单:", "there is no form")
        ahead = r.names.moment(node.get("ahead_of") or node, r.reader.text(node.get("ahead_of"))) if node.get("ahead_of") else ""
        if ahead and node.get("at_least") is None:
            r.reader.fault(node, "写了 ahead_of,还须写 at_least(至少提前多久)", "with ahead_of write at_least")
        people = () if to is None or r.is_unset(to, "to") else r.people.many(to)
        asked, party = _questionnaire(r, node, people), _party(r, node)
        return cls(
            to=people,
            form=form,
            form_zh=r.forms[form].zh if form in r.forms else form,
            confirm=r.reader.flag(node.get("confirm")),
            ahead_of=ahead,
            ahead_zh=r.names.moment_zh(ahead) if ahead else "",
            at_least=r.span(node.get("at_least"), "at_least"),
            questionnaire=asked.id if asked is not None else "",
            questionnaire_zh=asked.title.zh if asked is not None else "",
            within=r.span(node.get("within"), "within"),
            party=party,
            again=asked is not None and asked.again,
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        ahead = f"在{self.ahead_zh}前至少{unset_zh(self.at_least)}" if self.ahead_of else ""
        form = f",附{self.form_zh}" if self.form else ""
        of, often = self.party.zh if self.party else "客户", ",可反复答" if self.again else ""
        asked = f",请{of}自己答{self.questionnaire_zh},{unset_zh(self.within)}内有效{often}" if self.questionnaire else ""
        to = "、".join(w.zh for w in self.to) or unset_zh(None)
        return f"{rule.lead()}{ahead}告知{to}{form}{',逐一确认' if self.confirm else ''}{asked}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Tell everybody meant, once."""
        staff: list[int] = []
        customer = 0
        for who in self.to:
            found = who.people(env)
            env.flag(rule.clause.name, who.lacks(env))
            if who.kind == "customer" or (who.other is not None and not who.resolve(env) and who.other.kind == "customer"):
                customer = found[0] if found else 0
            else:
                staff.extend(found)
        outside = self._outside(rule, env)
        if not staff and not customer and not outside:
            return []
        asks = (outside or (customer and self.party is None)) and self.questionnaire and self.within is not None
        return [
            Tell(
                rule.cite,
                tuple(dict.fromkeys(staff)),
                customer,
                self.form,
                self.confirm,
                rule.clause.zh or rule.clause.sentence(),
                self.questionnaire if asks else "",
                env.calendar.add(env.at, self.within) if asks and self.within is not None else None,
                outside,
                self.again,
            )
        ]

    def _outside(self, rule: Rule, env: Env) -> int:
        """Return the record of the outside party; 0 where none is asked, or it is not known, which is noted."""
        found = self.party.get(env) if self.party is not None else None
        if self.party is not None and found is None:
            env.flag(rule.clause.name, [self.party.text])
        return found if isinstance(found, int) else 0


def _questionnaire(r: ClauseReader, node: Node, to: tuple[Who, ...]) -> Questionnaire | None:
    """Read which questionnaire the customer is asked; None when none is. It needs a customer to ask and an end."""
    said, noun = node.get("questionnaire"), r.names.noun
    if said is None:
        return None
    known = noun.questionnaires if noun is not None else {}
    if said.text not in known:
        r.reader.unknown(said, said.text or "", known, "本流程没有这份问卷:", "the procedure has no questionnaire")
    if node.get("within") is None:
        r.reader.fault(said, "写了 questionnaire,还须写 within(开放多久)", "with `questionnaire` write within")
    if to and node.get("field") is None and all(w.kind != "customer" for w in to):
        r.reader.fault(
            said,
            "问卷问的是客户,to 里须有 customer;问外单位的写 field",
            "a questionnaire asks the customer: name them in `to`, or a party in `field`",
        )
    return known.get(said.text or "")


def _party(r: ClauseReader, node: Node) -> Path | None:
    """Read which outside party a questionnaire asks: a field of the case, or of a case it points to, that points to one record."""
    of = node.get("field")
    if of is not None and node.get("questionnaire") is None:
        r.reader.fault(node, "field 只用于问卷(questionnaire)", "`field` speaks of a questionnaire")
    if of is None:
        return None
    path, noun = r.names.path(of, r.reader.text(of)), r.names.noun
    through = noun.fields.get(path.link) if path is not None and noun is not None and path.link else None
    one = path is None or (path.type.name == "record" and not path.type.many and path.field is not None)
    if path is not None and not (one and (not path.link or (through is not None and through.type.name == "case"))):
        r.reader.fault(
            of,
            f"“{path.zh}”不指向一个外单位(field 应是本流程或所指事项里指向台账的字段)",
            f"`field` should name a field of the case, or of a case it points to, that points to one record, not {path.text!r}",
        )
        return None
    return path
