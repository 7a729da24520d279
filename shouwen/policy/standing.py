"""What a subject that stands already has by law: its live choices and its running promises.

A scenario's given cases and an import of old ones begin here; whatever lives under the law gets these act by act.
"""

from __future__ import annotations

from shouwen.policy.act import Act
from shouwen.policy.calendars import calendar_for
from shouwen.policy.choosing import choose
from shouwen.policy.computed import compute
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.promises import After, reconcile
from shouwen.policy.ruling import Promise, Ruling, SetField

STANDS = "stands"  # the act a standing subject is asked with: one no procedure has, so that only what is always live speaks


def standing(law: Law, facts: Facts, act: Act) -> list[SetField | Promise]:
    """Return the fields the law fills and the promises that run as of the act's moment, those missed already among them.

    Promises that run by the facts are left as they are. Raises UnknownYear.
    """
    noun = law.noun(act.subject.noun)
    if noun is None:
        return []
    calendar = calendar_for(law, noun, facts)
    env = Env(facts, act, act.at, noun, calendar, law.calendars, dict(facts.fields))
    day = law.on(calendar.business_day(act.at))
    plan = day.plan(noun.id, act.name)
    compute(plan.computed, env)
    computed = [SetField(f.id, env.fields.get(f.id)) for f in plan.computed if not f.between[0]]
    chosen = choose(plan, day, env, Ruling("allowed", act, act.subject))
    promises = reconcile(plan, env, day, After(facts.closed, frozenset(), facts.held))
    running = {(d.clause, d.row) for d in facts.deadlines}
    made = [p for p in promises if isinstance(p, Promise) and (p.cite.clause, p.row) not in running]
    return [*computed, *chosen, *made]
