"""The auditor's part of the journal, in its order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0003_search")]
    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("subject_kind__in", ["staff", "unit", "company", "calendar", "journal"]),
                        models.Q(("act", ""), _negated=True),
                    ),
                    ("act__in", ["reveal", "export"]),
                    _connector="OR",
                ),
                fields=["-seq"],
                name="event_audited",
            ),
        ),
    ]
