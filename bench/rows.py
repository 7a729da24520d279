"""(i) What each kind of page reads and weighs: rows and blocks of the database, queries, KB. No times: the same on any machine."""

from __future__ import annotations

import json
from typing import Any, Final

from bench.installation import Bench, Site
from bench.pages import OTHERS, WHO, addresses, sessions, weight

# Of each kind one: whose it is, and where. Those of `pages` are added.
PLACES: Final = {
    "desk of the director": (OTHERS, "/"),
    "team": (OTHERS, "/team/"),
    "dispatch, given": ("xu_qiang", "/dispatch/?view=given"),
    "visits": ("sun_lei", "/dispatch/visits/"),
    "list, overdue": (OTHERS, "/cases/?state=overdue"),
    "list, on hold": (OTHERS, "/cases/?state=held"),
    "list, ended": (OTHERS, "/cases/?state=closed"),
    "list, one step": (OTHERS, "/cases/?procedure=repair&step=received"),
    "list of one unit": ("chen_jie", "/cases/"),
    "list, mine": ("chen_jie", "/cases/?responsible=me"),
    "customers": (OTHERS, "/customers/"),
    "customers found": (OTHERS, "/customers/?q=0150"),
    "intake": ("chen_jie", "/intake/"),
    "callers": ("chen_jie", "/intake/callers/?q=0150"),
    "call-backs": ("li_na", "/callbacks/"),
    "search": (OTHERS, "/search/?q=%E6%BC%8F%E6%B0%B4"),
    "notices": ("chen_jie", "/notices/"),
    "reports": (OTHERS, "/reports/"),
    "rounds": (OTHERS, "/rounds/"),
    "books": (OTHERS, "/books/"),
    "houses": (OTHERS, "/registers/house/"),
    "list, all by due moment": (OTHERS, "/cases/?state=all&sort=due"),
    "list of one procedure and unit": ("chen_jie", "/cases/?procedure=repair&state=all"),
    "list of one procedure and unit, ended": ("chen_jie", "/cases/?procedure=repair&state=closed"),
    "list of a rare procedure": (OTHERS, "/cases/?procedure=key_check&state=all"),
    "customers of one unit": ("chen_jie", "/customers/"),
    "call-backs of all units": (OTHERS, "/callbacks/"),
    "notices with words": ("chen_jie", "/notices/?q=%E6%97%A0"),
    "reports of one unit": ("su_min", "/reports/"),
    "rounds, open": (OTHERS, "/rounds/?view=open"),
    "rounds, missed": (OTHERS, "/rounds/?view=missed"),
    "rounds, all": ("chen_jie", "/rounds/?view=all"),
    "rounds, mine": ("chen_jie", "/rounds/?view=open&who=me"),
    "rounds, a month": (OTHERS, "/rounds/month/"),
    "rounds, coverage": (OTHERS, "/rounds/coverage/"),
    "book": (OTHERS, "/books/receivable/"),
    "book of one unit": ("chen_jie", "/books/receivable/"),
    "regulation": (OTHERS, "/regulations/property/repair/"),
    "person": ("gao_yuan", "/management/staff/"),
}  # fmt: skip


def run(bench: Bench, site: Site) -> dict[str, Any]:
    """Return for each kind of page what it reads, how often it asks, and what a swap weighs."""
    caller = site.rows(
        "select customer_id from cases_case where procedure = 'repair' and customer_id is not null order by id limit 1"
    )
    chosen = {"intake, chosen": ("chen_jie", f"/intake/?customer={caller[0][0]}&procedure=repair")}
    places = {**{name: (WHO.get(name, OTHERS), paths[0]) for name, paths in addresses(site).items()}, **PLACES, **chosen}
    users = sorted({user for user, _ in places.values()})
    cookies = {one["user"]: one["cookie"] for one in sessions(bench, len(users), users)}
    read = bench.asked("bench.plans", told=json.dumps(places))
    return {name: {**read[name], **weight(site, path, cookies[user])} for name, (user, path) in places.items()}
