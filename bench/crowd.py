"""(f) Two hundred people signed in who do nothing: each has a page open and its event stream. What that costs the server."""

from __future__ import annotations

import socket
import time
from typing import Any, Final

from bench.installation import HOST, Bench, Site
from bench.pages import OTHERS, sessions

PEOPLE: Final = 200
USERS: Final = ("chen_jie", "xu_qiang", "li_na", "sun_lei", OTHERS)


def run(bench: Bench, site: Site, seconds: float) -> dict[str, Any]:
    """Hold the streams open; return the share of one core that web processes and database use meanwhile."""
    streams = [_open(site, each["cookie"], each["who"]) for each in sessions(bench, PEOPLE, list(USERS))]
    time.sleep(3)  # what coming costs is not what staying costs
    before, begin = site.family.cpu(), time.monotonic()
    time.sleep(seconds)
    took, after = time.monotonic() - begin, site.family.cpu()
    heard = [_heard(stream) for stream in streams]
    for stream in streams:
        stream.close()
    if not all(heard):
        raise SystemExit(f"{heard.count(False)} of {PEOPLE} streams broke")
    share = {part: round((after[part] - before[part]) / took * 100, 2) for part in after}
    return {"people": PEOPLE, "seconds": round(took, 1), "percent_of_a_core": {**share, "total": round(sum(share.values()), 2)}}


def _open(site: Site, cookie: str, who: int) -> socket.socket:
    """Open the stream of somebody's desk, as the browser does."""
    stream = socket.create_connection((HOST, site.port), timeout=30)
    said = f"GET /events?topics=desk-{who} HTTP/1.1\r\nHost: {HOST}:{site.port}\r\nCookie: sessionid={cookie}\r\n\r\n"
    stream.sendall(said.encode())
    first = stream.recv(4096)
    if b" 200 " not in first.split(b"\r\n", 1)[0]:
        raise SystemExit(f"a stream was refused: {first[:80]!r}")
    return stream


def _heard(stream: socket.socket) -> bool:
    """Whether it is still open: nothing to read, or something, but no end."""
    stream.setblocking(False)
    try:
        return stream.recv(65536) != b""
    except BlockingIOError:
        return True
