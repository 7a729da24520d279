"""Measures folded in SQL: the same definition, and the same answers, as `policy.folding` gives in memory (a test compares them).

What is counted are rows of the journal (acts), of cases or records (what stands), of deadlines (promises kept) or of books. What
conditions can be said in SQL narrows the rows there; a measure with a condition that cannot has its rows judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.base.sql import from_json, raw, to_json
from shouwen.cases import adapters
from shouwen.cases.adapters import BookQuestion, Source
from shouwen.cases.case_rows import load_marks
from shouwen.cases.conditions_sql import Said, alike_in_time, kept_noun, said_of, steps_of
from shouwen.cases.counting import Question
from shouwen.cases.plain import load_fields, plain
from shouwen.policy.act import Act, Ref
from shouwen.policy.conditions import Condition
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.folding import LAST
from shouwen.policy.law import Law
from shouwen.policy.measures import COUNTED_ACTS, Hit, Measure, Target, fold_acts, granted_share, share
from shouwen.policy.nouns import Noun
from shouwen.policy.overlapping import Ends
from shouwen.worktime import Calendar

NOBODY: Final = -1  # of whom there is no entry; 0 asks for everybody's
_ASKED: Final = (
    "json_to_recordset(%s::json) as q(i int4, key int8, field jsonb, but int8, since timestamptz, until timestamptz, "
    "begins text, ends text)"
)
_ROWS: Final = (
    """s.id, s.fields, s.step, s.opened_at, s.marks, {unit}, {responsible}, {first_asked}, {customer}, {brought} as brought"""
)


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing counted: the rows, over the aliases `s` (subject) and `d` (what was done), and how the key is compared."""

    rows: str
    actor: str
    at: str
    params: tuple[Any, ...]
    source: Source
    own: frozenset[str] = frozenset()  # fields the act itself brings: the journal keeps them, the subject does not
    indexed: frozenset[str] = frozenset()  # fields by whose value rows are found without looking at all


@dataclass(frozen=True, slots=True)
class Measuring:
    """One of the two things a measure counts, under a law."""

    measure: Measure
    target: Target
    law: Law
    calendar: Calendar


def answers(asked: Sequence[Question], law: Law, calendar: Calendar) -> dict[Question, Any]:
    """Answer questions, with one statement for each measure or limit, however many keys are asked."""
    groups: dict[tuple[str, str, str, bool], list[Question]] = {}
    for q in asked:
        groups.setdefault((q.name, q.noun, q.per, q.limit), []).append(q)
    found: dict[Question, Any] = {}
    for questions in groups.values():
        first = questions[0]
        made = _limit(questions, law) if first.limit else _measure(questions, law.measures[first.name], law, calendar)
        found.update(zip(questions, made, strict=True))
    return found


def _limit(questions: Sequence[Question], law: Law) -> list[int]:
    first = questions[0]
    counted = acts_counted(Target(first.noun, first.name), law)
    return [n for n, _ in _fold(questions, counted, "", first.per, (), ())]


def _measure(questions: Sequence[Question], m: Measure, law: Law, calendar: Calendar) -> list[Any]:
    asked = Measuring(m, m.counted, law, calendar)
    if m.counted.grant:
        return [granted_share(m, q.key, q.at, calendar) for q in questions]
    if m.across:
        return _reached(questions, asked)
    if m.fold in COUNTED_ACTS:
        return [
            fold_acts(m, [*hits, *_own(q)], q.at, q.since) for q, hits in zip(questions, _hits(questions, asked), strict=True)
        ]
    counted = _target(questions, asked, where=True)
    if m.fold == "count":
        return [n for n, _ in counted]
    if m.fold == "sum":
        return [without_a_point(total) for _, total in counted]
    whole = _target(questions, Measuring(m, m.whole, law, calendar), where=False)
    return [share(part, all_) for (part, _), (all_, _) in zip(counted, whole, strict=True)]


def without_a_point(total: Decimal | int) -> Decimal | int:
    return int(total) if total == int(total) else total


def _target(questions: Sequence[Question], asked: Measuring, *, where: bool) -> list[tuple[int, Any]]:
    """Return count and sum of what a target counts, for each question."""
    m, target, law = asked.measure, asked.target, asked.law
    if target.book:
        return list(adapters.fold_books([_of_book(target.book, m, q) for q in questions]))
    if target.kept:  # its conditions are asked of what the promises were made on
        target = replace(target, noun=kept_noun(m, law))
        asked = replace(asked, target=target)
    conditions = [m.when, m.where] if where else [m.when]
    counted = standing_counted(target, law, conditions) if not target.act and not target.kept else acts_counted(target, law)
    found: list[tuple[int, Any]] = [(0, 0)] * len(questions)
    for mine in alike_in_time([q.at for q in questions], conditions, asked.calendar):
        these = [questions[i] for i in mine]
        said = said_of(conditions, law.nouns.get(target.noun), asked.calendar, these[0].at)
        overlap, ends = _overlap_sql(m.ends)
        if said is not None:
            narrowed = " and ".join(t for t in (said[0], overlap) if t), [*said[1], *ends]
            answered = _fold(these, counted, target.column, m.per, m.key_fields, narrowed)
        else:
            answered = _judged(these, counted, asked, where=where)
        for i, answer in zip(mine, answered, strict=True):
            found[i] = answer
    return found


def _of_book(book: str, m: Measure, q: Question) -> BookQuestion:
    key = q.key or NOBODY if m.per else 0
    who, subject = (0, key) if m.per == "case" else (key, 0)
    return BookQuestion(book, who, q.since, q.until, subject, m.clauses, q.upto, q.making)


def standing_counted(target: Target, law: Law, conditions: Sequence[Condition]) -> Counted:
    noun = law.nouns[target.noun]
    source = adapters.subject(noun.kind).source
    indexed = frozenset(f.id for f in noun.fields.values() if f.type.name == "record") if source.about else frozenset()
    unended = f" and {source.unended}" if any(_unended(c, noun) for c in conditions) else ""
    return Counted(f"{source.table} s where {source.noun} = %s{unended}", "0", "", (target.noun,), source, indexed=indexed)


def _unended(condition: Condition, noun: Noun) -> bool:
    """Whether a condition holds only of what stands at a step that is no end."""
    at_a_step = (any(noun.ends.isdisjoint(steps_of(t) or noun.ends) for t in group) for group in condition.groups)
    return bool(condition.groups and noun.ends) and all(at_a_step)


def acts_counted(target: Target, law: Law) -> Counted:
    if target.kept:
        source = _kept_source(target.kept, law)
        kept = "d.clause = %s and d.outcome = 'kept' and d.outcome <> ''"
        rows = f"cases_deadline d join {source.table} s on s.id = d.subject_id where {kept}"
        return Counted(rows, "coalesce(d.owes[1], 0)", "d.stopped_at", (target.kept,), source)
    source = adapters.subject(law.nouns[target.noun].kind).source
    done = "d.kind = 'act' and d.act <> '' and d.noun = %s and d.act = %s"
    rows = f"base_event d join {source.table} s on s.id = d.subject_id where {done}"
    shape = law.nouns[target.noun].acts.get(target.act)
    own = frozenset(shape.fields) if shape is not None else frozenset()
    return Counted(rows, "d.actor_id", "d.at", (target.noun, target.act), source, own)


def _kept_source(clause: str, law: Law) -> Source:
    """Return where the subjects of a clause's promises stand: cases, unless it speaks of records only."""
    versions = law.versions.get(clause, [])
    kinds = {law.nouns[n].kind for n in (versions[-1].nouns if versions else ()) if n in law.nouns}
    return adapters.subject("record" if kinds == {"record"} and adapters.keeps("record") else "case").source


def _key_sql(counted: Counted, per: str, fields: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition that a row belongs to the key of question `q`."""
    if not per:
        return "true", []
    if per == "alike":
        same = [f"s.fields -> %s::text = q.field -> {i}" for i in range(len(fields))]
        about = [
            f"{counted.source.about} @> array[(q.field ->> {i})::int8]" for i, f in enumerate(fields) if f in counted.indexed
        ]
        return " and ".join(["s.id <> q.but", *same, *about]), list(fields)
    if fields:
        return "coalesce(s.fields -> %s::text, 'null') = coalesce(q.field, 'null')", list(fields)
    if per in ("case", "subject"):
        return "s.id = q.key", []
    if per in ("actor", "who"):
        return f"{counted.actor} = q.key", []
    return f"{counted.source.keys[per]} = q.key", []


def _overlap_sql(ends: Ends | None) -> tuple[str, list[Any]]:
    """Return the condition that a row's half-open span shares a moment with that of question `q`; unknown ends share none."""
    if ends is None:
        return "", []
    kind, after = ("date", " + 1") if ends.days else ("timestamptz", "")
    begins, until = f"(s.fields ->> %s::text)::{kind}", f"(s.fields ->> %s::text)::{kind}{after}"
    return (
        f"({begins} < {until} and {begins} < q.ends::{kind} and {until} > q.begins::{kind})",
        [ends.begins, ends.ends, ends.begins, ends.ends],
    )


def _window_sql(counted: Counted, questions: Sequence[Question]) -> tuple[str, list[Any]]:
    """Return the condition that a row lies in the window of question `q`.

    A bound on both sides, which an index has: "since is null or" would read everything that was ever done. Said a second time for all
    questions together: of several PostgreSQL reads all rows first and looks then which belong to one.
    """
    if not counted.at:
        return "", []
    since = [q.since for q in questions if q.since is not None]
    begins = min(since) if len(since) == len(questions) else None
    said = f" and {counted.at} <= q.until and {counted.at} >= coalesce(q.since, '-infinity')"
    of_all = f" and {counted.at} <= %s and {counted.at} >= coalesce(%s::timestamptz, '-infinity')"
    return said + of_all, [max(q.until for q in questions), begins]


def _fold(
    questions: Sequence[Question], counted: Counted, column: str, per: str, fields: Sequence[str], said: Any
) -> list[tuple[int, Any]]:
    condition, more = said or ("", [])
    key, key_params = _key_sql(counted, per, fields)
    summed, sum_params = _sum_sql(counted, column)
    extra = f" and ({condition})" if condition else ""
    window, bounds = _window_sql(counted, questions)
    query = f"""select q.i, f.n, f.total from {_ASKED}, lateral (select count(*) as n, {summed} as total
 from {counted.rows} and {key}{window}{extra}) f order by q.i"""  # noqa: S608  names, no values
    params = [_questions(questions, fields), *sum_params, *counted.params, *key_params, *bounds, *more]
    return [(n, total) for _, n, total in raw().execute(query, params).fetchall()]


def _sum_sql(counted: Counted, column: str) -> tuple[str, list[Any]]:
    """Return what is added up: 1, what the act brought, or what stands in the subject's field."""
    if not column:
        return "count(*)", []
    fields = "d.data -> 'brought'" if column in counted.own else "s.fields"
    return f"coalesce(sum(coalesce(({fields} ->> %s::text)::numeric, 0)), 0)", [column]


def _own(q: Question) -> Iterator[Hit]:
    if q.reading is not None:
        yield Hit(q.at, LAST, q.reading)


def _hits(questions: Sequence[Question], asked: Measuring) -> list[list[Hit]]:
    """Return what was done for each question, in order, for folds that go by it; of a meter also the readings before the window."""
    m, target = asked.measure, asked.target
    found: list[list[Hit]] = [[] for _ in questions]
    everything = [replace(q, since=None) for q in questions] if m.fold == "rise" else questions
    for i, env, brought, at, order in rows_to_judge(everything, asked):
        added = brought.get(target.column) if target.column in brought else env.fields.get(target.column)
        if m.when.holds(env) and m.where.holds(env) and (m.fold != "rise" or added is not None):
            found[i].append(Hit(at, order, added, bool(m.goes_on.holds(env))))
    return found


def _reached(questions: Sequence[Question], asked: Measuring) -> list[Decimal]:
    """Return the share of the things that are there which acts on something else have reached."""
    m, law = asked.measure, asked.law
    source = adapters.subject(law.nouns[m.whole.noun].kind).source
    whole = Measuring(replace(m, per=m.per if m.per == "unit" else ""), m.whole, law, asked.calendar)
    counted = Counted(f"{source.table} s where {source.noun} = %s and {source.standing}", "0", "", (m.whole.noun,), source)
    counted_there = _counted_across(questions, asked, counted)
    if counted_there is not None:
        return counted_there
    done: list[set[Any]] = [set() for _ in questions]
    for i, env, _, _, _ in rows_to_judge(questions, asked):
        if m.where.holds(env):
            done[i].add(env.fields.get(m.link))
    there: list[set[int]] = [set() for _ in questions]
    for i, env, _, _, _ in rows_to_judge(questions, whole, counted):
        if m.when.holds(env):
            there[i].add(env.act.subject.id)
    return [share(len(d & t), len(t)) for d, t in zip(done, there, strict=True)]


def _counted_across(questions: Sequence[Question], asked: Measuring, whole: Counted) -> list[Decimal] | None:
    """Return what `_reached` does, counted by the database; None when a condition cannot be said there."""
    m, law, at = asked.measure, asked.law, questions[0].at
    acted, one = (
        acts_counted(asked.target, law),
        len(alike_in_time([q.at for q in questions], [m.where, m.when], asked.calendar)) == 1,
    )
    where = said_of([m.where], law.nouns.get(asked.target.noun), asked.calendar, at)
    when = said_of([m.when], law.nouns.get(m.whole.noun), asked.calendar, at)
    if where is None or when is None or m.key_fields or not one:
        return None
    key, _ = _key_sql(acted, m.per, ())
    mine, _ = _key_sql(whole, m.per if m.per == "unit" else "", ())
    window, bounds = _window_sql(acted, questions)
    query = f"""select f.part, f.whole from {_ASKED}, lateral (select count(*) as whole, count(d.id) as part
 from (select s.id from {whole.rows} and {mine}{_and(when)}) t
 left join (select distinct (s.fields ->> %s::text)::int8 as id from {acted.rows} and {key}{window}{_and(where)}) d
 on d.id = t.id) f order by q.i"""  # noqa: S608  names, no values
    params = [_questions(questions, ()), *whole.params, *when[1], m.link, *acted.params, *bounds, *where[1]]
    return [share(part, all_) for part, all_ in raw().execute(query, params).fetchall()]


def _and(said: Said) -> str:
    return f" and ({said[0]})" if said[0] else ""


def rows_to_judge(
    questions: Sequence[Question], asked: Measuring, counted: Counted | None = None
) -> Iterator[tuple[int, Env, Mapping[str, Any], Any, int]]:
    """Yield the rows a measure looks at: the question, the subject, what the act brought, when it was done, its place in time."""
    m, target, law = asked.measure, asked.target, asked.law
    counted = counted or acts_counted(target, law)
    fields = m.key_fields
    key, key_params = _key_sql(counted, m.per, fields)
    done = ("d.data -> 'brought'", "d.at", "d.seq") if counted.at else ("null::jsonb", "null::timestamptz", "0")
    rows = _ROWS.format(**counted.source.keys, brought=done[0])
    window, bounds = _window_sql(counted, questions)
    folded = f"select {rows}, {done[1]} as at, {done[2]} as seq from {counted.rows} and {key}{window}"  # noqa: S608  names, no values
    query = f"select q.i, f.* from {_ASKED}, lateral ({folded}) f order by f.at, f.seq, f.id"  # noqa: S608  names, no values
    for i, *row, brought, at, seq in (
        raw().execute(query, [_questions(questions, fields), *counted.params, *key_params, *bounds]).fetchall()
    ):
        own = from_json(brought) if target.act else None
        noun = law.nouns[target.noun]
        yield i, _env(row, law, target, questions[i], asked.calendar), load_fields(own, noun, target.act) if own else {}, at, seq


def _questions(questions: Sequence[Question], fields: Sequence[str]) -> str:
    """The questions as JSON. Whose key nobody knows asks for the rows where it is unknown, too, as in memory."""
    return to_json(
        [
            {
                "i": i,
                "key": None if fields else q.key,
                "field": plain(q.key) if fields else None,
                "but": q.upto,
                "since": q.since,
                "until": q.until,
                "begins": None if q.span is None else q.span[0].isoformat(),
                "ends": None if q.span is None else q.span[1].isoformat(),
            }
            for i, q in enumerate(questions)
        ]
    )


def _judged(questions: Sequence[Question], counted: Counted, asked: Measuring, *, where: bool) -> list[tuple[int, Any]]:
    """Count rows whose conditions only the law itself can judge."""
    m, target, law, calendar = asked.measure, asked.target, asked.law, asked.calendar
    fields = m.key_fields
    key, key_params = _key_sql(counted, m.per, fields)
    shared, ends = _overlap_sql(m.ends)
    rows = _ROWS.format(**counted.source.keys, brought="d.data -> 'brought'" if counted.own else "null::jsonb")
    window, bounds = _window_sql(counted, questions)
    folded = f"select {rows} from {counted.rows} and {key}{window}{f' and {shared}' if shared else ''}"  # noqa: S608  names, no values
    query = f"select q.i, f.* from {_ASKED}, lateral ({folded}) f"  # noqa: S608  names, no values
    found: list[tuple[int, Any]] = [(0, 0) for _ in questions]
    for i, *row, brought in (
        raw().execute(query, [_questions(questions, fields), *counted.params, *key_params, *bounds, *ends]).fetchall()
    ):
        env = _env(row, law, target, questions[i], calendar)
        if m.when.holds(env) and (not where or m.where.holds(env)):
            n, total = found[i]
            found[i] = (n + 1, total + _added(target, env, (from_json(brought) or {}) if target.column in counted.own else None))
    return found


def _added(target: Target, env: Env, brought: Mapping[str, Any] | None) -> Any:
    if not target.column:
        return 1
    fields = env.fields if brought is None else load_fields(brought, env.noun, target.act)
    return fields.get(target.column) or 0


def _env(row: Sequence[Any], law: Law, target: Target, q: Question, calendar: Calendar) -> Env:
    id_, fields, step, opened_at, marks, unit, responsible, first_asked, customer = row
    noun = law.nouns[target.noun]
    typed: Mapping[str, Any] = load_fields(from_json(fields), noun)
    facts = Facts(typed, step, opened_at, load_marks(from_json(marks)), unit, responsible, first_asked, customer)
    act = Act("", Ref(noun.kind, noun.id, id_), 0, q.at)
    return Env(facts, act, q.at, noun, calendar, {}, dict(typed))


def waiting_rows(noun: Noun, law: Law, at: datetime, calendar: Calendar) -> Iterator[Env]:
    """Yield the subjects of a noun that have not ended, as conditions see them."""
    source = adapters.subject(noun.kind).source
    rows = _ROWS.format(**source.keys, brought="null::jsonb")
    query = f"select {rows} from {source.table} s where {source.noun} = %s and {source.standing} order by s.id"  # noqa: S608  only names
    asked = Question("", noun.id, "", None, None, at, at)
    for *row, _ in raw().execute(query, [noun.id]).fetchall():
        yield _env(row, law, Target(noun.id), asked, calendar)
