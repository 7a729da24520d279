"""Whether the pages are light or dark to somebody; as their device is, until they choose."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_rosters")]

    operations = [
        migrations.AddField(
            model_name="staff",
            name="theme",
            field=models.CharField(
                blank=True,
                choices=[("", "跟随设备"), ("light", "浅色"), ("dark", "深色")],
                default="",
                max_length=8,
                verbose_name="外观",
            ),
        ),
    ]
