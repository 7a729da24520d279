"""(e) The pages as a browser asks for them: server time (one client in sequence, warm), queries, and how much comes over the wire."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
from typing import Any, Final

from bench.installation import HOST, Bench, Site
from bench.load import Plan, Request, measure

WHO: Final = {"desk": "chen_jie", "dispatch": "xu_qiang"}  # whose page it is; all others are the director's, who sees everything
OTHERS: Final = "lin_yue"
ASSET: Final = re.compile(r"""(?:src|href|data-worker)="(/static/[^"#]+)""")
KB: Final = 1024
FORM: Final = "x" * 32  # as a form and its cookie say alike
LONGEST: Final = 40  # seconds for one kind of page: a slow one is known by then


def addresses(site: Site) -> dict[str, list[str]]:
    """Return where each page is looked at: cases and customers from everywhere in their tables."""
    some = "select number from cases_case where closed_at is {} order by md5(id::text) limit 20"
    cases = [n for state in ("null", "not null") for (n,) in site.rows(some.format(state))]
    holders = """select id from (select distinct customer_id as id from cases_case where customer_id is not null order by 1 limit 400) h
        order by md5(id::text) limit 40"""
    customers = [i for (i,) in site.rows(holders)]
    return {
        "desk": ["/"],
        "list": ["/cases/", "/cases/?procedure=repair&state=all", "/cases/?state=overdue"],
        "case": [f"/cases/{n}/" for n in cases],
        "customer": [f"/customers/{i}/" for i in customers],
        "dispatch": ["/dispatch/"],
    }


def run(bench: Bench, site: Site, n: int) -> dict[str, Any]:
    """Return time, queries and size of each page."""
    found: dict[str, Any] = {}
    for name, paths in addresses(site).items():
        user = WHO.get(name, OTHERS)
        cookie = sessions(bench, 1, [user])[0]["cookie"]
        taken = timed(site, cookie, name, paths, n)
        queries = bench.asked("bench.entering", told=json.dumps({"user": user, "pages": {p: p for p in paths[:4]}}))
        found[name] = {"ms": taken, "queries": max(queries.values()), **weight(site, paths[0], cookie)}
    return found


def timed(site: Site, cookie: str, name: str, paths: list[str], n: int) -> dict[str, Any]:
    """Return how long a kind of page takes, asked for n times in turn, warm. SystemExit when an answer is none."""
    requests = [Request("GET", path, group=name) for path in paths]
    plan = Plan(
        HOST, site.port, "", requests, 1, LONGEST, most=n, warm=max(20, len(paths)), run=f"{time.time_ns():x}", cookie=cookie
    )
    taken = measure(plan)
    if set(taken["statuses"]) != {"200"}:
        raise SystemExit(f"{name}: {taken['statuses']} {taken['said']}")
    groups: dict[str, dict[str, Any]] = taken["groups"]
    return groups[name]


def sessions(bench: Bench, people: int, users: list[str]) -> list[dict[str, Any]]:
    """Sign people in; return who and the cookie of each."""
    found: list[dict[str, Any]] = bench.asked("bench.entering", told=json.dumps({"people": people, "users": users}))["sessions"]
    return found


def weight(site: Site, path: str, cookie: str) -> dict[str, float]:
    """Return the KB of a first visit (the page with all it loads) and of the same page fetched again as a part, as they come."""
    page, whole = fetch(site, path, cookie)
    assets = {found: fetch(site, found, "")[1] for found in dict.fromkeys(ASSET.findall(page))}
    _, part = fetch(site, path, cookie, {"HX-Request": "true"})
    return {
        "first_load_kb": round((whole + sum(assets.values())) / KB, 1),
        "page_kb": round(whole / KB, 1),
        "swap_kb": round(part / KB, 1),
    }


def fetch(site: Site, path: str, cookie: str, headers: dict[str, str] | None = None) -> tuple[str, int]:
    """Return a text and how many bytes its body had on the way. A browser takes it compressed."""
    asked = {"Accept-Encoding": "gzip", **({"Cookie": f"sessionid={cookie}"} if cookie else {}), **(headers or {})}
    connection = http.client.HTTPConnection(HOST, site.port, timeout=60)
    at, _, words = path.partition("?q=")
    if words:  # searched for, as the pages do it: by POST, with the token that a form carries
        told = {"X-CSRFToken": FORM, "Cookie": f"sessionid={cookie}; csrftoken={FORM}", "HX-Request": "true"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", at, body=f"q={words}", headers={**asked, **told, **form})
    else:
        connection.request("GET", path, headers=asked)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    packed = answer.headers.get("Content-Encoding") == "gzip"
    connection.close()
    return (gzip.decompress(body) if packed else body).decode(errors="replace"), len(body)
