"""A ledger that only grows, and reversals that are what they say.

As in the journal, UPDATE, DELETE and TRUNCATE are taken from every role that has them and refused by triggers besides. A second
trigger holds what no constraint can say: a reversal has the opposite amount of its entry, in the same book, of the same party, and
nothing reverses a reversal.
"""

from django.db import migrations

REFUSE = """
create trigger entry_append_only before update or delete or truncate on ledger_entry
    for each statement execute function shouwen_append_only();
alter table ledger_entry enable always trigger entry_append_only;
do $$
declare
    grantee text;
begin
    revoke update, delete, truncate, references, trigger on ledger_entry from public;
    for grantee in
        select distinct r.rolname from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
        where c.oid = 'ledger_entry'::regclass and a.grantee <> c.relowner
    loop
        execute format('revoke update, delete, truncate, references, trigger on ledger_entry from %I', grantee);
    end loop;
end $$;

create function shouwen_reversal() returns trigger language plpgsql as $$
declare
    entry ledger_entry;
begin
    select * into entry from ledger_entry where id = new.reverses_id;
    if entry.id is null or entry.reverses_id is not null or entry.book <> new.book or entry.party <> new.party
        or entry.party_id <> new.party_id or entry.amount <> -new.amount then
        raise exception '冲销与原记账不符。Entry % does not reverse entry %.', new.id, new.reverses_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger entry_reversal before insert on ledger_entry
    for each row when (new.reverses_id is not null) execute function shouwen_reversal();
alter table ledger_entry enable always trigger entry_reversal;
"""
PERMIT = """
drop trigger entry_append_only on ledger_entry;
drop trigger entry_reversal on ledger_entry;
drop function shouwen_reversal();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("base", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, PERMIT)]
