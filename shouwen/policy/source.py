"""YAML as text: every scalar stays a string, every node knows its file, line and column.

`21:00` does not become a number nor `no` a false. Anchors, aliases and tags are refused (a pack has no use for them,
and they are how a small file becomes a huge one); so are duplicate keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

MAX_BYTES = 2_000_000  # a regulation is some kilobytes; a megabyte is a mistake or an attack
MAX_DEPTH = 24
FULL_WIDTH = str.maketrans("：，｛｝［］“”＂＃", ":,{}[]\"\"\"#")


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


def read_file(path: Path, name: str | None = None) -> Node:
    """Read one YAML file into nodes. Raises SourceError with the place of the first thing that is wrong."""
    raw = path.read_bytes()
    return read_text(raw, name or str(path))


def read_text(raw: bytes | str, name: str) -> Node:
    """Read YAML text into nodes. Raises SourceError."""
    here = Node(name, 1, 1, text="")
    if len(raw) > MAX_BYTES:
        raise SourceError(here, f"文件超过{MAX_BYTES // 1_000_000}MB,请拆成几个制度", "the file is too large; split it into regulations")
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as e:
        raise SourceError(here, f"文件不是UTF-8编码(第{e.start}字节)", f"the file is not UTF-8 (byte {e.start})") from None
    loader = yaml.CBaseLoader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as e:
        raise _yaml_error(e, name, text) from None
    except yaml.YAMLError as e:
        raise SourceError(here, f"不是合法的YAML:{e}", f"not valid YAML: {e}") from None
    finally:
        loader.dispose()
    if root is None:
        raise SourceError(here, "文件是空的", "the file is empty")
    _refuse_anchors(text, name)
    return _convert(root, name, 0)


def _yaml_error(e: yaml.MarkedYAMLError, name: str, text: str) -> SourceError:
    mark = e.problem_mark or e.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    said = lines[line - 1] if 0 < line <= len(lines) else ""
    near = said if any(c in said for c in "：，｛｝［］") else (lines[line - 2] if 1 < line <= len(lines) + 1 else "")
    hint_zh = hint_en = ""
    if near.translate(FULL_WIDTH) != near:
        hint_zh = ";这一行有全角标点,请改成半角,如“:”“,”“{}”"
        hint_en = "; there is full-width punctuation here, write half-width : , { }"
    node = Node(name, line, column, text="")
    return SourceError(node, f"不是合法的YAML:{e.problem or e.context}{hint_zh}", f"not valid YAML: {e.problem or e.context}{hint_en}")


def _refuse_anchors(text: str, name: str) -> None:
    if "&" not in text and "*" not in text and "!" not in text:
        return
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or (tag and tag != "!"):
            node = Node(name, event.start_mark.line + 1, event.start_mark.column + 1, text="")
            raise SourceError(node, "制度文件不用锚点、引用和标签(& * !);请写明,或给文字加引号", "no anchors, aliases or tags in packs (& * !); write it out, or quote the text")


def _convert(n: yaml.Node, name: str, depth: int) -> Node:
    line, column = n.start_mark.line + 1, n.start_mark.column + 1
    here = Node(name, line, column, text="")
    if depth > MAX_DEPTH:
        raise SourceError(here, "嵌套太深", "nested too deeply")
    if isinstance(n, yaml.ScalarNode):
        here.text = n.value
        return here
    here.text = None
    if isinstance(n, yaml.SequenceNode):
        here.items = [_convert(c, name, depth + 1) for c in n.value]
        return here
    here.pairs = {}
    for k, v in n.value:
        key = _convert(k, name, depth + 1)
        if key.text is None:
            raise SourceError(key, "键必须是文字", "a key must be text")
        if key.text in here.pairs:
            raise SourceError(key, f"键“{key.text}”写了两次", f"the key {key.text!r} stands twice")
        here.pairs[key.text] = _convert(v, name, depth + 1)
        here.keys[key.text] = key
    return here
