"""A company's settings over the packs it adopts: values the sources leave open, clauses it repeals, calendars, who may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shouwen.policy.errors import Faults, PackError
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, SourceError, read_text

KEYS = ("company", "title", "adopts", "values", "repeals", "calendar", "grants", "packs")


@dataclass(frozen=True, slots=True)
class Company:
    """本公司设定. `values` are parameters by clause name; `repeals` clauses that do not hold here; `grants` verbs by post."""

    id: str = "company"
    zh: str = ""
    en: str = ""
    adopts: tuple[str, ...] = ()
    values: Mapping[str, Node] = field(default_factory=dict)
    repeals: frozenset[str] = frozenset()
    calendar: str = ""
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""


def read_company(text: str, name: str = "company.yaml") -> Company:
    """Read a company's settings file. Raises PackError."""
    faults = Faults()
    r = Reader(faults)
    try:
        root = read_text(text, name)
    except SourceError as e:
        faults.add(e.node, e.zh, e.en)
        raise PackError(faults.found) from None
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
        text,
    )
    faults.stop_if_any()
    return company


def company_in(folder: Path) -> Company | None:
    """Return the settings in a company's folder, or None if there are none."""
    path = folder / "company.yaml"
    return read_company(path.read_text("utf-8"), f"{folder.name}/company.yaml") if path.exists() else None
