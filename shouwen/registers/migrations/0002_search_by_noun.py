"""What is looked up is looked for in the registers that are for it: search knows of which register a record is.

Told in parts, and going on where it was stopped. Cases/0010 says the same of cases: written twice, because a migration that has run
must not change with another.
"""

from django.db import migrations

PART = 5_000  # rows of one transaction: less than a second
FILL = f"""do $$
declare done bigint := 0; upto bigint;
begin
 loop
  select max(object_id) into upto from (
   select object_id from search_row where kind = 'record' and object_id > done order by object_id limit {PART}) part;
  exit when upto is null;
  update search_row s set noun = r.register from registers_record r where s.kind = 'record' and s.object_id > done
   and s.object_id <= upto and r.id = s.object_id and s.noun <> r.register;
  commit;
  done := upto;
 end loop;
end $$"""  # noqa: S608  PART is a number of this file, nothing comes from outside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registers", "0001_initial"), ("base", "0009_search_by_noun")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
