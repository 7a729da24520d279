"""Data nobody changes, of which every decision makes some: effects, due moments, what is wanted.

`@fixed(frozen=True, slots=True)` is `@dataclass(frozen=True, slots=True)`, and mypy refuses to change one. At run time its fields are
set as those of any object: a dataclass that is frozen there, too, sets each by a call and takes four times as long to be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as fixed
else:

    def fixed(*, frozen, slots):
        """Make a class of such data, with the equality and the hash of a frozen one."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["fixed"]
