"""Who else looks at a case, or is filling in a form about it. It is told from page to page over the live stream and kept nowhere."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.live_notice import announce
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import find
from shouwen.web.render import render_part

GONE, LOOKING, WRITING = "0", "1", "2"
MOST: Final = 20  # people told of
_ONE: Final = re.compile(r"(\d{1,18})\.([12])")


@require_http_methods(["GET", "POST"])
def here(request: Ask, key: str) -> HttpResponse:
    """POST says to the others that I look, write or leave; GET puts those whom the page has heard of into words."""
    case = find(request, key)
    if request.method == "POST":
        state = request.POST.get("state", "")
        if state in (GONE, LOOKING, WRITING):
            announce(f"present-{case.pk}-{request.me.pk}-{state}")
        return HttpResponse(status=204)
    heard = [m.groups() for part in request.GET.get("who", "").split(" ")[:MOST] if (m := _ONE.fullmatch(part))]
    names = {state: people.names(request, [int(s) for s, one in heard if one == state]) for state in (LOOKING, WRITING)}
    context = {"title": _("谁在看"), "looking": names[LOOKING], "writing": names[WRITING]}
    return render_part(request, "cases/_presence.html", context)
