"""客户: facts and constraints. What Python prints of them is masked; whoever needs them in clear asks `uncover`.

The verbs are in `writing`, the questions of intake in `matching`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shouwen.base.access import Reader, VisibleQuerySet
from shouwen.base.fields import IdField, is_object
from shouwen.base.masks import mask_address, mask_name, mask_phone, mask_text
from shouwen.customers.numbers import HOME

NUMBER: Final = "KH"  # what the number of a customer begins with
NOUN: Final = "customer"  # customers have one shape; packs add fields to it
HIGHEST_LEVEL: Final = 3


Reach = Callable[[Reader], Q]
_REACHES: list[Reach] = []


def register_reach(reach: Reach) -> None:
    """Let an app above say which customers somebody may see besides: those of their cases. Called in AppConfig.ready()."""
    if reach not in _REACHES:
        _REACHES.append(reach)


class CustomerQuerySet(VisibleQuerySet["Customer"]):
    """Customers are seen by unit and secrecy level, and by whoever works on a case of theirs."""

    unit_field: ClassVar[str] = "unit_id"
    level_field: ClassVar[str] = "level"

    def own(self, reader: Reader) -> Q:
        """The customers of what somebody works on, wherever it is."""
        found = super().own(reader)
        for reach in _REACHES:
            found |= reach(reader)
        return found

    def in_order(self) -> CustomerQuerySet:
        """As Chinese lists are ordered."""
        return self.order_by("pinyin", "id")


class Customer(models.Model):
    """客户: a person or company that we serve, kept at one unit (site)."""

    class Kind(models.TextChoices):
        """What a customer is."""

        PERSON = "person", _("个人")
        COMPANY = "company", _("单位客户")

    class Language(models.TextChoices):
        """In which language we speak to a customer."""

        CHINESE = "zh-hans", _("简体中文")
        ENGLISH = "en", "English"

    id = IdField()
    number = models.CharField(_("客户编号"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=120)
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices, default=Kind.PERSON)
    class_code = models.CharField(_("客户等级"), max_length=32, blank=True)
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", verbose_name=_("所属单位"))
    pinyin = models.CharField(_("拼音"), max_length=400, blank=True)  # what lists are ordered by
    initials = models.CharField(_("拼音首字母"), max_length=120, blank=True)
    level = models.PositiveSmallIntegerField(_("密级"), default=0)
    language = models.CharField(_("语言"), max_length=8, choices=Language.choices, default=Language.CHINESE)
    notes = models.TextField(_("备注"), blank=True)
    fields = models.JSONField(_("其他资料"), default=dict, blank=True)  # what packs declare as customer_fields
    created_at = models.DateTimeField(_("建档时间"))
    updated_at = models.DateTimeField(_("更新时间"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户")
        indexes = (
            models.Index(fields=["unit", "pinyin", "id"], name="customer_of_unit"),
            models.Index(fields=["pinyin", "id"], name="customer_by_pinyin"),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(name="") & ~Q(number=""), name="customer_has_name_and_number"),
            models.CheckConstraint(condition=Q(kind__in=["person", "company"]), name="customer_kind_known"),
            models.CheckConstraint(condition=Q(level__lte=HIGHEST_LEVEL), name="customer_level_known"),
            models.CheckConstraint(condition=is_object("fields"), name="customer_fields_are_an_object"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.masked_name}"

    @property
    def masked_name(self) -> str:
        """The name as it is shown until it is uncovered; a company's name is no secret."""
        return masked_name(self.name, self.kind)


def visible_customers(reader: Reader) -> models.QuerySet[Customer]:
    """Return the customers that a reader may see."""
    return Customer.objects.visible_to(reader)


def masked_name(name: str, kind: str) -> str:
    """Return a customer's name as it is shown until it is uncovered."""
    return name if kind == Customer.Kind.COMPANY else mask_name(name)


class Phone(models.Model):
    """电话: one number of a customer, without signs and gaps. The same number may belong to several customers (a family)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones", verbose_name=_("客户"))
    country = models.CharField(_("国家区号"), max_length=3, default=HOME)
    number = models.CharField(_("号码"), max_length=20)
    reversed = models.GeneratedField(
        expression=Func(F("number"), function="reverse"), output_field=models.CharField(max_length=20), db_persist=True
    )
    label = models.CharField(_("说明"), max_length=32, blank=True)
    is_main = models.BooleanField(_("常用"), default=False)

    class Meta:
        verbose_name = _("电话")
        indexes = (
            models.Index(fields=["number"], name="phone_number"),
            models.Index(fields=["reversed"], name="phone_tail", opclasses=["text_pattern_ops"]),  # people know the last digits
        )
        constraints = (
            models.UniqueConstraint(fields=["customer", "country", "number"], name="phone_once_per_customer"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_main=True), name="phone_one_main"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{3,20}$"), name="phone_is_digits"),
            models.CheckConstraint(condition=Q(country__regex=r"^[1-9][0-9]{0,2}$"), name="phone_country_is_digits"),
        )

    def __str__(self) -> str:
        return mask_phone(self.number)

    @property
    def in_full(self) -> str:
        """The number as it is dialled from here. Only for whoever has uncovered it."""
        return self.number if self.country == HOME else f"+{self.country} {self.number}"


class Address(models.Model):
    """地址: where a customer lives or works, as they say it; `division` is the code of its 行政区划, if known."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses", verbose_name=_("客户"))
    text = models.CharField(_("地址"), max_length=200)
    label = models.CharField(_("说明"), max_length=32, blank=True)
    division = models.CharField(_("行政区划代码"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("地址")
        indexes = (models.Index(fields=["customer"], name="address_of_customer"),)
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="address_says_something"),
            models.CheckConstraint(condition=Q(division__regex=r"^([0-9]{2,12})?$"), name="address_division_is_a_code"),
        )

    def __str__(self) -> str:
        return mask_text(mask_address(self.text))


class RelationQuerySet(models.QuerySet["Relation"]):
    """Words to ask who has to do with what."""

    def current(self) -> RelationQuerySet:
        """Those that have not ended."""
        return self.filter(until=None)


class Relation(models.Model):
    """关系: that somebody owns, rents or uses a house or vehicle, from a moment until a moment.

    Records stand in an app above, so there is no foreign key: `registers` writes the relations of its records.
    """

    class Role(models.TextChoices):
        """What a customer has to do with a thing."""

        OWNER = "owner", _("业主")
        TENANT = "tenant", _("租户")
        RESIDENT = "resident", _("住户")
        CONTACT = "contact", _("联系人")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="relations", verbose_name=_("客户"))
    register = models.CharField(_("台账"), max_length=64)
    record_id = models.BigIntegerField(_("台账记录"))
    role = models.CharField(_("关系"), max_length=16, choices=Role.choices, default=Role.OWNER)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户关系")
        indexes = (
            models.Index(fields=["record_id", "role"], name="relation_of_record"),
            models.Index(fields=["customer"], name="relation_of_customer"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "record_id", "role"], condition=Q(until=None), name="relation_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="relation_ends_after_start"),
            models.CheckConstraint(condition=Q(role__in=["owner", "tenant", "resident", "contact"]), name="relation_role_known"),
            models.CheckConstraint(condition=~Q(register=""), name="relation_names_its_register"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.role} {self.register} {self.record_id}"
