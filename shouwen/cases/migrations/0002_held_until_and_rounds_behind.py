"""Until when a case is held, and which rounds could not be told."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact


class Migration(migrations.Migration):
    """Two columns with what holds for them."""

    dependencies = (("cases", "0001_initial"),)

    operations = (
        migrations.AddField("case", "held_until", models.DateTimeField(blank=True, null=True, verbose_name="挂起至")),
        migrations.AddField("round", "behind", models.JSONField(blank=True, default=dict, verbose_name="落后的条款")),
        migrations.AddIndex(
            "case", models.Index(fields=["held_until"], name="case_held_until", condition=Q(held_until__isnull=False))
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(condition=Q(held_until=None) | Q(held=True), name="case_resumes_what_is_held"),
        ),
        migrations.AddConstraint(
            "round",
            models.CheckConstraint(
                condition=Q(Exact(Func(F("behind"), function="jsonb_typeof", output_field=models.CharField()), Value("object"))),
                name="round_behind_is_an_object",
            ),
        ),
    )
