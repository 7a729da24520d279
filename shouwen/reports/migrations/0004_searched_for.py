"""Keep for a day what somebody searched for, so that addresses need not say it. An empty table: a moment, whatever the size."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_standing"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="SearchedFor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=12, verbose_name="键")),
                ("text", models.CharField(max_length=100, verbose_name="文字")),
                ("at", models.DateTimeField(db_index=True, verbose_name="时间")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="员工",
                    ),
                ),
            ],
            options={
                "verbose_name": "搜索文字",
                "constraints": [
                    models.UniqueConstraint(fields=("staff", "text"), name="searchedfor_once"),
                    models.UniqueConstraint(fields=("staff", "key"), name="searchedfor_by_key"),
                ],
            },
        )
    ]
