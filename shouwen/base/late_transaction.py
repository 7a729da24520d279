"""A transaction that begins when something needs it.

One statement is whole by itself: it is written, or nothing of it. Most openings of cases are one statement, and need neither BEGIN
nor COMMIT (docs/decisions/0014). Whatever takes a lock, or writes with two statements, begins the transaction before.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from django.db import transaction


class LateTransaction:
    """`with LateTransaction() as late:` is `transaction.atomic()` from `late.begin()` on; without `begin` it is nothing."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def begin(self) -> None:
        """Have everything from here on written together or not at all. Called again it does nothing."""
        if not self._begun:
            self._stack.enter_context(transaction.atomic())
            self._begun = True

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, value, trace)
