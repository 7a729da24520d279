"""Search finds nothing for whom it is withheld from: an open complaint is not shown to whom it is about."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0004_audit")]
    operations = [
        migrations.RunSQL(
            "alter table search_row add column withheld_from bigint[] not null default '{}'",
            "alter table search_row drop column withheld_from",
            state_operations=[
                migrations.AddField(
                    "searchrow",
                    "withheld_from",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="不给谁看"
                    ),
                ),
            ],
        ),
    ]
