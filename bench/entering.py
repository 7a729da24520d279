"""Signs people of the installation in, as a browser would be, and counts the queries of pages. Reads and prints JSON.

`{"people": 200}` gives so many sessions, `{"pages": {name: path}, "user": …}` the queries of each page, asked twice.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from shouwen.ops.installation import load_django, open_installation


def main() -> None:
    """Do what is asked for."""
    told = json.load(sys.stdin)
    open_installation()
    load_django()
    print(json.dumps(_counted(told) if "pages" in told else _sessions(told)))


def _sessions(told: dict[str, Any]) -> dict[str, Any]:
    """Session keys: of the one asked for, or of everybody in turn, until there are enough."""
    from django.test import Client  # noqa: PLC0415  needs Django loaded

    from shouwen.staff.models import Staff  # noqa: PLC0415  needs Django loaded

    people = Staff.objects.filter(is_active=True, username__in=told["users"]).order_by("pk")
    found = []
    for n in range(told["people"]):
        client = Client(SERVER_NAME="127.0.0.1")
        person = people[n % len(people)]
        client.force_login(person)
        found.append({"who": person.pk, "user": person.username, "cookie": client.cookies["sessionid"].value})
    return {"sessions": found}


def _counted(told: dict[str, Any]) -> dict[str, int]:
    from django.db import connection  # noqa: PLC0415  needs Django loaded
    from django.test import Client  # noqa: PLC0415  needs Django loaded
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  needs Django loaded

    from shouwen.staff.models import Staff  # noqa: PLC0415  needs Django loaded

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Staff.objects.get(username=told["user"]))
    found: dict[str, int] = {}
    for name, path in told["pages"].items():
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path)
            if response.status_code != 200:
                raise SystemExit(f"{name}: {response.status_code}")
        found[name] = len(queries)
    return found


if __name__ == "__main__":
    main()
