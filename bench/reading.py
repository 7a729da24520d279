"""(b) Lists and single cases, (c) search: one client in sequence, warm; p95 of each, and the number of queries behind it."""

from __future__ import annotations

import json
import random
import time
from typing import Any, Final
from urllib.parse import quote

from bench.installation import HOST, Bench, Site
from bench.load import Plan, Request, measure

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
    ids = _some_cases(site)
    found: dict[str, Any] = {}
    for user, token in tokens.items():
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


def _some_cases(site: Site) -> list[int]:
    """Ended and open ones, from everywhere in the table."""
    query = """select id from cases_case where procedure in ('repair', 'complaint') and closed_at is {0}
        order by md5(id::text) limit 40"""
    return [i for state in ("null", "not null") for (i,) in site.rows(query.format(state))]


def queries(bench: Bench, site: Site, user: str) -> dict[str, Any]:
    """Return how many SQL queries stand behind a list, a case and a search; counted in a process of its own."""
    ids = _some_cases(site)
    return bench.asked("bench.counting", told=json.dumps({"user": user, "case": ids[0], "ended": ids[-1]}))
