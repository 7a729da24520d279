"""Find what is open in the order in which it is shown, so that a page reads as many rows as it shows, however much is open.

A promise names one person, nearly always: an index of that person in the order of the moments takes the place of one without order.
That few name a second one PostgreSQL is told by statistics; it would guess that most do, and read them all.
"""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Q

OPEN = Q(closed_at=None)
RUNNING = Q(stopped_at=None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_withheld")]
    operations = [
        migrations.RemoveIndex("case", "case_open_of_unit"),
        migrations.RemoveIndex("case", "case_open_of_staff"),
        migrations.RemoveIndex("case", "case_first_asked"),
        migrations.RemoveIndex("deadline", "deadline_running_of_staff"),
        migrations.AddIndex("case", models.Index(fields=["next_due", "id"], name="case_open_due", condition=OPEN)),
        migrations.AddIndex(
            "case", models.Index(fields=["next_due", "id"], name="case_open_held", condition=Q(closed_at=None, held=True))
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["procedure", "step", "next_due", "id"], name="case_open_at_step", condition=OPEN)
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["unit", "next_due", "id"], include=["responsible", "held"], name="case_open_of_unit", condition=OPEN
            ),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["responsible", "next_due", "id"], name="case_open_of_staff", condition=OPEN)
        ),
        migrations.AddIndex(
            "case",
            models.Index(fields=["customer"], name="case_open_of_customer", condition=Q(closed_at=None, customer__isnull=False)),
        ),
        migrations.AddIndex("case", models.Index(fields=["first_asked", "-opened_at"], name="case_first_asked")),
        migrations.AddIndex(
            "case",
            models.Index(fields=["-opened_at", "-id"], name="case_ended_newest", condition=Q(closed_at__isnull=False)),
        ),
        migrations.AddIndex(
            "deadline", models.Index(F("owes__0"), F("due_at"), F("id"), name="deadline_running_of_staff", condition=RUNNING)
        ),
        migrations.AddIndex(
            "deadline",
            django.contrib.postgres.indexes.GinIndex(
                fields=["owes"],
                name="deadline_running_of_several",
                condition=Q(stopped_at=None, owes__1__isnull=False),
                fastupdate=False,
            ),
        ),
        migrations.RunSQL(
            "create statistics deadline_second_owes on (owes[2]) from cases_deadline", "drop statistics deadline_second_owes"
        ),
    ]
