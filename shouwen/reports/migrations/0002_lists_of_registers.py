"""Let the page of a kept list be one register among many.

A page was the name of a list; now it may be that of a register with its id behind it. A longer limit of a text is written down without
reading the table.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="keptview",
            name="page",
            field=models.CharField(max_length=80, verbose_name="页面"),
        ),
    ]
