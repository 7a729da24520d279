"""What the calendar and populations make us do exactly once, and how the workers are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField
from shouwen.cases.models.json_shape import is_object


class Occurrence(models.Model):
    """一次: that a clause comes round to every member of a population, in one period or because of one act. It happens once.

    Members are asked page by page in the order of their ids; `reached` is the last one, and moves in the transaction that asks.
    """

    id = IdField()
    clause = models.CharField(_("条款"), max_length=160)
    period = models.CharField(_("周期"), max_length=80)
    population = models.CharField(_("群体"), max_length=64)
    unit_kinds = ArrayField(models.CharField(max_length=16), verbose_name=_("单位类别"), default=list)
    at = models.DateTimeField(_("时间"))
    row = models.CharField(_("行"), max_length=64, blank=True)
    by_id = models.BigIntegerField(_("经手人"), default=0)
    reached = models.BigIntegerField(_("已到"), default=0)
    asked = models.PositiveIntegerField(_("已问"), default=0)
    opened = models.PositiveIntegerField(_("已开"), default=0)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    trouble = models.CharField(_("未完成原因"), max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    try_at = models.DateTimeField(_("再试时间"))

    class Meta:
        verbose_name = _("例行")
        indexes = (models.Index(fields=["try_at"], name="occurrence_waiting", condition=Q(done_at=None)),)
        constraints = (models.UniqueConstraint(fields=["clause", "period"], name="occurrence_once"),)

    def __str__(self) -> str:
        return f"{self.clause} {self.period}"


class Round(models.Model):
    """Until when the calendar has been looked at for rounds: one row.

    `behind` holds the clauses that could not be told (a year nobody has entered), and until when each has been: clause -> moment.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    looked_until = models.DateTimeField(_("已看到"))
    behind = models.JSONField(_("落后的条款"), default=dict, blank=True)

    class Meta:
        verbose_name = _("例行进度")
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="round_is_one"),
            models.CheckConstraint(condition=is_object("behind"), name="round_behind_is_an_object"),
        )

    def __str__(self) -> str:
        return f"{self.looked_until:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """心跳: that a worker is alive, and how late it was lately. `shouwen doctor` reads it."""

    name = models.CharField(_("进程"), max_length=80, primary_key=True)
    started_at = models.DateTimeField(_("启动时间"))
    beat_at = models.DateTimeField(_("最近心跳"))
    fired = models.BigIntegerField(_("已触发"), default=0)
    late_ms = models.PositiveIntegerField(_("近来最大延迟（毫秒）"), default=0)

    class Meta:
        verbose_name = _("心跳")

    def __str__(self) -> str:
        return self.name
