"""The table of search. One row for each thing that can be found, apart from the things themselves: a change elsewhere in a case
must not pay for new entries in the index of words (STACK §5)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SearchRow(models.Model):
    """检索: how one case, customer or record is found, by whom, and what a result shows of it.

    `title` and `preview` are shown and hold masked data only. `number`, `name`, `text` and `tokens` are compared and never
    shown. Written by `search.UPSERT`, read by `search.search`. In the database the table has a part for each kind.
    """

    pk = models.CompositePrimaryKey("kind", "object_id")
    kind = models.CharField(_("类别"), max_length=16)
    object_id = models.BigIntegerField(_("对象"))
    unit_id = models.BigIntegerField(_("单位"))
    people = ArrayField(models.BigIntegerField(), verbose_name=_("有关人员"), default=list)  # who may see it outside their units
    withheld_from = ArrayField(models.BigIntegerField(), verbose_name=_("不给谁看"), default=list)
    level = models.PositiveSmallIntegerField(_("密级"), default=0)
    noun = models.CharField(_("类型"), max_length=64, blank=True)
    sort_at = models.DateTimeField(_("排序时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    number = models.CharField(_("编号"), max_length=64, blank=True, db_collation="C")  # ordered and compared from the beginning
    name = models.CharField(_("名称"), max_length=200, blank=True, db_collation="C")
    title = models.CharField(_("标题"), max_length=200)
    preview = models.CharField(_("摘要"), max_length=400, blank=True)
    text = models.TextField(_("全文"), blank=True)
    tokens = SearchVectorField(_("词"))

    class Meta:
        verbose_name = _("检索")
        db_table = "search_row"
        indexes = (
            # fastupdate=off: flushing the list of pending entries stalled writers up to 855 ms (STACK §14)
            GinIndex(fields=["tokens"], name="search_tokens", fastupdate=False),
            models.Index(fields=["-sort_at", "-kind", "-object_id"], name="search_newest"),
            models.Index(fields=["number"], name="search_number", condition=~Q(number="")),
            models.Index(fields=["name"], name="search_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
