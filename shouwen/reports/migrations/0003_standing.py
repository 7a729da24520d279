"""Keep how many there are now of what is too much to count when somebody asks. An empty table: a moment, whatever the size."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_lists_of_registers")]
    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24, verbose_name="类别")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                ("unit_id", models.BigIntegerField(default=0, verbose_name="单位")),
                ("person_id", models.BigIntegerField(default=0, verbose_name="员工")),
                ("n", models.PositiveIntegerField(verbose_name="数量")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "现状",
                "constraints": [models.UniqueConstraint(fields=("kind", "name", "unit_id", "person_id"), name="standing_once")],
            },
        ),
        migrations.AddField("reached", "looked_at", models.DateTimeField(blank=True, null=True, verbose_name="上次点数")),
    ]
