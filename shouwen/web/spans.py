"""How long: a number and its unit as two controls, what comes back of them, and an extension said by the moment it leads to."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwen.base.errors import Complaint, FieldError
from shouwen.policy.nouns import Field
from shouwen.worktime import meant

SPLIT: Final = re.compile(r"(\d{1,10})([a-z]{1,3})", re.ASCII)


def units() -> dict[str, str]:
    """What a span is counted in, by the word the law has for it; the first is what stands chosen."""
    return {
        "h": _("小时"), "d": _("天"), "wd": _("个工作日"), "wh": _("个工作小时"), "min": _("分钟"), "w": _("周"), "mo": _("个月"),
    }  # fmt: skip


def parts(kept: str) -> tuple[str, str]:
    """Return the number and the unit of a kept span; all of it as the number where its unit is not among those offered."""
    split = SPLIT.fullmatch(kept)
    return (split[1], split[2]) if split and split[2] in units() else (kept, "")


def read(typed: QueryDict, name: str) -> str:
    """Return a span as the law reads it: as it was typed, a bare number in the unit chosen beside it; "" for what is not plain."""
    text = typed.get(name, "").strip()
    return meant(text) or meant(f"{text}{typed.get(f'{name}.unit', '')}")


def complaint(typed: QueryDict, shape: Field) -> Complaint | None:
    """Return what to write instead of what is no span; None when it is one, or nothing was typed."""
    if shape.type.name != "span" or not typed.get(shape.id, "").strip() or read(typed, shape.id):
        return None
    english = (get_language() or "").startswith("en")
    text = _("“%s”写数字和单位，如 2小时、3天、5个工作日") % (shape.en if english and shape.en else shape.zh)
    return Complaint(shape.id, text, text)


def until(moment: datetime, due: Collection[datetime | None]) -> str:
    """Return the span from where promises fall due to a moment, in whole hours or minutes. Raises FieldError where there is none."""
    ends = set(due)
    end = next(iter(ends), None)
    if len(ends) != 1 or end is None:
        raise _refused(_("时限不止一个或正暂停，不能写延到何时：先选延长哪一个，或写延长多久"))
    minutes = -((end - moment) // timedelta(minutes=1))
    if minutes <= 0:
        raise _refused(_("应晚于现在的到期时间"))
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}min"


def _refused(text: str) -> FieldError:
    return FieldError.of("to", text, text)
