"""What signing in rests on: the company's rules, former passwords, second factors, invitations, and where somebody is signed in.

The verbs are in `sign_in`, `passwords`, `factors`, `invitations`, `sessions` and `door_rules`. No secret stands here in clear:
passwords and codes are hashed, the secret of a second factor is derived from SECRET_KEY and the salt of its row.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DoorRules(models.Model):
    """登录规则: one row, what the company asks of whoever signs in. The defaults are those of 等保 (GB/T 22239-2019, 8.1.4.1)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    min_length = models.PositiveSmallIntegerField(_("密码最少位数"), default=8)
    min_classes = models.PositiveSmallIntegerField(_("至少包含几类字符"), default=3)
    remembered = models.PositiveSmallIntegerField(_("不得与最近几次密码相同"), default=5)
    password_days = models.PositiveSmallIntegerField(_("密码有效天数"), default=90)  # 0: it does not expire
    factor_for_all = models.BooleanField(_("所有人都要验证码"), default=False)
    idle_minutes = models.PositiveSmallIntegerField(_("多少分钟不操作即结束登录"), default=60)
    lifetime_hours = models.PositiveSmallIntegerField(_("一次登录最长几小时"), default=12)
    eased = models.BooleanField(_("演示用的宽松规则"), default=False)  # a demo: one password for all, no second factor asked

    class Meta:
        verbose_name = _("登录规则")
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="doorrules_is_one"),
            models.CheckConstraint(condition=Q(min_length__gte=8, min_length__lte=64), name="doorrules_length"),
            models.CheckConstraint(condition=Q(min_classes__gte=1, min_classes__lte=4), name="doorrules_classes"),
            models.CheckConstraint(condition=Q(remembered__lte=24), name="doorrules_remembered"),
            models.CheckConstraint(condition=Q(password_days__lte=3650), name="doorrules_days"),
            models.CheckConstraint(condition=Q(idle_minutes__gte=5, idle_minutes__lte=720), name="doorrules_idle"),
            models.CheckConstraint(condition=Q(lifetime_hours__gte=1, lifetime_hours__lte=168), name="doorrules_lifetime"),
        )

    def __str__(self) -> str:
        return f"{self.min_length} {self.password_days}"


class UsedPassword(models.Model):
    """A password somebody has or had, as its hash; the newest row is the present one and says since when."""

    staff = models.ForeignKey("staff.Staff", models.CASCADE, related_name="used_passwords")
    hash = models.CharField(max_length=200)
    since = models.DateTimeField(_("自"))

    class Meta:
        indexes = (models.Index(fields=["staff", "-since"], name="usedpassword_newest"),)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.since:%Y-%m-%d}"


class Factor(models.Model):
    """验证码: somebody's second factor (TOTP, RFC 6238). It counts once a first right code confirmed it."""

    staff = models.OneToOneField("staff.Staff", models.CASCADE, primary_key=True, related_name="factor")
    salt = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("建立时间"))
    confirmed_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    last_step = models.BigIntegerField(default=0)  # of the last code taken: none is taken twice

    class Meta:
        verbose_name = _("验证码")

    def __str__(self) -> str:
        return f"{self.staff_id}"


class RecoveryCode(models.Model):
    """备用码: opens the door once instead of a code, when the telephone is lost. A keyed hash of it."""

    staff = models.ForeignKey("staff.Staff", models.CASCADE, related_name="recovery_codes")
    hash = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("备用码")
        constraints = (models.UniqueConstraint(fields=["staff", "hash"], name="recoverycode_once"),)

    def __str__(self) -> str:
        return f"{self.staff_id}"


class Invitation(models.Model):
    """邀请: lets somebody set a password once, the first or a forgotten one. A keyed hash of its code."""

    staff = models.ForeignKey("staff.Staff", models.CASCADE, related_name="invitations")
    hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("建立时间"))
    made_by = models.BigIntegerField(_("建立人"))
    expires_at = models.DateTimeField(_("到期时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("邀请")
        constraints = (
            models.UniqueConstraint(fields=["hash"], name="invitation_hash"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_lasts"),
            models.UniqueConstraint(fields=["staff"], condition=Q(used_at=None, ended_at=None), name="invitation_open_once"),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.expires_at:%Y-%m-%d}"


class SignedIn(models.Model):
    """登录: somebody at one browser, from signing in to its end. `key` names Django's session while it lasts."""

    class End(models.TextChoices):
        """Why it ended."""

        OUT = "out", _("退出登录")
        ENDED = "ended", _("被结束")
        IDLE = "idle", _("长时间未操作")
        LIFETIME = "lifetime", _("达到最长时间")
        PASSWORD = "password", _("密码已更改")

    staff = models.ForeignKey("staff.Staff", models.CASCADE, related_name="sign_ins")
    key = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001  null when it has ended, and unique otherwise
    began_at = models.DateTimeField(_("登录时间"))
    seen_at = models.DateTimeField(_("最近操作"))  # to the minute
    address = models.CharField(_("来自"), max_length=45, blank=True)
    device = models.CharField(_("设备"), max_length=80, blank=True)
    two_factors = models.BooleanField(_("用了验证码"), default=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    why = models.CharField(_("结束原因"), max_length=12, choices=End.choices, blank=True)

    class Meta:
        verbose_name = _("登录")
        indexes = (
            models.Index(fields=["staff", "-began_at"], name="signedin_of"),
            models.Index(fields=["ended_at"], name="signedin_age"),
        )
        constraints = (
            models.UniqueConstraint(fields=["key"], name="signedin_key"),
            models.CheckConstraint(condition=Q(key=None) | Q(ended_at=None), name="signedin_ended_has_no_key"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(why=""), name="signedin_ended_why"),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.began_at:%Y-%m-%d %H:%M}"


class SignInTries(models.Model):
    """How often a sign-in failed for one name or from one address since a moment. The key is a keyed hash: no name is kept."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()
    n = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=["since"], name="signintries_age"),)

    def __str__(self) -> str:
        return f"{self.n}"
