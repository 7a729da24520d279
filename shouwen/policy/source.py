"""YAML as text: every scalar stays a string, every node knows its file, line and column.

`21:00` does not become a number nor `no` a false. Anchors, aliases and tags are refused (a pack has no use for them,
and they are how a small file becomes a huge one); so are duplicate keys.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from shouwen.policy.source_node import Node, SourceError, scalar
from shouwen.policy.yaml_faults import said_plainly

__all__ = ["Node", "SourceError", "read_file", "read_text", "scalar", "too_large"]

MAX_BYTES = 2_000_000  # a regulation is some kilobytes; a megabyte is a mistake or an attack
MAX_DEPTH = 24
NO_KEY = re.compile("[：，｛｝［］＃\u3000\u00a0]")  # what stands in a key only where the colon behind it is no colon


def read_file(path: Path, name: str | None = None) -> Node:
    """Read one YAML file into nodes. Raises SourceError with the place of the first thing that is wrong."""
    raw = path.read_bytes()
    return read_text(raw, name or str(path))


def read_text(raw: bytes | str, name: str) -> Node:
    """Read YAML text into nodes. Raises SourceError."""
    here = Node(name, 1, 1, text="")
    if len(raw) > MAX_BYTES:
        raise too_large(name)
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as e:
        raise SourceError(here, f"文件不是UTF-8编码(第{e.start}字节)", f"the file is not UTF-8 (byte {e.start})") from None
    try:
        _refuse_traps(text, name)  # before anything is built of it: too deep a nesting would end the process
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as e:
        raise said_plainly(e, name, text) from None
    if root is None:
        raise SourceError(here, "文件是空的", "the file is empty")
    return _convert(root, name)


def too_large(name: str) -> SourceError:
    """Return what to raise about a file of more than MAX_BYTES."""
    zh = f"文件超过{MAX_BYTES // 1_000_000}MB,请拆成几个制度"
    return SourceError(Node(name, 1, 1, text=""), zh, "the file is too large; split it into regulations")


def _refuse_traps(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise SourceError(
                _at(event, name), f"嵌套超过{MAX_DEPTH}层,请拆开", f"nested more than {MAX_DEPTH} deep; take it apart"
            )
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or (tag and tag != "!"):
            raise SourceError(
                _at(event, name), "制度文件不用锚点、引用和标签(& * !);请写明,或给文字加引号",
                "no anchors, aliases or tags in packs (& * !); write it out, or quote the text",
            )  # fmt: skip


def _at(what: yaml.Event | yaml.Node, name: str) -> Node:
    mark = what.start_mark
    return Node(name, mark.line + 1, mark.column + 1, text="") if mark is not None else Node(name, 1, 1, text="")


def _no_key(key: Node) -> SourceError:
    if key.text == "<<":
        return SourceError(key, "制度文件不用合并键(<<),请写明", "no merging of keys (<<) in packs; write them out")
    return SourceError(
        key, f"键“{key.text}”里有全角标点或空格,请改成半角:冒号 : 后面空一格",
        f"there is full-width punctuation or a wide space in the key {key.text!r}; write : and a space behind it",
    )  # fmt: skip


def _convert(n: yaml.Node, name: str) -> Node:
    here = _at(n, name)
    if isinstance(n, yaml.ScalarNode):
        here.text = n.value
        return here
    here.text = None
    if isinstance(n, yaml.SequenceNode):
        here.items = [_convert(c, name) for c in n.value]
        return here
    here.pairs = {}
    for k, v in n.value:
        key = _convert(k, name)
        if key.text is None:
            raise SourceError(key, "键必须是文字", "a key must be text")
        if NO_KEY.search(key.text) or key.text == "<<":
            raise _no_key(key)
        if key.text in here.pairs:
            raise SourceError(key, f"键“{key.text}”写了两次", f"the key {key.text!r} stands twice")
        here.pairs[key.text] = _convert(v, name)
        here.keys[key.text] = key
    return here
