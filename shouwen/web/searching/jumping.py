"""Places to go and things to do, named in the search box: 报表, 新建报修, and 派工 while a case is open in the browser.

Each is found by its words in Chinese or English, by pinyin or by initials. What one may do is still said by the page it leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.http import Http404
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shouwen.base.pinyin import initials, syllables
from shouwen.cases import intake
from shouwen.cases.models import Case
from shouwen.reports.models import KeptView
from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import find
from shouwen.web.law import law_of, laws_of, said
from shouwen.web.lists.kept import at_of
from shouwen.web.menu import OF_MATTERS

MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Jump:
    """Somewhere to go: its words, what kind of thing it is, and the words it is also found by."""

    text: str
    note: str
    url: str
    icon: str
    also: Sequence[str] = ()


def jumps(request: Ask, text: str) -> list[Jump]:
    """Return what is named by a text, what fits best first."""
    wanted = text.casefold().replace(" ", "")
    if not wanted:
        return []
    fitting = [(rank, jump) for jump in _all(request) if (rank := _fits(wanted, (jump.text, *jump.also)))]
    fitting.sort(key=lambda found: found[0])
    return [jump for _rank, jump in fitting][:MOST]


def _fits(wanted: str, names: Sequence[str]) -> int:
    """How well a text names something: 1 from its beginning, 2 within it, 0 not at all."""
    ranks = [1 if way.startswith(wanted) else 2 for name in names for way in _ways(name) if wanted in way]
    return min(ranks, default=0)


@lru_cache(maxsize=2000)
def _ways(name: str) -> tuple[str, ...]:
    """The ways somebody may write a name: its words, its pinyin, its initials."""
    plain = name.casefold().replace(" ", "")
    parts = syllables(name)
    return (plain, "".join(parts), initials(parts)) if parts else (plain,)


def _all(request: Ask) -> Iterator[Jump]:
    yield from _of_the_case(request)
    reads = request.reader.reads_matters
    yield from (jump for section, jump in _places() if reads or section not in OF_MATTERS)
    for noun in intake.procedures(request.now) if reads else ():
        url = f"{reverse('intake:page')}?{urlencode({'procedure': noun.id})}"
        yield Jump(_("新建%s") % said(noun, request.lang), _("受理"), url, "plus", (noun.zh, noun.en, noun.number))
    for view in KeptView.objects.visible_to(request.reader).filter(page="cases"):
        yield Jump(view.name, _("常用列表"), at_of(view), "star")
    law = law_of(request)
    for regulation in law.regulations.values() if law is not None else ():
        url = reverse("regulations:page", args=[regulation.pack, regulation.id])
        yield Jump(
            regulation.en if request.lang == "en" and regulation.en else regulation.zh,
            _("制度"),
            url,
            "book-2",
            (regulation.zh, regulation.en),
        )


def _places() -> Iterator[tuple[str, Jump]]:
    """The pages there are, each with its section. One that is not there is left out."""
    places = (
        ("desk:page", "", _("工作台"), "layout-dashboard", ("desk", "home")),
        ("desk:team", "", _("团队"), "users-group", ("team",)),
        ("intake:page", "", _("受理"), "phone-incoming", ("intake", *_("来电 新建").split())),
        ("cases:list", "", pgettext("many", "事项"), "clipboard-list", ("cases", *_("工单 单子").split())),
        ("cases:list", "?state=overdue", _("超时的事项"), "clock-exclamation", ("overdue",)),
        ("cases:list", "?responsible=me", _("我负责的事项"), "user", ("mine",)),
        ("cases:list", "?state=held", _("挂起的事项"), "player-pause", ("held",)),
        ("dispatch:page", "", _("派工台"), "tool", ("dispatch", *_("派单 派工").split())),
        ("callbacks:page", "", _("回访"), "headset", ("callbacks",)),
        ("customers:list", "", pgettext("many", "客户"), "users", ("customers",)),
        ("registers:home", "", pgettext("many", "台账"), "archive", ("registers", *_("房屋 车辆 钥匙").split())),
        ("rounds:page", "", _("例行"), "calendar-due", ("rounds", *_("巡查 月历").split())),
        ("books:home", "", pgettext("many", "账簿"), "receipt", ("books", "ledger", *_("扣分 押金 记账").split())),
        ("regulations:list", "", _("制度"), "book-2", ("regulations", "clauses", *_("条款 规程").split())),
        ("regulations:enactments", "", _("颁布记录"), "history", ("enactments",)),
        ("reports:page", "", _("报表"), "chart-bar", ("reports", *_("统计 满意度 负荷").split())),
        ("notices:list", "", pgettext("many", "消息"), "bell", ("notices", *_("通知 提醒").split())),
        ("management:home", "", _("管理"), "settings", ("management", *_("设置 排班 请假").split())),
        ("signing:account", "", _("我的账号"), "shield-check", ("account", *_("密码 登录").split())),
    )
    for name, query, text, icon, also in places:
        try:
            yield name.partition(":")[0], Jump(text, _("页面"), reverse(name) + query, icon, also)
        except NoReverseMatch:
            continue


def _of_the_case(request: Ask) -> Iterator[Jump]:
    """The acts of the case that stands open behind the search box, as its step knows them."""
    case = _open_case(request)
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure) if case is not None else None
    if case is None or noun is None or case.closed_at:
        return
    for act in noun.acts.values():
        if act.id not in {"open", "reopen"} and (not act.leaves or case.step in act.leaves):
            yield Jump(
                said(act, request.lang),
                case.number,
                reverse("cases:act", args=[case.number, act.id]),
                "player-play",
                (act.zh, act.en),
            )


def _open_case(request: Ask) -> Case | None:
    """The case of the page that asks; htmx says which page that is."""
    try:
        match = resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    except Resolver404:
        return None
    if match.namespace != "cases" or "key" not in match.kwargs:
        return None
    try:
        return find(request, match.kwargs["key"])  # its number, or its id when one came from the search box
    except Http404:
        return None
