"""预演: proposed laws put to the past, each once, in the background. Written by `rehearsals`, never part of the law."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField
from shouwen.cases.models.json_shape import is_object


class RehearsalQuerySet(models.QuerySet["RehearsalRun"]):
    """Words to ask how rehearsals stand."""

    def waiting(self) -> RehearsalQuerySet:
        """Return those whose turn has not come, the first asked first."""
        return self.filter(state=RehearsalRun.State.WAITING).order_by("pk")

    def light(self) -> RehearsalQuerySet:
        """Leave the files and what was found in the database: a list does not show them."""
        return self.defer("files", "company_text", "report")


class RehearsalRun(models.Model):
    """预演: the files of a proposal, from when on it was put to what happened, how far it is, and what was found.

    `files` are only those that were proposed, compressed; the rest of the law is the one in force when it begins.
    """

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", _("排队")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        STOPPED = "stopped", _("已取消")
        FAILED = "failed", _("未能完成")

    id = IdField()
    title = models.CharField(_("拟改的制度"), max_length=400)
    files = models.BinaryField(_("拟改的文本"))
    company_text = models.TextField(_("本公司设定"), blank=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    since = models.DateTimeField(_("从何时起"))
    asked_at = models.DateTimeField(_("提出时间"))
    asked_by = models.ForeignKey("staff.Staff", models.PROTECT, related_name="+", verbose_name=_("提出人"), db_index=False)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    stopping = models.BooleanField(_("要求取消"), default=False)
    done = models.PositiveIntegerField(_("已看件数"), default=0)
    total = models.PositiveIntegerField(_("共几件"), default=0)
    began_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    trouble = models.JSONField(_("未完成原因"), default=dict, blank=True)
    report = models.JSONField(_("结果"), default=dict, blank=True)

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        verbose_name = _("预演")
        ordering = ("-pk",)
        indexes = (models.Index(fields=["id"], name="rehearsal_not_ended", condition=Q(ended_at=None)),)
        constraints = (
            models.CheckConstraint(condition=is_object("trouble"), name="rehearsal_trouble_is_an_object"),
            models.CheckConstraint(condition=is_object("report"), name="rehearsal_report_is_an_object"),
            models.CheckConstraint(
                condition=Q(ended_at=None, state__in=["waiting", "running"])
                | Q(ended_at__isnull=False, state__in=["done", "stopped", "failed"]),
                name="rehearsal_has_ended_when_it_says_so",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def under_way(self) -> bool:
        """Whether there is more to come."""
        return self.ended_at is None
