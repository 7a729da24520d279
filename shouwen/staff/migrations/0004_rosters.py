"""Units can be closed; rosters are made of named shifts, of which the usual ones are there from the beginning."""

from django.db import migrations, models

USUAL = """
insert into staff_shiftpattern (name, begins, minutes, position)
values ('早班', 480, 480, 1), ('中班', 960, 480, 2), ('夜班', 0, 480, 3), ('白班', 510, 540, 4), ('长班', 480, 720, 5)
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_sign_in")]
    operations = [
        migrations.AddField("unit", "closed_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
        migrations.CreateModel(
            name="ShiftPattern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16, verbose_name="名称")),
                ("begins", models.PositiveSmallIntegerField(verbose_name="开始")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="时长")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "班次",
                "ordering": ("position", "id"),
                "constraints": (
                    models.UniqueConstraint(
                        fields=["name"], name="pattern_named_once", violation_error_message="已有这个名称的班次。"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("begins__lt", 1440), ("minutes__gt", 0), ("minutes__lte", 1440)),
                        name="pattern_within_a_day",
                        violation_error_message="班次在当天开始，最长 24 小时。",
                    ),
                ),
            },
        ),
        migrations.RunSQL(USUAL, "delete from staff_shiftpattern"),
    ]
