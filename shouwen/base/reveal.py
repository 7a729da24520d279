"""Uncovering personal data and taking it out of the house: allowed by grant, and each time an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Problem
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.masks import mask_text
from shouwen.policy.act import Ref


class ExportTooLarge(Problem):
    """The disk has no room for the file that was asked for; nothing of it is left."""

    status = 507
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__(
            "服务器磁盘已满，导出的文件没有写成。请通知系统管理员。",
            "The server's disk is full; the file was not written. Tell the administrator.",
        )


def reveal(reader: Reader, subject: Ref, fields: Sequence[str], *, now: datetime, reason: str = "", case: int = 0) -> None:
    """Write down that somebody uncovers fields of a thing, and why; call it before showing them.

    The caller has found the thing through `visible_to`. Raises Forbidden, then nothing is written and nothing may be shown.
    """
    demand(reader, "reveal", subject.kind)
    why = {"reason": mask_text(reason)} if reason else {}
    _write(reader, subject, "reveal", {"fields": sorted(fields), **why}, now=now, case=case)


def export(reader: Reader, noun: str, *, kind: str, now: datetime, what: Mapping[str, Any]) -> None:
    """Write down that somebody exports rows of a kind; `what` says which (filter, count), without anybody's data in it."""
    demand(reader, "export", kind)
    _write(reader, Ref(kind, noun, 0), "export", what, now=now)


def _write(reader: Reader, subject: Ref, act: str, data: Mapping[str, Any], *, now: datetime, case: int = 0) -> None:
    row = EventRow(subject=subject, kind=ACT, act=act, actor=reader.staff, at=now, entered_at=now, case=case, data=data)
    write_events([row])
