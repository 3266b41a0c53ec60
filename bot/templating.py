"""Chooses the approved words that carry a message through a closed window, and fills them.

Only what its carrier has approved, for this purpose, in the customer's language or the business's,
with the message whole in a gap: nothing is cut, since half a message may say the opposite. Of a
follow-up first the twin of its words, which says the same in one template. Pure; bot/send_gate.py
asks. Source: Twilio, content/using-variables and errors 63013, 63021, 63028; Meta,
message templates (contracts pages, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain import Purpose
from bot.domain_sending import OutboundMessage, TemplateUse
from bot.language.wording import say
from bot.profile import Profile
from bot.profile_follow_up_words import before_stop
from bot.profile_templates import TEXT_MAX, VALUE_MAX, Template, TemplateText
from bot.store.departures import Standing

APPROVED = "approved"
MARKETING = "marketing"
NAME_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template ready to leave."""

    use: TemplateUse
    text: str
    """As the customer reads it."""


def choose(
    profile: Profile, carrier: str, message: OutboundMessage, standing: Standing
) -> Filled | None:
    """The first template of the catalogue that fits; None where none does."""
    if not carrier or message.media or message.attachments:
        return None
    twin = _choose_twin(profile, carrier, message, standing)
    if twin is not None:
        return twin
    home = profile.business.home_language
    for template in profile.templates.values():
        if template.channel != message.channel or message.purpose not in template.carries:
            continue
        for language in dict.fromkeys((standing.language or home, home)):
            text = template.languages.get(language)
            if text is None or not is_usable(template, text, carrier, message, standing):
                continue
            filled = _fill(profile, template, (text, language), message, standing)
            if filled is not None:
                use = TemplateUse(content_id=text.id_at(carrier), variables=filled)
                return Filled(use=use, text=text.fill(filled))
    return None


def _choose_twin(
    profile: Profile, carrier: str, message: OutboundMessage, standing: Standing
) -> Filled | None:
    """The template that says the same as a follow-up's words, the one with the most of them first.

    Only in the message's own language, since its dates and sums are written in that.
    """
    if not message.wording:
        return None
    language = message.language or standing.language or profile.business.home_language
    twins = [
        each
        for each in profile.templates.values()
        if each.twin_of == message.wording and each.channel == message.channel
    ]
    for template in sorted(twins, key=lambda each: -len(each.fills)):
        text = template.languages.get(language)
        if text is None or not is_usable(template, text, carrier, message, standing):
            continue
        known = [clean(str(message.fields.get(each, ""))) for each in template.fills]
        filled = {
            gap: before_stop(value) if f"{{{{{gap}}}}}." in text.text else value
            for gap, value in zip(text.gaps, known, strict=True)
        }
        if all(known) and _fits(text, filled):
            use = TemplateUse(content_id=text.id_at(carrier), variables=filled)
            return Filled(use=use, text=text.fill(filled))
    return None


def is_usable(
    template: Template,
    text: TemplateText,
    carrier: str,
    message: OutboundMessage,
    standing: Standing,
) -> bool:
    """Whether the carrier has approved it, and as what may go to this person.

    A state that nobody has told us is no approval. The carrier may have moved it to marketing.
    """
    state, category = standing.templates.get(text.state_key(carrier), ("", ""))
    is_marketing = MARKETING in (category.lower(), template.category)
    if is_marketing and (message.purpose is not Purpose.PROMOTIONAL or is_american(message)):
        return False
    return state.lower() == APPROVED


def why_refused(
    profile: Profile, carrier: str, message: OutboundMessage, standing: Standing
) -> str:
    """Why the template that a message has already may not leave; empty where nothing is known.

    Staff picked it by what they know; a carrier that says otherwise is believed.
    """
    used = message.template
    for template in profile.templates.values() if used else ():
        for text in template.languages.values():
            if used is None or text.id_at(carrier) != used.content_id:
                continue
            state, category = standing.templates.get(text.state_key(carrier), ("", ""))
            if state and state.lower() != APPROVED:
                return f"the carrier has not approved this template ({state.lower()})"
            if MARKETING in (category.lower(), template.category) and is_american(message):
                return NO_MARKETING
    return ""


NO_MARKETING = "WhatsApp brings no marketing to numbers of +1"
"""Source: Twilio error 63049: since 2025-04-01 no marketing template reaches a US number."""


def is_american(message: OutboundMessage) -> bool:
    """Whether WhatsApp counts the recipient as one of the United States; a number's code says no
    more than +1."""
    return message.recipient.startswith(("+1", "US."))


def _fill(
    profile: Profile,
    template: Template,
    chosen: tuple[TemplateText, str],
    message: OutboundMessage,
    standing: Standing,
) -> Mapping[str, str] | None:
    """What stands in each gap, in one line each; None where the message does not fit whole."""
    text, language = chosen
    known = {
        "name": clean(standing.name)[:NAME_MAX].strip() or say("template_nobody", language),
        "text": clean(message.text),
        "business": clean(profile.business.name),
    }
    values = {gap: known[what] for gap, what in zip(text.gaps, template.fills, strict=True)}
    return values if all(values.values()) and _fits(text, values) else None


def _fits(text: TemplateText, values: Mapping[str, str]) -> bool:
    """Whether the vendor takes each gap's value, and all of it together."""
    is_long = any(len(value) > VALUE_MAX for value in values.values())
    return not is_long and len(text.fill(values)) <= TEXT_MAX


def clean(value: str) -> str:
    """One line with single spaces: line breaks and runs of blanks are refused (error 63013)."""
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())
