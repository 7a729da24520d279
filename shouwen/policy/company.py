"""A company's settings over the packs it adopts: values the sources leave open, clauses it repeals, calendars, who may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shouwen.policy.errors import Faults, PackError
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, SourceError, read_text, text_of

if TYPE_CHECKING:
    from shouwen.policy.packs import Declared

KEYS = ("company", "title", "adopts", "values", "repeals", "calendar", "grants", "packs", "holidays", "intake")


@dataclass(frozen=True, slots=True)
class Company:
    """本公司设定. `values` are parameters by clause name; `repeals` clauses that do not hold here; `grants` verbs by post.

    `intake` are the procedures that are offered first to whoever takes calls, in this order.
    """

    id: str = "company"
    zh: str = ""
    en: str = ""
    adopts: tuple[str, ...] = ()
    values: Mapping[str, Node] = field(default_factory=dict)
    repeals: frozenset[str] = frozenset()
    calendar: str = ""
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holidays: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)  # year -> off, make_up: dates by name
    text: str = ""
    node: Node | None = None
    intake: tuple[str, ...] = ()


def read_company(text: str, name: str = "company.yaml") -> Company:
    """Read a company's settings file. Raises PackError."""
    faults = Faults()
    r = Reader(faults)
    try:
        root = read_text(text, name)
    except SourceError as e:
        faults.add(e.node, e.zh, e.en)
        raise PackError(faults.found) from None
    r.mapping(root)
    r.known(root, KEYS, "本公司设定")
    title = root.get("title")
    zh = title.text or r.text(title.get("zh")) if title is not None else ""
    en = r.text(title.get("en")) if title is not None and title.pairs is not None else ""
    values = dict(r.mapping(root.get("values")))
    for key, node in values.items():
        r.mapping(node)
        if "#" not in key:
            r.fault(
                node,
                f"“{key}”应为条款全名,如 property/repair#2.1",
                f"{key!r} should be a clause's full name like property/repair#2.1",
            )
    company = Company(
        r.text(root.get("company"), "company"),
        zh or "",
        en,
        r.texts(root.get("adopts")),
        values,
        frozenset(r.texts(root.get("repeals"))),
        r.text(root.get("calendar")),
        {k: r.texts(n) for k, n in r.mapping(root.get("grants")).items()},
        {year: _year(n, r) for year, n in r.mapping(root.get("holidays")).items()},
        text,
        root,
        r.texts(root.get("intake")),
    )
    faults.stop_if_any()
    return company


def _year(node: Node, r: Reader) -> dict[str, dict[str, str]]:
    """Read one year of holidays: `off` and `make_up`, dates with the name of the holiday; `notice` says where it was announced."""
    r.known(node, ("notice", "off", "make_up"), "节假日")
    return {key: {days: r.text(n) for days, n in r.mapping(node.get(key)).items()} for key in ("off", "make_up")}


def company_in(folder: Path) -> Company | None:
    """Return the settings in a company's folder, or None if there are none."""
    path, name = folder / "company.yaml", f"{folder.name}/company.yaml"
    return read_company(text_of(path, name, folder), name) if path.exists() else None


def check_names(company: Company, declared: Declared, r: Reader) -> None:
    """Note settings that speak of clauses, calendars or posts nobody declares."""
    for node, name, known, zh, en in _named(company, declared):
        if name not in known:
            r.unknown(node, name, known, f"本公司设定:没有这{zh}:", f"company settings: there is no {en}")


def _named(company: Company, declared: Declared) -> Iterator[tuple[Node, str, Iterable[str], str, str]]:
    for name, node in company.values.items():
        yield node, name, declared.clauses, "一条", "clause"
    root = company.node
    repeals, calendar, grants = (root.get(k) if root is not None else None for k in ("repeals", "calendar", "grants"))
    for node in (repeals.items or [repeals]) if repeals is not None else ():
        yield node, node.text or "", declared.clauses, "一条", "clause"
    first = root.get("intake") if root is not None else None
    for node in (first.items or [first]) if first is not None else ():
        yield node, node.text or "", [n.id for n in declared.nouns.values() if n.kind == "case"], "个流程", "procedure"
    if calendar is not None:
        yield calendar, calendar.text or "", declared.calendars, "个日历", "calendar"
    for post, node in grants.entries() if grants is not None else ():
        yield grants.at(post) if grants is not None else node, post, declared.posts, "个岗位", "post"
