"""Comparing what a scenario expects with what was ruled. Every word of `expect` is here; a word nobody knows is a mismatch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shouwen.policy.kinds.grants import FOR_EVER
from shouwen.policy.nouns import Book
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    Effect,
    Grant,
    OpenTask,
    Pass,
    Perform,
    Report,
    Retain,
    Ruling,
    Settle,
    Tell,
    Warned,
)
from shouwen.policy.setting import Stage
from shouwen.policy.source import Node
from shouwen.policy.subjects import Subject
from shouwen.policy.values import BadValue, FieldType


@dataclass
class Seen:
    """What happened in one step: its ruling, and everything said and booked since the step began."""

    stage: Stage
    ruling: Ruling | None
    regulation: str
    said_from: int
    entries_from: int

    @property
    def effects(self) -> list[Effect]:
        """All effects of the step, those of the acts it caused included."""
        said = self.stage.world.said[self.said_from :]
        return [e for s in said if not s.ruling.refused for e in s.ruling.effects]

    def short(self, clause: str) -> str:
        """Return a clause's number when it is of this regulation, else `regulation#number`."""
        regulation, _, number = clause.partition("#")
        return number if regulation == self.regulation else f"{regulation.rpartition('/')[2]}#{number}"

    def counts(self, short: str) -> bool:
        """Whether what a clause did counts unless it is named. While only the clock runs, other regulations come round on their own."""
        return self.ruling is not None or "#" not in short


def mismatches(expect: Node, seen: Seen) -> Iterator[str]:
    """Yield one sentence for each expectation that does not hold."""
    for key, node in expect.entries():
        check = CHECKS.get(key)
        if check is None:
            yield f"expect 没有“{key}”这个词;可用:{'、'.join(CHECKS)}"
            continue
        try:
            yield from check(seen, node)
        except BadValue as e:
            yield f"{key}: {e.zh}"


def _differ(key: str, wanted: Any, found: Any) -> Iterator[str]:
    if wanted != found:
        yield f"{key}:应为 {wanted},实为 {found}"


def _texts(node: Node) -> list[str]:
    return sorted(n.text or "" for n in (node.items if node.items is not None else [node]) if n.text != "")


def _allowed(seen: Seen, node: Node) -> Iterator[str]:
    outcome = seen.ruling.outcome if seen.ruling else "nothing"
    why = "; ".join(f"{r.clause or r.code}: {r.text()}" for r in seen.ruling.refusals) if seen.ruling else ""
    wanted = {"yes": "allowed", "no": "refused", "waits": "waiting"}.get(node.text or "", node.text or "")
    if wanted != outcome:
        yield f"应为 {wanted},实为 {outcome} {why}"


def _refused(seen: Seen, node: Node) -> Iterator[str]:
    found = sorted(seen.short(r.clause) if r.clause else r.code for r in (seen.ruling.refusals if seen.ruling else ()))
    yield from _differ("refused", _texts(node), found)


def _warned(seen: Seen, node: Node) -> Iterator[str]:
    yield from _differ(
        "warned", _texts(node), sorted(seen.short(r.clause) for r in (seen.ruling.warnings if seen.ruling else ()))
    )


def _names(attribute: str) -> Callable[[Seen, Node], Iterator[str]]:
    def check(seen: Seen, node: Node) -> Iterator[str]:
        found = sorted(
            {m.rpartition("/")[2] for r in (seen.ruling.refusals if seen.ruling else ()) for m in getattr(r, attribute)}
        )
        yield from _differ(attribute, sorted(set(_texts(node))), sorted(f.rpartition("#")[2] if "#" in f else f for f in found))

    return check


def _settled(outcome: str) -> Callable[[Seen, Node], Iterator[str]]:
    def check(seen: Seen, node: Node) -> Iterator[str]:
        yield from _differ(
            outcome,
            _texts(node),
            sorted(seen.short(e.clause) for e in seen.effects if isinstance(e, Settle) and e.outcome == outcome),
        )

    return check


def _breached(seen: Seen, node: Node) -> Iterator[str]:
    wanted, found = _texts(node), [seen.short(e.cite.clause) for e in seen.effects if isinstance(e, Breach)]
    yield from _differ("breached", wanted, sorted(c for c in found if seen.counts(c) or c in wanted))


def _due(seen: Seen, node: Node) -> Iterator[str]:
    """Compare running due moments by clause; `none`: not running."""
    running: dict[str, set[datetime | None]] = {}
    for s in seen.stage.world.subjects.values():
        for d in s.deadlines:
            name = seen.short(d.clause)
            for key in (name, f"{name}/{d.row}"):  # "1.4.1c/2": the promise on its second row
                running.setdefault(key, set()).add(d.due_at)
    for clause, value in node.entries():
        if value.text in ("none", "paused"):
            wanted: Any = None if value.text == "none" else {None}
        else:
            wanted = {seen.stage.moment(value)}
        found = running.get(clause)
        if found != wanted and not (found and wanted and wanted <= found and len(found) > 1):
            yield f"due {clause}:应为 {value.text},实为 {sorted(f'{d:%Y-%m-%d %H:%M}' if d else 'paused' for d in found) if found else 'none'}"


def _told(seen: Seen, node: Node) -> Iterator[str]:
    stage = seen.stage
    found = []
    for e in seen.effects:
        if isinstance(e, Tell):
            people = [stage.name_of("staff", p) for p in e.to] + ([stage.name_of("customer", e.customer)] if e.customer else [])
            found.append(
                {"to": sorted(people), "form": e.form, "clause": seen.short(e.cite.clause), "confirm": "yes" if e.confirm else ""}
            )
    yield from _listed("told", node, found, seen)


def _booked(seen: Seen, node: Node) -> Iterator[str]:
    stage = seen.stage
    found = [
        {
            "book": e.book, "who": stage.name_of(e.party, e.who), "amount": _amount(stage.law.books.get(e.book), e.amount),
            "clause": seen.short(e.cite.clause),
        }
        for e in (made.enter for made in stage.world.entries[seen.entries_from :])
    ]  # fmt: skip
    yield from _listed("booked", node, found)


def _amount(book: Book | None, amount: int) -> str:
    if book is None or not book.is_money:
        return str(amount)
    return money_text(amount)


def money_text(fen: int) -> str:
    """Return fen as packs write money: 60CNY, 12.50CNY."""
    return f"{fen // 100}CNY" if fen % 100 == 0 else f"{fen / 100:.2f}CNY"


def _reported(seen: Seen, node: Node) -> Iterator[str]:
    stage, found = seen.stage, []
    for e in seen.effects:
        if isinstance(e, Report):
            shown = {name: _figure(stage.law.measures[name].type, value) for name, value in e.figures}
            people = sorted(stage.name_of("staff", p) for p in e.to)
            found.append({"clause": seen.short(e.cite.clause), "to": people, "period": e.period, **shown})
    yield from _listed("reported", node, found, seen)


def _figure(kind: FieldType, value: Any) -> str:
    """Return a figure as scenarios write it: 50%, 60CNY, 3."""
    if kind.name == "money":
        return money_text(value)
    return (
        f"{Decimal(value).normalize():f}{'%' if kind.name == 'percent' else ''}"
        if isinstance(value, Decimal | int)
        else str(value)
    )


def _granted(seen: Seen, node: Node) -> Iterator[str]:
    found = [
        {"what": e.what, "from": f"{e.since:%Y-%m-%d %H:%M}", "until": f"{e.until:%Y-%m-%d %H:%M}", "clause": seen.short(e.cite.clause)}
        for e in seen.effects if isinstance(e, Grant)
    ]  # fmt: skip
    yield from _listed("granted", node, found)


def _retained(seen: Seen, node: Node) -> Iterator[str]:
    found = [
        {"until": "ever" if e.until >= FOR_EVER else f"{e.until:%Y-%m-%d %H:%M}", "clause": seen.short(e.cite.clause)}
        for e in seen.effects if isinstance(e, Retain)
    ]  # fmt: skip
    yield from _listed("retained", node, found)


def _opened(seen: Seen, node: Node) -> Iterator[str]:
    stage, found = seen.stage, []
    for said in stage.world.said[seen.said_from :]:
        act = said.ruling.act
        if act.name != "open" or not said.ruling.allowed or not act.upon:
            continue
        s = stage.world.subjects[said.subject]
        who = [s.responsible] if s.responsible else list(act.opening.who if act.opening else ())
        about = [stage.by_id[v] for v in s.fields.values() if isinstance(v, int) and v in stage.by_id]
        names = sorted(stage.name_of("staff", p) for p in who)
        found.append({"of": s.noun, "who": names, "about": about[:1], "clause": seen.short(act.upon)})
    yield from _listed("opened", node, found, seen)


def _tasks(seen: Seen, node: Node) -> Iterator[str]:
    stage = seen.stage
    found = [
        {
            "task": e.name,
            "who": sorted(stage.name_of("staff", p) for p in e.who),
            "clause": seen.short(e.cite.clause) if e.cite else "",
        }
        for e in seen.effects
        if isinstance(e, OpenTask)
    ]
    yield from _listed("tasks", node, found)


def _asks(seen: Seen, node: Node) -> Iterator[str]:
    stage = seen.stage
    found = [
        {"clause": seen.short(e.cite.clause), "who": [stage.name_of("staff", p) for link in e.chain for p in link]}
        for e in seen.effects if isinstance(e, Ask)
    ]  # fmt: skip
    yield from _listed("asks", node, found)


def _listed(key: str, node: Node, found: list[dict[str, Any]], seen: Seen | None = None) -> Iterator[str]:
    """Compare a list of mappings: as many, and each wanted one found with the keys it names."""
    wanted = [{k: _plain(v) for k, v in item.entries()} for item in node.items or []]
    if seen is not None:
        found = [f for f in found if seen.counts(f["clause"]) or any(_fits(f, want) for want in wanted)]
    left = list(found)
    for want in wanted:
        match = next((f for f in left if _fits(f, want)), None)
        if match is None:
            yield f"{key}:没有 {want};实有 {found}"
        else:
            left.remove(match)
    if len(found) != len(wanted):
        yield f"{key}:应有{len(wanted)}项,实有{len(found)}项:{found}"


def _fits(found: dict[str, Any], want: dict[str, Any]) -> bool:
    return all(_same(found.get(k), v) for k, v in want.items())


def _plain(node: Node) -> Any:
    return [n.text for n in node.items] if node.items is not None else node.text


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, list):
        return sorted(found) == sorted(wanted if isinstance(wanted, list) else [wanted])
    return bool(found == wanted)


def _fields(seen: Seen, node: Node) -> Iterator[str]:
    """Compare fields: `R1.fee: 60CNY`, `R1.lines.1.price: 30CNY`, `H1.vacancy: none`."""
    stage = seen.stage
    for path, value in node.entries():
        name, *rest = path.split(".")
        subject = stage.subject(name)
        found: Any = subject.fields.get(rest[0])
        kind: FieldType | None = getattr(stage.law.nouns[subject.noun].fields.get(rest[0]), "type", None)
        if len(rest) == 3 and kind is not None:
            rows = found or ()
            found = rows[int(rest[1]) - 1].get(rest[2]) if len(rows) >= int(rest[1]) else None
            kind = kind.columns[rest[2]].type
        none = value.text in ("missing", "none") and not (kind and value.text in kind.choices)
        wanted = None if none else stage.value(kind, value) if kind else value.text
        if found != wanted:
            yield f"{path}:应为 {value.plain()},实为 {found}"


def _subject(seen: Seen) -> Subject | None:
    return seen.stage.world.subjects.get(seen.ruling.subject.id) if seen.ruling else None


def _step(seen: Seen, node: Node) -> Iterator[str]:
    if node.pairs is not None:
        for name, value in node.entries():
            yield from _differ(f"step {name}", value.text, seen.stage.subject(name).step)
        return
    s = _subject(seen)
    yield from _differ("step", node.text, s.step if s else None)


def _person(attribute: str) -> Callable[[Seen, Node], Iterator[str]]:
    def check(seen: Seen, node: Node) -> Iterator[str]:
        s = _subject(seen)
        yield from _differ(attribute, node.text, seen.stage.name_of("staff", getattr(s, attribute)) if s else None)

    return check


def _proposed(seen: Seen, node: Node) -> Iterator[str]:
    for field, value in node.entries():
        people = seen.ruling.proposals.get(field, ()) if seen.ruling else ()
        yield from _differ(
            f"proposed {field}", [n.text for n in value.items or []], [seen.stage.name_of("staff", p) for p in people]
        )


def _performed(seen: Seen, node: Node) -> Iterator[str]:
    found = [f"{e.act.name}" for e in seen.effects if isinstance(e, Perform)]
    yield from _differ("performed", _texts(node), sorted(found))


def _cites(kind: type) -> Callable[[Seen, Node], Iterator[str]]:
    def check(seen: Seen, node: Node) -> Iterator[str]:
        cites = (getattr(e, "cite", None) for e in seen.effects if isinstance(e, kind))
        found = sorted({seen.short(c.clause) for c in cites if c is not None})
        yield from _differ(kind.__name__.lower(), _texts(node), found)

    return check


def _near(seen: Seen, node: Node) -> Iterator[str]:
    yield from _differ("near", _texts(node), sorted(seen.short(e.clause) for e in seen.effects if isinstance(e, Warned)))


def _flagged(seen: Seen, node: Node) -> Iterator[str]:
    yield from _differ("flagged", _texts(node), sorted({seen.short(c) for c, _ in (seen.ruling.flags if seen.ruling else ())}))


def _measures(seen: Seen, node: Node) -> Iterator[str]:
    stage = seen.stage
    for name, value in node.entries():
        measure = stage.law.measures[name]
        facts = seen.ruling.reads.get(name) if seen.ruling else None
        yield from _differ(f"measure {name}", measure.type.read(value.text), facts)


def _scripts(seen: Seen, node: Node) -> Iterator[str]:
    act = seen.ruling.act if seen.ruling else None
    rules = seen.stage.law.on(act.at.date()).plan(act.subject.noun, act.name).scripts if act else []
    yield from _differ("scripts", _texts(node), sorted(seen.short(r.clause.name) for r in rules))


CHECKS: dict[str, Callable[[Seen, Node], Iterator[str]]] = {
    "allowed": _allowed,
    "refused": _refused,
    "warned": _warned,
    "missing": _names("missing"),
    "unknown": _names("unknown"),
    "kept": _settled("kept"),
    "late": _settled("late"),
    "withdrawn": _settled("withdrawn"),
    "breached": _breached,
    "due": _due,
    "told": _told,
    "reported": _reported,
    "granted": _granted,
    "retained": _retained,
    "booked": _booked,
    "opened": _opened,
    "tasks": _tasks,
    "asks": _asks,
    "fields": _fields,
    "step": _step,
    "responsible": _person("responsible"),
    "first_asked": _person("first_asked"),
    "proposed": _proposed,
    "performed": _performed,
    "attested": _cites(Attest),
    "passed": _cites(Pass),
    "near": _near,
    "flagged": _flagged,
    "measures": _measures,
    "scripts": _scripts,
}
