"""One effect of an act as a line of the story: a promise made or kept, a breach, a task, a notice, an entry, a yes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from django.utils.translation import gettext as _

from shouwen.base.models import Event
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.values import money_zh
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, cited, post_name, said
from shouwen.web.papers.links import at_one
from shouwen.web.values import Showing


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its clause; `tone` is over, soon, good or quiet; `url` where it leads; `seq` the event, to be asked why."""

    text: str
    clause: str = ""
    tone: str = ""
    url: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """One event being told."""

    event: Event
    noun: Noun
    law: Law
    showing: Showing

    @property
    def data(self) -> dict[str, Any]:
        """What the event keeps."""
        found: dict[str, Any] = self.event.data
        return found

    @property
    def words(self) -> str:
        """What the clause says."""
        return cited(self.law, self.event.clause, self.showing.lang).text or self.event.clause

    def when(self, key: str = "due_at") -> str:
        """A moment of the data, as seen from now."""
        text = self.data.get(key)
        return moments.when(datetime.fromisoformat(text), cast(Ask, self.showing.request).now) if text else ""

    def acts(self, names: Iterable[str]) -> str:
        """Several acts in words; what keeps a promise besides acts is left out."""
        return _("、").join(act_name(self.noun, n, self.showing.lang) for n in names if n in self.noun.acts)

    def people(self, key: str) -> str:
        """Persons of the data by name, or the post."""
        found = self.data.get(key)
        named = people.names(self.showing.request, found if isinstance(found, list) else [found] if found else [])
        return named or post_name(self.law, self.data.get("post", ""), self.showing.lang)


def line(event: Event, noun: Noun, law: Law, showing: Showing) -> Line | None:
    """Tell one effect; None when there is nothing to tell."""
    tell = _TELL.get(event.kind)
    told = tell(_Told(event, noun, law, showing)) if tell is not None else Line(event.kind, event.clause, "quiet")
    return replace(told, seq=event.seq) if told is not None and event.clause else told


def _promise(t: _Told) -> Line:
    until = t.acts(t.data.get("until", ()))
    if not t.data.get("due_at"):
        text = _("时限已建立，暂停计时")
    elif until:
        text = _("须在 %(due)s 前%(until)s") % {"due": t.when(), "until": until}
    else:
        text = _("须在 %s 前办结") % t.when()
    overdue = t.data.get("overdue")
    already = _("（建立时已超时）") if overdue else ""
    return Line(f"{text}{already}", t.event.clause, "over" if overdue else "")


def _breach(t: _Told) -> Line:
    owes = t.people("owes")
    who = _("（%s）") % owes if owes else ""
    return Line(_("超时：%(clause)s%(who)s") % {"clause": t.words, "who": who}, t.event.clause, "over")


def _task(t: _Told) -> Line:
    label = t.noun.tasks.get(t.data.get("name", ""))
    name = (
        label.text(t.showing.lang)
        if label is not None
        else act_name(t.noun, t.data.get("act", ""), t.showing.lang) or t.data.get("name", "")
    )
    due = _("，%s 前") % t.when() if t.data.get("due_at") else ""
    return Line(_("待办：%(name)s，由%(who)s办理%(due)s") % {"name": name, "who": t.people("who"), "due": due}, t.event.clause)


def _task_end(text: str, t: _Told) -> Line:
    label = t.noun.tasks.get(t.data.get("name", ""))
    return Line(text % (label.text(t.showing.lang) if label is not None else t.data.get("name", "")), t.event.clause, "quiet")


def _case(t: _Told) -> Line:
    opened = t.data.get("opens", 0)
    noun = t.law.nouns.get(t.data.get("procedure", ""))
    name = said(noun, t.showing.lang) if noun is not None else t.data.get("procedure", "")
    known = t.showing.lookups.cases.get(opened, "")
    return Line(
        _("开出%(procedure)s %(case)s") % {"procedure": name, "case": known},
        t.event.clause,
        "",
        t.showing.lookups.url("case", opened),
    )


def _tell(t: _Told) -> Line:
    outside = t.showing.lookups.text("record", t.data["outside"]) if t.data.get("outside") else ""
    to = _("、").join(
        filter(None, [t.people("to") if t.data.get("to") else "", _("客户") if t.data.get("customer") else "", outside])
    )
    form = t.law.forms.get(t.data.get("form", ""))
    paper = _("，附%s") % said(form, t.showing.lang) if form is not None else ""
    at = at_one(form.id, "case", t.event.case_id) if form is not None and form.of_one and t.event.case_id else ""
    wanted = t.noun.questionnaires.get(t.data.get("questionnaire", ""))
    asks = (
        (_("，请其凭链接填“%s”") if outside else _("，请其答“%s”")) % wanted.title.text(t.showing.lang)
        if wanted is not None
        else ""
    )
    return Line(_("通知%(who)s%(paper)s") % {"who": to, "paper": f"{paper}{asks}"}, t.event.clause, "quiet", at)


def _survey(text: str, t: _Told) -> Line:
    """Tell who was given the link of a questionnaire, or took it back."""
    wanted = t.noun.questionnaires.get(t.data.get("questionnaire", ""))
    title = wanted.title.text(t.showing.lang) if wanted is not None else ""
    said_of = text % {"who": people.name(t.showing.request, t.event.actor_id), "title": title}
    return Line(said_of, t.data.get("clause", ""), "quiet")


def _printed(t: _Told) -> Line:
    form = t.law.forms.get(t.data.get("form", ""))
    name = said(form, t.showing.lang) if form is not None else t.data.get("form", "")
    text = _("%(who)s打印%(paper)s") % {"who": people.name(t.showing.request, t.event.actor_id), "paper": name}
    return Line(text, t.data.get("clause", ""), "quiet")


def _confirmed(t: _Told) -> Line:
    clause = t.data.get("clause", "")
    text = cited(t.law, clause, t.showing.lang).text if clause else ""
    said_of = _("确认收到：%s") % text if text else _("确认收到")
    return Line(_("%(who)s%(said)s") % {"who": people.name(t.showing.request, t.event.actor_id), "said": said_of}, clause, "good")


def _entry(t: _Told) -> Line:
    book = t.law.books.get(t.data.get("book", ""))
    amount = int(t.data.get("amount", 0))
    name = (book.en or book.zh if t.showing.lang.startswith("en") else book.zh) if book is not None else t.data.get("book", "")
    unit = moments.unit(book.unit) if book is not None else ""
    money = money_zh if moments.language() != "en" else moments.money
    counted = money(abs(amount)) if book is not None and book.is_money else f"{abs(amount)}{unit}"
    who = people.name(t.showing.request, t.data.get("who")) if t.data.get("party") != "customer" else _("客户")
    void = _("冲销 ") if t.data.get("voids") else ""
    return Line(f"{void}{name} {who} {'−' if amount < 0 else ''}{counted}", t.event.clause, "soon")


def _ask(t: _Told) -> Line:
    links = [people.names(t.showing.request, link) for link in t.data.get("chain", ())]
    return Line(
        _("“%(act)s”等待批准：%(chain)s")
        % {"act": act_name(t.noun, t.data.get("act", ""), t.showing.lang), "chain": _(" → ").join(links)},
        t.event.clause,
        "soon",
    )


def _verdict(t: _Told) -> Line:
    act = act_name(t.noun, t.data.get("act", ""), t.showing.lang)
    for_whom = people.name(t.showing.request, t.data.get("for_whom")) if t.data.get("for_whom") else ""
    deputy = _("（代%s）") % for_whom if for_whom else ""
    if t.data.get("yes"):
        text = _("同意“%(act)s”%(deputy)s") if t.data.get("closes") else _("同意“%(act)s”%(deputy)s，转下一级")
        return Line(text % {"act": act, "deputy": deputy}, t.event.clause, "good")
    return Line(_("未同意“%(act)s”%(deputy)s") % {"act": act, "deputy": deputy}, t.event.clause, "over")


def _chosen(t: _Told) -> Line | None:
    name, value = t.data.get("field", ""), t.data.get("value")
    shape = t.noun.fields.get(name)
    if shape is not None:
        value = False if value is None and shape.type.name == "yes_no" else value  # events leave empty values out
        shown = t.showing.field(shape, value)
        return Line(_("%(field)s定为%(value)s") % {"field": shown.label, "value": shown.text}, t.event.clause, "quiet")
    if name in ("responsible", "first_asked"):
        label = _("责任人") if name == "responsible" else _("首问人")
        return Line(
            _("%(field)s定为%(value)s") % {"field": label, "value": people.name(t.showing.request, value)},
            t.event.clause,
            "quiet",
        )
    return None


def _refused(t: _Told) -> Line:
    act = act_name(t.noun, t.data.get("act", ""), t.showing.lang)
    clauses = _("、").join(cited(t.law, c, t.showing.lang).long or c for c in t.data.get("clauses", ()))
    return Line(_("应做“%(act)s”，没有办成：%(why)s") % {"act": act, "why": clauses}, t.event.clause, "over")


_TELL: Final[dict[str, Callable[[_Told], Line | None]]] = {
    "promise": _promise,
    "kept": lambda t: Line(_("按时：%s") % t.words, t.event.clause, "good"),
    "late": lambda t: Line(_("逾期办结：%s") % t.words, t.event.clause, "soon"),
    "withdrawn": lambda t: Line(_("时限撤销：%s") % t.words, t.event.clause, "quiet"),
    "extended": lambda t: Line(_("时限延至 %s") % t.when(), t.event.clause, "soon"),
    "paused": lambda t: Line(_("时限暂停：%s") % t.words, t.event.clause, "quiet"),
    "resumed": lambda t: Line(_("时限恢复，至 %s") % t.when(), t.event.clause, "quiet"),
    "breach": _breach,
    "recorded": lambda t: Line(_("记违规：%s") % t.words, t.event.clause, "over"),
    "warned": lambda t: Line(
        _("到期提醒：%(clause)s（%(who)s）") % {"clause": t.words, "who": t.people("to")}, t.event.clause, "soon"
    ),
    "task": _task,
    "task_done": lambda t: _task_end(_("待办已办：%s"), t),
    "task_withdrawn": lambda t: _task_end(_("待办不再需要：%s"), t),
    "performs": lambda t: Line(
        _("系统自动%s") % act_name(t.noun, t.data.get("act", ""), t.showing.lang), t.event.clause, "quiet"
    ),
    "case": _case,
    "tell": _tell,
    "confirmed": _confirmed,
    "survey_shown": lambda t: _survey(_("%(who)s看了填报链接：%(title)s"), t),
    "survey_withdrawn": lambda t: _survey(_("%(who)s收回了填报链接：%(title)s"), t),
    "attested": lambda t: Line(_("已确认：%s") % t.words, t.event.clause, "good"),
    "passed": lambda t: Line(
        _("%(who)s说明理由放行：%(reason)s") % {"who": t.people("by"), "reason": t.data.get("reason", "")}, t.event.clause, "soon"
    ),
    "printed": _printed,
    "entry": _entry,
    "ask": _ask,
    "verdict": _verdict,
    "chosen": _chosen,
    "refused_follow_up": _refused,
}
