"""What a scenario expects of things that come in numbers: who was told, what was booked, opened, asked, granted, kept, reported."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shouwen.policy.kinds.grants import FOR_EVER
from shouwen.policy.misread import wants_mapping
from shouwen.policy.nouns import Book
from shouwen.policy.reading import wide_tip
from shouwen.policy.ruling import Ask, Grant, OpenTask, Report, Retain, Tell
from shouwen.policy.seen import Mismatch, Seen, differ, money_text, shown, texts
from shouwen.policy.source import Node
from shouwen.policy.values import FieldType


def told(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare who was told."""
    stage = seen.stage
    found = []
    for e in seen.effects:
        if isinstance(e, Tell):
            others = (("customer", e.customer), ("subject", e.outside))
            people = [stage.name_of("staff", p) for p in e.to] + [stage.name_of(kind, p) for kind, p in others if p]
            until = f"{e.until.astimezone(stage.zone):%Y-%m-%d %H:%M}" if e.until is not None else ""
            found.append(
                {
                    "to": sorted(people), "form": e.form, "clause": seen.short(e.cite.clause), "confirm": "yes" if e.confirm else "",
                    "questionnaire": e.questionnaire, "until": until, "again": "yes" if e.again else "",
                }
            )  # fmt: skip
    yield from _listed("told", node, found, seen)


def booked(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare what was booked."""
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


def reported(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare what was reported."""
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


def granted(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare what was granted."""
    found = [
        {"what": e.what, "from": f"{e.since:%Y-%m-%d %H:%M}", "until": f"{e.until:%Y-%m-%d %H:%M}", "clause": seen.short(e.cite.clause)}
        for e in seen.effects if isinstance(e, Grant)
    ]  # fmt: skip
    yield from _listed("granted", node, found)


def retained(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare what is kept until when."""
    found = [
        {"until": "ever" if e.until >= FOR_EVER else f"{e.until:%Y-%m-%d %H:%M}", "clause": seen.short(e.cite.clause)}
        for e in seen.effects if isinstance(e, Retain)
    ]  # fmt: skip
    yield from _listed("retained", node, found)


def opened(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare which cases the law opened."""
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


def tasks(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare which tasks were opened."""
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


def owes(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare who answers for the running promises of the subject, by clause."""
    wants_mapping(node, "owes", '{"2.6": xu}')
    running = seen.subject.deadlines if seen.subject else ()
    for clause, wanted in node.entries():
        found = sorted({seen.stage.name_of("staff", p) for d in running if seen.short(d.clause) == clause for p in d.owes})
        yield from differ(wanted, f"owes {clause}", texts(wanted), found)


def asks(seen: Seen, node: Node) -> Iterator[Mismatch]:
    """Compare whose approval is asked."""
    stage = seen.stage
    found = [
        {"clause": seen.short(e.cite.clause), "who": [stage.name_of("staff", p) for link in e.chain for p in link]}
        for e in seen.effects if isinstance(e, Ask)
    ]  # fmt: skip
    yield from _listed("asks", node, found)


def _listed(key: str, node: Node, found: list[dict[str, Any]], seen: Seen | None = None) -> Iterator[Mismatch]:
    """Compare a list of mappings: as many, and each wanted one found with the keys it names; one mapping is a list of one."""
    items = node.items if node.items is not None else [] if node.text == "" else [node]
    for item in items:
        wants_mapping(item, key)
    wanted = [(item, {k: _plain(v) for k, v in item.entries()}) for item in items]
    if seen is not None:
        found = [f for f in found if seen.counts(f["clause"]) or any(_fits(f, want) for _, want in wanted)]
    left, unmet = list(found), False
    for item, want in wanted:
        match = next((f for f in left if _fits(f, want)), None)
        if match is None:
            unmet = True
            tip, tip_en = wide_tip(shown(want)[0])
            zh, en = f"没有 {shown(want)[0]};实有:{shown(found)[0]}", f"no {shown(want)[1]}; found: {shown(found)[1]}"
            yield item, key, zh + tip, en + tip_en
        else:
            left.remove(match)
    if len(found) != len(wanted) and not unmet:
        zh = f"应有{len(wanted)}项,实有{len(found)}项:{shown(found)[0]}"
        yield node, key, zh, f"wanted {len(wanted)}, found {len(found)}: {shown(found)[1]}"


def _fits(found: dict[str, Any], want: dict[str, Any]) -> bool:
    return all(_same(found.get(k), v) for k, v in want.items())


def _plain(node: Node) -> Any:
    return [n.text for n in node.items] if node.items is not None else node.text


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, list):
        return sorted(found) == sorted(wanted if isinstance(wanted, list) else [wanted])
    return bool(found == wanted)
