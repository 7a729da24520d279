"""Keep what accounts and books come to, so that a page of totals need not add up every entry there ever was.

The database notes each new entry in the transaction that writes it: no row is shared with another act, so nobody waits. The worker adds
what has been noted and takes the note away, in one transaction. What is there already is added up here: entries are read once, and
nobody writes any meanwhile (some seconds for a million).
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

NOTE = """
create function ledger_note() returns trigger language plpgsql as $$ begin
 insert into ledger_freshentry (entry_id) select id from entered; return null; end $$;
create trigger ledger_note after insert on ledger_entry referencing new table as entered for each statement execute function ledger_note();
"""
UNNOTE = "drop trigger ledger_note on ledger_entry; drop function ledger_note();"
ADD = """
lock table ledger_entry in share row exclusive mode;
insert into ledger_accounttotal (book, party, party_id, unit_id, amount, entries, reversals, last)
 select book, case when grouping(party) = 1 then '' else party end, case when grouping(party_id) = 1 then 0 else party_id end,
  case when grouping(unit) = 1 then -1 else unit end, sum(amount), count(*) filter (where reverses_id is null),
  count(*) filter (where reverses_id is not null), max(at)
 from (select *, coalesce(unit_id, 0) as unit from ledger_entry) e
 group by grouping sets ((book, party, party_id, unit), (book, party, party_id), (book, party, unit), (book, party), (book, unit), (book));
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_entry_state")]
    operations = [
        migrations.CreateModel(
            name="AccountTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("book", models.CharField(max_length=64, verbose_name="账簿")),
                ("party", models.CharField(blank=True, max_length=8, verbose_name="记账对象类别")),
                ("party_id", models.BigIntegerField(default=0, verbose_name="记账对象")),
                ("unit_id", models.BigIntegerField(verbose_name="单位")),
                ("amount", models.BigIntegerField(verbose_name="数额")),
                ("entries", models.BigIntegerField(verbose_name="记账笔数")),
                ("reversals", models.BigIntegerField(verbose_name="冲销笔数")),
                ("last", models.DateTimeField(verbose_name="最近一笔")),
            ],
            options={
                "verbose_name": "合计",
                "indexes": [
                    models.Index(
                        fields=["book", "party", "unit_id", "-amount", "party_id"],
                        name="total_largest",
                        condition=~Q(party_id=0),
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("book", "party", "party_id", "unit_id"), name="total_once")],
            },
        ),
        migrations.CreateModel(
            name="FreshEntry",
            fields=[("entry_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="记账"))],
            options={"verbose_name": "新账"},
        ),
        migrations.RunSQL(ADD, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE, UNNOTE),
    ]
