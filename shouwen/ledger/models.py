"""记账: facts and constraints. Books are declared in packs; here they are names."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, VisibleQuerySet
from shouwen.base.fields import IdField, is_object
from shouwen.policy.act import Ref


class EntryQuerySet(VisibleQuerySet["Entry"]):
    """Entries are seen by unit, and by the member of staff they are about."""

    unit_field: ClassVar[str] = "unit_id"

    def own(self, reader: Reader) -> Q:
        """The entries about the reader, and about whom the reader stands in for."""
        return Q(party=Entry.Party.STAFF, party_id__in=sorted(reader.people))

    def standing(self) -> Self:
        """Those that count: not reversed, and no reversal themselves."""
        return self.filter(reverses=None, reversal=None)

    def of(self, book: str, party: str, party_id: int) -> Self:
        """Everything in a book about somebody, newest first."""
        return self.filter(book=book, party=party, party_id=party_id).order_by("-at", "-id")


class Entry(models.Model):
    """记账: a line in a book, about a member of staff or a customer. The database refuses to change or delete it.

    `amount` is in the unit of the book, money in fen. `reverses` names the entry that this one takes back: same book, same
    party, the opposite amount; the database holds that too. `key` stops the same cause from being booked twice.
    """

    class Party(models.TextChoices):
        """Whom an entry is about."""

        STAFF = "staff", _("员工")
        CUSTOMER = "customer", _("客户")

    id = IdField()
    book = models.CharField(_("账簿"), max_length=64)
    party = models.CharField(_("记账对象类别"), max_length=8, choices=Party.choices)
    party_id = models.BigIntegerField(_("记账对象"))
    unit_id = models.BigIntegerField(_("单位"), null=True, blank=True)  # where it arose
    amount = models.BigIntegerField(_("数额"))
    clause = models.CharField(_("条款"), max_length=160, blank=True)
    clause_since = models.DateField(_("条款版本"), null=True, blank=True)
    subject_kind = models.CharField(_("对象类别"), max_length=16)
    noun = models.CharField(_("类型"), max_length=64)
    subject_id = models.BigIntegerField(_("对象"))
    case_id = models.BigIntegerField(_("事项"), null=True, blank=True)
    row = models.CharField(_("行"), max_length=64, blank=True)
    actor_id = models.BigIntegerField(_("经手人"))  # 0: the clock
    at = models.DateTimeField(_("发生时间"))
    entered_at = models.DateTimeField(_("录入时间"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, related_name="reversal", null=True, blank=True, verbose_name=_("冲销")
    )
    key = models.CharField(_("幂等键"), max_length=300)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("记账")
        indexes = (
            models.Index(
                fields=["book", "party_id", "at", "id"], name="entry_of_party"
            ),  # ids are unique among staff and customers
            models.Index(fields=["book", "at"], name="entry_of_book"),
            models.Index(fields=["case_id"], name="entry_of_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["subject_kind", "subject_id"], name="entry_of_subject"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(party__in=["staff", "customer"]), name="entry_party_known"),
            models.CheckConstraint(condition=~Q(book="") & ~Q(key=""), name="entry_names_its_book_and_key"),
            models.UniqueConstraint(fields=["key"], name="entry_key"),  # unique=True would make an index for LIKE, too
            models.CheckConstraint(condition=Q(reverses=None) | ~Q(reverses=models.F("id")), name="entry_reverses_another"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.book} {self.party} {self.party_id} {self.amount}"

    @property
    def subject(self) -> Ref:
        """What the entry arose from."""
        return Ref(self.subject_kind, self.noun, self.subject_id)


class AccountTotal(models.Model):
    """合计: what entries come to, of everybody's account and of whole books. Written by `totalling` only, from the entries.

    `unit_id` is where they arose (0: nowhere), or EVERYWHERE. `party_id` 0: all of that kind of party; `party` "" too: the whole book.
    What has been entered since stands in FreshEntry, until it is added.
    """

    EVERYWHERE: ClassVar[int] = -1

    book = models.CharField(_("账簿"), max_length=64)
    party = models.CharField(_("记账对象类别"), max_length=8, blank=True)
    party_id = models.BigIntegerField(_("记账对象"), default=0)
    unit_id = models.BigIntegerField(_("单位"))
    amount = models.BigIntegerField(_("数额"))
    entries = models.BigIntegerField(_("记账笔数"))
    reversals = models.BigIntegerField(_("冲销笔数"))
    last = models.DateTimeField(_("最近一笔"))

    class Meta:
        verbose_name = _("合计")
        indexes = (
            models.Index(
                fields=["book", "party", "unit_id", "-amount", "party_id"], name="total_largest", condition=~Q(party_id=0)
            ),
        )
        constraints = (models.UniqueConstraint(fields=["book", "party", "party_id", "unit_id"], name="total_once"),)

    def __str__(self) -> str:
        return f"{self.book} {self.party} {self.party_id} {self.unit_id}"


class FreshEntry(models.Model):
    """新账: an entry that no total has yet. The database writes one with each entry; whoever adds it takes it away."""

    entry_id = models.BigIntegerField(_("记账"), primary_key=True)

    class Meta:
        verbose_name = _("新账")

    def __str__(self) -> str:
        return str(self.entry_id)


class EntryState(models.Model):
    """账目状态: where an entry stands whose book has steps (a fine proposed, executed, cancelled). The entry itself never changes.

    `fields` repeat what the law reads of the entry (clause, who, amount); `marks` say what was done with it, when and by whom.
    Seen by whoever sees the entry.
    """

    entry = models.OneToOneField(
        Entry, models.PROTECT, primary_key=True, db_column="id", related_name="state", verbose_name=_("记账")
    )
    book = models.CharField(_("账簿"), max_length=64)
    fields = models.JSONField(_("内容"), default=dict)
    step = models.CharField(_("状态"), max_length=64)
    unit_id = models.BigIntegerField(_("单位"), null=True, blank=True)  # of whom it is about
    marks = models.JSONField(_("办理记录"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    opened_at = models.DateTimeField(_("记账时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("账目状态")
        indexes = (models.Index(fields=["book", "entry"], name="entry_state_open", condition=Q(closed_at=None)),)
        constraints = (
            models.CheckConstraint(condition=~Q(book="") & ~Q(step=""), name="entry_state_has_book_and_step"),
            models.CheckConstraint(condition=is_object("fields"), name="entry_state_fields_are_an_object"),
            models.CheckConstraint(condition=is_object("marks"), name="entry_state_marks_are_an_object"),
            models.CheckConstraint(condition=Q(version__gt=0), name="entry_state_version_counts"),
        )

    def __str__(self) -> str:
        return f"{self.book} {self.pk} {self.step}"

    @property
    def ref(self) -> Ref:
        """The entry as a subject of acts."""
        return Ref("entry", self.book, self.pk)


def visible_entries(reader: Reader) -> models.QuerySet[Entry]:
    """Return the entries that a reader may see."""
    return Entry.objects.visible_to(reader)
