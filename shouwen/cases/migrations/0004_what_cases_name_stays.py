"""No constraint looks at the rows that hundreds of cases share; instead those rows cannot go while a case names them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STAYS = """
create function shouwen_named_by_cases() returns trigger language plpgsql as $$
declare
    named boolean;
begin
    if tg_table_name = 'staff_unit' then
        named := exists (select from cases_case where unit_id = old.id);
    elsif tg_table_name = 'staff_staff' then
        named := exists (select from cases_case where responsible_id = old.id)
            or exists (select from cases_case where first_asked_id = old.id);
    else
        named := exists (select from cases_case where enactment_id = old.id);
    end if;
    if named then
        raise exception '有事项用到它，不能删除。% % is named by cases.', tg_table_name, old.id using errcode = 'foreign_key_violation';
    end if;
    return old;
end $$;
create trigger named_by_cases before delete on staff_unit for each row execute function shouwen_named_by_cases();
create trigger named_by_cases before delete on staff_staff for each row execute function shouwen_named_by_cases();
create trigger named_by_cases before delete on cases_enactment for each row execute function shouwen_named_by_cases();
"""
GOES = """
drop trigger named_by_cases on staff_unit;
drop trigger named_by_cases on staff_staff;
drop trigger named_by_cases on cases_enactment;
drop function shouwen_named_by_cases();
"""


def pointer(to: str, name: str, **more: bool) -> models.ForeignKey:
    """Return a foreign key that no constraint of the database looks at."""
    how = {"db_index": False, "db_constraint": False, "related_name": "+", **more}
    return models.ForeignKey(to, on_delete=django.db.models.deletion.PROTECT, verbose_name=name, **how)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_rehearsals"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AlterField("case", "enactment", pointer("cases.enactment", "颁布")),
        migrations.AlterField("case", "unit", pointer("staff.unit", "单位", null=True, blank=True)),
        migrations.AlterField("case", "responsible", pointer(settings.AUTH_USER_MODEL, "责任人", null=True, blank=True)),
        migrations.AlterField("case", "first_asked", pointer(settings.AUTH_USER_MODEL, "首问人", null=True, blank=True)),
        migrations.RunSQL(STAYS, GOES),
    ]
