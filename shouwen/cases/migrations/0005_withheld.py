"""Whom a case is not shown to while it is open: those it is about."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_what_cases_name_stays"), ("base", "0005_withheld")]
    operations = [
        migrations.AddField(
            "case",
            "withheld_from",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None, verbose_name="不给谁看"
            ),
        ),
        migrations.AddIndex(
            "case",
            django.contrib.postgres.indexes.GinIndex(
                fields=["withheld_from"], name="case_withheld", condition=~models.Q(withheld_from=[]), fastupdate=False
            ),
        ),
    ]
