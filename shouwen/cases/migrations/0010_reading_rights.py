"""Who reads what follows from the law too: an enactment makes every process look at its readers anew, and search knows procedures.

The rows of search are told their procedure in parts, each its own transaction: one statement for ten million of them held its
locks for half an hour. Stopped anywhere it goes on where it is begun again; a row that knows its procedure is not written again.
Until all do search is right: no law says anything of reading before this program enacts one.
"""

from django.db import migrations

PART = 5_000  # rows of one transaction: less than a second
FILL = f"""do $$
declare done bigint := 0; upto bigint;
begin
 loop
  select max(object_id) into upto from (
   select object_id from search_row where kind = 'case' and object_id > done order by object_id limit {PART}) part;
  exit when upto is null;
  update search_row s set noun = c.procedure from cases_case c where s.kind = 'case' and s.object_id > done
   and s.object_id <= upto and c.id = s.object_id and s.noun <> c.procedure;
  commit;
  done := upto;
 end loop;
end $$"""  # noqa: S608  PART is a number of this file, nothing comes from outside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0009_surveys"), ("base", "0009_search_by_noun"), ("staff", "0002_organisation")]
    operations = [
        migrations.RunSQL(
            "create or replace trigger org_changed after insert or update or delete or truncate on cases_enactment"
            " for each statement execute function staff_org_changed()",
            "drop trigger org_changed on cases_enactment",
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
