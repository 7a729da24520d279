"""The table of search, in parts by kind.

Parts keep the indexes of words apart, so that a character common in cases costs nothing to whoever looks for a customer. Django
knows no partitions: the SQL stands here, the model only describes it. What needs a part of its own later gets one by a
migration that moves its rows out of search_row_other.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

CREATE = """
create table search_row (
    kind varchar(16) not null,
    object_id bigint not null,
    unit_id bigint not null,
    people bigint[] not null,
    level smallint not null check (level >= 0),
    sort_at timestamptz not null,
    updated_at timestamptz not null,
    number varchar(64) collate "C" not null,
    name varchar(200) collate "C" not null,
    title varchar(200) not null,
    preview varchar(400) not null,
    text text not null,
    tokens tsvector not null,
    primary key (kind, object_id)
) partition by list (kind);
create table search_row_case partition of search_row for values in ('case');
create table search_row_customer partition of search_row for values in ('customer');
create table search_row_record partition of search_row for values in ('record');
create table search_row_other partition of search_row default;
create index search_tokens on search_row using gin (tokens) with (fastupdate = off);
create index search_newest on search_row (sort_at desc, kind desc, object_id desc);
create index search_number on search_row (number) where number <> '';
create index search_name on search_row (name) where name <> '';
"""

STATE = [
    migrations.CreateModel(
        name="SearchRow",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey("kind", "object_id", blank=True, editable=False, primary_key=True, serialize=False),
            ),
            ("kind", models.CharField(max_length=16, verbose_name="类别")),
            ("object_id", models.BigIntegerField(verbose_name="对象")),
            ("unit_id", models.BigIntegerField(verbose_name="单位")),
            (
                "people",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.BigIntegerField(), default=list, size=None, verbose_name="有关人员"
                ),
            ),
            ("level", models.PositiveSmallIntegerField(default=0, verbose_name="密级")),
            ("sort_at", models.DateTimeField(verbose_name="排序时间")),
            ("updated_at", models.DateTimeField(verbose_name="更新时间")),
            ("number", models.CharField(blank=True, db_collation="C", max_length=64, verbose_name="编号")),
            ("name", models.CharField(blank=True, db_collation="C", max_length=200, verbose_name="名称")),
            ("title", models.CharField(max_length=200, verbose_name="标题")),
            ("preview", models.CharField(blank=True, max_length=400, verbose_name="摘要")),
            ("text", models.TextField(blank=True, verbose_name="全文")),
            ("tokens", django.contrib.postgres.search.SearchVectorField(verbose_name="词")),
        ],
        options={
            "verbose_name": "检索",
            "db_table": "search_row",
            "indexes": [
                django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["tokens"], name="search_tokens"),
                models.Index(fields=["-sort_at", "-kind", "-object_id"], name="search_newest"),
                models.Index(condition=models.Q(("number", ""), _negated=True), fields=["number"], name="search_number"),
                models.Index(condition=models.Q(("name", ""), _negated=True), fields=["name"], name="search_name"),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    dependencies = [("base", "0002_append_only")]
    operations = [
        migrations.SeparateDatabaseAndState([migrations.RunSQL(CREATE, "drop table search_row")], STATE),
    ]
