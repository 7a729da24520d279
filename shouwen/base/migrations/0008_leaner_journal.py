"""Two indexes that each event wrote into, narrowed to what is asked by them.

What is about a case is found by `event_case`; of what somebody did, acts alone are counted. An opening writes five
events: nine entries fewer.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("base", "0007_notices_as_they_happened")]
    operations = [
        migrations.RemoveIndex("event", "event_actor"),
        migrations.RemoveIndex("event", "event_subject"),
        migrations.AddIndex("event", models.Index(fields=["actor_id", "at"], name="event_actor", condition=Q(kind="act"))),
        migrations.AddIndex(
            "event",
            models.Index(fields=["subject_kind", "subject_id", "seq"], name="event_subject", condition=~Q(subject_kind="case")),
        ),
    ]
