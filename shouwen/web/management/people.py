"""员工: the list of people, as a file too; taking somebody in, changing what is known of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.access import demand
from shouwen.base.errors import FieldError
from shouwen.base.masks import mask_phone
from shouwen.base.reveal import export
from shouwen.staff import changes
from shouwen.staff.changes import NewStaff
from shouwen.staff.looking import STATES, Wanted, may_look
from shouwen.staff.looking import people as people_wanted
from shouwen.staff.models import Staff
from shouwen.web import people as names
from shouwen.web.asking import Ask, wants_part
from shouwen.web.fields import faults_of
from shouwen.web.law import law_of, post_name, skill_names, skill_words
from shouwen.web.lists.files import as_file, at_once
from shouwen.web.lists.kept import around
from shouwen.web.lists.words import searchable, typed
from shouwen.web.management import frame
from shouwen.web.paging import PAGE, cut, past, read_text_place, write_cursor
from shouwen.web.render import render_part

SORTS: Final = {"name": "pinyin", "username": "username"}
MOST_IN_A_FILE: Final = 20_000
EVERYBODY: Final = Wanted(state="all")


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the list."""

    id: int
    name: str
    username: str
    posts: str
    unit: str
    phone: str
    skills: str
    state: str  # working, away, suspended, left


def home(request: Ask) -> HttpResponse:
    """Lead to what somebody comes here for."""
    return HttpResponseRedirect(reverse("management:staff" if may_look(request.reader) else "management:roster"))


def _wanted(request: Ask) -> Wanted:
    asked = typed(request)
    state = asked.get("state", "")
    text, post = asked.get("q", "").strip()[:64].replace("\x00", ""), asked.get("post", "")[:64].replace("\x00", "")
    return Wanted(text, frame.number(asked, "unit"), post, state if state in STATES else "working")


@searchable
def listing(request: Ask) -> HttpResponse:
    """People by unit, post and state, or by name; ordered by pinyin or user name, page by page."""
    wanted, sort = _wanted(request), request.GET.get("sort", "")
    sort = sort if sort in SORTS else "name"
    column = SORTS[sort]
    place = read_text_place(request.GET.get("after", ""), people_wanted(EVERYBODY, request.reader, request.now), column)
    rows = people_wanted(wanted, request.reader, request.now).order_by(column, "pk")
    if place is not None:
        rows = rows.filter(past(column, place))
    found, more = cut(list(rows[: PAGE + 1]), PAGE)
    file = reverse("management:staff_export") if request.reader.may("export", "staff") else ""
    context = {
        "title": _("员工"), "wanted": wanted, "sort": sort, "people": [_row(request, p) for p in found],
        "after": write_cursor(found[-1].pk) if more else "", "paged": place is not None,
        "choices": frame.posts(request), "states": _states(), **around(request, "staff", file=file),
        "units": unit_choices(request), "filters": wanted,
    }  # fmt: skip
    if wants_part(request):
        return render_part(request, "management/_staff.html", context)
    return frame.render(request, "management/staff.html", "staff", context)


def _states() -> list[tuple[str, str]]:
    return list(zip(STATES, (_("在职"), _("不在岗"), _("已停用"), _("已离职"), _("全部")), strict=True))


def unit_choices(request: Ask) -> list[names.Choice]:
    """Every open unit, as a tree: administration is not bound to the units one works in."""
    units = [u for u in request.org.units.values() if not u.closed]
    paths = {u.id: tuple(reversed(request.org.path(u.id))) for u in units}
    return [names.Choice(u.id, u.name, depth=len(paths[u.id]) - 1) for u in sorted(units, key=lambda u: paths[u.id])]


def state_of(request: Ask, person: Staff) -> str:
    """Whether somebody works here, is away, was suspended, has left."""
    if person.left_at is not None:
        return "left"
    if not person.is_active:
        return "suspended"
    return "away" if request.org.absent(person.pk, request.now) else "working"


def posts_of(request: Ask, staff: int) -> str:
    """The posts somebody holds now, with the units that are not where they belong."""
    law = law_of(request)
    held = [h for h in request.org.holdings if h.staff == staff and h.stands(request.now)]
    said: dict[str, list[str]] = {}
    for h in held:
        said.setdefault(post_name(law, h.post, request.lang), []).append(names.unit(request, h.unit))
    return _("、").join(
        post + (_("（%s）") % _("、").join(filter(None, units)) if any(units) else "") for post, units in said.items()
    )


def _row(request: Ask, p: Staff) -> Row:
    unit = p.unit.name if p.unit is not None else ""
    phone = mask_phone(p.phone) if p.phone else ""
    return Row(p.pk, p.name, p.username, posts_of(request, p.pk), unit, phone, skills_of(request, p), state_of(request, p))


def skills_of(request: Ask, p: Staff) -> str:
    """What somebody is good at, in the words of the law."""
    return _("、").join(skill_words(law_of(request), p.skills, request.now, request.lang))


@searchable
def export_list(request: Ask) -> HttpResponseBase:
    """The list as a file, telephone numbers masked as on the page; written down as an export first."""
    wanted = _wanted(request)
    told = {"unit": wanted.unit, "post": wanted.post, "state": wanted.state, "q": "…" if wanted.text else ""}
    rows = people_wanted(wanted, request.reader, request.now).order_by("pinyin", "pk")[:MOST_IN_A_FILE]
    export(request.reader, "staff", kind="staff", now=request.now, what=told)
    states = dict(_states())
    heads = [_("姓名"), _("用户名"), _("岗位"), _("单位"), _("电话"), _("技能"), _("状态")]
    shown = (_row(request, p) for p in rows)
    cells = [(r.name, r.username, r.posts, r.unit, r.phone, r.skills, str(states[r.state])) for r in shown]
    return as_file(request, _("员工"), heads, at_once(cells))


@require_http_methods(["GET", "POST"])
def new(request: Ask) -> HttpResponse:
    """Take somebody in."""
    demand(request.reader, "administer", "staff")
    if request.method == "POST":
        try:
            made = changes.add_staff(_told(request, request.POST), by=request.reader, now=request.now)
        except FieldError as wrong:
            return _form(request, request.POST, _("新增员工"), faults=faults_of(wrong, request.lang))
        gives = request.reader.may("administer", "post")
        messages.success(
            request, _("已新增。再给一个岗位，就能开始工作。") if gives else _("已新增。请安全管理员任命岗位后，就能开始工作。")
        )
        return HttpResponseRedirect(reverse("management:person", args=[made.pk]))
    start = QueryDict(mutable=True)
    start.update({"unit": request.GET.get("unit", ""), "language": Staff.Language.CHINESE})
    return _form(request, start, _("新增员工"))


def _told(request: Ask, typed: QueryDict) -> NewStaff:
    return NewStaff(
        username=typed.get("username", "")[:64], name=typed.get("name", ""), unit=frame.unit_of(typed),
        superior=frame.staff_of(typed, "superior"), phone=typed.get("phone", "").strip(), email=typed.get("email", "").strip(),
        skills=_skills(request, typed), language=typed.get("language", ""),
    )  # fmt: skip


def _skills(request: Ask, typed: QueryDict) -> tuple[str, ...]:
    """The skills that were typed: words of the regulations by what they choose, others as they are."""
    words = skill_names(law_of(request), request.now, request.lang)
    chosen = {word: skill for skill, word in words.items()}
    found = re.split(r"[，、,;；\n]+", typed.get("skills", ""))
    return tuple(dict.fromkeys(chosen.get(said, said) for said in (" ".join(one.split()) for one in found) if said))


@require_http_methods(["GET", "POST"])
def edit(request: Ask, pk: int) -> HttpResponse:
    """Change what is known of somebody; the user name stays."""
    demand(request.reader, "administer", "staff")
    found = get_object_or_404(Staff.objects.filter(is_system=False), pk=pk)
    if request.method == "POST":
        try:
            told = _told(request, request.POST)
            to = {name: getattr(told, name) for name in ("name", "unit", "superior", "phone", "email", "language")}
            changes.change_staff(found, {**to, "skills": list(told.skills)}, by=request.reader, now=request.now)
        except FieldError as wrong:
            return _form(request, request.POST, _("修改资料"), found, faults_of(wrong, request.lang))
        messages.success(request, _("已保存。"))
        return HttpResponseRedirect(reverse("management:person", args=[pk]))
    typed = QueryDict(mutable=True)
    typed.update({name: str(getattr(found, name)) for name in ("name", "username", "phone", "email", "language")})
    typed.update(
        {"unit": str(found.unit_id or ""), "superior": str(found.superior_id or ""), "skills": skills_of(request, found)}
    )
    return _form(request, typed, _("修改资料"), found)


def _form(
    request: Ask, typed: QueryDict, title: str, person: Staff | None = None, faults: dict[str, str] | None = None
) -> HttpResponse:
    words = skill_names(law_of(request), request.now, request.lang)
    known = {s for fact in request.org.staff.values() for s in fact.skills}
    context = {
        "title": title, "typed": typed, "person": person, "faults": faults or {}, "units": unit_choices(request),
        "staff": [c for c in names.staff_choices(request) if person is None or c.id != person.pk],
        "languages": Staff.Language.choices, "skills": sorted({words.get(s, s) for s in known}),
    }  # fmt: skip
    return frame.render(request, "management/staff_form.html", "staff", context, status=422 if faults else 200)
