"""Find what clauses opened, the promises that rounds made, and what has ended of a procedure, without reading all there is.

A case that somebody opens by hand stands in none of the new indexes until it ends, nor do the promises of other clauses: opening costs
what it did. Nobody writes cases or promises meanwhile: some seconds at 100,000 cases, under a minute at a million.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

BY_A_CLAUSE = ~Q(opened_by_clause="")
OF_A_ROUND = Q(until=["ends"]) & ~Q(row="")


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_what_is_open_in_order")]
    operations = [
        # In the order of a list to its end, its id: what was taken in together in one moment need not be read whole.
        migrations.RemoveIndex("case", "case_of_procedure"),
        migrations.AddIndex("case", models.Index(fields=["procedure", "-opened_at", "-id"], name="case_of_procedure_newest")),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["procedure", "-opened_at", "-id"], name="case_ended_of_procedure", condition=Q(closed_at__isnull=False)
            ),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["opened_by_clause", "-opened_at", "-id"], name="case_of_clause", condition=BY_A_CLAUSE)
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["opened_by_clause", "next_due", "id"],
                name="case_open_of_clause",
                condition=Q(closed_at=None) & ~Q(opened_by_clause=""),
            ),
        ),
        migrations.AddIndex(
            "deadline", models.Index(fields=["clause", "due_at", "case"], name="deadline_of_round", condition=OF_A_ROUND)
        ),
        migrations.AddIndex(
            "deadline",
            models.Index(
                fields=["clause", "-made_at", "-case"],
                name="deadline_round_missed",
                condition=OF_A_ROUND & Q(breached_at__isnull=False),
            ),
        ),
    ]
