"""The tree of units, the version of the organisation, the two system actors, and columns the reading role must not read.

The version comes from a sequence, not from adding one: a number seen inside a transaction that is rolled back is never used
again, so that whoever kept an organisation under it cannot mistake it for another.
"""

from django.db import migrations

TREE = """
create function staff_unit_path() returns trigger language plpgsql as $$
declare
    above bigint[] := '{}';
begin
    perform pg_advisory_xact_lock(hashtext('staff_unit_path'));  -- two moves at once could make a ring
    if new.parent_id is not null then
        select path into above from staff_unit where id = new.parent_id;
        if above is null or new.id = any (above) then
            raise exception '单位不能归属于自己的下级。A unit cannot stand below itself: %', new.id using errcode = 'check_violation';
        end if;
    end if;
    new.path := above || new.id;
    return new;
end $$;
create trigger unit_path before insert or update of parent_id, path on staff_unit
    for each row execute function staff_unit_path();
create function staff_unit_path_below() returns trigger language plpgsql as $$
begin
    update staff_unit set parent_id = parent_id where parent_id = new.id;
    return null;
end $$;
create trigger unit_path_below after update of parent_id, path on staff_unit
    for each row when (new.path is distinct from old.path) execute function staff_unit_path_below();
"""
NO_TREE = """
drop trigger unit_path_below on staff_unit;
drop trigger unit_path on staff_unit;
drop function staff_unit_path_below();
drop function staff_unit_path();
"""

VERSION = """
create sequence staff_org_version;
insert into staff_orgversion (id, version) values (1, nextval('staff_org_version'));
create function staff_org_changed() returns trigger language plpgsql as $$
begin
    update staff_orgversion set version = nextval('staff_org_version');
    return null;
end $$;
create trigger org_changed after insert or update or delete or truncate on staff_unit
    for each statement execute function staff_org_changed();
create trigger org_changed after insert or update or delete or truncate on staff_holding
    for each statement execute function staff_org_changed();
create trigger org_changed after insert or update or delete or truncate on staff_absence
    for each statement execute function staff_org_changed();
create trigger org_changed after insert or update or delete or truncate on staff_shift
    for each statement execute function staff_org_changed();
create trigger org_changed after insert or delete or truncate or update of name, unit_id, superior_id, skills, is_active, left_at
    on staff_staff for each statement execute function staff_org_changed();
create trigger org_changed after insert or update or delete or truncate on base_company
    for each statement execute function staff_org_changed();
"""
NO_VERSION = """
drop trigger org_changed on base_company;
drop trigger org_changed on staff_staff;
drop trigger org_changed on staff_shift;
drop trigger org_changed on staff_absence;
drop trigger org_changed on staff_holding;
drop trigger org_changed on staff_unit;
drop function staff_org_changed();
drop sequence staff_org_version;
"""

ACTORS = """
insert into staff_staff (id, username, password, name, pinyin, initials, phone, email, skills, language, is_active, is_system)
values (0, 'clock', '!', '时钟', 'shi zhong', 'sz', '', '', '{}', 'zh-hans', false, true),
       (1, 'importer', '!', '导入', 'dao ru', 'dr', '', '', '{}', 'zh-hans', false, true)
"""

# Whoever makes statistics with the reading role needs neither password hashes nor those of tokens.
HASHES = """
do $$
declare
    hidden record;
    columns text;
begin
    if not exists (select from pg_roles where rolname = 'shouwen_read') then
        return;
    end if;
    for hidden in select * from (values ('staff_staff', 'password'), ('staff_token', 'hash')) as v (place, secret) loop
        select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
            where attrelid = hidden.place::regclass and attnum > 0 and not attisdropped and attname <> hidden.secret;
        execute format('revoke select on %I from shouwen_read', hidden.place);
        execute format('grant select (%s) on %I to shouwen_read', columns, hidden.place);
    end loop;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial"), ("base", "0002_append_only")]
    operations = [
        migrations.RunSQL(TREE, NO_TREE),
        migrations.RunSQL(VERSION, NO_VERSION),
        migrations.RunSQL(ACTORS, "delete from staff_staff where id in (0, 1)"),
        migrations.RunSQL(HASHES, migrations.RunSQL.noop),
    ]
