"""答卷: a questionnaire a clause asked a customer or an outside party to answer. Written by `cases.effects`, ended by `cases.surveys`."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, in_sight
from shouwen.base.fields import IdField
from shouwen.base.ready import ready
from shouwen.policy.act import Ref


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Words to find what was asked by a link."""

    def visible_to(self, reader: Reader) -> Self:
        """Those of cases in sight."""
        return self.filter(ready(self.model, reader, lambda: in_sight(reader)))


class Survey(models.Model):
    """One questionnaire sent to one customer or outside party: which, by which clause, until when, and how it ended.

    The token that opens it stands nowhere: it is derived from `salt` and SECRET_KEY, and found again by `digest`.
    """

    class Outcome(models.TextChoices):
        """How it ended before its time was over."""

        ANSWERED = "answered", _("已答")  # once and for all; what may be answered `again` ends with its time
        WITHDRAWN = "withdrawn", _("已收回链接")

    class Party(models.TextChoices):
        """Who is asked."""

        CUSTOMER = "customer", _("客户")
        RECORD = "record", _("外单位")  # what a register keeps: a construction unit, a supplier

    id = IdField()
    subject_kind = models.CharField(_("对象类别"), max_length=16, default="case")
    noun = models.CharField(_("类型"), max_length=64)
    subject_id = models.BigIntegerField(_("对象"))
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="surveys", verbose_name=_("事项"))
    party = models.CharField(_("谁作答"), max_length=8, choices=Party.choices, default=Party.CUSTOMER, db_default=Party.CUSTOMER)
    party_id = models.BigIntegerField(_("作答的一方"))
    again = models.BooleanField(_("可反复作答"), default=False, db_default=False)
    answers = models.PositiveIntegerField(_("已作答次数"), default=0, db_default=0)
    questionnaire = models.CharField(_("问卷"), max_length=64)
    clause = models.CharField(_("条款"), max_length=160)
    clause_since = models.DateField(_("条款版本"), null=True, blank=True)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField(_("发出时间"))
    until = models.DateTimeField(_("开放至"))
    outcome = models.CharField(_("结果"), max_length=9, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("答卷")
        constraints = (
            models.UniqueConstraint(fields=["digest"], name="survey_token"),
            models.CheckConstraint(condition=Q(until__gt=models.F("asked_at")), name="survey_is_open_for_a_time"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | Q(outcome__in=["answered", "withdrawn"], ended_at__isnull=False),
                name="survey_ended_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.case_id}"

    @property
    def ref(self) -> Ref:
        """The case it is about."""
        return Ref("case", self.noun, self.case_id)
