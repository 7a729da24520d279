"""What every app writes: the journal, notices, seen keys, counters, attachments, and the company itself."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, in_sight, withheld
from shouwen.base.fields import IdField
from shouwen.base.ready import ready
from shouwen.base.search_models import SearchRow  # noqa: F401  Django looks for models here
from shouwen.policy.act import Ref

PAGE = 50
CASE = "case"
# What an auditor reads: who signed in, was appointed, uncovered or exported something, changed the rules.
AUDITED = Q(subject_kind__in=["staff", "unit", "company", "calendar", "journal"]) & ~Q(act="") | Q(act__in=["reveal", "export"])


class EventQuerySet(models.QuerySet["Event"]):
    """Words to ask the journal with. Pages go by `seq` (keyset), never by OFFSET or COUNT."""

    def of(self, subject: Ref) -> Self:
        """Everything about one subject, oldest first. What is about a case itself is found among all that belongs to it."""
        column = "case_id" if subject.kind == CASE else "subject_id"
        return self.filter(**{column: subject.id}, subject_kind=subject.kind).order_by("seq")

    def of_case(self, case: int) -> Self:
        """Everything that belongs to a case, also what was about its records or people, oldest first."""
        return self.filter(case_id=case).order_by("seq")

    def by_clause(self, clause: str) -> Self:
        """Everything a clause did, of all its versions, oldest first by when it happened."""
        return self.exclude(clause="").filter(clause=clause).order_by("kind", "at")

    def after(self, seq: int, limit: int = PAGE) -> list[Event]:
        """The next page upwards."""
        return list(self.filter(seq__gt=seq).order_by("seq")[:limit])

    def before(self, seq: int | None, limit: int = PAGE) -> list[Event]:
        """The next page downwards, newest first; None begins with the newest."""
        return list((self if seq is None else self.filter(seq__lt=seq)).order_by("-seq")[:limit])

    def visible_to(self, reader: Reader) -> Self:
        """What somebody may read: what they did themselves, and events of subjects they may see."""
        own = Q(actor_id=reader.staff) & ~Q(actor_id=0)
        return self.filter(ready(self.model, reader, lambda: own & ~withheld(reader) | in_sight(reader)))


class Event(models.Model):
    """记录: one immutable fact, with who, when, and by which clause. The database refuses to change or delete it.

    One row for each act (`kind` "act") and one for each effect that rests on a clause (`kind` names the effect). Written by
    `journal.write_events` only. Ids of people, never their names or numbers; no foreign keys, for a fact outlives its things.
    """

    seq = models.BigAutoField(_("序号"), primary_key=True)
    subject_kind = models.CharField(_("对象类别"), max_length=16)
    noun = models.CharField(_("类型"), max_length=64)
    subject_id = models.BigIntegerField(_("对象"))
    case_id = models.BigIntegerField(_("事项"), null=True, blank=True)
    kind = models.CharField(_("记录类别"), max_length=24)
    act = models.CharField(_("动作"), max_length=64, blank=True)
    actor_id = models.BigIntegerField(_("经手人"))  # 0: the clock
    clause = models.CharField(_("条款"), max_length=160, blank=True)
    clause_since = models.DateField(_("条款版本"), null=True, blank=True)
    at = models.DateTimeField(_("发生时间"))
    entered_at = models.DateTimeField(_("录入时间"))
    data = models.JSONField(_("内容"), default=dict)
    key = models.CharField(_("幂等键"), max_length=200, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("记录")
        indexes = (
            models.Index(fields=["case_id", "seq"], name="event_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["clause", "kind", "at"], name="event_clause", condition=~Q(clause="")),
            models.Index(fields=["noun", "act", "at"], name="event_act", condition=~Q(act="")),
            models.Index(fields=["actor_id", "at"], name="event_actor", condition=Q(kind="act")),
            models.Index(fields=["subject_kind", "subject_id", "seq"], name="event_subject", condition=~Q(subject_kind=CASE)),
            models.Index(fields=["-seq"], name="event_audited", condition=AUDITED),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(subject_kind="") & ~Q(kind=""), name="event_is_about_something"),
            models.CheckConstraint(condition=~Q(kind="act") | ~Q(act=""), name="event_names_its_act"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.act or self.clause}"

    @property
    def subject(self) -> Ref:
        """What the fact is about."""
        return Ref(self.subject_kind, self.noun, self.subject_id)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Words to ask the inbox with."""

    def inbox(self, staff: int) -> Self:
        """What somebody was told; what happened last comes first."""
        return self.filter(staff_id=staff).order_by("-at", "-id")

    def unread(self, staff: int) -> Self:
        """What somebody was told and has not read yet."""
        return self.filter(staff_id=staff, read_at=None)

    def unconfirmed(self, staff: int) -> Self:
        """What somebody still owes a confirmation of."""
        return self.filter(staff_id=staff, confirm=True, confirmed_at=None)

    def still_to_confirm(self, case: int) -> Self:
        """What members of staff were told of a case and have not confirmed; for those who may see the case."""
        return self.filter(case_id=case, staff_id__isnull=False, confirm=True, confirmed_at=None).order_by("at", "pk")

    def visible_to(self, reader: Reader) -> Self:
        """Own ones, those of whom one stands in for, and what the customer of a case in sight was told."""
        return self.filter(ready(self.model, reader, lambda: _told(reader)))


def _told(reader: Reader) -> Q:
    return Q(staff_id__in=reader.people) & ~withheld(reader) | Q(customer_id__isnull=False) & in_sight(reader, subject=False)


class Notice(models.Model):
    """通知: what one person is told, in the application's inbox or through a channel.

    Written in the transaction of its cause. In the inbox (`channel` "app") it has arrived by being there; other channels are
    drained by the worker (`outbox.drain`), which may send twice after a crash but never loses one. `key` stops a second notice
    for the same cause.
    """

    class State(models.TextChoices):
        """How far a notice is."""

        WAITING = "waiting", _("待送达")
        SENT = "sent", _("已送达")
        FAILED = "failed", _("未能送达")

    id = IdField()
    staff_id = models.BigIntegerField(_("员工"), null=True, blank=True)
    customer_id = models.BigIntegerField(_("客户"), null=True, blank=True)
    case_id = models.BigIntegerField(_("事项"), null=True, blank=True)
    clause = models.CharField(_("条款"), max_length=160, blank=True)
    clause_since = models.DateField(_("条款版本"), null=True, blank=True)
    topic = models.CharField(_("事由"), max_length=64)
    text = models.TextField(_("内容"), blank=True)
    payload = models.JSONField(_("数据"), default=dict)
    channel = models.CharField(_("渠道"), max_length=24, default="app")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField(_("时间"))
    try_at = models.DateTimeField(_("下次发送"))
    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    trouble = models.CharField(_("未送达原因"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    confirm = models.BooleanField(_("需确认"), default=False)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    key = models.CharField(_("幂等键"), max_length=200)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        indexes = (
            models.Index(fields=["channel", "try_at"], name="notice_waiting", condition=Q(state="waiting")),
            models.Index(fields=["staff_id", "-at", "-id"], name="notice_inbox", condition=Q(staff_id__isnull=False)),
            models.Index(fields=["staff_id"], name="notice_unread", condition=Q(staff_id__isnull=False, read_at=None)),
            models.Index(fields=["case_id"], name="notice_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["staff_id", "-id"], name="notice_to_confirm", condition=Q(confirm=True, confirmed_at=None)),
        )
        constraints = (
            models.UniqueConstraint(fields=["key"], name="notice_key"),
            models.CheckConstraint(
                condition=Q(staff_id__isnull=False, customer_id=None) | Q(staff_id=None, customer_id__isnull=False),
                name="notice_tells_one_person",
            ),
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "failed"]), name="notice_state_known"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notice_sent_when"),
            models.CheckConstraint(condition=Q(confirmed_at=None) | Q(confirm=True), name="notice_confirmed_if_asked"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.state}"


class ActKey(models.Model):
    """A client's key of an act, and the answer it got: sending the same act again gets the same answer and changes nothing."""

    owner_id = models.BigIntegerField(_("经手人"))  # two persons may choose the same key
    key = models.CharField(_("幂等键"), max_length=200)
    digest = models.BinaryField(_("请求摘要"), max_length=32)
    answer = models.JSONField(_("答复"), null=True, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("幂等键")
        indexes = (models.Index(fields=["at"], name="actkey_age"),)
        constraints = (models.UniqueConstraint(fields=["owner_id", "key"], name="actkey_once"),)

    def __str__(self) -> str:
        return self.key


class Counter(models.Model):
    """How far the human numbers of one prefix and day have come. Written by `numbering` only."""

    prefix = models.CharField(_("前缀"), max_length=12)
    day = models.DateField(_("日期"))
    n = models.PositiveIntegerField(_("已用"))

    class Meta:
        verbose_name = _("编号")
        constraints = (models.UniqueConstraint(fields=["prefix", "day"], name="counter_of_prefix_and_day"),)

    def __str__(self) -> str:
        return f"{self.prefix} {self.day} {self.n}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Words to find attachments with."""

    def visible_to(self, reader: Reader) -> Self:
        """What somebody attached themselves and has not used yet, and attachments of subjects they may see."""
        loose = Q(uploaded_by=reader.staff, case_id=None, subject_id=None) & ~Q(uploaded_by=0)
        return self.filter(ready(self.model, reader, lambda: loose | in_sight(reader)))


class Attachment(models.Model):
    """附件: a file somebody attached. The bytes lie under the home by their hash; `attachments` is the only reader and writer.

    The row comes after the file, so a row without its file cannot be; a file without a row can (a crash between) and is harmless.
    """

    id = IdField()
    sha256 = models.CharField(_("指纹"), max_length=64)
    size = models.PositiveBigIntegerField(_("大小"))
    media_type = models.CharField(_("类型"), max_length=80)  # found in the bytes, not what the sender said
    name = models.CharField(_("文件名"), max_length=255)
    uploaded_by = models.BigIntegerField(_("上传人"))
    at = models.DateTimeField(_("上传时间"))
    case_id = models.BigIntegerField(_("事项"), null=True, blank=True)
    subject_kind = models.CharField(_("对象类别"), max_length=16, blank=True)
    subject_id = models.BigIntegerField(_("对象"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        indexes = (
            models.Index(fields=["case_id", "id"], name="attachment_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["subject_kind", "subject_id"], name="attachment_subject", condition=Q(subject_id__isnull=False)),
            models.Index(fields=["sha256"], name="attachment_file"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_has_a_hash"),
            models.CheckConstraint(condition=~Q(name=""), name="attachment_has_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.media_type}"


class Company(models.Model):
    """The company that runs this installation: one row. What it decides about its law stands in its pack, not here."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("公司名称"), max_length=80)
    time_zone = models.CharField(_("时区"), max_length=64, default="Asia/Shanghai")
    grants = models.JSONField(_("岗位权限"), default=dict, blank=True)  # post -> verbs; see access.DEFAULT_GRANTS
    clearances = models.JSONField(_("岗位密级"), default=dict, blank=True)  # post -> highest secrecy level it may read

    class Meta:
        verbose_name = _("公司")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="company_is_one"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def ours(cls) -> Company:
        """The company's row, or an unsaved nameless one on an installation that has not been set up."""
        return cls.objects.first() or cls(name="")
