"""Reading packs from folders: which files there are, what they declare, and the clauses still as nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from shouwen.policy.errors import Fault, Faults, PackError
from shouwen.policy.kinds.registry import CLAUSE_KEYS, KINDS
from shouwen.policy.noun_reading import NounReader
from shouwen.policy.nouns import Book, Field, Form, Label, NamedFact, Noun, Post, Regulation
from shouwen.policy.papers import Known, check_forms
from shouwen.policy.reading import WORD, wide_tip
from shouwen.policy.source import Node, SourceError, read_text, text_of
from shouwen.worktime import Calendar, WorktimeError

MOST_BYTES = 8_000_000  # of all packs together: those on the shelf are one
CLAUSE_ID = re.compile(r"^[0-9A-Za-z][0-9A-Za-z._-]*$")
REGULATION_ID = re.compile(r"[a-z][a-z0-9_-]{0,59}")
LONGEST_CLAUSE = 24  # characters of a clause's number; its full name is kept in a column of 160
SCENARIOS = ".scenarios.yaml"
MAPS = ".map.yaml"  # how a file of old cases becomes cases, for `shouwen import`
MUTANTS = ".mutants.yaml"  # beside a regulation: mutants of its clauses that change nothing, each with the reason
ENDINGS = (".yaml", SCENARIOS, MUTANTS)  # what stands of one regulation in a folder
PACK_KEYS = (
    "pack",
    "title",
    "builds_on",
    "calendars",
    "calendar",
    "posts",
    "groups",
    "seasons",
    "books",
    "facts",
    "customer_fields",
    "persons",
    "forms",
    "measures",
    "source",
    "about",
    "waits",
)
REGULATION_KEYS = (
    "regulation",
    "title",
    "owner",
    "approved_by",
    "reviewed_on",
    "applies_to",
    "compiled_by",
    "supersedes",
    "prevails",
    "source",
    "calendar",
    "calendars",
    "articles",
    "posts",
    "persons",
    "groups",
    "seasons",
    "books",
    "registers",
    "procedures",
    "forms",
    "measures",
    "customer_fields",
    "facts",
    "clauses",
    "parts",
    "assumed",
    "document",
)
Sources = Mapping[str, str]  # file name (pack/file.yaml) -> text: what an enactment keeps


@dataclass
class Declared:
    """Everything the loaded packs declare, by id; clauses are nodes yet."""

    nouns: dict[str, Noun] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    facts: dict[str, NamedFact] = field(default_factory=dict)
    customer_fields: dict[str, Field] = field(default_factory=dict)
    groups: dict[str, Node] = field(default_factory=dict)
    seasons: dict[str, Node] = field(default_factory=dict)
    persons: dict[str, Node] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    measures: dict[str, tuple[str, Node]] = field(default_factory=dict)  # id -> regulation name, node
    regulations: dict[str, Regulation] = field(default_factory=dict)
    clauses: dict[str, tuple[Regulation, Node]] = field(default_factory=dict)
    places: dict[str, Node] = field(default_factory=dict)  # "noun:repair" -> where it is declared
    pack_titles: dict[str, Label] = field(default_factory=dict)
    pack_bases: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the packs a pack builds on
    pack_calendars: dict[str, str] = field(default_factory=dict)  # the calendar of a pack's regulations that name none


def is_day(text: str) -> bool:
    """Whether a text is a date as packs write it."""
    try:
        return date.fromisoformat(text) is not None
    except ValueError:
        return False


def read_sources(folders: list[Path]) -> Sources:
    """Return the text of every pack file below the folders, by `pack/file.yaml` (a folder's own name is its pack's).

    Raises SourceError for a file that is no UTF-8 or too large, for what is no file or leads out of its folder, for two files of
    one name, and once the files are too much together: nothing more of them is read then.
    """
    found: dict[str, str] = {}
    places: dict[str, Path] = {}
    room = MOST_BYTES
    for path, folder in ((p, f) for f in folders for p in sorted(f.rglob("*.yaml"))):
        name = f"{path.parent.name}/{path.name}"
        if (first := places.setdefault(name, path)) != path:
            zh, en = f"有两个{name}:{first} 和 {path},请删去一个", f"there are two files {name}: {first} and {path}; delete one"
            raise SourceError(Node(name, 1, 1, text=""), zh, en)
        if name not in found:  # of a pack inside another's folder they are met twice
            found[name] = text_of(path, name, folder)
            room -= len(found[name].encode())
        if room < 0:
            refuse_too_much(found)
    return found


def refuse_too_much(sources: Sources) -> None:
    """Raise PackError where packs are too much together, at the largest file, before anything is made of them."""
    sizes = {name: len(text.encode()) for name, text in sources.items()}
    if (total := sum(sizes.values())) > MOST_BYTES:
        largest, mb, most = max(sizes, key=lambda n: (sizes[n], n)), f"{total / 1_000_000:.1f}", MOST_BYTES // 1_000_000
        zh = f"这些制度包共{mb}MB,超过{most}MB;这个文件最大,请拆小或删去"
        en = f"these packs are {mb} MB together, more than {most}; this file is the largest"
        raise PackError([Fault(largest, 1, 1, zh, en)])


def _rank(name: str) -> tuple[bool, bool, str]:
    """Return where a file comes in the order of reading: the pack's own first, what is named like a copy (`repair - 副本`) last."""
    stem = name.rpartition("/")[2].removesuffix(".yaml")
    return stem != "pack", not REGULATION_ID.fullmatch(stem), name


def _under(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    """Yield the pairs of the mapping under a key."""
    found = node.get(key)
    return found.entries() if found is not None else iter(())


class PackReader:
    """Reads the nouns and headers of all files of some packs."""

    def __init__(self, sources: Sources, faults: Faults, *, announced: Mapping[str, Any] | None = None) -> None:
        """`announced` are the company's own years of holidays, for calendars that keep the Chinese ones."""
        self.sources, self.faults, self.announced = sources, faults, announced or {}
        self.reader = NounReader(faults)
        self.declared = Declared()
        self.headers: list[tuple[str, Node]] = []

    def read(self) -> Declared:
        """Read everything; faults are noted."""
        refuse_too_much(self.sources)
        for name, root in self._roots():
            pack = name.split("/")[0]
            self.headers.append((name, root))
            if root.get("regulation") is not None:
                self._regulation(pack, name, root)
            elif root.get("pack") is not None:
                self._pack(pack, root)
            else:
                self.reader.fault(root, "文件开头应为 regulation: 或 pack:", "the file should begin with regulation: or pack:")
        self._named()
        return self.declared

    def _named(self) -> None:
        """Refuse calendars and posts that headers name and nobody declares, and days that are none."""
        d, headers = self.declared, [node for _, node in self.headers]
        for reviewed in (n for node in headers if (n := node.get("reviewed_on")) is not None):
            if not is_day(reviewed.text or ""):
                zh, en = f'“{reviewed.text}”不是日期,应如 "2026-11-01"', f'{reviewed.text!r} is no date like "2026-11-01"'
                self.reader.fault(reviewed, f"reviewed_on:{zh}", f"reviewed_on: {en}")
        for node in (*headers, *(n.node for n in d.nouns.values() if n.node is not None)):
            calendar = node.get("calendar")
            if calendar is not None and calendar.text not in d.calendars:
                self.reader.unknown(calendar, calendar.text or "", d.calendars, "没有这个日历:", "there is no calendar")
        self._superiors(headers)
        check_forms(self.reader, Known(d.nouns, d.posts, d.measures, d.clauses), headers)
        for key, post in ((k, n) for node in headers for k in ("owner", "approved_by") if (n := node.get(k)) is not None):
            if post.text not in (*d.posts, "unset"):
                self.reader.unknown(post, post.text or "", d.posts, f"{key}:没有这个岗位", f"{key}: there is no post")

    def _superiors(self, headers: list[Node]) -> None:
        """Refuse posts that report to one nobody declares."""
        d = self.declared
        for post in (n for node in headers for _, p in _under(node, "posts") if (n := p.get("reports_to")) is not None):
            if post.text not in d.posts:
                self.reader.unknown(post, post.text or "", d.posts, "reports_to:没有这个岗位", "reports_to: there is no post")

    def _roots(self) -> Iterator[tuple[str, Node]]:
        for name, text in sorted(self.sources.items(), key=lambda i: _rank(i[0])):
            if name.endswith((SCENARIOS, MUTANTS, MAPS, "/company.yaml")):
                continue
            try:
                yield name, read_text(text, name)
            except SourceError as e:
                self.faults.add(e.node, e.zh, e.en)

    def _pack(self, pack: str, root: Node) -> None:
        self.reader.known(root, PACK_KEYS, "制度包")
        name = root.get("pack")
        if pack in self.declared.pack_bases:
            self._twice(root, "制度包", "pack", pack, f"{pack}/pack.yaml")
            return
        if name is not None and name.text != pack:
            self.reader.fault(
                name, f"制度包写的是“{name.text}”,文件夹叫“{pack}”,两处应相同",
                f"the pack says it is {name.text!r}, its folder is called {pack!r}; they should be the same",
            )  # fmt: skip
        if (title := root.get("title")) is not None:
            self.declared.pack_titles[pack] = self.reader.label(title)
        self.declared.pack_bases[pack] = self.reader.texts(root.get("builds_on"))
        self.declared.pack_calendars[pack] = self.reader.text(root.get("calendar"))
        self._declare(pack, "", root)

    def _regulation(self, pack: str, file: str, root: Node) -> None:
        self.reader.known(root, REGULATION_KEYS, "制度")
        key = self.reader.text(root.get("regulation"))
        if not REGULATION_ID.fullmatch(key):
            self.reader.fault(
                root.get("regulation") or root, f"“{key}”不能作制度的标识:用小写字母、数字、下划线和短横",
                f"{key!r} is no id of a regulation: lower-case letters, digits, _ and -",
            )  # fmt: skip
        title_node = root.get("title")
        title = self.reader.label(title_node, key) if title_node is not None else Label(key)
        articles = self.reader.each(root.get("articles"), lambda k, n: self.reader.label(n, k)) if root.get("articles") else {}
        header: dict[str, Any] = {
            k: n.plain()
            for k in ("owner", "approved_by", "reviewed_on", "applies_to", "compiled_by", "supersedes", "prevails", "document")
            if (n := root.get(k)) is not None
        }
        regulation = Regulation(
            key,
            pack,
            file,
            title.zh,
            title.en,
            header,
            self.reader.source(root.get("source")),
            self.reader.text(root.get("calendar"), self.declared.pack_calendars.get(pack, "")),
            articles,
            {},
            root,
        )
        if (first := self.declared.regulations.get(regulation.name)) is not None:
            self._twice(root, "制度", "regulation", regulation.name, first.file)
            return  # of a copy this one fault is enough
        self.declared.regulations[regulation.name] = regulation
        self._declare(pack, key, root)
        for node in self.reader.listing(root.get("clauses")):
            self._clause(regulation, node)
        for part in self.reader.listing(root.get("parts")):
            self._part(regulation, part)

    def _twice(self, root: Node, what: str, what_en: str, name: str, first: str) -> None:
        self.reader.fault(
            root, f"{what}“{name}”写了两次,先在 {first};多出来的文件请删去",
            f"the {what_en} {name!r} stands twice, first in {first}; delete the file that is too many",
        )  # fmt: skip

    def _part(self, regulation: Regulation, part: Node) -> None:
        self.reader.known(part, ("title", "for", "when", "clauses"), "部分")
        shared = {k: n for k in ("for", "when") if (n := part.get(k)) is not None}
        for node in self.reader.listing(part.get("clauses")):
            pairs = {**shared, **self.reader.mapping(node)}
            self._clause(regulation, Node(node.file, node.line, node.column, pairs=pairs, keys=dict(node.keys)))

    def _clause(self, regulation: Regulation, node: Node) -> None:
        key = self.reader.text(node.get("id"))
        if not key:
            self.reader.fault(node, "条款没有编号(id)", "the clause has no id")
            return
        if not CLAUSE_ID.fullmatch(key) or len(key) > LONGEST_CLAUSE:
            self.reader.fault(
                node.get("id") or node, f"“{key}”不能作编号:用数字、字母、点和短横,写成 id: \"2.1\"{wide_tip(key)[0]}",
                f'{key!r} is no number of a clause: digits, letters, dots and hyphens, as in id: "2.1"{wide_tip(key)[1]}',
            )  # fmt: skip
        name = f"{regulation.name}#{key}"
        said = [k for k in KINDS if node.get(k) is not None]
        self.reader.known(node, [*CLAUSE_KEYS, *KINDS], f"条款{key}", assumes=[p for k in said for p in KINDS[k].keys])
        if len(said) != 1:
            kinds = "、".join(KINDS)
            self.reader.fault(
                node, f"条款{key}须有且只有一种条款({kinds})", f"clause {key} must be exactly one of: {', '.join(KINDS)}"
            )
            return
        if name in self.declared.clauses:
            first = self.declared.clauses[name][1].line
            self.reader.fault(node, f"条款{key}写了两次(第{first}行)", f"clause {key} stands twice (line {first})")
        self.declared.clauses[name] = (regulation, node)

    def _declare(self, pack: str, regulation: str, root: Node) -> None:
        d, r, where = self.declared, self.reader, (pack, regulation)
        for kind, key in (("case", "procedures"), ("record", "registers")):
            for name, node in r.mapping(root.get(key)).items():
                self._once("noun", name, node, "流程或台账")
                d.nouns[name] = r.noun(name, node, kind, where)
        self._stores(root, where)
        for word, nodes in (("groups", d.groups), ("seasons", d.seasons), ("persons", d.persons)):
            for name, node in r.mapping(root.get(word)).items():
                self._once(word, name, node, word)
                nodes[name] = node
        for name, node in r.mapping(root.get("measures")).items():
            self._once("measure", name, node, "计量")
            d.measures[name] = (f"{pack}/{regulation}", node)
        for name, node in r.mapping(root.get("calendars")).items():
            self._calendar(name, node)

    def _stores(self, root: Node, where: tuple[str, str]) -> None:
        """Read the small nouns: posts, books, forms, facts, customer fields."""
        d, r = self.declared, self.reader
        stores: tuple[tuple[str, dict[str, Any], Callable[[str, Node], Any]], ...] = (
            ("posts", d.posts, r.post), ("books", d.books, r.book), ("forms", d.forms, r.form), ("facts", d.facts, r.fact),
            ("customer_fields", d.customer_fields, r.field),
        )  # fmt: skip
        for word, store, read in stores:
            for name, node in r.mapping(root.get(word)).items():
                if word == "posts" and name in d.posts:
                    continue  # a regulation may name a post another one declares
                self._once(word, name, node, word)
                store[name] = read(name, node)
                if word == "books" and node.get("steps") is not None:  # its entries have a life of their own
                    self._once("noun", name, node, "流程或台账")
                    d.nouns[name] = r.entry_noun(store[name], node, where)

    def _once(self, kind: str, name: str, node: Node, zh: str) -> None:
        if not WORD.match(name):
            self.reader.fault(
                node, f"“{name}”不能作标识:用小写字母、数字和下划线", f"{name!r} is no id: lower-case letters, digits and _"
            )
        key = f"{kind}:{name}"
        if key in self.declared.places:
            first = self.declared.places[key]
            self.reader.fault(
                node,
                f"{zh}“{name}”已在 {first.file} 第{first.line}行声明",
                f"{name!r} is declared already, in {first.file} line {first.line}",
            )
        self.declared.places[key] = node

    def _calendar(self, name: str, node: Node) -> None:
        told = {k: n.plain() for k, n in self.reader.mapping(node).items() if k not in ("source", "assumed")}
        if told.get("holidays") == "cn" and self.announced:
            told["announced"] = self.announced
        try:
            self.declared.calendars[name] = Calendar.build(**told)  # type: ignore[arg-type]  # what was read has these keys
        except WorktimeError as e:
            self.reader.fault(node, f"日历“{name}”:{e.zh}", f"calendar {name!r}: {e.en}")
