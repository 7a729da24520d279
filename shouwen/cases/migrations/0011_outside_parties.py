"""A questionnaire may ask an outside party (a record of a register) too, and again and again until its time.

The columns are new or renamed; a default that does not change is no rewrite of the table.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_reading_rights")]
    operations = [
        migrations.RenameField("survey", "customer_id", "party_id"),
        migrations.AlterField("survey", "party_id", models.BigIntegerField(verbose_name="作答的一方")),
        migrations.AddField(
            "survey",
            "party",
            models.CharField(
                choices=[("customer", "客户"), ("record", "外单位")],
                db_default="customer",
                default="customer",
                max_length=8,
                verbose_name="谁作答",
            ),
        ),
        migrations.AddField("survey", "again", models.BooleanField(db_default=False, default=False, verbose_name="可反复作答")),
        migrations.AddField("survey", "answers", models.PositiveIntegerField(db_default=0, default=0, verbose_name="已作答次数")),
    ]
