"""A regulation made readable: its articles in order, each clause with its wording, its sentence, its table and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import Law, LawDay
from shouwen.policy.nouns import Noun, Regulation
from shouwen.staff.models import Unit
from shouwen.web import law as wording
from shouwen.web.moments import typeset
from shouwen.web.regulations.figures import Shown
from shouwen.web.regulations.tables import Grid, grid


@dataclass(frozen=True, slots=True)
class Shelf:
    """A pack and its regulations, with how many clauses of each grade they have."""

    id: str
    title: str
    books: Sequence[tuple[str, str, Mapping[str, int]]]  # regulation id, title, grade -> count


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One clause on the page."""

    name: str
    id: str
    anchor: str
    text: str
    sentence: str
    grade: str
    kind: str
    assumed: str
    ours: bool  # the company has set a value of it
    source: Sequence[str]
    versions: Sequence[tuple[date | None, str]]
    overrides: str
    grid: Grid | None
    figures: Sequence[Shown]
    nouns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Article:
    """Clauses of one paper sentence, or those that stand by themselves."""

    title: str
    paragraphs: Sequence[Paragraph]

    @property
    def anchor(self) -> str:
        """Where it begins on the page."""
        return f"a-{self.paragraphs[0].anchor}"

    @property
    def span(self) -> str:
        """The numbers of its clauses, for the contents: §2.1–2.6."""
        first, last = self.paragraphs[0].id, self.paragraphs[-1].id
        return f"§{first}" if first == last else f"§{first}–{last}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A procedure of the regulation: its steps in order."""

    id: str
    title: str
    number: str
    steps: Sequence[str]
    ends: str  # where it may end besides


@dataclass(frozen=True, slots=True)
class Document:
    """A regulation."""

    name: str
    title: str
    pack: str
    header: Sequence[tuple[str, str]]
    source: Sequence[str]
    articles: Sequence[Article]
    flows: Sequence[Flow]
    grades: Mapping[str, int] = field(default_factory=dict)


def clauses_of(law: Law, day: LawDay, regulation: Regulation) -> list[Clause]:
    """Return the clauses of a regulation that hold on a day, as they stand in the file."""
    found = [c for c in day.clauses.values() if c.regulation.name == regulation.name]
    return sorted(found, key=lambda c: (law.versions[c.name][0].node.line, c.id))


def shelf(law: Law, day: LawDay, lang: str) -> list[Shelf]:
    """Return the packs with their regulations."""
    packs: dict[str, list[tuple[str, str, Mapping[str, int]]]] = {}
    for regulation in law.regulations.values():
        counted = _grades([c for c in day.clauses.values() if c.regulation.name == regulation.name])
        packs.setdefault(regulation.pack, []).append((regulation.id, _title(regulation, lang), counted))
    return [
        Shelf(pack, law.pack_titles[pack].text(lang) if pack in law.pack_titles else pack, books) for pack, books in packs.items()
    ]


def document(
    law: Law, regulation: Regulation, clauses: Sequence[Clause], figures: Mapping[str, Sequence[Shown]], lang: str
) -> Document:
    """Return a regulation ready to be shown."""
    articles: dict[str, list[Paragraph]] = {}
    for clause in clauses:
        part = clause.article or f"§{clause.id.partition('.')[0]}"
        articles.setdefault(part, []).append(_paragraph(law, clause, figures.get(clause.name, ()), lang))
    named = [Article(regulation.articles[a].text(lang) if a in regulation.articles else "", ps) for a, ps in articles.items()]
    own = [n for n in law.nouns.values() if n.kind == "case" and f"{n.pack}/{n.regulation}" == regulation.name]
    pack = law.pack_titles[regulation.pack].text(lang) if regulation.pack in law.pack_titles else regulation.pack
    return Document(
        regulation.name, _title(regulation, lang), pack, list(_header(law, regulation, lang)), regulation.source, named,
        [_flow(n, lang) for n in own], _grades(clauses),
    )  # fmt: skip


def _title(regulation: Regulation, lang: str) -> str:
    return regulation.en if regulation.en and lang.startswith("en") else regulation.zh


def _grades(clauses: Sequence[Clause]) -> dict[str, int]:
    counted = {"executed": 0, "attested": 0, "said": 0}
    for clause in clauses:
        counted[clause.grade] += 1
    return counted


def _header(law: Law, regulation: Regulation, lang: str) -> list[tuple[str, str]]:
    words = {
        "owner": _("归口"),
        "approved_by": pgettext("by", "批准"),
        "reviewed_on": _("复核日期"),
        "applies_to": _("适用"),
        "compiled_by": _("编制"),
    }
    found = []
    for key, label in words.items():
        value = regulation.header.get(key)
        if value:
            many = value if isinstance(value, list | tuple) else [value]
            kinds = {str(k): str(text) for k, text in Unit.Kind.choices} | {"unset": _("未定")}
            found.append((label, _("、").join(kinds.get(str(v)) or wording.post_name(law, str(v), lang) for v in many)))
    return found


def _paragraph(law: Law, clause: Clause, figures: Sequence[Shown], lang: str) -> Paragraph:
    english = lang.startswith("en")
    versions = [(c.since, typeset(c.sentence())) for c in law.versions[clause.name] if not c.repealed]
    sentence = typeset(clause.sentence())
    text = (clause.en if english else "") or typeset(clause.zh) or sentence
    assumed = typeset(clause.assumed.get("en" if english and "en" in clause.assumed else "zh", ""))
    tabled = next((r for r in clause.rules.values() if r.table is not None), None)
    return Paragraph(
        clause.name,
        clause.id,
        wording.anchor(clause.id),
        text,
        "" if clause.kind_word == "says" else sentence,
        clause.grade,
        clause.kind_word,
        assumed,
        clause.name in law.company.values,
        clause.source,
        versions if len(versions) > 1 else (),
        clause.overrides,
        grid(tabled, tabled.table, lang) if tabled is not None and tabled.table is not None else None,
        figures,
        [wording.noun_name(law, n, lang) for n in clause.nouns],
    )


def _flow(noun: Noun, lang: str) -> Flow:
    usual = next((s for s in noun.steps if s in noun.ends), "")
    way = [label.text(lang) for step, label in noun.steps.items() if step not in noun.ends or step == usual]
    others = [label.text(lang) for step, label in noun.steps.items() if step in noun.ends and step != usual]
    return Flow(noun.id, wording.said(noun, lang), noun.number, way, _("、").join(others))
