"""What is owed on a subject (a case or a record): tasks, deadlines, approvals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, in_sight, withheld
from shouwen.base.fields import IdField
from shouwen.base.ready import ready
from shouwen.cases.models.json_shape import is_object
from shouwen.policy.act import Ref


class WorkQuerySet(models.QuerySet[Any]):
    """What tasks, deadlines and approvals share: they are seen by whoever sees their subject."""

    def visible_to(self, reader: Reader) -> Self:
        """Keep those of cases and records in sight."""
        return self.filter(ready(self.model, reader, lambda: in_sight(reader)))

    def of(self, subject: Ref) -> Self:
        """Those of one subject, oldest first."""
        return self.filter(subject_id=subject.id).order_by("pk")


class OfSubject(models.Model):
    """Columns that name the subject; `case` is the same thing again when it is a case. Ids are unique among all kinds."""

    subject_kind = models.CharField(_("对象类别"), max_length=16)
    noun = models.CharField(_("类型"), max_length=64)
    subject_id = models.BigIntegerField(_("对象"))
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, related_name="%(class)ss", null=True, blank=True, verbose_name=_("事项"), db_index=False
    )
    clause = models.CharField(_("条款"), max_length=160, blank=True)
    clause_since = models.DateField(_("条款版本"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def subject(self) -> Ref:
        """How acts name what it is about."""
        return Ref(self.subject_kind, self.noun, self.subject_id)


# Work for several, or for a post that nobody holds: nobody owes it alone until one of them takes it (`claim`).
UNTAKEN: Final = Q(approval=None) & (Q(who__len__gt=1) | Q(who__len=0) & ~Q(post=""))


class TaskQuerySet(WorkQuerySet):
    """Words to find tasks with."""

    def open(self) -> Self:
        """Those that nobody has done yet."""
        return self.filter(done_at=None)

    def for_persons(self, people: Collection[int]) -> Self:
        """Those that name one of these persons."""
        return self.filter(who__overlap=sorted(people))

    def untaken(self) -> Self:
        """Those open to several (`Task.untaken`) of whom none has taken it yet."""
        return self.open().filter(UNTAKEN)

    def desk(self, reader: Reader) -> Self:
        """What somebody owes: tasks that name them (or whom they stand in for), and open ones of a post they hold or stand in for."""
        mine = Q(who__overlap=sorted(reader.people))
        if reader.takes:
            pool = Q(post__in=sorted(reader.takes))
            mine |= pool if reader.units is None else pool & (Q(unit=None) | Q(unit__in=sorted(reader.units)))
        return self.open().filter(mine)

    def own_first(self) -> Self:
        """What one person has to do before what any of several may take, however much of that there is; each soonest due first."""
        alone = ExpressionWrapper(Q(who__len=1), BooleanField())
        return self.order_by(alone.desc(), "due_at", "pk")

    def visible_to(self, reader: Reader) -> Self:
        """One's own, and those of what one may see."""
        named = Q(who__overlap=sorted(reader.people))
        return self.filter(ready(self.model, reader, lambda: named & ~withheld(reader) | in_sight(reader)))


class Task(OfSubject):
    """待办: one piece of work that persons (`who`) or the holders of a post in a unit owe.

    `act` is the act of the subject that does it; empty: it is completed by hand. With `approval` it asks for a yes or no.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "done", _("已办")
        WITHDRAWN = "withdrawn", _("不再需要")

    id = IdField()
    name = models.CharField(_("名称"), max_length=64)
    title = models.CharField(_("内容"), max_length=200)
    row = models.CharField(_("行"), max_length=64, blank=True)
    act = models.CharField(_("动作"), max_length=64, blank=True)
    who = ArrayField(models.BigIntegerField(), verbose_name=_("由谁"), default=list)
    post = models.CharField(_("岗位"), max_length=64, blank=True)
    unit = models.ForeignKey(
        "staff.Unit", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("单位"), db_index=False
    )
    approval = models.ForeignKey(
        "cases.Approval", models.PROTECT, related_name="tasks", null=True, blank=True, verbose_name=_("审批"), db_index=False
    )
    opened_at = models.DateTimeField(_("开始时间"))
    due_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    done_by = models.BigIntegerField(_("办结人"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("待办")
        indexes = (
            models.Index(fields=["subject_id"], name="task_of_subject"),
            GinIndex(fields=["who"], name="task_open_of_staff", condition=Q(done_at=None), fastupdate=False),
            models.Index(fields=["post", "unit"], name="task_open_of_post", condition=Q(done_at=None) & ~Q(post="")),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | Q(done_at__isnull=False, outcome__in=["done", "withdrawn"]),
                name="task_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(subject_kind="case") | Q(case=models.F("subject_id")), name="task_case_is_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"

    @property
    def untaken(self) -> bool:
        """Whether several may do it, or the holders of a post, and none of them has taken it. An approval is each one's own."""
        return not self.approval_id and (len(self.who) > 1 or (not self.who and bool(self.post)))


def owing(people: Collection[int]) -> Q:
    """The condition that a deadline names one of these persons. Nearly all name one: an index in order of their moments has those."""
    wanted = sorted(people)
    return Q(owes__0__in=wanted) | Q(owes__1__isnull=False, owes__overlap=wanted)


# The promises that rounds make: a period, and until the end. An index of these costs nothing to the promises of other clauses.
OF_A_ROUND: Final = Q(until=["ends"]) & ~Q(row="")


class DeadlineQuerySet(WorkQuerySet):
    """Words to find deadlines with."""

    def running(self) -> Self:
        """Those that have not ended."""
        return self.filter(stopped_at=None)

    def owed_by(self, people: Collection[int]) -> Self:
        """Those that run and name one of these persons, soonest first; what is paused comes last."""
        return self.running().filter(owing(people)).order_by(F("due_at").asc(nulls_last=True), "pk")

    def overdue(self, now: datetime) -> Self:
        """Those that run and whose moment has passed."""
        return self.running().filter(due_at__lt=now)


class Deadline(OfSubject):
    """时限: a promise with a due moment, made by one clause in one version about one subject (and one row of it).

    The clause is copied at the moment of the promise, so a law changed later moves nothing. `due_at` is null while it is paused.
    It may be born overdue. `until` names the acts that keep it; "ends" is the end of the subject, "alarm" nothing: it only rings.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        KEPT = "kept", _("按时")
        LATE = "late", _("逾期办结")
        WITHDRAWN = "withdrawn", _("撤销")

    id = IdField()
    row = models.CharField(_("行"), max_length=64, blank=True)
    act = models.CharField(_("动作"), max_length=64, blank=True)  # the act that made it
    anchor = models.DateTimeField(_("起算时间"))
    made_at = models.DateTimeField(_("建立时间"))
    entered_at = models.DateTimeField(_("录入时间"))  # what was entered late cannot have fired before
    due_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    warn_at = models.DateTimeField(_("提醒时间"), null=True, blank=True)
    warned_at = models.DateTimeField(_("已提醒"), null=True, blank=True)
    breached_at = models.DateTimeField(_("违反时间"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices, blank=True)
    owes = ArrayField(models.BigIntegerField(), verbose_name=_("谁负责"), default=list)
    calendar = models.CharField(_("日历"), max_length=64, blank=True)
    until = ArrayField(models.CharField(max_length=200), verbose_name=_("至"), default=list)
    extended = ArrayField(models.CharField(max_length=16), verbose_name=_("延期"), default=list)
    try_at = models.DateTimeField(_("再试时间"), null=True, blank=True)  # the clock failed on it and waits
    tries = models.PositiveSmallIntegerField(_("已试次数"), default=0)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("时限")
        indexes = (
            models.Index(fields=["subject_id"], name="deadline_of_subject"),
            models.Index(fields=["due_at"], name="deadline_due", condition=Q(stopped_at=None, breached_at=None)),
            models.Index(
                fields=["warn_at"], name="deadline_near",
                condition=Q(stopped_at=None, breached_at=None, warned_at=None, warn_at__isnull=False),
            ),
            models.Index(F("owes__0"), F("due_at"), F("id"), name="deadline_running_of_staff", condition=Q(stopped_at=None)),
            GinIndex(
                fields=["owes"], name="deadline_running_of_several", condition=Q(stopped_at=None, owes__1__isnull=False), fastupdate=False
            ),
            models.Index(fields=["clause", "outcome", "stopped_at"], name="deadline_by_clause", condition=~Q(outcome="")),
            models.Index(fields=["clause", "due_at", "case"], name="deadline_of_round", condition=OF_A_ROUND),
            models.Index(
                fields=["clause", "-made_at", "-case"], name="deadline_round_missed", condition=OF_A_ROUND & Q(breached_at__isnull=False)
            ),
        )  # fmt: skip
        constraints = (
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "clause", "row"], condition=Q(stopped_at=None), name="deadline_one_running"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, outcome="") | Q(stopped_at__isnull=False, outcome__in=["kept", "late", "withdrawn"]),
                name="deadline_ends_with_an_outcome",
            ),
            models.CheckConstraint(condition=~Q(clause=""), name="deadline_rests_on_a_clause"),
            models.CheckConstraint(
                condition=~Q(subject_kind="case") | Q(case=models.F("subject_id")), name="deadline_case_is_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.clause}"


class Approval(OfSubject):
    """审批: one clause's yes that an act waits for. Approvals of one asked act share `request`; `act` is the act as it was asked.

    `chain` are the links in order, each the persons of whom one (`all_of`: every one) must say yes; `yes` who of the present
    link did. It is closed when the whole request is over.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("待批")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = IdField()
    request = models.BigIntegerField(_("申请"))
    act_name = models.CharField(_("动作"), max_length=64)
    act = models.JSONField(_("所请"))
    requester = models.ForeignKey(
        "staff.Staff", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("申请人"), db_index=False
    )
    chain = models.JSONField(_("批准链"))
    advises = models.JSONField(_("仅提意见"), default=list)
    all_of = models.BooleanField(_("须全部同意"), default=False)
    position = models.PositiveSmallIntegerField(_("进度"), default=0)
    yes = ArrayField(models.BigIntegerField(), verbose_name=_("已同意"), default=list)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("申请时间"))
    decided_at = models.DateTimeField(_("批复时间"), null=True, blank=True)
    decided_by = models.BigIntegerField(_("批复人"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批")
        indexes = (
            models.Index(fields=["subject_id"], name="approval_of_subject"),
            models.Index(fields=["request"], name="approval_of_request"),
            models.Index(fields=["requester", "-asked_at"], name="approval_of_requester"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["subject_id", "act_name", "clause"], condition=Q(state="waiting"), name="approval_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "granted", "refused", "withdrawn"]), name="approval_state_known"
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(state="waiting"), name="approval_closed_is_decided"),
            models.CheckConstraint(condition=Q(state="waiting") | Q(decided_at__isnull=False), name="approval_decided_when"),
            models.CheckConstraint(condition=is_object("act"), name="approval_act_is_an_object"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.act_name} {self.state}"
