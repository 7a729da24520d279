"""Rehearsals asked for on the page: what was proposed, how far it is, what was found."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.deletion import PROTECT
from django.db.models.lookups import Exact

STATES = (
    ("waiting", "排队"),
    ("running", "进行中"),
    ("done", "完成"),
    ("stopped", "已取消"),
    ("failed", "未能完成"),
)


def is_object(column: str) -> Q:
    """Return the condition that a column holds an object."""
    return Q(Exact(Func(F(column), function="jsonb_typeof", output_field=models.CharField()), Value("object")))


class Migration(migrations.Migration):
    """One table."""

    dependencies = (
        ("cases", "0002_held_until_and_rounds_behind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        migrations.CreateModel(
            name="RehearsalRun",
            fields=(
                ("id", models.BigIntegerField(primary_key=True)),
                ("title", models.CharField(max_length=400, verbose_name="拟改的制度")),
                ("files", models.BinaryField(verbose_name="拟改的文本")),
                ("company_text", models.TextField(blank=True, verbose_name="本公司设定")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                ("since", models.DateTimeField(verbose_name="从何时起")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=8, verbose_name="状态")),
                ("stopping", models.BooleanField(default=False, verbose_name="要求取消")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已看件数")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="共几件")),
                ("began_at", models.DateTimeField(blank=True, null=True, verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("trouble", models.JSONField(blank=True, default=dict, verbose_name="未完成原因")),
                ("report", models.JSONField(blank=True, default=dict, verbose_name="结果")),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="提出人"
                    ),
                ),
            ),
            options={
                "verbose_name": "预演",
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["id"], name="rehearsal_not_ended", condition=Q(ended_at=None))],
                "constraints": [
                    models.CheckConstraint(condition=is_object("trouble"), name="rehearsal_trouble_is_an_object"),
                    models.CheckConstraint(condition=is_object("report"), name="rehearsal_report_is_an_object"),
                    models.CheckConstraint(
                        condition=Q(ended_at=None, state__in=["waiting", "running"])
                        | Q(ended_at__isnull=False, state__in=["done", "stopped", "failed"]),
                        name="rehearsal_has_ended_when_it_says_so",
                    ),
                ],
            },
        ),
    )
