"""Find what somebody still has to confirm without reading everything they were ever told."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("base", "0005_withheld")]
    operations = [
        migrations.AddIndex(
            "notice",
            models.Index(fields=["staff_id", "-id"], name="notice_to_confirm", condition=Q(confirm=True, confirmed_at=None)),
        )
    ]
