"""Entries with a life of their own: a book with steps makes each entry a subject, which begins with the act `book`."""

from __future__ import annotations

from shouwen.base.numbering import next_id
from shouwen.cases.book import Book
from shouwen.cases.facts import Matter
from shouwen.cases.living import Living
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Enter

BOOK = "book"


def begin(book: Book, matter: Matter, e: Enter) -> Act | None:
    """Take an entry that is being made in hand as a subject; return the act it begins with. None: its book has no steps.

    It is of the unit of whom it is about, and hangs on the case it arose from. The entry belongs to the day its offence happened; it
    is booked now, so what follows from the booking (a deduction that falls due) is counted from now.
    """
    noun = matter.law.nouns.get(e.book)
    if noun is None or noun.kind != "entry" or e.voids:
        return None
    s, at = matter.subject, e.happened or matter.act.at
    whose = book.org(matter.act.at).staff.get(e.who)
    ref = Ref("entry", noun.id, next_id())
    fields = {"clause": e.cite.clause, "who": e.who, "amount": e.amount}
    book.subjects[ref.id] = Living(
        ref, noun, 0, fields, noun.start, whose.unit if whose is not None else 0, opened_at=at, parent=s.case or s.parent,
        number=str(ref.id), fresh=True, changed=True,
    )  # fmt: skip
    return Act(BOOK, ref, 0, matter.act.at, upon=e.cite.clause)
