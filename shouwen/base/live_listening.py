"""Hearing what `live_notice` announces, in an asyncio program: one connection of its own, opened again whenever it breaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import psycopg
from django.db import connections

from shouwen.base.live_notice import CHANNEL

RESYNC: Final = "resync"  # something may have been missed: look at everything again
PAUSE: Final = 1.0  # seconds before the database is tried again
_NOT_FOR_IT: Final = frozenset({"cursor_factory", "context", "prepare_threshold", "autocommit", "server_side_binding"})


async def heard() -> AsyncIterator[list[str]]:
    """Yield the topics of each announcement, without end; RESYNC each time it begins to listen, for what was told before is lost."""
    while True:
        with contextlib.suppress(psycopg.Error, OSError):
            async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
                await connection.execute(f"listen {CHANNEL}")
                yield [RESYNC]
                async for notice in connection.notifies():
                    yield notice.payload.split()
        await asyncio.sleep(PAUSE)


def _address() -> dict[str, Any]:
    """How psycopg reaches the database that Django works in."""
    return {k: v for k, v in connections["default"].get_connection_params().items() if k not in _NOT_FOR_IT}
