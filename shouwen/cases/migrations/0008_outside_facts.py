"""Facts others tell us: rows are only added, as in the journal and the ledger; what was known when is never changed."""

from django.db import migrations, models
from django.db.models import Q

REFUSE = """
create trigger outside_fact_append_only before update or delete or truncate on cases_outsidefact
    for each statement execute function shouwen_append_only();
alter table cases_outsidefact enable always trigger outside_fact_append_only;
do $$
declare
    grantee text;
begin
    revoke update, delete, truncate, references, trigger on cases_outsidefact from public;
    for grantee in
        select distinct r.rolname from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
        where c.oid = 'cases_outsidefact'::regclass and a.grantee <> c.relowner
    loop
        execute format('revoke update, delete, truncate, references, trigger on cases_outsidefact from %I', grantee);
    end loop;
end $$;
"""
PERMIT = "drop trigger outside_fact_append_only on cases_outsidefact"


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_what_rounds_opened"), ("base", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="OutsideFact",
            fields=[
                ("id", models.BigIntegerField(primary_key=True)),
                ("name", models.CharField(max_length=64, verbose_name="事实")),
                ("about_kind", models.CharField(blank=True, max_length=16, verbose_name="关于")),
                ("about_id", models.BigIntegerField(default=0)),
                ("value", models.JSONField(verbose_name="值")),
                ("as_of", models.DateTimeField(verbose_name="截至")),
                ("source", models.CharField(blank=True, max_length=400, verbose_name="来源")),
                ("by_id", models.BigIntegerField(verbose_name="经手人")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
            ],
            options={"verbose_name": "外来事实"},
        ),
        migrations.AddConstraint(
            "outsidefact",
            models.UniqueConstraint(fields=["name", "about_kind", "about_id", "as_of"], name="outside_fact_once"),
        ),
        migrations.AddConstraint(
            "outsidefact",
            models.CheckConstraint(
                condition=Q(about_kind="", about_id=0) | (~Q(about_kind="") & Q(about_id__gt=0)), name="outside_fact_about"
            ),
        ),
        migrations.RunSQL(REFUSE, PERMIT),
    ]
