"""What cases ask of the ledger: to write the `Enter` effects of rulings, and to add up books for measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shouwen.base.sql import columns, raw, unnest
from shouwen.cases.adapters import BookQuestion, Happening
from shouwen.ledger.posting import Entered, enter
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Enter

# Ids are given out in blocks, one process after the other: they tell the order of entries only within one transaction, in which all
# are entered at one moment. An entry that was taken back by the moment asked about does not count, and neither does its reversal;
# sums cancel by themselves.
_FOLD: Final = f"""select q.n, coalesce(f.entries, 0), coalesce(f.amount, 0)
 from {unnest(("int8", "text", "int8", "timestamptz", "timestamptz", "int8", "text", "int8", "bool"))}
  as q (n, book, who, since, until, subject, clauses, upto, making)
 left join lateral (
  select sum(e.amount)::int8 as amount, count(*) filter (where e.reverses_id is null and not exists (
    select 1 from ledger_entry r where r.reverses_id = e.id and r.at <= q.until)) as entries
  from ledger_entry e where e.book = q.book and (q.who = 0 or e.party_id = q.who)
   and (q.subject = 0 or e.subject_id = q.subject)
   and (q.clauses = '' or e.clause = any(string_to_array(q.clauses, '|')))
   and (q.upto = 0 or (select (q.making and e.entered_at > o.entered_at) or (e.entered_at, e.id) <= (o.entered_at, o.id)
    from ledger_entry o where o.id = q.upto))
   and e.at >= coalesce(q.since, '-infinity') and e.at <= q.until
 ) f on true order by q.n"""  # noqa: S608  our own names

_STANDING: Final = """select e.id, e.party_id, e.amount from ledger_entry e where e.book = %s
 and e.at >= coalesce(%s::timestamptz, '-infinity') and e.at <= %s::timestamptz and (%s = 0 or e.subject_id = %s)
 and (%s = 0 or e.id = %s)
 and e.reverses_id is null and not exists (select 1 from ledger_entry r where r.reverses_id = e.id) order by e.id"""


def book(happenings: Sequence[Happening]) -> None:
    """Write entries, and take back what is to be taken back, for all effects of a batch."""
    enter([_entered(h) for h in happenings])


def fold(questions: Sequence[BookQuestion]) -> list[tuple[int, int]]:
    """Return how many entries count and what they add up to, for each question. The period holds both its ends."""
    if not questions:
        return []
    asked = [
        (n, q.book, q.who, q.since, q.until, q.subject, "|".join(q.clauses), q.upto, q.making) for n, q in enumerate(questions)
    ]
    return [(entries, amount) for _, entries, amount in raw().execute(_FOLD, columns(asked, 9)).fetchall()]


def standing(
    book: str, since: datetime | None, until: datetime, subject: int, entry: int = 0
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return what stands of a book in a window (`subject`: upon it alone; `entry`: it alone), by person: entries (id, amount)."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for id_, who, amount in raw().execute(_STANDING, [book, since, until, subject, subject, entry, entry]).fetchall():
        found[who] = (*found.get(who, ()), (id_, amount))
    return found


def _entered(h: Happening) -> Entered:
    assert isinstance(h.effect, Enter)
    return Entered(
        effect=h.effect,
        subject=h.subject,
        actor=h.act.by,
        at=h.effect.happened or h.act.at,
        entered_at=h.now,
        key=_cause(h.subject, h.act),
        case=h.case,
        unit=h.unit,
        id=h.entry,
    )


def _cause(subject: Ref, act: Act) -> str:
    """What tells one act from every other: nobody does the same to the same thing twice in one moment."""
    return f"{subject}:{act.name}:{act.by}:{act.at.isoformat()}:{act.clause}:{act.row}"
