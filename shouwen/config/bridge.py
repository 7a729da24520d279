"""Runs a WSGI application inside an ASGI server: one hop to a thread and back for each request.

The libraries for this hand every piece of body through a queue; measured, that costs a third of the requests per second
(docs/decisions/0006).
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 1024 * 1024  # bytes of a request's body; the rest of a large one goes to a temporary file


MOST = (
    256 * 1024 * 1024
)  # bytes of a request: a dozen of the largest files that are kept; a larger one is refused before it is read
TOO_LARGE = "内容太大：一次最多 256 MB，单个文件最多 20 MB。 Too large: 256 MB at once, 20 MB a file."


class Bridge:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A browser that leaves while it sends is not answered."""
        if _announced(scope) > MOST:
            await _say_too_large(send)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            length = 0
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return
                length += body.write(message.get("body", b""))
                more = message.get("more_body", False)
                if length > MOST:  # it announced nothing, or less
                    await _say_too_large(send)
                    return
            body.seek(0)
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._pool, self._ask, environ(scope, body, length))
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            if answer.whole is not None:
                await send({"type": "http.response.body", "body": answer.whole, "more_body": False})
                return
            try:
                while chunk := await loop.run_in_executor(self._pool, answer.next_chunk):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                await loop.run_in_executor(self._pool, answer.close)

    def _ask(self, request: dict[str, Any]) -> _Answer:
        """In a thread of the pool: all of the work, for an answer that is no stream."""
        answer = _Answer()
        answer.take(self._application(request, answer.start))
        return answer


def _announced(scope: Scope) -> int:
    """How long a request says that it is; 0 when it does not say."""
    said = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"0")
    return int(said) if said.isdigit() else 0


async def _say_too_large(send: Send) -> None:
    """Say that it is too large, without waiting for the rest. A part of a page shows it where troubles stand."""
    text = f'<p class="note note-error" role="alert">{TOO_LARGE}</p>'.encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"connection", b"close"),
        (b"hx-retarget", b"#flash"),
        (b"hx-reswap", b"innerHTML"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text, "more_body": False})


@dataclass
class _Answer:
    """What the application said: a whole body where it has one, else the pieces as they come."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    whole: bytes | None = None
    close: Callable[[], object] = lambda: None
    _chunks: Iterator[bytes] = field(default_factory=lambda: iter(()))

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
        """WSGI's start_response; the old way of writing through its result is refused."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _refuse

    def take(self, body: Iterable[bytes]) -> None:
        self.close = getattr(body, "close", self.close)
        if getattr(body, "streaming", True):  # as Django calls it; an unknown kind may be one
            self._chunks = iter(body)
            return
        try:
            self.whole = b"".join(body)
        finally:
            self.close()

    def next_chunk(self) -> bytes:
        """The next piece that is not empty, or nothing at the end."""
        return next((chunk for chunk in self._chunks if chunk), b"")


def _refuse(data: bytes) -> object:
    raise NotImplementedError("write() of WSGI's start_response: return the body instead")


def environ(scope: Scope, body: IO[bytes] | io.BytesIO, length: int) -> dict[str, Any]:
    """The request as PEP 3333 wants it."""
    host, port = scope.get("server") or ("localhost", 0)
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name == "CONTENT_LENGTH":
            continue  # what has come counts, not what was announced
        if name == "CONTENT_TYPE":
            found[name] = value
            continue
        separator = "; " if name == "COOKIE" else ","
        key = f"HTTP_{name}"
        found[key] = f"{found[key]}{separator}{value}" if key in found else value
    return found
