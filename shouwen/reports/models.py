"""Figures by day, how far the journal has been added up, lists that people keep, and what they search for.

The verbs are in `rolling`, `keeping` and `searched`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField

if TYPE_CHECKING:
    from shouwen.base.access import Reader


class Daily(models.Model):
    """日计: how many events of one kind there were on one day of the company's time zone. Written by `rolling` only.

    `kind` and `name` say of what: `act` and the act; `ended` and the step; `answer` and `act.field:value`; any other kind is that of
    the journal, and `name` is the clause. `unit` is that of the case (0: of no case), `person` who acted, or who owed a promise.
    """

    day = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=24)
    noun = models.CharField(_("类型"), max_length=64)
    name = models.CharField(_("名称"), max_length=200)
    unit_id = models.BigIntegerField(_("单位"), default=0)
    person_id = models.BigIntegerField(_("员工"), default=0)
    n = models.PositiveIntegerField(_("数量"))

    class Meta:
        verbose_name = _("日计")
        indexes = (models.Index(fields=["name", "kind", "day"], name="daily_of_name"),)
        constraints = (
            models.UniqueConstraint(fields=["kind", "day", "noun", "name", "unit_id", "person_id"], name="daily_once"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.name} {self.n}"


class Standing(models.Model):
    """现状: how many there are now of something, where they are too many to count when somebody asks. Written by `standing` only.

    `kind` says of what (open cases; the coverage of call-backs), `name` which of its numbers, `at` when it was counted.
    """

    kind = models.CharField(_("类别"), max_length=24)
    name = models.CharField(_("名称"), max_length=200)
    unit_id = models.BigIntegerField(_("单位"), default=0)
    person_id = models.BigIntegerField(_("员工"), default=0)
    n = models.PositiveIntegerField(_("数量"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("现状")
        constraints = (models.UniqueConstraint(fields=["kind", "name", "unit_id", "person_id"], name="standing_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.n}"


class Reached(models.Model):
    """How far the journal has been added up: one row. What stands after `seq` is counted when somebody asks.

    `next` is how far one may go once every transaction has ended that was under way when `horizon` was read (0: not read yet).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    seq = models.BigIntegerField(_("已计到"), default=0)
    next = models.BigIntegerField(_("可计到"), default=0)
    horizon = models.BigIntegerField(_("事务界限"), default=0)
    looked_at = models.DateTimeField(_("上次点数"), null=True, blank=True)  # when what stands now was counted last

    class Meta:
        verbose_name = _("统计进度")
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="reached_is_one"),
            models.CheckConstraint(condition=Q(next__gte=models.F("seq")), name="reached_never_beyond"),
        )

    def __str__(self) -> str:
        return str(self.seq)


class KeptViewQuerySet(models.QuerySet["KeptView"]):
    """Words to find kept lists with."""

    def visible_to(self, reader: Reader) -> Self:
        """One's own, and those shared with a unit in sight."""
        if not reader.staff:
            return self.none()
        shared = Q(unit__isnull=False) if reader.units is None else Q(unit__in=sorted(reader.units))
        return self.filter(Q(owner=reader.staff) | shared)


class KeptView(models.Model):
    """常用列表: filters of a list under a name, of one person, perhaps shared with a unit and those below.

    It holds a question, not an answer: whoever opens it sees what they may see.
    """

    id = IdField()
    owner = models.ForeignKey("staff.Staff", models.PROTECT, related_name="+", verbose_name=_("员工"))
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("共享单位"))
    page = models.CharField(_("页面"), max_length=80)  # as `web.lists.kept` names it
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("条件"), max_length=1000)
    at = models.DateTimeField(_("时间"))

    objects = KeptViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("常用列表")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["owner", "page", "name"], name="keptview_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="keptview_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class SearchedForQuerySet(models.QuerySet["SearchedFor"]):
    """Words to find what was searched for with."""

    def visible_to(self, reader: Reader) -> Self:
        """One's own."""
        return self.filter(staff=reader.staff) if reader.staff else self.none()


class SearchedFor(models.Model):
    """搜索文字: what somebody searched a list for, for a day. Addresses say its key. Written by `searched` only."""

    staff = models.ForeignKey("staff.Staff", models.CASCADE, related_name="+", verbose_name=_("员工"))
    key = models.CharField(_("键"), max_length=12)
    text = models.CharField(_("文字"), max_length=100)
    at = models.DateTimeField(_("时间"), db_index=True)

    objects = SearchedForQuerySet.as_manager()

    class Meta:
        verbose_name = _("搜索文字")
        constraints = (
            models.UniqueConstraint(fields=["staff", "text"], name="searchedfor_once"),
            models.UniqueConstraint(fields=["staff", "key"], name="searchedfor_by_key"),
        )

    def __str__(self) -> str:
        return self.key
