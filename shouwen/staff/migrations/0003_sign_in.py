"""Signing in: rules, former passwords, second factors, invitations, sign-ins; and three administrators who are three people."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A change of the rules moves the version that every process keeps them by.
RULES = """
create trigger org_changed after insert or update or delete or truncate on staff_doorrules
    for each statement execute function staff_org_changed();
"""

# Whoever makes statistics with the reading role sees no hash, no salt, and no key of a session.
SECRETS = """
do $$
declare
    hidden record;
    columns text;
begin
    if not exists (select from pg_roles where rolname = 'shouwen_read') then
        return;
    end if;
    for hidden in select * from (values ('staff_usedpassword', 'hash'), ('staff_factor', 'salt'), ('staff_recoverycode', 'hash'),
            ('staff_invitation', 'hash'), ('staff_signedin', 'key')) as v (place, secret) loop
        select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
            where attrelid = hidden.place::regclass and attnum > 0 and not attisdropped and attname <> hidden.secret;
        execute format('revoke select on %I from shouwen_read', hidden.place);
        execute format('grant select (%s) on %I to shouwen_read', columns, hidden.place);
    end loop;
    if has_table_privilege('shouwen_read', 'django_session', 'select') then
        execute 'revoke select on django_session from shouwen_read';
    end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_organisation"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoorRules",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("min_length", models.PositiveSmallIntegerField(default=8, verbose_name="密码最少位数")),
                ("min_classes", models.PositiveSmallIntegerField(default=3, verbose_name="至少包含几类字符")),
                ("remembered", models.PositiveSmallIntegerField(default=5, verbose_name="不得与最近几次密码相同")),
                ("password_days", models.PositiveSmallIntegerField(default=90, verbose_name="密码有效天数")),
                ("factor_for_all", models.BooleanField(default=False, verbose_name="所有人都要验证码")),
                ("idle_minutes", models.PositiveSmallIntegerField(default=60, verbose_name="多少分钟不操作即结束登录")),
                ("lifetime_hours", models.PositiveSmallIntegerField(default=12, verbose_name="一次登录最长几小时")),
                ("eased", models.BooleanField(default=False, verbose_name="演示用的宽松规则")),
            ],
            options={
                "verbose_name": "登录规则",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="doorrules_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(("min_length__gte", 8), ("min_length__lte", 64)), name="doorrules_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_classes__gte", 1), ("min_classes__lte", 4)), name="doorrules_classes"
                    ),
                    models.CheckConstraint(condition=models.Q(("remembered__lte", 24)), name="doorrules_remembered"),
                    models.CheckConstraint(condition=models.Q(("password_days__lte", 3650)), name="doorrules_days"),
                    models.CheckConstraint(
                        condition=models.Q(("idle_minutes__gte", 5), ("idle_minutes__lte", 720)), name="doorrules_idle"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lifetime_hours__gte", 1), ("lifetime_hours__lte", 168)), name="doorrules_lifetime"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="factor",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("salt", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="启用时间")),
                ("last_step", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "验证码",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                ("made_by", models.BigIntegerField(verbose_name="建立人")),
                ("expires_at", models.DateTimeField(verbose_name="到期时间")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
            ],
            options={
                "verbose_name": "邀请",
                "constraints": [
                    models.UniqueConstraint(fields=("hash",), name="invitation_hash"),
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("made_at"))), name="invitation_lasts"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.BinaryField(max_length=32)),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
            ],
            options={
                "verbose_name": "备用码",
            },
        ),
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(blank=True, max_length=40, null=True)),
                ("began_at", models.DateTimeField(verbose_name="登录时间")),
                ("seen_at", models.DateTimeField(verbose_name="最近操作")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="来自")),
                ("device", models.CharField(blank=True, max_length=80, verbose_name="设备")),
                ("two_factors", models.BooleanField(default=False, verbose_name="用了验证码")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("out", "退出登录"),
                            ("ended", "被结束"),
                            ("idle", "长时间未操作"),
                            ("lifetime", "达到最长时间"),
                            ("password", "密码已更改"),
                        ],
                        max_length=12,
                        verbose_name="结束原因",
                    ),
                ),
            ],
            options={
                "verbose_name": "登录",
                "indexes": [models.Index(fields=["ended_at"], name="signedin_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("key",), name="signedin_key"),
                    models.CheckConstraint(
                        condition=models.Q(("key", None), ("ended_at", None), _connector="OR"), name="signedin_ended_has_no_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), models.Q(("why", ""), _negated=True), _connector="OR"),
                        name="signedin_ended_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsedPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=200)),
                ("since", models.DateTimeField(verbose_name="自")),
            ],
        ),
        migrations.AddField(
            model_name="token",
            name="reads_only",
            field=models.BooleanField(default=False, verbose_name="只读"),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("post__in", ("system_admin", "security_admin", "auditor"))),
                expressions=[
                    ("staff", "="),
                    ("post", "<>"),
                    (
                        models.Func(
                            models.F("since"),
                            models.F("until"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="holding_administrators_apart",
                violation_error_message="系统管理员、安全管理员、审计员不得由同一人担任。",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="recovery_codes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signedin",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sign_ins", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="usedpassword",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="used_passwords", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("used_at", None)), fields=("staff",), name="invitation_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("staff", "hash"), name="recoverycode_once"),
        ),
        migrations.AddIndex(
            model_name="signedin",
            index=models.Index(fields=["staff", "-began_at"], name="signedin_of"),
        ),
        migrations.AddIndex(
            model_name="usedpassword",
            index=models.Index(fields=["staff", "-since"], name="usedpassword_newest"),
        ),
        migrations.RunSQL(RULES, "drop trigger org_changed on staff_doorrules"),
        migrations.RunSQL(SECRETS, migrations.RunSQL.noop),
    ]
