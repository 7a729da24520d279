"""Units, members of staff, the posts they hold, absence, duty, tokens: facts and constraints.

The verbs are in `changes`, `tokens` and `sign_in`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from shouwen.base.fields import IdField
from shouwen.staff.door_models import (  # noqa: F401  Django looks for models here
    DoorRules,
    Factor,
    Invitation,
    RecoveryCode,
    SignedIn,
    SignInTries,
    UsedPassword,
)

CLOCK: Final = 0  # the staff id under which the clock acts; its row exists, so that every actor has a name
SEPARATED: Final = ("system_admin", "security_admin", "auditor")  # 三员分立: nobody is two of them
IMPORTER: Final = 1  # the member of staff in whose name old cases are taken in


def _one_at_a_time(name: str, *columns: str) -> ExclusionConstraint:
    """Of rows that agree in the columns no two hold at the same time. Without a unit is a place of its own, not "unknown"."""
    period = Func(F("since"), F("until"), function="tstzrange", output_field=DateTimeRangeField())
    same = [(Coalesce(F("unit"), 0) if column == "unit" else F(column), RangeOperators.EQUAL) for column in columns]
    return ExclusionConstraint(
        name=name, expressions=[*same, (period, RangeOperators.OVERLAPS)], violation_error_message=_("与已有的时间段重叠。")
    )


class Unit(models.Model):
    """单位: a site or department in the tree of the company. `path` (from the top down to itself) is kept by the database."""

    class Kind(models.TextChoices):
        """What a unit is."""

        COMPANY = "company", _("公司")
        SITE = "site", _("项目")
        DEPARTMENT = "department", _("部门")

    id = IdField()
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=16, choices=Kind.choices, default=Kind.DEPARTMENT)
    parent = models.ForeignKey(
        "staff.Unit", models.PROTECT, related_name="units", null=True, blank=True, verbose_name=_("上级单位")
    )
    path = ArrayField(models.BigIntegerField(), default=list, editable=False)
    head = models.ForeignKey(
        "staff.Staff", models.SET_NULL, related_name="heads", null=True, blank=True, verbose_name=_("负责人")
    )
    calendar = models.CharField(_("工作日历"), max_length=64, blank=True)
    region = models.CharField(_("所在地"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    closed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)  # its past keeps its name; nothing new begins in it

    class Meta:
        verbose_name = _("单位")
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(
                fields=["parent", "name"], nulls_distinct=False, name="unit_named_once",
                violation_error_message=_("同一上级单位下已有这个名称。"),
            ),
            models.CheckConstraint(condition=Q(kind__in=["company", "site", "department"]), name="unit_kind_known"),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Staff"]):
    """Finds people by user name, whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """Return the person with that user name; DoesNotExist otherwise."""
        return self.get(username=(username or "").strip().lower())

    def people(self) -> models.QuerySet[Staff]:
        """Everybody who works here, in the order of Chinese lists; no system actors, nobody who has left."""
        return self.filter(is_active=True, is_system=False).order_by("pinyin", "id")


class Staff(AbstractBaseUser):
    """员工: somebody who works here and may sign in; also the two named system actors 时钟 and 导入, who may not."""

    class Language(models.TextChoices):
        """In which language the pages speak to somebody."""

        CHINESE = "zh-hans", _("简体中文")
        ENGLISH = "en", "English"

    class Theme(models.TextChoices):
        """Whether the pages are light or dark to somebody."""

        DEVICE = "", _("跟随设备")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    id = IdField()
    username = models.CharField(_("用户名"), max_length=64)
    name = models.CharField(_("姓名"), max_length=64)
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True)  # what lists are ordered by
    initials = models.CharField(_("拼音首字母"), max_length=32, blank=True)
    phone = models.CharField(_("电话"), max_length=32, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="staff", null=True, blank=True, verbose_name=_("所在单位"))
    superior = models.ForeignKey(
        "staff.Staff", models.SET_NULL, related_name="reports", null=True, blank=True, verbose_name=_("上级")
    )
    skills = ArrayField(models.CharField(max_length=32), default=list, blank=True, verbose_name=_("技能"))
    language = models.CharField(_("语言"), max_length=8, choices=Language.choices, default=Language.CHINESE)
    theme = models.CharField(_("外观"), max_length=8, choices=Theme.choices, default=Theme.DEVICE, blank=True)
    is_active = models.BooleanField(_("在职"), default=True)
    is_system = models.BooleanField(_("系统身份"), default=False, editable=False)
    left_at = models.DateTimeField(_("离职时间"), null=True, blank=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("员工")
        constraints = (
            models.UniqueConstraint(fields=["username"], name="staff_username", violation_error_message=_("用户名已被使用。")),
            models.CheckConstraint(condition=Q(username=Lower(F("username"))) & ~Q(username=""), name="staff_username_lower"),
            models.CheckConstraint(condition=~Q(superior=F("id")), name="staff_not_own_superior"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(is_active=False), name="staff_left_is_inactive"),
            models.CheckConstraint(condition=Q(is_system=False) | Q(is_active=False), name="staff_system_never_signs_in"),
        )
        indexes = (
            models.Index(fields=["pinyin", "id"], name="staff_by_pinyin"),
            models.Index(fields=["unit"], name="staff_of_unit"),
        )

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name, for Django's own templates."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name: Chinese names are not shortened."""
        return self.name


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from a moment until a moment."""

    def standing(self, at: datetime) -> Self:
        """Those that hold at a moment."""
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class Holding(models.Model):
    """任职: that somebody holds a post (an id of the pack) in a unit and those below it, or everywhere when no unit is named.

    Of one person, post and unit only one at a time (exclusion constraint `holding_once_at_a_time`).
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="holdings", verbose_name=_("员工"))
    post = models.CharField(_("岗位"), max_length=64)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="holdings", null=True, blank=True, verbose_name=_("单位"))
    since = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        indexes = (models.Index(fields=["post", "unit"], name="holding_by_post"),)
        constraints = (
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="holding_ends_after_start"),
            models.CheckConstraint(condition=~Q(post=""), name="holding_names_a_post"),
            _one_at_a_time("holding_once_at_a_time", "staff", "post", "unit"),
            ExclusionConstraint(
                name="holding_administrators_apart",
                condition=Q(post__in=SEPARATED),
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("post", RangeOperators.NOT_EQUAL),
                    (
                        Func(F("since"), F("until"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("系统管理员、安全管理员、审计员不得由同一人担任。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.post}"


class Absence(models.Model):
    """不在岗: that somebody is away, and who stands in. Absences of one person never overlap (`absence_once_at_a_time`)."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="absences", verbose_name=_("员工"))
    since = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"))
    deputy = models.ForeignKey(Staff, models.PROTECT, related_name="stands_in", null=True, blank=True, verbose_name=_("代理人"))
    reason = models.CharField(_("原因"), max_length=80, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("不在岗")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("staff")), name="absence_deputy_is_another"),
            _one_at_a_time("absence_once_at_a_time", "staff"),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.since:%Y-%m-%d}"


class Shift(models.Model):
    """值班: that somebody is on duty for a post. Shifts of one person, post and unit never overlap (`shift_once_at_a_time`)."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="shifts", verbose_name=_("员工"))
    post = models.CharField(_("岗位"), max_length=64)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shifts", null=True, blank=True, verbose_name=_("单位"))
    since = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班")
        indexes = (models.Index(fields=["until", "since"], name="shift_by_time"),)
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="shift_ends_after_start"),
            models.CheckConstraint(condition=~Q(post=""), name="shift_names_a_post"),
            _one_at_a_time("shift_once_at_a_time", "staff", "post", "unit"),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.post} {self.since:%Y-%m-%d}"


class ShiftPattern(models.Model):
    """班次: hours that rosters are made of, by name: 早班 from 08:00 for eight hours. A roster keeps the hours, not the name."""

    name = models.CharField(_("名称"), max_length=16)
    begins = models.PositiveSmallIntegerField(_("开始"))  # minutes after 00:00
    minutes = models.PositiveSmallIntegerField(_("时长"))
    position = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("班次")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["name"], name="pattern_named_once", violation_error_message=_("已有这个名称的班次。")),
            models.CheckConstraint(
                condition=Q(begins__lt=1440, minutes__gt=0, minutes__lte=1440), name="pattern_within_a_day",
                violation_error_message=_("班次在当天开始，最长 24 小时。"),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """令牌: lets a program act as a member of staff. Only a keyed hash of it is kept; `prefix` is shown, to tell tokens apart."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="tokens", verbose_name=_("员工"))
    label = models.CharField(_("用途"), max_length=80)
    prefix = models.CharField(_("前缀"), max_length=16)
    hash = models.BinaryField(_("指纹"), max_length=32)
    created_at = models.DateTimeField(_("建立时间"))
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)  # to the hour
    reads_only = models.BooleanField(_("只读"), default=False)

    class Meta:
        verbose_name = _("令牌")
        constraints = (models.UniqueConstraint(fields=["hash"], name="token_hash"),)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class OrgVersion(models.Model):
    """Which state of the organisation is in force: one row, moved by triggers on every change, also by hand-written SQL."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="orgversion_is_one"),)

    def __str__(self) -> str:
        return str(self.version)
