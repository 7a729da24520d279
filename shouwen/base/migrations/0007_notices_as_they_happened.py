"""The inbox in the order in which things happened: what is entered later is not newer."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("base", "0006_notices_to_confirm")]
    operations = [
        migrations.RemoveIndex("notice", "notice_inbox"),
        migrations.AddIndex(
            "notice",
            models.Index(fields=["staff_id", "-at", "-id"], name="notice_inbox", condition=Q(staff_id__isnull=False)),
        ),
    ]
