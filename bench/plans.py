"""How much of the database each page reads: rows and blocks, from the plans PostgreSQL itself reports. Reads and prints JSON.

Time differs with the machine and with who else works on it; what is read does not. `{name: [user, path]}` gives for each page its
statements and the rows and blocks of 8 KB they looked at. The module auto_explain tells them to the connection that asked.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from shouwen.base.embedded import address, default_home
from shouwen.ops.installation import load_django, open_installation

if TYPE_CHECKING:
    from django.test import Client
    from psycopg.errors import Diagnostic

TOLD: Final = {
    "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "-1", "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on", "auto_explain.log_timing": "off", "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}  # fmt: skip
HELD: Final = (
    "Subquery Scan",
    "CTE Scan",
    "Function Scan",
    "Values Scan",
    "Bitmap Index Scan",
)  # they read what others have read


def main() -> None:
    """Look at each page twice: first so that what a process keeps is there, then at what it reads."""
    told: dict[str, tuple[str, str]] = json.load(sys.stdin)
    os.environ["PGOPTIONS"] = " ".join(f"-c {name}={value}" for name, value in TOLD.items())
    open_installation()
    _permit()
    load_django()
    from django.db import connection  # noqa: PLC0415  needs Django loaded
    from django.test import Client  # noqa: PLC0415  needs Django loaded

    from shouwen.staff.models import Staff  # noqa: PLC0415  needs Django loaded

    clients, plans = {user: Client(SERVER_NAME="127.0.0.1") for user, _ in told.values()}, Plans()
    for user, client in clients.items():
        client.force_login(Staff.objects.get(username=user))
    connection.ensure_connection()
    connection.connection.add_notice_handler(plans.take)
    found = {}
    for name, (user, path) in told.items():
        _ask(clients[user], path)
        with connection.cursor() as cursor:
            cursor.execute("set auto_explain.log_min_duration = 0")
        plans.taken.clear()
        response = _ask(clients[user], path)
        found[name] = plans.sums()
        with connection.cursor() as cursor:
            cursor.execute("set auto_explain.log_min_duration = -1")
        if response.status_code != 200 or not plans.taken:
            raise SystemExit(f"{name}: {response.status_code}, {len(plans.taken)} plans")
    print(json.dumps(found))


def _ask(client: Client, path: str) -> Any:
    """Ask for a page; words that are searched for are sent as the pages send them, and the rows come back."""
    at, _, query = path.partition("?q=")
    return client.post(at, {"q": unquote(query)}, headers={"HX-Request": "true"}) if query else client.get(path)


def _permit() -> None:
    """Let the application's account ask for plans, in this installation only."""
    import psycopg  # noqa: PLC0415  not before the options above are set

    with psycopg.connect(address(default_home(), "postgres")) as server:
        server.execute(f"grant set on parameter {', '.join(TOLD)} to shouwen_app".encode())


class Plans:
    """The plans of the statements of a page, as they are told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []

    def take(self, told: Diagnostic) -> None:
        """Take one."""
        text = told.message_primary or ""
        if text.startswith("duration:"):
            self.taken.append(json.loads(text[text.index("{") :])["Plan"])

    def sums(self) -> dict[str, int]:
        """Return what they have read together."""
        blocks = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.taken)
        return {"queries": len(self.taken), "rows_read": round(sum(map(_rows, self.taken))), "blocks": blocks}


def _rows(node: dict[str, Any]) -> float:
    below = sum(map(_rows, node.get("Plans", ())))
    if "Scan" not in node["Node Type"] or node["Node Type"] in HELD:
        return below
    each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return below + float(each * node["Actual Loops"])


if __name__ == "__main__":
    main()
