"""(b) Lists and single cases, (c) search: one client in sequence, warm; p95 of each, and the number of queries behind it."""

from __future__ import annotations

import http.client
import json
import random
import time
from typing import Any, Final
from urllib.parse import quote

from bench.installation import HOST, Bench, Site
from bench.load import Plan, Request, measure

ASKED: Final = 40  # open cases, and as many ended ones
USERS: Final = ("lin_yue", "chen_jie")  # one sees everything, the other one site only
WORDS: Final = {
    "1 character": ("水", "门", "灯", "漏", "梯", "狗", "钥", "锁"),
    "2 characters": ("漏水", "门锁", "马桶", "插座", "跳闸", "噪声", "纱窗", "无此词汇"[:2]),
    "6 characters": ("厨房水龙头滴", "卫生间马桶堵", "主卧吸顶灯不", "电梯又坏了老", "家里有老人请", "儿童房插座没"),
    "initials": ("cfsl", "mtds", "zwdb", "wjg", "lsx", "kttp"),
    "phone tail": ("0101", "0150", "0233", "0299", "0377", "9999"),
}  # fmt: skip


def lists(site: Site, tokens: dict[str, str], n: int) -> dict[str, Any]:
    """Return how long lists and single cases take for each kind of reader."""
    found: dict[str, Any] = {}
    for user, token in tokens.items():
        ids = [i for some in _some_cases(site) for i in _shown_to(site, token, some)]
        requests = [Request("GET", "/api/v1/cases?limit=50", group="list of open cases") for _ in ids]
        requests += [Request("GET", f"/api/v1/cases/{i}", group="one case") for i in ids]
        random.Random(3).shuffle(requests)  # noqa: S311  chosen by a seed, not secret
        found[user] = _sequence(site, token, requests, n)
    return found


def search(site: Site, tokens: dict[str, str], n: int) -> dict[str, Any]:
    """Return how long search takes, by the kind of word and of reader."""
    requests = [Request("GET", f"/api/v1/search?q={quote(word)}", group=kind) for kind, words in WORDS.items() for word in words]
    return {user: _sequence(site, token, requests, n) for user, token in tokens.items()}


def _sequence(site: Site, token: str, requests: list[Request], n: int) -> dict[str, Any]:
    plan = Plan(HOST, site.port, token, requests, 1, 600, most=n, warm=min(len(requests), 100), run=f"{time.time_ns():x}")
    found = measure(plan)
    return {"groups": found["groups"], "statuses": found["statuses"], "per_second": found["per_second"]}


def _some_cases(site: Site) -> tuple[list[int], list[int]]:
    """Open ones and ended ones, from everywhere in the table: more than are asked for, as not everybody sees all of them."""
    query = """select id from cases_case where procedure in ('repair', 'complaint') and closed_at is {0}
        order by md5(id::text) limit %s"""
    found = [[i for (i,) in site.rows(query.format(state), ASKED * 10)] for state in ("null", "not null")]
    return found[0], found[1]


def _shown_to(site: Site, token: str, ids: list[int]) -> list[int]:
    """Return the cases a reader may see, so that every answer but 200 is a fault of ours."""
    connection, headers = http.client.HTTPConnection(HOST, site.port, timeout=60), {"Authorization": f"Bearer {token}"}
    shown = []
    for i in ids:
        connection.request("GET", f"/api/v1/cases/{i}", headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status == 200:
            shown.append(i)
        if len(shown) == ASKED:
            break
    connection.close()
    if not shown:
        raise SystemExit("this reader sees none of the cases: nothing to measure")
    return shown


def queries(bench: Bench, site: Site, user: str) -> dict[str, Any]:
    """Return how many SQL queries stand behind a list, a case and a search; counted in a process of its own."""
    standing, ended = _some_cases(site)
    return bench.asked("bench.counting", told=json.dumps({"user": user, "case": standing[0], "ended": ended[-1]}))
