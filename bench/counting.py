"""Counts the SQL queries of API operations, each asked twice so that what a process keeps is there. Reads and prints JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from shouwen.ops.installation import load_django, open_installation


def main() -> None:
    """Count."""
    told = json.load(sys.stdin)
    open_installation()
    load_django()
    from django.db import connection  # noqa: PLC0415  needs Django loaded
    from django.test import Client  # noqa: PLC0415  it needs Django loaded
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  it needs Django loaded
    from django.utils import timezone  # noqa: PLC0415  it needs Django loaded

    from shouwen.staff.models import Staff  # noqa: PLC0415  it needs Django loaded
    from shouwen.staff.tokens import issue  # noqa: PLC0415  it needs Django loaded

    token = issue(Staff.objects.get(username=told["user"]), "bench", now=timezone.now())
    headers: Any = {"Authorization": f"Bearer {token}"}
    client = Client(SERVER_NAME="127.0.0.1")
    paths = {
        "list of open cases": "/api/v1/cases?limit=50",
        "one open case": f"/api/v1/cases/{told['case']}",
        "one ended case": f"/api/v1/cases/{told['ended']}",
        "search, common word": "/api/v1/search?q=%E6%BC%8F%E6%B0%B4",
        "search, phone tail": "/api/v1/search?q=0150",
    }
    found: dict[str, int] = {}
    for name, path in paths.items():
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path, headers=headers)
            if response.status_code != 200:
                raise SystemExit(f"{path}: {response.status_code}")
        found[name] = len(queries)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
