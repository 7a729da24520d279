"""Evidence in words: what somebody gave with an act, or has to give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shouwen.web import people


def evidence(given: Sequence[Sequence[Any]], request: HttpRequest) -> str:
    """Say pieces of evidence: each a kind, whose, the id of the person, the id of a file."""
    words = {
        "self": _("本人确认"), "signature": _("签字"), "consent": _("同意"), "photo": _("照片"), "id_seen": _("已验身份证原件"),
        "second_person": _("旁人佐证"), "measured": _("实测"),
    }  # fmt: skip
    found = []
    for kind, party, id_, file in given:
        who = _("客户") if party == "customer" else people.name(request, id_) if party == "staff" else ""
        what = _("附件") if file and kind == "self" else words.get(kind, kind)
        found.append(_("%(who)s%(what)s") % {"who": who, "what": what} if who else what)
    return _("、").join(found)
