"""The tags of the pages: icons, moments, citations, names. Load with {% load web %}."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.cases.options import Proof, Words
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Refusal
from shouwen.web import happenings, law, moments, people
from shouwen.web.evidence import evidence

register = template.Library()


@lru_cache(maxsize=1)
def _sprite(_debug: bool) -> str:
    return static("vendor/icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of icons.txt. Without a label it is an ornament, and screen readers pass it by."""
    return _drawn(name, label, _sprite(settings.DEBUG))


@lru_cache(maxsize=1024)
def _drawn(name: str, label: str, sprite: str) -> SafeString:
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


_DUE: Final = {
    (warns, bare): '<time class="due due-{state}" datetime="{at}" title="{full}"'
    + (' data-warn="{warn}"' if warns else "")
    + '><span class="due-left">{left}</span>'
    + ("" if bare else '<span class="due-when">{when}</span>')
    + "</time>"
    for warns in (False, True)
    for bare in (False, True)
}


@register.simple_tag
def due(at: datetime | None, now: datetime, warn_at: datetime | None = None, bare: str = "") -> SafeString:
    """Show a due moment: coloured, worded, and counted down by clock.js. `bare`: without the day."""
    said = moments.due(at, now, warn_at)
    if said.at is None:
        return SafeString("")
    shape = _DUE[bool(said.warn_at), bool(bare)]
    warn = said.warn_at.isoformat() if said.warn_at else ""
    return format_html(
        shape, state=said.state, at=said.at.isoformat(), full=moments.in_full(said.at), warn=warn, left=said.left, when=said.when
    )


@register.simple_tag
def moment(at: datetime | None, now: datetime) -> SafeString:
    """Show a moment as people say it, the whole of it in a tip."""
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), moments.in_full(at), moments.when(at, now))


@register.filter
def clock(at: datetime) -> str:
    """Show the time of day."""
    return f"{timezone.localtime(at):%H:%M}"


@register.filter
def typeset(text: str) -> str:
    """Show a text of a pack with the punctuation of Chinese print."""
    return moments.typeset(text)


@register.filter
def bracketed(text: str) -> str:
    """Put a text behind another in brackets, as the reader's language sets them; nothing stays nothing."""
    return _("（%s）") % text if text else ""


@register.filter
def long_date(on: date | datetime) -> str:
    """Show a date for a heading."""
    return moments.long_date(timezone.localdate(on) if isinstance(on, datetime) else on)


@register.filter
def yuan(fen: int) -> str:
    """Show money kept in fen."""
    return moments.money(fen)


@register.filter
def entry(mapping: Any, key: Any) -> Any:
    """Look a key up."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def marks(text: str, said: str) -> SafeString:
    """Show a text with what was searched for marked in it; digits are found however they were written."""
    digits = "".join(c for c in said if c.isdigit())
    wanted = next((s for s in (said.strip(), digits if len(digits) > 2 else "") if s and s in text), "")
    before, found, after = text.rpartition(wanted) if wanted else (text, "", "")
    return format_html("{}<mark>{}</mark>{}", before, found, after) if found else conditional_escape(text)


@register.simple_tag(takes_context=True)
def cite(context: template.Context, clause: str, how: str = "short") -> SafeString:
    """Cite a clause as a link to where it can be read; `how` is short (§2.1) or long (with the regulation)."""
    if not clause:
        return SafeString("")
    request = context["request"]
    found = law.cited(law.law_of(request), clause, request.lang)
    words = found.long if how == "long" else found.short
    if not found.url:
        return format_html('<span class="cite">{}</span>', words)
    return format_html('<a class="cite" href="{}" title="{}">{}</a>', found.url, f"{found.long} {found.text}", words)


@register.simple_tag
def why_button(*about: Any) -> SafeString:
    """A button that opens why: of an event (its number), or of (kind, id, "field" or "not", name), an entry ("entry", id)."""
    address = "/".join(str(part) for part in about)
    return format_html(
        '<button type="button" class="btn-why" hx-get="/why/{}/" hx-target="next .why-slot" hx-swap="innerHTML">{}</button>'
        '<div class="why-slot" id="reason-{}" hx-preserve="true" aria-live="polite"></div>',  # news of the case leaves it open
        address, _("为什么"), address.replace("/", "-"),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def post_name(context: template.Context, post: str) -> str:
    """Name a post."""
    request = context["request"]
    return law.post_name(law.law_of(request), post, request.lang)


@register.simple_tag(takes_context=True)
def noun_name(context: template.Context, noun: str) -> str:
    """Name a procedure or register."""
    request = context["request"]
    return law.noun_name(law.law_of(request), noun, request.lang)


@register.simple_tag(takes_context=True)
def regulation_names(context: template.Context, kept: str) -> str:
    """Name regulations that were noted by their Chinese titles, in the reader's language where the law still knows them."""
    request = context["request"]
    found = law.law_of(request)
    titles = {r.zh: law.said(r, request.lang) for r in found.regulations.values()} if found is not None else {}
    return _("、").join(titles.get(title, title) for title in kept.split("、"))


@register.simple_tag(takes_context=True)
def person(context: template.Context, staff: int) -> str:
    """Name a member of staff; the clock for 0."""
    return people.name(context["request"], staff)


@register.simple_tag(takes_context=True)
def unit_name(context: template.Context, unit: int) -> str:
    """Name a unit."""
    return people.unit(context["request"], unit)


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """The address of this page with other parameters: {% address sort="due" after="" %}. Empty takes one away."""
    return parameters(context, **changes) or str(context["request"].path)


@register.simple_tag(takes_context=True)
def parameters(context: template.Context, **changes: Any) -> str:
    """The parameters of this page, with others, to be put behind another address: {% parameters after="" %}. May be empty."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else ""


@register.filter
def attribute(thing: Any, name: str) -> Any:
    """Look an attribute up, of our own filters only."""
    return getattr(thing, name, "") if not name.startswith("_") else ""


@register.simple_tag(takes_context=True)
def step_tag(context: template.Context, case: Case) -> SafeString:
    """Show the step a case stands in, in the words of the shape it began under."""
    request = context["request"]
    if case.closed_at:
        kind = "pill"
    elif case.held:
        kind = "pill pill-held"
    else:
        kind = "pill pill-accent"
    words = _("待批准") if not case.step else law.step_name(_noun(request, case), case.step, request.lang)
    return format_html('<span class="{}">{}</span>', kind, _("已并入") if case.merged_into_id else words)


@register.simple_tag(takes_context=True)
def case_noun(context: template.Context, case: Case) -> str:
    """Name the procedure of a case, in the words it began under."""
    request = context["request"]
    noun = _noun(request, case)
    return law.said(noun, request.lang) if noun is not None else case.procedure


@register.simple_tag(takes_context=True)
def case_title(context: template.Context, case: Case) -> str:
    """What a case is about; where nobody said, what kind of case it is."""
    return case.title or case_noun(context, case)


def _noun(request: Any, case: Case) -> Noun | None:
    return law.laws_of(request).of(case.enactment_id).nouns.get(case.procedure)


@register.simple_tag
def phone_fault(faults: Any, index: int) -> str:
    """The fault of one phone of a form."""
    return str(faults.get(f"phones.{index}", "")) if faults else ""


@register.simple_tag(takes_context=True)
def customer_event(context: template.Context, event: Event) -> str:
    """Say an event about a customer in words."""
    return happenings.about_customer(context["request"], event)


@register.simple_tag(takes_context=True)
def refusal_text(context: template.Context, refusal: Refusal) -> str:
    """A refusal with its remedy, in one sentence."""
    return moments.typeset(refusal.text(context["request"].lang))


@register.simple_tag(takes_context=True)
def refusal_said(context: template.Context, refusal: Refusal) -> str:
    """Why an act is refused."""
    return refusal.en if context["request"].lang == "en" and refusal.en else moments.typeset(refusal.zh)


@register.simple_tag(takes_context=True)
def refusal_remedy(context: template.Context, refusal: Refusal) -> str:
    """What would make it lawful."""
    return refusal.remedy_en if context["request"].lang == "en" and refusal.remedy_en else moments.typeset(refusal.remedy_zh)


@register.simple_tag(takes_context=True)
def word(context: template.Context, thing: Any) -> str:
    """The word of an act or field in the reader's language."""
    return law.said(thing, context["request"].lang)


@register.simple_tag(takes_context=True)
def act_word(context: template.Context, noun: Noun | None, act: str) -> str:
    """Name an act by its id."""
    return law.act_name(noun, act, context["request"].lang)


@register.simple_tag(takes_context=True)
def script_lines(context: template.Context, words: Words) -> Sequence[str]:
    """What a script says, in the reader's language."""
    english = context["request"].lang == "en"
    return words.items_en if english and words.items_en else [moments.typeset(text) for text in words.items]


@register.simple_tag(takes_context=True)
def proof_word(context: template.Context, proof: Proof) -> str:
    """Name a piece of evidence that an act wants."""
    request = context["request"]
    if request.lang != "en":
        return moments.typeset(proof.zh)
    return evidence([[proof.kind, proof.party, proof.people[0] if proof.people else 0, 0]], request)
