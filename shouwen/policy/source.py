"""YAML as text: every scalar stays a string, every node knows its file, line and column.

`21:00` does not become a number nor `no` a false. Anchors, aliases and tags are refused (a pack has no use for them,
and they are how a small file becomes a huge one); so are duplicate keys.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from shouwen.policy.source_node import Node, SourceError, scalar
from shouwen.policy.yaml_faults import WIDE_SPACES, said_plainly

__all__ = ["Node", "SourceError", "read_file", "read_text", "scalar", "text_of", "too_large"]

MAX_BYTES = 2_000_000  # a regulation is some kilobytes; a megabyte is a mistake or an attack
MAX_DEPTH = 24
NOT_UTF8 = ("文件不是UTF-8编码;请用编辑器“另存为”,编码选 UTF-8", "the file is not UTF-8; save it anew with the encoding UTF-8")
NOT_THERE = ("没有这个文件", "there is no such file")
NO_FILE = (
    "这不是文件(是文件夹、管道,或指向不存在之处的链接),没有读;请改名或删去",
    "this is no file (but a folder, a pipe or a link to nowhere) and was not read; rename or delete it",
)
LEADS_OUT = (
    "这个链接指向制度包文件夹之外,没有读;请把文件本身放进来",
    "this link leads out of the pack's folder and was not read; put the file itself here",
)
NO_KEY = re.compile("[：，｛｝［］＃\u3000\u00a0]")  # what stands in a key only where the colon behind it is no colon


def read_file(path: Path, name: str | None = None) -> Node:
    """Read one YAML file into nodes. Raises SourceError with the place of the first thing that is wrong."""
    named = name or str(path)
    return read_text(text_of(path, named), named)


def text_of(path: Path, name: str, folder: Path | None = None) -> str:
    """Return the text of one file, of a pack's `folder` where it is said. Raises SourceError for what cannot be read as such."""
    here = Node(name, 1, 1, text="")
    try:
        if not path.is_file():  # nothing is read of a pipe: it may never end
            raise SourceError(here, *(NO_FILE if path.exists() or path.is_symlink() else NOT_THERE))
        if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
            raise SourceError(here, *LEADS_OUT)
        if path.stat().st_size > MAX_BYTES:
            raise too_large(name)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise _not_utf8(name, e) from None
    except OSError as e:
        raise SourceError(here, f"文件读不出:{e.strerror}", f"the file cannot be read: {e.strerror}") from None


def _not_utf8(name: str, e: UnicodeDecodeError) -> SourceError:
    before = e.object[: e.start]
    place = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    return SourceError(Node(name, *place, text=""), *NOT_UTF8)


def read_text(raw: bytes | str, name: str) -> Node:
    """Read YAML text into nodes. Raises SourceError."""
    here = Node(name, 1, 1, text="")
    if len(raw) > MAX_BYTES:
        raise too_large(name)
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as e:
        raise _not_utf8(name, e) from None
    try:
        builder = _Builder(name)
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            builder.take(event)
    except yaml.YAMLError as e:
        raise said_plainly(e, name, text) from None
    if builder.root is None:
        raise SourceError(here, "文件是空的", "the file is empty")
    return builder.root


def too_large(name: str) -> SourceError:
    """Return what to raise about a file of more than MAX_BYTES."""
    zh = f"文件超过{MAX_BYTES // 1_000_000}MB,请拆成几个制度"
    return SourceError(Node(name, 1, 1, text=""), zh, "the file is too large; split it into regulations")


class _Builder:
    """Makes nodes of what the parser meets, as it meets it: one pass, and nothing is built of what is nested too deep."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self._open: list[Node] = []  # lists and mappings that have not ended
        self._keys: list[Node | None] = []  # for each of them, the key that waits for its value

    def take(self, event: yaml.Event) -> None:
        """Take the next event. Raises SourceError."""
        self._refuse_traps(event)
        if isinstance(event, yaml.ScalarEvent):
            node = _at(event, self.name)
            node.text = event.value
            self._put(node)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._keys.pop()
            self._put(self._open.pop())
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            mark: Any = event.start_mark  # the C parser has marks of its own
            raise yaml.composer.ComposerError(problem="but found another document", problem_mark=mark)

    def _refuse_traps(self, event: yaml.Event) -> None:
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or (tag and tag != "!"):
            raise SourceError(
                _at(event, self.name), "制度文件不用锚点、引用和标签(& * !);请写明,或给文字加引号",
                "no anchors, aliases or tags in packs (& * !); write it out, or quote the text",
            )  # fmt: skip

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        node = _at(event, self.name)
        node.text = None
        if len(self._open) >= MAX_DEPTH:
            raise SourceError(node, f"嵌套超过{MAX_DEPTH}层,请拆开", f"nested more than {MAX_DEPTH} deep; take it apart")
        if isinstance(event, yaml.SequenceStartEvent):
            node.items = []
        else:
            node.pairs = {}
        self._open.append(node)
        self._keys.append(None)

    def _put(self, node: Node) -> None:
        """Put a node that is whole where it belongs: into the list or mapping around it."""
        if not self._open:
            self.root = node
            return
        around, key = self._open[-1], self._keys[-1]
        if around.items is not None:
            around.items.append(node)
        elif key is None:
            self._keys[-1] = self._key(node, around)
        elif around.pairs is not None and key.text is not None:
            around.pairs[key.text] = node
            self._keys[-1] = None

    @staticmethod
    def _key(key: Node, around: Node) -> Node:
        if key.text is None:
            raise SourceError(key, "键必须是文字", "a key must be text")
        if NO_KEY.search(key.text) or key.text == "<<":
            raise _no_key(key)
        if key.text in around.keys:
            raise SourceError(key, f"键“{key.text}”写了两次", f"the key {key.text!r} stands twice")
        around.keys[key.text] = key
        return key


def _at(what: yaml.Event, name: str) -> Node:
    mark = what.start_mark
    return Node(name, mark.line + 1, mark.column + 1, text="") if mark is not None else Node(name, 1, 1, text="")


def _no_key(key: Node) -> SourceError:
    if key.text == "<<":
        return SourceError(key, "制度文件不用合并键(<<),请写明", "no merging of keys (<<) in packs; write them out")
    if (key.text or "").lstrip(" ")[:1] in ("\u3000", "\u00a0"):
        return SourceError(key, *WIDE_SPACES)
    return SourceError(
        key, f"键“{key.text}”里有全角标点或空格,请改成半角:冒号 : 后面空一格",
        f"there is full-width punctuation or a wide space in the key {key.text!r}; write : and a space behind it",
    )  # fmt: skip
