"""What somebody owes: tasks, approvals, hand-overs to accept, promises, cases they answer for, notices to confirm. One row a matter.

Read with a handful of queries whatever there is; every number shown is counted from the rows in hand. All matters are read for what
orders and counts them; what a row says is read for the rows shown (`tell`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shouwen.base.models import Notice
from shouwen.cases.models import Case, Deadline, Task
from shouwen.cases.options import options_of_each
from shouwen.policy.nouns import Noun
from shouwen.policy.paths import CONFIRMED
from shouwen.policy.promises import ALARM
from shouwen.policy.ruling import Refusal
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of
from shouwen.web.desk.rows import Desk, Item, Row, Way
from shouwen.web.law import act_name, laws_of

MOST: Final = 100  # tasks and cases that are looked at; nobody's desk should hold more
# What orders and groups a case, all there is to know of those not shown; what a row tells of a task; what none tells of a case; all that
# it tells of a promise.
ORDERING: Final = ("id", "procedure", "enactment", "responsible", "opened_at", "next_due")
ASKED: Final = (
    "name",
    "title",
    "act",
    "who",
    "post",
    "clause",
    "due_at",
    "approval__act_name",
    "subject_id",
    *(f"case__{f}" for f in ORDERING),
)
UNSEEN: Final = ("fields", "pauses", "records", "withheld_from", "entered_at", "parent", "channel", "version")
PROMISED: Final = ("case", "clause", "anchor", "made_at", "due_at", "warn_at", "until", "owes")
KINDS: Final[Mapping[str, Any]] = {
    "approve": _("待我批准"), "take_over": _("待接手"), "task": _("待办"), "pool": _("待领取"), "promise": _("时限"),
    "responsible": _("我负责"), "confirm": _("待确认"),
}  # fmt: skip


class Promised(NamedTuple):
    """The next running promise of a case, of those somebody owes and of the others."""

    own: bool
    clause: str
    due_at: datetime
    warn_at: datetime | None


def owing(request: Ask) -> Desk:
    """Return the desk of whoever asks, in its order. What a row says of its case and promises is filled in by `tell`, where it is shown."""
    reader = request.reader
    desk = Task.objects.visible_to(reader).desk(reader).select_related("case", "approval").own_first()
    tasks = list(desk.only(*ASKED)[:MOST])
    mine = list(Case.objects.visible_to(reader).soonest_owed_by(reader.people, reader, MOST).only(*ORDERING)[:MOST])
    cases = {c.pk: c for c in [*mine, *(t.case for t in tasks if t.case is not None)]}
    promised = next_of(cases, reader.people)
    rows: dict[int, Row] = {}
    for task in tasks:
        _add(rows, cases, task.case_id, _task(request, task))
    for case in mine:
        for item in _summed(case, promised.get(case.pk, []), reader.people):
            _add(rows, cases, case.pk, item)
    for key, row in rows.items():
        _time(row, promised.get(key, []))
    notices = Notice.objects.visible_to(reader).unconfirmed(request.me.pk).order_by("-pk")[:MOST]
    confirm = [Row(None, "", [Item("confirm", n.text, n.clause)], notice=n) for n in notices]
    found = sorted([*rows.values(), *confirm], key=lambda r: r.order)
    more = any(len(each) == MOST for each in (tasks, mine, confirm))
    return Desk(found, Counter(k for r in found for k in r.kinds), request.now, more)


def running_of(cases: Iterable[int]) -> Mapping[int, list[Deadline]]:
    """The running promises of cases (all of them in sight already), the next first; what only rings is left out."""
    found: dict[int, list[Deadline]] = {}
    running = Deadline.objects.running().filter(subject_id__in=list(cases), due_at__isnull=False)
    for d in running.only(*PROMISED).order_by("due_at", "pk"):
        if d.until != [ALARM]:
            found.setdefault(d.case_id or 0, []).append(d)
    return found


def next_of(cases: Iterable[int], people: Collection[int]) -> Mapping[int, list[Promised]]:
    """The next running promise of each case (all of them in sight already), and the next that these persons owe, the sooner first."""
    own = ExpressionWrapper(Q(owes__overlap=sorted(people)), BooleanField())
    running = Deadline.objects.running().filter(subject_id__in=list(cases), due_at__isnull=False).exclude(until=[ALARM])
    rows = running.annotate(own=own).order_by("subject_id", "own", "due_at", "pk").distinct("subject_id", "own")
    found: dict[int, list[Promised]] = {}
    for key, *told in rows.values_list("subject_id", "own", "clause", "due_at", "warn_at"):
        found.setdefault(key, []).append(Promised(*told))
    for each in found.values():
        each.sort(key=lambda p: p.due_at)
    return found


def asked_of(cases: Iterable[int]) -> Mapping[int, Mapping[str, Sequence[int]]]:
    """The acts of cases (all of them in sight already) that wait for approval, with whom each waits for now."""
    found: dict[int, dict[str, Sequence[int]]] = {}
    waiting = Task.objects.open().filter(subject_id__in=list(cases), approval__isnull=False)
    for key, act, who in waiting.values_list("subject_id", "approval__act_name", "who"):
        found.setdefault(key, {})[act] = who
    return found


def shape_of(request: Ask, case: Case) -> Noun | None:
    """The shape a case began under."""
    return laws_of(request).of(case.enactment_id).nouns.get(case.procedure)


def undone(case: Case, due: Deadline) -> list[str]:
    """What a promise still waits for: of its acts those that have not been done since it began."""
    since = min(due.anchor, due.made_at)
    return [a for a in due.until if a not in case.marks or datetime.fromisoformat(case.marks[a][2]) < since]


def wanted(request: Ask, case: Case, due: Deadline) -> str:
    """What a promise of a case still wants done, in the words of its acts."""
    noun, left = shape_of(request, case), undone(case, due)
    said = gettext("、").join(act_name(noun, a, request.lang) for a in left if noun is not None and a in noun.acts)
    confirmations = any(a.startswith(CONFIRMED) for a in left)
    return said or (gettext("各人逐一确认") if confirmations else gettext("办结"))


def ways(request: Ask, case: Case, acts: Iterable[str]) -> list[Way]:
    """The acts among these that the case's step knows, as buttons; a case on hold is resumed first."""
    noun = shape_of(request, case)
    if noun is None:
        return []
    if case.held:
        return [Way("resume", act_name(noun, "resume", request.lang))]
    fitting = [a for a in acts if a in noun.acts and (not noun.acts[a].leaves or case.step in noun.acts[a].leaves)]
    return [Way(a, act_name(noun, a, request.lang)) for a in fitting]


def tell(request: Ask, rows: Iterable[Row]) -> None:
    """Say in these rows what there is to say of their cases and what their promises wait for; ask the law about the acts that lead there.

    Those closed to whoever looks become words, and say by which clause.
    """
    shown = {r.case.pk: r for r in rows if r.case is not None}
    cases = Case.objects.visible_to(request.reader).defer(*UNSEEN).in_bulk(list(shown))
    running, asked = running_of(cases), asked_of(cases)
    customers = customers_of(list(cases.values()), request.reader)
    for key, case in cases.items():
        row = shown[key]
        row.case, row.customer = case, customers.get(case.customer_id or 0, "")
        answered = _answered_for(request, case, running.get(key, [])) if {"promise", "responsible"} & row.kinds else []
        items = [*(i for i in row.items if i.kind not in ("promise", "responsible")), *answered]
        row.items = sorted((_worded(request, case, i, asked.get(key, {})) for i in items), key=_soonest)
    _judge(request, shown)


def _soonest(item: Item) -> tuple[bool, datetime]:
    return item.due_at is None, item.due_at or Row.latest


def _worded(request: Ask, case: Case, item: Item, asked: Mapping[str, Sequence[int]]) -> Item:
    """An item with what its promise still waits for; one that no promise waits for is said already."""
    if item.due is None:
        return replace(item, ways=ways(request, case, ())) if item.kind == "responsible" else item
    left = undone(case, item.due)
    text = wanted(request, case, item.due)
    if item.kind == "promise":
        offered = ways(request, case, (a for a in left if a not in asked))
        return replace(item, text=text + _waits(request, left, asked), ways=offered)
    others = people.names(request, item.due.owes)
    return replace(item, text=gettext("等%(who)s%(what)s") % {"who": others, "what": text} if others else text)


def _judge(request: Ask, shown: Mapping[int, Row]) -> None:
    offered = [(r.case, w.act) for r in shown.values() if r.case for i in r.items if i.kind == "promise" for w in i.ways]
    asked = options_of_each(dict.fromkeys((c.ref, act) for c, act in offered), request.me.pk, now=request.now, proposing=False)
    why = {(case, o.act): () if o.open else o.refusals for case, found in asked.items() for o in found}
    told: set[Sequence[Refusal]] = set()
    for key, row in shown.items():
        for n, item in enumerate(row.items):
            if item.kind == "promise":
                known = [(w, why[key, w.act]) for w in item.ways if (key, w.act) in why]
                row.items[n] = replace(item, ways=[closed(w, r, told) if r else w for w, r in known])


def closed(way: Way, why: Sequence[Refusal], told: set[Sequence[Refusal]]) -> Way:
    """A way that the law closes; a reason that stands in a row above is not said a second time."""
    again = tuple(why) in told
    told.add(tuple(why))
    return replace(way, how="barred", why=why, again=again)


def _add(rows: dict[int, Row], cases: Mapping[int, Case], key: int | None, item: Item) -> None:
    if key is not None and key in cases:
        rows.setdefault(key, Row(cases[key])).items.append(item)


def _answered_for(request: Ask, case: Case, running: Sequence[Deadline]) -> list[Item]:
    """The promises of a case that somebody owes; where they owe none, that they answer for it, and what it waits for."""
    mine = [d for d in running if not request.reader.people.isdisjoint(d.owes)]
    items = [Item("promise", "", d.clause, d.due_at, d.warn_at, _stead(request, d.owes), due=d) for d in mine]
    if items or case.responsible_id not in request.reader.people:
        return items
    stead = _stead(request, [case.responsible_id])
    if not running:
        return [Item("responsible", "", instead_of=stead)]
    due = running[0]
    return [Item("responsible", "", due.clause, due.due_at, due.warn_at, stead, due=due)]


def _waits(request: Ask, acts: Iterable[str], asked: Mapping[str, Sequence[int]]) -> str:
    """That an act was asked for and whose approval it waits for; "" when none of them was."""
    who = next((asked[a] for a in acts if a in asked), None)
    return "" if who is None else gettext("（等%s批准）") % people.names(request, who)


def _stead(request: Ask, owes: Sequence[int]) -> str:
    """In whose stead somebody owes it; "" for what is their own."""
    return "" if request.me.pk in owes or not owes else people.names(request, request.reader.people & set(owes))


def _task(request: Ask, task: Task) -> Item:
    kind = _kind(task)
    noun = shape_of(request, task.case) if task.case is not None else None
    return Item(
        kind,
        worded(request, task),
        task.clause,
        task.due_at,
        None,
        _stead(request, task.who),
        _of_task(noun, task, kind, request.lang),
    )


def worded(request: Ask, task: Task) -> str:
    """What a task (of a case) asks for, in the words of the shape its case began under."""
    noun = shape_of(request, task.case) if task.case is not None else None
    label = noun.tasks.get(task.name) if noun is not None else None
    asked = task.approval.act_name if task.approval is not None else task.act
    return (label.text(request.lang) if label is not None else act_name(noun, asked, request.lang)) or task.title


def _kind(task: Task) -> str:
    if task.approval_id:
        return "approve"
    if task.untaken:
        return "pool"
    return "take_over" if task.act == "take_over" else "task"


def _of_task(noun: Noun | None, task: Task, kind: str, lang: str) -> list[Way]:
    """How a task is done from its row: by a form, by one press, or after a look at what is asked."""
    if kind == "approve":
        return [Way("consent", gettext("看申请"), row=task.approval_id or 0, how="look")]
    if kind == "take_over":
        return [Way("take_over", gettext("接手"), how="press"), Way("decline", gettext("谢绝"))]
    if kind == "pool":
        act = "take_over" if task.act == "take_over" else "claim"
        return [Way(act, gettext("领取"), row=task.pk, how="press")]
    if task.act:
        return [Way(task.act, act_name(noun, task.act, lang))]
    return [Way("complete", gettext("办结"), row=task.pk, how="press")]


def _summed(case: Case, promised: Sequence[Promised], people: Collection[int]) -> list[Item]:
    """What somebody owes in a case as far as its place on the desk goes: the next promise they owe, or that they answer for it."""
    own = next((p for p in promised if p.own), None)
    kind = "promise" if own is not None else "responsible"
    due = own or next(iter(promised), None)
    if own is None and case.responsible_id not in people:
        return []
    return [Item(kind, "", due.clause, due.due_at, due.warn_at) if due is not None else Item(kind, "")]


def _time(row: Row, promised: Sequence[Promised]) -> None:
    """Give a row its moment: of what is owed in it, else of what the case has promised next."""
    own = next((i for i in sorted(row.items, key=_soonest) if i.due_at is not None), None)
    due = own or next(iter(promised), None)
    if due is not None:
        row.due_at, row.warn_at = due.due_at, due.warn_at
    row.items.sort(key=_soonest)
