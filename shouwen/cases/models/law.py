"""颁布: the published versions of the law. Written by `enactments.enact`, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField

if TYPE_CHECKING:
    from datetime import datetime


class EnactmentQuerySet(models.QuerySet["Enactment"]):
    """Words to ask which law holds."""

    def holding(self, moment: datetime) -> Enactment | None:
        """Return the enactment in force at a moment; of two that begin together the later one."""
        return self.filter(effective_from__lte=moment).order_by("-effective_from", "-enacted_at", "-pk").first()


class Enactment(models.Model):
    """颁布: one published version of the packs, with the company's settings, and from when it holds.

    `sources` are the files as they were, compressed: a law can be compiled again at any time, whatever became of the folder.
    """

    id = IdField()
    sources = models.BinaryField(_("制度文本"))
    company_text = models.TextField(_("本公司设定"), blank=True)
    digest = models.CharField(_("指纹"), max_length=64)
    effective_from = models.DateTimeField(_("生效时间"))
    enacted_at = models.DateTimeField(_("颁布时间"))
    enacted_by = models.ForeignKey(
        "staff.Staff", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("颁布人"), db_index=False
    )
    note = models.CharField(_("说明"), max_length=400, blank=True)

    objects = EnactmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("颁布")
        ordering = ("effective_from", "enacted_at", "pk")
        constraints = (models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="enactment_has_a_digest"),)

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d} {self.digest[:8]}"
