"""`shouwen staff …`: how a company that is not the demo begins: its units, its people, their posts. Later the pages do it.

Whoever may run commands on this computer could do it in the database too; so these act as the system, and each leaves its event.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from shouwen.base.progress import aloud
from shouwen.base.trouble import Exit, Trouble, say
from shouwen.ops.cli import add_home
from shouwen.ops.installation import demand_migrated, load_django, open_installation

if TYPE_CHECKING:
    from shouwen.base.access import Reader
    from shouwen.staff.models import Staff, Unit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `shouwen staff --help`."""
    parts = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = {name: parts.add_parser(name, help=text, description=text) for name, (text, _) in _verbs().items()}
    for part in made.values():
        add_home(part)
    unit = made["unit"]
    unit.add_argument("name", metavar="NAME", help=_both("名称", "its name"))
    unit.add_argument("--kind", choices=("company", "site", "department"), default="department")
    unit.add_argument("--below", metavar="UNIT", default="", help=_both("上级单位", "the unit above"))
    add = made["add"]
    add.add_argument("user", metavar="USER", help=_both("用户名", "user name"))
    add.add_argument("name", metavar="NAME", help=_both("姓名", "name"))
    add.add_argument("--unit", default="", help=_both("所在单位", "the unit they belong to"))
    add.add_argument("--phone", default="")
    post = made["post"]
    post.add_argument("user", metavar="USER", help=_both("用户名", "user name"))
    post.add_argument("post", metavar="POST", help=_both("岗位的标识，如 system_admin", "id of a post, as system_admin"))
    post.add_argument("--unit", default="", help=_both("在哪个单位；不写为全公司", "in which unit; none: everywhere"))
    post.add_argument("--since", type=date.fromisoformat, metavar="DATE", help=_both("自哪天起；不写为现在", "from when; now"))
    post.add_argument("--end", action="store_true", help=_both("现在结束这个任职", "end it now"))


def main(args: argparse.Namespace) -> int:
    """Run one verb; what is wrong is said in a sentence."""
    open_installation()
    load_django()
    demand_migrated()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.base.errors import FieldError, Problem  # noqa: PLC0415  Django is loaded only now

    try:
        zh, en = _verbs()[args.verb][1](args, timezone.now())
    except FieldError as wrong:
        faults = wrong.complaints
        raise Trouble(Exit.USAGE, "；".join(c.zh for c in faults), "; ".join(c.en for c in faults)) from wrong
    except Problem as wrong:
        raise Trouble(Exit.USAGE, wrong.text("zh"), wrong.text("en")) from wrong
    aloud(zh, en)
    return 0


def _verbs() -> dict[str, tuple[str, Callable[[argparse.Namespace, datetime], tuple[str, str]]]]:
    return {
        "unit": (_both("新建一个单位", "add a unit"), add_unit),
        "add": (_both("新增一名员工，打印邀请码", "take somebody in; prints an invitation"), add_staff),
        "post": (_both("任命或结束一个岗位", "give or end a post"), give_post),
        "list": (_both("列出单位、员工和岗位", "list units, people and posts"), show_all),
    }


def add_unit(args: argparse.Namespace, now: datetime) -> tuple[str, str]:
    """Add a unit; a first one without a unit above it gives the company its name."""
    from shouwen.base.models import Company  # noqa: PLC0415  Django is loaded only now
    from shouwen.staff import units  # noqa: PLC0415  Django is loaded only now

    if not args.below and not Company.objects.exists():
        units.name_company(args.name, by=_ourselves(), now=now)
    told = {"name": args.name, "kind": args.kind, "parent": _unit(args.below) if args.below else None}
    made = units.add_unit(told, by=_ourselves(), now=now)
    return f"已建单位“{made.name}”。", f"Added the unit {made.name}."


def add_staff(args: argparse.Namespace, now: datetime) -> tuple[str, str]:
    """Take somebody in, and print the code by which they set their first password."""
    from shouwen.staff import changes, invitations  # noqa: PLC0415  Django is loaded only now

    unit = _unit(args.unit) if args.unit else None
    new = changes.NewStaff(username=args.user, name=args.name, unit=unit, phone=args.phone)
    person = changes.add_staff(new, by=_ourselves(), now=now)
    print(invitations.invite(person, by=_ourselves(), now=now))
    return (
        f"已新增 {person.name}（{person.username}）。上面是邀请码，只显示这一次；在登录页用它设密码。",
        f"Added {person.name} ({person.username}). Above is the invitation, shown this once; it sets the password on the sign-in page.",
    )


def give_post(args: argparse.Namespace, now: datetime) -> tuple[str, str]:
    """Give somebody a post, or end it."""
    from django.utils import timezone  # noqa: PLC0415  Django is loaded only now

    from shouwen.staff import changes  # noqa: PLC0415  Django is loaded only now

    person, unit = _person(args.user), _unit(args.unit) if args.unit else None
    _demand_known(args.post, now)
    if args.end:
        held = person.holdings.standing(now).filter(post=args.post, unit=unit).first()
        if held is None:
            raise Trouble(Exit.USAGE, f"{person.name}现在没有这个岗位。", f"{person.name} does not hold that post now.")
        changes.relieve(held, until=now, by=_ourselves(), now=now)
        return f"已结束{person.name}的任职。", f"{person.name} holds that post no longer."
    since = timezone.make_aware(datetime.combine(args.since, datetime.min.time())) if args.since else now
    changes.appoint(person, args.post, unit, since=since, by=_ourselves(), now=now)
    return f"已任命{person.name}。", f"{person.name} holds the post."


def show_all(_: argparse.Namespace, now: datetime) -> tuple[str, str]:
    """Print the tree of units, and everybody with their posts."""
    from shouwen.cases.enactments import law_at  # noqa: PLC0415  Django is loaded only now
    from shouwen.staff.models import Staff, Unit  # noqa: PLC0415  Django is loaded only now
    from shouwen.staff.posts import title  # noqa: PLC0415  Django is loaded only now

    law = law_at(now)
    declared = law.posts if law is not None else {}
    for unit in Unit.objects.filter(closed_at=None):
        print(f"{'  ' * (len(unit.path) - 1)}{unit.name}")
    people = Staff.objects.people().prefetch_related("holdings__unit")
    for person in people:
        held = [h for h in person.holdings.all() if h.since <= now and (h.until is None or h.until > now)]
        posts = "、".join(title(h.post, declared, "zh") + (f"（{h.unit.name}）" if h.unit else "") for h in held)
        print(f"{person.username:<14}{person.name}　{posts}")
    return f"共 {len(people)} 人。", f"{len(people)} people."


def _ourselves() -> Reader:
    """Who acts: the system, with every right to administer and none to read."""
    from shouwen.base.access import Reader  # noqa: PLC0415  Django is loaded only now
    from shouwen.staff.models import CLOCK  # noqa: PLC0415  Django is loaded only now

    return Reader(staff=CLOCK, domain=None, grants=frozenset({"administer"}))


def _unit(name: str) -> Unit:
    from shouwen.staff.models import Unit  # noqa: PLC0415  Django is loaded only now

    found = list(Unit.objects.filter(name=name.strip(), closed_at=None)[:2])
    if len(found) == 1:
        return found[0]
    known = "、".join(Unit.objects.filter(closed_at=None).values_list("name", flat=True)[:20])
    zh = f"没有单位“{name}”" if not found else f"有几个单位叫“{name}”"
    raise Trouble(
        Exit.USAGE, f"{zh}。现有：{known or '无'}。", f"There is not exactly one unit {name!r}. Known: {known or 'none'}."
    )


def _person(user: str) -> Staff:
    from shouwen.staff.models import Staff  # noqa: PLC0415  Django is loaded only now

    found: Staff | None = Staff.objects.people().filter(username=user.strip().lower()).first()
    if found is None:
        raise Trouble(Exit.USAGE, f"没有用户名为“{user}”的员工。", f"There is nobody with the user name {user!r}.")
    return found


def _demand_known(post: str, now: datetime) -> None:
    """Refuse a post that neither the law in force nor every company has; before a law is enacted only the latter are known."""
    from shouwen.cases.enactments import law_at  # noqa: PLC0415  Django is loaded only now
    from shouwen.staff.posts import OWN  # noqa: PLC0415  Django is loaded only now

    law = law_at(now)
    known = [*(law.posts if law is not None else ()), *OWN]
    if post not in known:
        listed = "、".join(known)
        raise Trouble(Exit.USAGE, f"没有岗位“{post}”。现有：{listed}。", f"There is no post {post!r}. Known: {listed}.")


def _both(zh: str, en: str) -> str:
    return say(zh, en).replace("\n", " / ")
