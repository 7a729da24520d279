"""Pages run by WSGI behind an ASGI server answer as they would by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.validate import validator

import pytest

from shouwen.config import bridge
from shouwen.config.bridge import IN_MEMORY, Bridge, Message

Start = Callable[..., Any]


class Whole(list[bytes]):
    """A body that is there, as Django marks it."""

    streaming = False


def ask(application: Any, *parts: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> list[Message]:
    """What the server is told to send for one request whose body comes in parts."""
    scope = {
        "type": "http", "method": "POST", "path": "/事项", "query_string": b"a=1", "http_version": "1.1", "scheme": "http",
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.9", 5), "headers": list(headers),
    }  # fmt: skip
    coming = [{"type": "http.request", "body": part, "more_body": n < len(parts) - 1} for n, part in enumerate(parts)]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have left its loop running in this thread
        apart.submit(asyncio.run, Bridge(application, threads=2)(scope, receive, send)).result()
    return sent


def test_a_request_reaches_the_application_whole_and_by_the_standard() -> None:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start: Start) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return [b"o", b"k"]

    headers = [
        (b"content-length", b"999"),
        (b"cookie", b"x=1"),
        (b"cookie", b"y=2"),
        (b"content-type", b"text/plain"),
        (b"x-y", b"z"),
    ]
    first, *bodies = ask(validator(application), b"ab", b"cd", headers=headers)

    assert seen["body"] == b"abcd"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/事项"
    assert (seen["QUERY_STRING"], seen["REMOTE_ADDR"], seen["HTTP_COOKIE"], seen["HTTP_X_Y"]) == (
        "a=1",
        "127.0.0.9",
        "x=1; y=2",
        "z",
    )
    assert first["status"] == 201
    assert first["headers"][1:] == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    assert b"".join(m["body"] for m in bodies) == b"ok"
    assert [m["more_body"] for m in bodies][-1] is False


def test_a_whole_answer_is_one_message_and_is_closed() -> None:
    closed = []

    def application(environ: dict[str, Any], start: Start) -> Whole:
        start("200 OK", [])
        body = Whole([b"a", b"b"])
        body.close = lambda: closed.append(True)  # type: ignore[attr-defined]  # an answer with a close of its own
        return body

    assert [m.get("body") for m in ask(application, b"")] == [None, b"ab"]
    assert closed == [True]


def test_a_long_answer_is_sent_as_it_comes_and_closed_although_it_breaks() -> None:
    closed = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            yield b"first"
            yield b""
            raise RuntimeError

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start: Start) -> Broken:
        start("200 OK", [])
        return Broken()

    with pytest.raises(RuntimeError):
        ask(application, b"")

    assert closed == [True]


def test_a_body_larger_than_the_memory_set_aside_arrives(tmp_path: object) -> None:
    size = IN_MEMORY * 2 + 1

    def application(environ: dict[str, Any], start: Start) -> Whole:
        start("200 OK", [])
        return Whole([str(len(environ["wsgi.input"].read())).encode()])

    assert ask(application, b"x" * IN_MEMORY, b"x" * (size - IN_MEMORY))[-1]["body"] == str(size).encode()


def test_a_browser_that_leaves_while_it_sends_changes_nothing() -> None:
    called = []

    assert ask(lambda *_: called.append(True)) == []
    assert called == []


def test_a_body_that_announces_two_gigabytes_is_refused_before_it_is_read() -> None:
    asked: list[Any] = []

    def application(environ: dict[str, Any], start: Start) -> list[bytes]:
        asked.append(environ)
        return []

    sent = ask(application, b"x", headers=[(b"content-length", str(2 * 1024**3).encode())])

    assert sent[0]["status"] == 413
    assert "20 MB" in sent[1]["body"].decode()
    assert not asked


def test_a_body_that_announces_nothing_is_refused_where_it_becomes_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "MOST", 10)

    sent = ask(lambda environ, start: [], b"12345678", b"12345678", b"12345678")

    assert [message.get("status") for message in sent] == [413, None]
