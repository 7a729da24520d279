"""事项: cases and how they hang together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, VisibleQuerySet, any_of, is_there
from shouwen.base.fields import IdField
from shouwen.base.models import Event
from shouwen.base.ready import ready
from shouwen.cases.models.json_shape import is_array, is_object
from shouwen.cases.models.work import Deadline, Task
from shouwen.policy.act import Ref


class CaseQuerySet(VisibleQuerySet["Case"]):
    """Words to find cases with. Doors begin with `visible_to(reader)`."""

    unit_field: ClassVar[str] = "unit_id"
    noun_field: ClassVar[str] = "procedure"
    own_fields: ClassVar[tuple[str, ...]] = ("responsible_id", "first_asked_id")
    withheld_field: ClassVar[str] = "withheld_from"

    def own(self, reader: Reader) -> Q:
        """Also what somebody has an open task in."""
        working = Task.objects.open().for_persons(reader.people).filter(case__isnull=False)
        return super().own(reader) | any_of("pk", working.values("case_id"))

    def open(self) -> Self:
        """Those that have not ended."""
        return self.filter(closed_at=None)

    def ended(self) -> Self:
        """Those that have ended."""
        return self.filter(closed_at__isnull=False)

    def of(self, procedure: str) -> Self:
        """Those of one procedure."""
        return self.filter(procedure=procedure)

    def told_by(self, clause: str, kind: str = "") -> Self:
        """Those with an event of a clause (of one kind: a breach …). Who sees a case sees its events."""
        events = Event.objects.filter(clause=clause, case_id__isnull=False)
        return self.filter(pk__in=(events.filter(kind=kind) if kind else events).values("case_id"))

    def about(self, *records: int) -> Self:
        """Those whose fields point to one of these records (a house, a vehicle)."""
        return self.filter(records__overlap=list(records))

    def soonest_owed_by(self, staff: Collection[int], reader: Reader, most: int) -> Self:
        """The first open ones that these persons answer for, or owe a running promise on.

        At least so many that the reader sees, if there are; for each person no more are read of either, for each part comes in the
        order of its index.
        """
        people = tuple(sorted(staff))
        return (
            self.open()
            .filter(ready(Case, ("owed", people, reader, most), lambda: _owed_by(people, reader, most)))
            .soonest_first()
        )

    def soonest_first(self) -> Self:
        """In the order in which something falls due; what promises nothing comes last."""
        return self.order_by(F("next_due").asc(nulls_last=True), "pk")


class Case(models.Model):
    """事项: one matter from intake to its end, in the shape (fields, steps, acts) of the enactment it began under.

    `fields` holds typed values as `FieldType.dump` writes them; `marks` what was done: name -> [count, first, last, [by …]];
    `pauses` its holds as [since, until or null]. `next_due` is the soonest moment one of its running promises falls due.
    `step` is empty as long as its opening waits for approval.
    """

    id = IdField()
    number = models.CharField(_("编号"), max_length=64)
    procedure = models.CharField(_("流程"), max_length=64)
    # Where a case points to rows that hundreds of others point to, no constraint looks: it would lock the one row of an enactment or a
    # unit in every opening, and PostgreSQL would book who holds it (a sixth of its work at eight clients). Those rows stay: decision 0014.
    enactment = models.ForeignKey(
        "cases.Enactment", models.PROTECT, related_name="+", verbose_name=_("颁布"), db_index=False, db_constraint=False
    )
    step = models.CharField(_("环节"), max_length=64, blank=True)
    title = models.CharField(_("摘要"), max_length=120, blank=True)
    fields = models.JSONField(_("字段"), default=dict)
    unit = models.ForeignKey(
        "staff.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("单位"),
        db_index=False,
        db_constraint=False,
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="cases", null=True, blank=True, verbose_name=_("客户"), db_index=False
    )
    responsible = models.ForeignKey(
        "staff.Staff",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("责任人"),
        db_index=False,
        db_constraint=False,
    )
    first_asked = models.ForeignKey(
        "staff.Staff",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("首问人"),
        db_index=False,
        db_constraint=False,
    )
    records = ArrayField(models.BigIntegerField(), verbose_name=_("有关台账"), default=list)  # the records its fields point to
    # Whom it is about, as long as it is open.
    withheld_from = ArrayField(models.BigIntegerField(), verbose_name=_("不给谁看"), default=list)
    opened_at = models.DateTimeField(_("立项时间"))
    entered_at = models.DateTimeField(_("录入时间"))
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    held = models.BooleanField(_("挂起"), default=False)
    held_until = models.DateTimeField(_("挂起至"), null=True, blank=True)  # the clock resumes it then
    pauses = models.JSONField(_("挂起时段"), default=list)
    marks = models.JSONField(_("经过"), default=dict)
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="opened_cases", null=True, blank=True, verbose_name=_("源事项"), db_index=False
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, related_name="merged_cases", null=True, blank=True, verbose_name=_("并入"), db_index=False
    )
    opened_by_clause = models.CharField(_("依据条款"), max_length=160, blank=True)
    channel = models.CharField(_("来源渠道"), max_length=24, blank=True)
    next_due = models.DateTimeField(_("最近到期"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("事项")
        indexes = (
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["-opened_at", "-id"], name="case_open_newest", condition=Q(closed_at=None)),
            models.Index(fields=["-opened_at", "-id"], name="case_ended_newest", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["procedure", "-opened_at", "-id"], name="case_of_procedure_newest"),
            models.Index(
                fields=["procedure", "-opened_at", "-id"], name="case_ended_of_procedure", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["next_due", "id"], name="case_open_due", condition=Q(closed_at=None)),
            models.Index(fields=["next_due", "id"], name="case_open_held", condition=Q(closed_at=None, held=True)),
            models.Index(fields=["procedure", "step", "next_due", "id"], name="case_open_at_step", condition=Q(closed_at=None)),
            models.Index(  # with what reports count, so that they read the index alone
                fields=["unit", "next_due", "id"],
                include=["responsible", "held"],
                name="case_open_of_unit",
                condition=Q(closed_at=None),
            ),
            models.Index(fields=["unit", "-opened_at"], name="case_of_unit"),
            models.Index(fields=["customer", "-opened_at"], name="case_of_customer", condition=Q(customer__isnull=False)),
            models.Index(fields=["responsible", "next_due", "id"], name="case_open_of_staff", condition=Q(closed_at=None)),
            models.Index(fields=["responsible", "-opened_at"], name="case_of_staff"),
            models.Index(fields=["customer"], name="case_open_of_customer", condition=Q(closed_at=None, customer__isnull=False)),
            models.Index(fields=["first_asked", "-opened_at"], name="case_first_asked"),
            GinIndex(fields=["records"], name="case_about_record", fastupdate=False),
            GinIndex(fields=["withheld_from"], name="case_withheld", condition=~Q(withheld_from=[]), fastupdate=False),
            models.Index(fields=["parent"], name="case_of_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["held_until"], name="case_held_until", condition=Q(held_until__isnull=False)),
            # What clauses opened (rounds, call-backs); whoever opens a case by hand writes nothing here.
            models.Index(
                fields=["opened_by_clause", "-opened_at", "-id"], name="case_of_clause", condition=~Q(opened_by_clause="")
            ),
            models.Index(
                fields=["opened_by_clause", "next_due", "id"],
                name="case_open_of_clause",
                condition=Q(closed_at=None) & ~Q(opened_by_clause=""),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["number"], name="case_number"),
            models.CheckConstraint(condition=~Q(procedure="") & ~Q(number=""), name="case_has_procedure_and_number"),
            models.CheckConstraint(condition=is_object("fields") & is_object("marks"), name="case_fields_are_objects"),
            models.CheckConstraint(condition=is_array("pauses"), name="case_pauses_are_a_list"),
            models.CheckConstraint(condition=Q(held_until=None) | Q(held=True), name="case_resumes_what_is_held"),
            models.CheckConstraint(condition=~Q(parent=F("id")) & ~Q(merged_into=F("id")), name="case_not_its_own"),
            models.CheckConstraint(condition=Q(merged_into=None) | Q(closed_at__isnull=False), name="case_merged_has_ended"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> Ref:
        """How acts name it."""
        return Ref("case", self.procedure, self.pk)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.closed_at is None


class CaseLink(models.Model):
    """关联: that two cases belong together (`related`, `duplicate`), or that one was merged into the other."""

    class How(models.TextChoices):
        """In which way."""

        RELATED = "related", _("相关")
        DUPLICATE = "duplicate", _("重复")
        MERGED = "merged", _("并入")

    id = IdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="links", verbose_name=_("事项"))
    other = models.ForeignKey(Case, models.PROTECT, related_name="linked_from", verbose_name=_("另一事项"))
    how = models.CharField(_("关系"), max_length=16, choices=How.choices)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey("staff.Staff", models.PROTECT, related_name="+", verbose_name=_("经手人"), db_index=False)

    class Meta:
        verbose_name = _("关联")
        constraints = (
            models.UniqueConstraint(fields=["case", "other", "how"], name="caselink_once"),
            models.CheckConstraint(condition=~Q(case=F("other")), name="caselink_of_two"),
            models.CheckConstraint(condition=Q(how__in=["related", "duplicate", "merged"]), name="caselink_how_known"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.how} {self.other_id}"


def _owed_by(staff: Sequence[int], reader: Reader, most: int) -> Q:
    found = Q(pk__in=[])
    seen = Exists(visible_cases(reader).open().filter(pk=OuterRef("case_id")))
    for person in staff:
        running = Deadline.objects.running().filter(seen).order_by(F("due_at").asc(nulls_last=True), "pk")
        parts = (running.filter(owes__0=person), running.filter(owes__1__isnull=False, owes__overlap=[person]))
        found |= any_of("pk", Case.objects.open().filter(responsible=person).soonest_first().values("pk")[:most])
        for part in parts:
            found |= any_of("pk", part.values("case_id")[:most])
    return found


def visible_cases(reader: Reader) -> CaseQuerySet:
    """Return the cases that a reader may see."""
    return Case.objects.visible_to(reader)


def customers_of_cases(reader: Reader) -> Q:
    """The condition for customers of cases somebody works on."""
    people = sorted(reader.people)
    own = Case.objects.open().filter(Q(responsible__in=people) | Q(first_asked__in=people), customer=OuterRef("pk"))
    working = Task.objects.open().for_persons(reader.people).filter(case__customer__isnull=False)
    return Q(is_there(own)) | any_of("pk", working.values("case__customer_id"))
