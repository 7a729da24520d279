"""Questionnaires customers were asked to answer themselves: which, by which clause, until when, and how each ended."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import shouwen.base.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_outside_facts")]
    operations = [
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", shouwen.base.fields.IdField()),
                ("subject_kind", models.CharField(default="case", max_length=16, verbose_name="对象类别")),
                ("noun", models.CharField(max_length=64, verbose_name="类型")),
                ("subject_id", models.BigIntegerField(verbose_name="对象")),
                ("customer_id", models.BigIntegerField(verbose_name="客户")),
                ("questionnaire", models.CharField(max_length=64, verbose_name="问卷")),
                ("clause", models.CharField(max_length=160, verbose_name="条款")),
                ("clause_since", models.DateField(blank=True, null=True, verbose_name="条款版本")),
                ("salt", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField(verbose_name="发出时间")),
                ("until", models.DateTimeField(verbose_name="开放至")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("answered", "已答"), ("withdrawn", "已收回链接")],
                        max_length=9,
                        verbose_name="结果",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surveys",
                        to="cases.case",
                        verbose_name="事项",
                    ),
                ),
            ],
            options={"verbose_name": "答卷"},
        ),
        migrations.AddConstraint("survey", models.UniqueConstraint(fields=["digest"], name="survey_token")),
        migrations.AddConstraint(
            "survey", models.CheckConstraint(condition=Q(until__gt=F("asked_at")), name="survey_is_open_for_a_time")
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | Q(outcome__in=["answered", "withdrawn"], ended_at__isnull=False),
                name="survey_ended_when",
            ),
        ),
    ]
