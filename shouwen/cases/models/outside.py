"""外来事实: what others tell us of facts the law has declared. Rows are only added; written by `cases.outside`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField


class OutsideFact(models.Model):
    """One value of a declared fact, as of a moment: of something (a customer, a unit …), or of the company as a whole."""

    id = IdField()
    name = models.CharField(_("事实"), max_length=64)
    about_kind = models.CharField(_("关于"), max_length=16, blank=True)
    about_id = models.BigIntegerField(default=0)
    value = models.JSONField(_("值"))
    as_of = models.DateTimeField(_("截至"))
    source = models.CharField(_("来源"), max_length=400, blank=True)
    by_id = models.BigIntegerField(_("经手人"))
    entered_at = models.DateTimeField(_("录入时间"))

    class Meta:
        verbose_name = _("外来事实")
        constraints = (
            # Also the way to the newest before a moment.
            models.UniqueConstraint(fields=["name", "about_kind", "about_id", "as_of"], name="outside_fact_once"),
            models.CheckConstraint(
                condition=Q(about_kind="", about_id=0) | (~Q(about_kind="") & Q(about_id__gt=0)), name="outside_fact_about"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.as_of:%Y-%m-%d %H:%M}"
