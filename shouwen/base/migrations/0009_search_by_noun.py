"""What a row of search is: the law may say of a procedure who reads it, and what is looked up is looked for in some registers only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0008_leaner_journal")]
    operations = [
        migrations.RunSQL(
            "alter table search_row add column noun text not null default ''",
            "alter table search_row drop column noun",
            state_operations=[
                migrations.AddField(
                    "searchrow",
                    "noun",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="类型"),
                    preserve_default=False,
                ),
            ],
        ),
    ]
