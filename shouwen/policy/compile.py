"""From what packs declare to law: every clause version compiled for its nouns, every reference checked."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date

from shouwen.policy.company import Company, check_names
from shouwen.policy.conditions import ConditionReader
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Clause, ClauseReader, Rule, Upon
from shouwen.policy.kinds.booking import Booking
from shouwen.policy.kinds.bringing import Put, read_sets
from shouwen.policy.kinds.choices import Assigns, Choice, Classifies, read_literal
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Approval, read_links
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.registry import CLAUSE_KEYS, KINDS
from shouwen.policy.measures import Measure, MeasureReader
from shouwen.policy.moments import read_spot
from shouwen.policy.noun_reading import NounReader
from shouwen.policy.nouns import PEOPLE_AND_PLACES, Noun, Population, Regulation
from shouwen.policy.packs import Declared, PackReader, Sources
from shouwen.policy.paths import Names
from shouwen.policy.people import Who, WhoReader
from shouwen.policy.reads import paths_of
from shouwen.policy.source import Node
from shouwen.policy.tables import Table, TableReader
from shouwen.worktime import BadSpan, Words, parse_span
from shouwen.worktime.daybook import Season

CALENDAR_MOMENTS = {
    "end_of_day": "每日结束时", "end_of_week": "每周末", "end_of_month": "每月底", "end_of_quarter": "每季末", "end_of_year": "每年底",
}  # fmt: skip


@dataclass
class Compiled:
    """All clause versions by name, oldest first, and the measures."""

    declared: Declared
    clauses: dict[str, list[Clause]]
    measures: dict[str, Measure]
    populations: Mapping[str, Population]
    seasons: Mapping[str, Season]
    puts: Mapping[tuple[str, str], tuple[Put, ...]]


class Compiler:
    """Compiles what packs declare, under a company's settings."""

    def __init__(self, sources: Sources, company: Company) -> None:
        self.faults = Faults()
        self.declared = PackReader(sources, self.faults, announced=company.holidays).read()
        self.company = company
        self.reader = NounReader(self.faults)
        self.ids = {name: name for name in self.declared.clauses}
        self.rights = self._rights()
        self.measures = self._measures()
        self.populations, self.seasons = self._populations(), self._seasons()
        self.puts = self._puts()

    def compile(self, standing: Mapping[str, list[Clause]] | None = None) -> Compiled:
        """Compile every clause in every version but those of `standing`, which are taken as they are. Raises PackError."""
        clauses: dict[str, list[Clause]] = {}
        for name, (_, node) in self.declared.clauses.items():
            if name not in self.company.repeals:
                clauses[name] = standing[name] if standing and name in standing else self.clause(name, node)
        check_names(self.company, self.declared, self.reader)
        self.faults.stop_if_any()
        return Compiled(self.declared, clauses, self.measures, self.populations, self.seasons, self.puts)

    def under(self, company: Company) -> Compiler:
        """Return a compiler of the same packs under other settings; what the packs declare is shared, the faults are its own."""
        other = copy(self)
        other.company, other.faults = company, Faults()
        other.reader = NounReader(other.faults)
        return other

    def clause(self, name: str, node: Node) -> list[Clause]:
        """Compile one clause in all its versions; `node` may be another than the one declared (mutation). Faults are noted."""
        regulation = self.declared.clauses[name][0]
        versions = self._versions(name, node)
        return [c for since, version in versions if (c := self._clause(regulation, version, since, node)) is not None]

    def _measures(self) -> dict[str, Measure]:
        declared = self.declared.measures.items()
        return {key: m for key, (_, node) in declared if (m := self.measure(key, node)) is not None}

    def measure(self, key: str, node: Node) -> Measure | None:
        """Compile one measure; `node` may be another than the one declared (mutation). Faults are noted."""
        d = self.declared
        names = Names(d.nouns, {}, d.facts, d.customer_fields, d.posts, self.reader)
        return MeasureReader(names, d.books, self.ids, d.measures[key][0]).measure(key, node)

    def _rights(self) -> dict[str, str]:
        """Return what clauses grant, with its Chinese: conditions ask for it as `grant.<right>`."""
        granted = [
            n for _, node in self.declared.clauses.values() if (p := node.get("grants")) is not None and (n := p.get("what"))
        ]
        return {key: self.reader.label(value, key).zh for node in granted for key, value in node.entries()}

    def _populations(self) -> dict[str, Population]:
        """Return whom `for_each` may name: staff, units, every noun, and the declared groups."""
        nouns = {**PEOPLE_AND_PLACES, **self.declared.nouns}
        found = {n.id: Population(n.id, n.id, n.zh) for n in nouns.values()}
        return found | {k: g for k, node in self.declared.groups.items() if (g := self.group(k, node)) is not None}

    def group(self, key: str, node: Node) -> Population | None:
        """Compile one group; `node` may be another than the one declared (mutation). Faults are noted."""
        d, r = self.declared, self.reader
        nouns = {**PEOPLE_AND_PLACES, **d.nouns}
        r.known(node, ("zh", "en", "of", "when", "source", "assumed"), "群体")
        of = r.text(node.get("of"))
        if of not in nouns:
            r.unknown(node.get("of") or node, of, nouns, "没有这个台账或流程:", "there is no register or procedure")
            return None
        names = Names(d.nouns, self.measures, d.facts, d.customer_fields, d.posts, r, nouns[of])
        return Population(key, of, r.text(node.get("zh"), key), ConditionReader(names).condition(node.get("when")))

    def _puts(self) -> dict[tuple[str, str], tuple[Put, ...]]:
        """Return what acts set of themselves, by noun and act."""
        found = {}
        for noun in self.declared.nouns.values():
            nowhere = Regulation(noun.regulation, noun.pack, "", "")
            for act in noun.acts.values():
                if act.sets is not None:
                    found[noun.id, act.id] = read_sets(self.scope(nowhere, act.sets, noun), act.sets)
        return found

    def _seasons(self) -> dict[str, Season]:
        """Return the declared seasons: `{zh: 雨季, from: "06-01", to: "08-31"}`, both days included, over New Year if need be."""
        return {key: s for key, node in self.declared.seasons.items() if (s := self.season(key, node)) is not None}

    def season(self, key: str, node: Node) -> Season | None:
        """Compile one season; `node` may be another than the one declared (mutation). Faults are noted."""
        r = self.reader
        r.known(node, ("zh", "en", "from", "to", "source", "assumed"), "季节")
        zh = r.text(node.get("zh"), key)
        try:
            first, last = (date.fromisoformat(f"2024-{r.text(node.get(end))}") for end in ("from", "to"))
        except ValueError:
            r.fault(
                node,
                f'季节“{key}”须写 from 和 to,如 from: "06-01"',
                f'the season {key!r} needs from and to, like from: "06-01"',
            )
            return None
        return Season(key, Words(zh, r.text(node.get("en"), zh)), (first.month, first.day), (last.month, last.day), None)

    def _versions(self, name: str, node: Node) -> list[tuple[date | None, Node]]:
        """Return each version as a whole clause node: the first, then each day's merged over the one before."""
        word = _kind_word(node)
        versions: list[tuple[date | None, Node]] = []
        current = self._with_company(name, node, word)
        marks = node.get("versions")
        versions.append((None, current))
        dated: list[tuple[date, Node]] = []
        for key, merged in self.reader.mapping(marks).items():
            if (day := self.reader.day(merged, key)) is not None:
                dated.append((day, merged))
        for day, merged in sorted(dated, key=lambda p: p[0]):
            if merged.text in ("null", "~", ""):
                versions.append((day, Node(node.file, merged.line, merged.column, text="null")))
                continue
            current = self._with_company(name, self._merge(current, merged, word), word)
            versions.append((day, current))
        return versions

    def _merge(self, clause: Node, over: Node, word: str) -> Node:
        top = {k: n for k, n in self.reader.mapping(over).items() if k in CLAUSE_KEYS and k != "versions"}
        inner = {k: n for k, n in self.reader.mapping(over).items() if k not in CLAUSE_KEYS}
        known = KINDS[word].keys
        for key in inner:
            if key not in known:
                self.reader.unknown(
                    over.at(key), key, [*known, *CLAUSE_KEYS], "版本里没有这个参数:", "a version has no parameter"
                )
        kind = clause.pairs[word] if clause.pairs is not None else clause
        merged = kind.merged(Node(over.file, over.line, over.column, pairs=inner, keys=over.keys))
        keys = {**clause.keys, **{k: over.at(k) for k in top}}
        return Node(clause.file, clause.line, clause.column, pairs={**(clause.pairs or {}), **top, word: merged}, keys=keys)

    def _with_company(self, name: str, clause: Node, word: str) -> Node:
        over = self.company.values.get(name)
        if over is None or over.pairs is None:
            return clause
        rows = over.pairs.get("rows")
        plain = Node(
            over.file, over.line, over.column, pairs={k: n for k, n in over.pairs.items() if k != "rows"}, keys=over.keys
        )
        merged = self._merge(clause, plain, word)
        if rows is not None and merged.pairs is not None and "table" in merged.pairs:
            merged.pairs["table"] = self._rows(merged.pairs["table"], rows)
        return merged

    def _rows(self, table: Node, rows: Node) -> Node:
        items = []
        for row in table.items or []:
            key = self.reader.text(row.get("id"))
            answer = rows.get(key) if key else None
            items.append(row if answer is None else row.merged(Node(row.file, row.line, row.column, pairs={"is": answer})))
        return Node(table.file, table.line, table.column, items=items)

    def _clause(self, regulation: Regulation, node: Node, since: date | None, whole: Node) -> Clause | None:
        r = self.reader
        clause = Clause(
            r.text(whole.get("id")), regulation, whole, since, _kind_word(whole), r.text(node.get("zh")), r.text(node.get("en")),
            r.source(node.get("source")), self._assumed(node.get("assumed")), r.text(node.get("article")), "",
        )  # fmt: skip
        if node.text == "null":
            clause.repealed, clause.zh = True, r.text(whole.get("zh"))
            return clause
        if clause.article and clause.article not in regulation.articles and regulation.articles:
            r.unknown(
                node.get("article") or node, clause.article, regulation.articles, "没有这一款(articles):", "there is no article"
            )
        nouns = self._nouns(node)
        kind = KINDS[clause.kind_word]
        breach = upon.get("breach") if (upon := node.get("upon")) is not None else None
        if not nouns and breach is not None and self._find(r.text(breach), node) is None:
            self.scope(regulation, node, None).clause_ref(breach)
            return None
        if not nouns and kind.needs_noun and upon is not None and upon.text is not None and node.get("for") is None:
            r.fault(
                upon, f"upon 写了“{upon.text}”,没有写说的是哪种事项(for);说的是违反某条之后,写 upon: {{breach: \"编号\"}}",
                f"upon says {upon.text!r}, but not of what (for); for what follows a breach write upon: {{breach: \"number\"}}",
            )  # fmt: skip
            return None
        if not nouns and kind.needs_noun:
            r.fault(
                whole, f"条款{clause.id}没有写说的是哪种事项(for)", f"clause {clause.id} does not say what it speaks of (for)"
            )
            return None
        clause.nouns = tuple(nouns)
        for noun_id in nouns or [""]:
            self._rule(clause, node, noun_id)
        if (over := node.get("overrides")) is not None:
            clause.overrides = self.scope(regulation, node, None).clause_ref(over)
        return clause

    def _assumed(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if node.text is not None:
            return {"zh": node.text}
        return {k: self.reader.text(n) for k, n in self.reader.mapping(node).items()}

    def _nouns(self, node: Node, depth: int = 0) -> list[str]:
        """Return the nouns a clause speaks of: its `for`, or those of the clause whose breach it follows."""
        word = _kind_word(node)
        said = node.get("for")
        if word in ("schedules", "reports"):
            return [member] if (member := self._member_noun(node.get(word))) else []
        if said is not None:
            names = list(self.reader.texts(said))
            for n, name in zip(self.reader.listing(said), names, strict=True):
                if name not in self.declared.nouns and name not in PEOPLE_AND_PLACES:
                    self.reader.unknown(n, name, self.declared.nouns, "没有这个流程或台账:", "there is no procedure or register")
            return [name for name in names if name in self.declared.nouns or name in PEOPLE_AND_PLACES]
        upon = node.get("upon")
        if upon is not None and upon.get("breach") is not None and depth < 5:
            target = self._find(self.reader.text(upon.get("breach")), node)
            if target is not None:
                return self._breach_nouns(target, depth)
        return []

    def _breach_nouns(self, target: Node, depth: int) -> list[str]:
        """Return the nouns a breach of a clause happens on: the case it opens, if it opens one."""
        word = _kind_word(target)
        params = target.get(word)
        opened = self.reader.text(params.get("open")) if word in ("obliges", "schedules") and params is not None else ""
        return [opened] if opened in self.declared.nouns else self._nouns(target, depth + 1)

    def _find(self, ref: str, near: Node) -> Node | None:
        pack = near.file.split("/")[0]
        here = [name for name, (reg, _) in self.declared.clauses.items() if reg.file == near.file]
        for name in (ref, f"{pack}/{ref}", *(h for h in here if h.endswith(f"#{ref}"))):
            if name in self.declared.clauses:
                return self.declared.clauses[name][1]
        return None

    def _member_noun(self, params: Node | None) -> str:
        each = self.reader.text(params.get("for_each"), "unit").partition(".")[0] if params is not None else ""
        return self.populations[each].noun if each in self.populations else ""

    def scope(self, regulation: Regulation, node: Node, noun: Noun | None) -> ClauseReader:
        """Return what a clause that speaks of a noun may name."""
        d = self.declared
        names = Names(d.nouns, self.measures, d.facts, d.customer_fields, d.posts, self.reader, noun, rights=self.rights)
        scope = ClauseReader(
            self.reader,
            names,
            WhoReader(names, d.persons),
            ConditionReader(names),
            d.books,
            d.forms,
            self.populations,
            d.calendars,
            self.seasons,
            noun.tasks if noun else {},
            self.ids,
            regulation,
            node,
        )
        names.clause = scope.clause_ref
        return scope

    def _rule(self, clause: Clause, node: Node, noun_id: str) -> None:
        noun = PEOPLE_AND_PLACES.get(noun_id) or self.declared.nouns.get(noun_id)
        scope = self.scope(clause.regulation, node, noun)
        kind_class = KINDS[clause.kind_word]
        params = node.pairs[clause.kind_word] if node.pairs is not None else node
        if params.pairs is None:
            self.reader.fault(
                params, f"“{clause.kind_word}”后面应为一组参数", f"{clause.kind_word} wants a mapping of parameters"
            )
            return
        self.reader.known(params, kind_class.keys, clause.kind_word)
        for key, shape in kind_class.keys.items():
            if shape.required and params.get(key) is None:
                self.reader.fault(
                    params, f"{clause.kind_word} 缺少“{key}”({shape.zh})", f"{clause.kind_word} wants {key!r} ({shape.en})"
                )
        kind = kind_class.read(scope, params)
        rule = Rule(clause, kind, noun)
        member: Noun | None = getattr(kind, "member", None)
        spoken_of = scope if member is None else scope.of(member)
        rule.when = spoken_of.conditions.condition(node.get("when"))
        if node.get("upon") is not None:
            if not kind_class.takes_upon:
                self.reader.fault(node.at("upon"), f"{clause.kind_word} 不用 upon", f"{clause.kind_word} takes no upon")
            rule.upon = self._upon(scope, node)
        elif kind_class.takes_upon and not isinstance(kind, Choice) and not getattr(kind, "ahead_of", ""):
            self.reader.fault(
                params, f"条款{clause.id}没有写何时发生(upon)", f"clause {clause.id} does not say upon what it acts"
            )
        if node.get("table") is not None:
            rule.table = self._table(spoken_of, kind, node)
        rule.paths, rule.member_paths = (paths_of(rule), ()) if member is None else ((), paths_of(rule))
        clause.rules[noun_id] = rule
        clause.undecided = tuple(dict.fromkeys((*clause.undecided, *scope.undecided, *self._open_rows(rule))))

    @staticmethod
    def _open_rows(rule: Rule) -> tuple[str, ...]:
        return tuple(f"rows.{r.id or r.node.line}" for r in rule.table.rows if r.answer is None) if rule.table is not None else ()

    def _upon(self, scope: ClauseReader, node: Node) -> Upon:
        upon = node.pairs["upon"] if node.pairs is not None else node
        if upon.pairs is not None:
            self.reader.known(upon, ("breach",), "upon")
            name = scope.clause_ref(upon.get("breach"))
            return Upon("breach", name, f"违反第{name.rpartition('#')[2]}条的")
        if upon.items is not None:
            self.reader.fault(
                upon, "upon 只写一个时刻;几个动作之后都要,请各写一条条款", "upon names one moment; write a clause for each act"
            )
            return Upon("act", "", "")
        text = self.reader.text(upon)
        if text in CALENDAR_MOMENTS:
            return Upon("calendar", text, CALENDAR_MOMENTS[text])
        name, noun = scope.names.moment(upon, text), scope.names.noun
        is_act = noun is not None and name in noun.acts
        return Upon("act" if is_act else "moment", name, f"{scope.names.moment_zh(name)}{'后' if is_act else '到期时'}")

    def _table(self, scope: ClauseReader, kind: object, node: Node) -> Table:
        fills, read = "is", scope.reader.text
        answer = {
            Classifies: lambda n: read_literal(scope, kind.shape, n) if isinstance(kind, Classifies) else None,
            Assigns: lambda n: _somebody(scope, n),
            Approval: lambda n: read_links(scope, n),
            Deadline: lambda n: _due(scope, n),
            Obliges: lambda n: _due(scope, n),
            Schedules: lambda n: _due(scope, n),
        }.get(type(kind))
        if answer is None:
            answer = (lambda n: kind.answer(scope, n)) if isinstance(kind, Booking) else read
        columns, table = node.get("columns"), node.get("table")
        if columns is not None and columns.items:
            fills = columns.items[-1].text or "is"
        return TableReader(scope.conditions, answer).table(columns, table or node, fills)


def _somebody(scope: ClauseReader, node: Node) -> Who:
    """Read the answer of an assigning table: a person word, or `none` for nobody."""
    return Who("无人", lambda _: (), node=node) if node.text == "none" else scope.people.who(node)


def _due(scope: ClauseReader, node: Node) -> object:
    """Read the answer of a due table: a span or a spot."""
    try:
        return parse_span(scope.reader.text(node))
    except BadSpan:
        return read_spot(scope, node)


def _kind_word(node: Node) -> str:
    return next((k for k in KINDS if node.get(k) is not None), "")
