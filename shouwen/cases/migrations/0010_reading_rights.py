"""Who reads what follows from the law too: an enactment makes every process look at its readers anew, and search knows procedures."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_surveys"), ("base", "0009_search_by_noun"), ("staff", "0002_organisation")]
    operations = [
        migrations.RunSQL(
            "create trigger org_changed after insert or update or delete or truncate on cases_enactment"
            " for each statement execute function staff_org_changed()",
            "drop trigger org_changed on cases_enactment",
        ),
        migrations.RunSQL(
            "update search_row s set noun = c.procedure from cases_case c where s.kind = 'case' and s.object_id = c.id",
            migrations.RunSQL.noop,
        ),
    ]
