"""What is looked up is looked for in the registers that are for it: search knows of which register a record is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial"), ("base", "0009_search_by_noun")]
    operations = [
        migrations.RunSQL(
            "update search_row s set noun = r.register from registers_record r where s.kind = 'record' and s.object_id = r.id",
            migrations.RunSQL.noop,
        ),
    ]
