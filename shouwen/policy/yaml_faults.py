"""What a YAML parser complains of, said in words an author can act on: where it is, and what to write instead."""

from __future__ import annotations

import re
from typing import Final

import yaml

from shouwen.policy.source_node import Node, SourceError

FULL_WIDTH: Final = str.maketrans("：，｛｝［］“”＂＃＞＜＝－\u3000\u00a0", ':,{}[]"""#><=-  ')
WIDE_INDENTATION: Final = re.compile("[ \t]*[\u3000\u00a0]")
WIDE_SPACES: Final = ("缩进里有全角空格,请改成半角空格", "there is a full-width space in the indentation; use plain spaces")
SWALLOWED: Final = 12  # lines a quotation mark that is not closed may swallow before the parser stumbles
# What the parser says -> what is usually meant. The first that fits counts.
MEANT: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "mapping values are not allowed",
        "冒号多了或缩进不对;句子里有“: ”时请给整句加引号",
        "a colon too many, or wrong indentation; quote a sentence that has “: ” in it",
    ),
    ("could not find expected ':'", "上一行缺冒号,或冒号后面缺空格", "the line before lacks a colon, or the space after it"),
    ("expected ',' or '}'", "花括号里缺逗号,或没有收尾的 }", "a comma is missing in the braces, or the closing }"),
    ("expected ',' or ']'", "方括号里缺逗号,或没有收尾的 ]", "a comma is missing in the brackets, or the closing ]"),
    ("did not find expected key", "缩进没有对齐,或括号多了", "the indentation does not line up, or there is a bracket too many"),
    ("expected '-' indicator", "列表各项的“-”没有对齐", "the items of the list do not line up"),
    ("block sequence entries are not allowed", "“-”前面要换行", "begin a new line before “-”"),
    ("unexpected end of stream", "引号没有收尾", "a quotation mark is not closed"),
    ("unknown escape character", "双引号里有反斜杠,请改用单引号", "there is a backslash in double quotes; use single quotes"),
    ("another document", "一个文件只写一份,去掉“---”", "one document a file; leave out “---”"),
    ("undefined alias", "制度文件不用引用(*),请给文字加引号", "no aliases (*) in packs; quote the text"),
)


def said_plainly(e: yaml.YAMLError, name: str, text: str) -> SourceError:
    """Return a parser's complaint with its place, in both languages."""
    if isinstance(e, yaml.MarkedYAMLError):
        return _marked(e, name, text)
    before = text[: getattr(e, "position", 0)]
    node = Node(name, before.count("\n") + 1, len(before) - before.rfind("\n"), text="")
    code = getattr(e, "character", 0)
    return SourceError(node, f"文件里有控制字符(U+{code:04X}),请删去", f"there is a control character (U+{code:04X}); delete it")


def _marked(e: yaml.MarkedYAMLError, name: str, text: str) -> SourceError:
    mark = e.problem_mark or e.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if (meant := _of_the_lines(e.problem or "", text, line)) is not None:
        (line, column), zh, en = meant
        return SourceError(Node(name, line, column, text=""), f"不是合法的YAML:{zh}", f"not valid YAML: {en}")
    node = Node(name, line, column, text="")
    zh, en = _meant(e.problem or "", _line(text, line)[column - 1 : column])
    near = next((said for said in (_line(text, line), _line(text, line - 1)) if said.translate(FULL_WIDTH) != said), "")
    if near:
        zh, en = (
            f'{zh};这里有全角标点,请改成半角 : , {{}} [] "',
            f'{en}; there is full-width punctuation here, write : , {{}} [] "',
        )
    return SourceError(node, f"不是合法的YAML:{zh}", f"not valid YAML: {en}")


def _of_the_lines(problem: str, text: str, line: int) -> tuple[tuple[int, int], str, str] | None:
    """Return the place and what is meant where the lines before tell more than the parser's complaint."""
    for number in (line, line - 1):
        if WIDE_INDENTATION.match(_line(text, number)):
            return (number, 1), *WIDE_SPACES
    for number in range(max(1, line - SWALLOWED), line + 1):
        said = _line(text, number)
        if _plain(said).count('"') % 2 and "scanning" not in problem:
            column = said.rindex('"') + 1
            return (number, column), "这一行的引号没有收尾", "a quotation mark in this line is not closed"
    if "expected '-' indicator" in problem and not _line(text, line).lstrip().startswith("-"):
        at = line, len(_line(text, line)) - len(_line(text, line).lstrip()) + 1
        return at, "这一行的缩进与上面各行对不上,请左对齐", "this line is not indented like those above; line it up with them"
    return None


def _plain(line: str) -> str:
    """Return a line without its comment and what stands in single quotes."""
    return re.sub(r"'[^']*'|(^|\s)#.*", "", line).replace('\\"', "")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _meant(problem: str, at: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        if at == "\t":
            return "缩进用了制表符(Tab),请改成空格", "there is a tab in the indentation; use spaces"
        return f"文字不能以“{at}”开头,请加引号", f"text cannot begin with {at!r}; quote it"
    return next(((zh, en) for word, zh, en in MEANT if word in problem), (problem, problem))
