"""台账记录: facts and constraints of any kind of thing that packs declare a register for."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, VisibleQuerySet
from shouwen.base.fields import IdField, is_object
from shouwen.policy.act import Ref


class RecordQuerySet(VisibleQuerySet["Record"]):
    """Records are seen by unit; those of no unit (a price list) by everybody who works here."""

    unit_field: ClassVar[str] = "unit_id"
    own_fields: ClassVar[tuple[str, ...]] = ("responsible_id",)

    def scope(self, reader: Reader) -> Q:
        """The condition on the unit."""
        found = super().scope(reader)
        # An empty condition keeps every row; joined with another by `or` it would vanish.
        return found | Q(unit=None) if reader.staff and found else found

    def kept(self, register: str) -> Self:
        """The records of a register that are in use, by key."""
        return self.filter(register=register, archived_at=None).order_by("key")


class Record(models.Model):
    """台账记录: one house, vehicle, price item … `fields` are the values of what its register declares, as JSON.

    `unit` and `customer` repeat the register's own fields of those types, so that rows can be searched and joined. `marks` say
    how often each act was done on it, first and last when, and by whom. A record is archived, never deleted.
    """

    id = IdField()
    register = models.CharField(_("台账"), max_length=64)
    key = models.CharField(_("标识"), max_length=120)
    fields = models.JSONField(_("内容"), default=dict)
    step = models.CharField(_("状态"), max_length=64, blank=True)
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("所属单位"))
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="records", null=True, blank=True, verbose_name=_("客户")
    )
    responsible = models.ForeignKey(
        "staff.Staff", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("责任人")
    )
    marks = models.JSONField(_("办理记录"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    opened_at = models.DateTimeField(_("建档时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    archived_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账记录")
        indexes = (
            models.Index(fields=["register", "id"], name="record_in_use", condition=Q(archived_at=None)),
            models.Index(fields=["customer"], name="record_of_customer", condition=Q(customer__isnull=False)),
            models.Index(fields=["unit", "register", "key"], name="record_of_unit"),
            GinIndex(fields=["fields"], name="record_fields", opclasses=["jsonb_path_ops"], fastupdate=False),
        )
        constraints = (
            models.UniqueConstraint(fields=["register", "key"], name="record_key_once_per_register"),
            models.CheckConstraint(condition=~Q(register="") & ~Q(key=""), name="record_has_register_and_key"),
            models.CheckConstraint(condition=is_object("fields"), name="record_fields_are_an_object"),
            models.CheckConstraint(condition=is_object("marks"), name="record_marks_are_an_object"),
            models.CheckConstraint(condition=Q(version__gt=0), name="record_version_counts"),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.pk}"

    @property
    def ref(self) -> Ref:
        """The record as a subject of acts."""
        return Ref("record", self.register, self.pk)


def visible_records(reader: Reader) -> models.QuerySet[Record]:
    """Return the records that a reader may see."""
    return Record.objects.visible_to(reader)
