"""A piece of a pack file with its place: every fault can say where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


class SourceError(ValueError):
    """The file is not readable as a pack file. Carries the place and both texts."""

    def __init__(self, node: Node, zh: str, en: str) -> None:
        self.node, self.zh, self.en = node, zh, en
        super().__init__(f"{node.file}:{node.line}:{node.column}: {zh}")


@dataclass(slots=True)
class Node:
    """A scalar (`text`), a list (`items`) or a mapping (`pairs`) with its place in a file."""

    file: str
    line: int
    column: int
    text: str | None = None
    items: list[Node] | None = None
    pairs: dict[str, Node] | None = None
    keys: dict[str, Node] = field(default_factory=dict)  # where each key of `pairs` stands

    @property
    def kind(self) -> str:
        """Return "text", "list" or "map"."""
        return "text" if self.text is not None else "list" if self.items is not None else "map"

    def get(self, key: str) -> Node | None:
        """Return the value under a key of a mapping, or None."""
        return self.pairs.get(key) if self.pairs is not None else None

    def at(self, key: str) -> Node:
        """Return the node of a key itself, for faults about the key; the mapping if it is not there."""
        return self.keys.get(key, self)

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Return key and value of each pair of a mapping (nothing for the other kinds)."""
        return iter((self.pairs or {}).items())

    def merged(self, other: Node) -> Node:
        """Return this mapping with the pairs of `other` laid over it (one level)."""
        pairs = {**(self.pairs or {}), **(other.pairs or {})}
        return Node(self.file, self.line, self.column, pairs=pairs, keys={**self.keys, **other.keys})

    def plain(self) -> object:
        """Return strings, lists and dicts without places."""
        if self.text is not None:
            return self.text
        if self.items is not None:
            return [n.plain() for n in self.items]
        return {k: n.plain() for k, n in self.entries()}


def scalar(text: str, like: Node) -> Node:
    """Return a text node standing at the place of another."""
    return Node(like.file, like.line, like.column, text=text)
