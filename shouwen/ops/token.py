"""`shouwen token USER`: prints an API token for a member of staff.

A token can be shown once only (the database keeps its hash), so every call makes a new one; `--label` says what it is for.
The token alone goes to the output, everything said about it goes to the terminal: `TOKEN=$(shouwen token li_na)` works.
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shouwen.base.progress import aloud
from shouwen.base.trouble import Exit, Trouble, say
from shouwen.ops.cli import add_home
from shouwen.ops.installation import demand_migrated, load_django, open_installation

if TYPE_CHECKING:
    from shouwen.staff.models import Staff

LABEL = "shouwen token"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen token --help`."""
    add_home(parser)
    parser.add_argument("user", metavar="USER", help=_both("用户名", "user name"))
    parser.add_argument(
        "--label", default=LABEL, help=_both("用途，列在令牌清单里", "what it is for, shown in the list of tokens")
    )
    parser.add_argument("--days", type=int, metavar="N", help=_both("N 天后失效", "it expires after N days"))


def main(args: argparse.Namespace) -> int:
    """Print one new token."""
    open_installation()
    load_django()
    demand_migrated()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    print(new_token(args.user, args.label, args.days, now=timezone.now()))
    aloud("令牌只显示这一次；它能做的，与其本人相同。", "The token is shown this once; it may do what its owner may do.")
    return 0


def new_token(user: str, label: str, days: int | None, *, now: datetime) -> str:
    """Make a token for a user name. Trouble when nobody with that name may sign in."""
    from shouwen.staff.tokens import issue  # noqa: PLC0415  needs Django loaded

    if days is not None and not 0 < days <= 36_500:
        raise Trouble(Exit.USAGE, "--days 应为 1 至 36500 的整数。", "--days should be a whole number from 1 to 36500.")
    lasts = timedelta(days=days) if days is not None else None
    return issue(_owner(user), label.strip() or LABEL, now=now, lasts=lasts)


def _owner(user: str) -> Staff:
    from shouwen.staff.models import Staff  # noqa: PLC0415  needs Django loaded

    found = Staff.objects.filter(username=user.strip().lower()).first()
    if found is None or found.is_system:
        known = "、".join(Staff.objects.people().values_list("username", flat=True)[:20])
        hint, hint_en = (f"可用的有：{known}。", f"Known: {known}.") if known else ("还没有任何员工。", "There are no staff yet.")
        raise Trouble(
            Exit.USAGE, f"没有用户名为“{user}”的员工。{hint}", f"There is nobody with the user name {user!r}. {hint_en}"
        )
    if not found.is_active:
        raise Trouble(Exit.USAGE, f"“{user}”已离职，不能取得令牌。", f"{user!r} has left and cannot get a token.")
    return found


def _both(zh: str, en: str) -> str:
    return say(zh, en).replace("\n", " / ")
