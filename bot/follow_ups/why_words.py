"""Says in plain words why a follow-up is there, what happened to it, and what would happen now.

Pure: paragraphs, each with its heading, that the desk and the terminal show as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.causes.base import Cause
from bot.domain import Purpose
from bot.domain_follow_ups import CAMPAIGN, STAFF
from bot.follow_ups.foretelling import Foretold
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.state_words import STATES, say_state, say_title
from bot.follow_ups.why import Story
from bot.profile import Profile
from bot.profile_follow_ups import FollowUps
from bot.profile_wording import figure
from bot.store.follow_up_lists import After, Event

STEPS_MAX = 12
"""Of a long life the first and the last steps are told."""
PURPOSES = {
    Purpose.PROMOTIONAL: "only to customers who said yes to offers",
    Purpose.CONVERSATIONAL: "to customers who have not opted out",
    Purpose.ESSENTIAL: "about their booking, to customers who have not opted out",
    Purpose.REQUIRED: "to everybody it concerns",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A part of the story."""

    head: str
    text: str


def say_story(profile: Profile, story: Story) -> tuple[Paragraph, ...]:
    """The story from its cause to its end, or to what would happen now."""
    owed = story.owed
    at = say_at(profile, owed.due_at, home_zone(profile))
    whom = story.listed.customer or "somebody"
    head = f"To {whom}, {at}\n{say_state(owed.status.value, owed.reason)}"
    made = [
        Paragraph(say_title(owed.cause, owed.step), head),
        Paragraph("What called for it", _because(profile, story)),
        Paragraph("The rule", _rule(profile, story)),
        Paragraph("What happened", _events(profile, story)),
    ]
    if story.foretold is not None:
        made += _now(profile, story.foretold)
    made += _came(profile, story.after)
    return tuple(made)


def say_rule(rules: FollowUps, cause: str) -> str:
    """When a cause writes, by the owner's figures."""
    said = _WHEN.get(cause)
    return said(rules) if said is not None else ""


def say_foretold(profile: Profile, foretold: Foretold) -> str:
    """What becomes of it, in one line."""
    if foretold.outcome == "send":
        return f"it goes {'now ' if foretold.at is None else ''}by {foretold.way}"
    if foretold.until is None:
        return f"it would be left out: {foretold.reason}"
    at = say_at(profile, foretold.until, home_zone(profile))
    if foretold.outcome == "held":
        return f"it is held: {foretold.reason}; looked at again {at}"
    then = "now" if foretold.at is None else "then"
    return f"not {then}: {foretold.reason}; judged again {at}"


def _because(profile: Profile, story: Story) -> str:
    owed = story.owed
    lines = []
    if owed.planned_by:
        lines.append(f"{story.names.get(owed.planned_by, owed.planned_by)} planned it.")
    if owed.because:
        lines.append(f"{owed.because[:1].upper()}{owed.because[1:]}.")
    if owed.valid_until is not None:
        until = say_at(profile, owed.valid_until, home_zone(profile))
        lines.append(f"It says nothing any more after {until}.")
    if owed.text and not owed.planned_by and owed.cause != CAMPAIGN:
        lines.append("Its words were edited by hand.")
    return "\n".join(lines) or "It was planned before reasons were kept."


def _rule(profile: Profile, story: Story) -> str:
    owed, rules, cause = story.owed, profile.follow_ups, story.cause
    lines = [said[:1].upper() + said[1:] + "."] if (said := say_rule(rules, owed.cause)) else []
    if owed.cause in rules.off:
        lines.append("It is switched off.")
    if cause is not None:
        lines.append(_bounds(profile, cause))
    if story.is_rule_changed:
        lines.append("The rule was changed after this was planned; its moment stays as it was.")
    return "\n".join(lines) or "None is known of this cause any more."


def _bounds(profile: Profile, cause: Cause) -> str:
    rules, business = profile.follow_ups, profile.business
    opens = figure(business, "time", rules.quiet_until, "en")
    closes = figure(business, "time", rules.quiet_from, "en")
    return (
        f"It goes {PURPOSES[cause.purpose]}, between {opens} and {closes} where they are, and "
        f"never within {rules.gap_hours} hours of another message that nobody asked for: of two "
        f"the heavier goes, and this one weighs {cause.weight}."
    )


def _events(profile: Profile, story: Story) -> str:
    lines = [_event(profile, story.names, event) for event in story.events]
    if len(lines) > STEPS_MAX:
        half = STEPS_MAX // 2
        left = len(lines) - STEPS_MAX
        lines = [*lines[:half], f"… {left} more steps …", *lines[-half:]]
    return "\n".join(lines) or "Nothing yet."


def _event(profile: Profile, names: Mapping[str, str], event: Event) -> str:
    zone = home_zone(profile)
    by = f" by {names.get(event.actor, event.actor)}" if event.actor else ""
    due = ""
    if event.status in ("planned", "held") and event.due_at > event.at:
        due = f", for {say_at(profile, event.due_at, zone)}"
    reason = f": {event.reason}" if event.reason else ""
    state = STATES.get(event.status, event.status)
    return f"{say_at(profile, event.at, zone)}  {state}{by}{due}{reason}"


def _now(profile: Profile, foretold: Foretold) -> list[Paragraph]:
    said = say_foretold(profile, foretold)
    lines = [f"{said[:1].upper()}{said[1:]}.", *(f"{name}: {why}" for name, why in foretold.chosen)]
    head = "If it were judged now" if foretold.at is None else "At its moment, as things stand"
    made = [Paragraph(head, "\n".join(lines))]
    if foretold.text:
        made.append(Paragraph("What they would read", foretold.text))
    return made


def _came(profile: Profile, after: After) -> list[Paragraph]:
    """What was sent, and what came of it."""
    made = []
    if after.text:
        made.append(Paragraph("What they read", after.text))
    chosen = [f"{name}: {why}" for name, why in after.chosen.items() if isinstance(why, str)]
    if chosen:
        made.append(Paragraph("Why so", "\n".join(chosen)))
    moments = (
        ("sent" if after.arm != "holdout" else "would have been sent", after.sent_at),
        ("answered", after.answered_at),
        ("did what it was for", after.converted_at),
        ("the customer opted out", after.opted_out_at),
    )
    lines = [_moment(profile, said, at) for said, at in moments if at is not None]
    if lines:
        made.append(Paragraph("What came of it", "\n".join(lines)))
    return made


def _moment(profile: Profile, said: str, at: datetime) -> str:
    return f"{say_at(profile, at, home_zone(profile))}  {said}"


def _some(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers)) or "no"


_WHEN: Mapping[str, Callable[[FollowUps], str]] = {
    "after_event": lambda r: (
        f"{r.after_event_min_hours} to {r.after_event_max_hours} hours after the event, at the "
        "hour at which this customer usually writes"
    ),
    "unanswered_quote": lambda r: f"{_some(r.quote_hours)} hours after a price without an answer",
    "before_event": lambda r: f"{_some(r.reminder_days)} days before the event",
    "hold_lapsing": lambda r: f"{r.hold_hours} hours before a hold ends",
    "deposit_missing": lambda _: "before the quiet hours in which a hold would end",
    "check_in": lambda r: f"{r.check_in_hours} hours after staff settled a complaint",
    "season": lambda r: f"{r.silent_days} days after the last event, once a season at most",
    "lost_lead": lambda r: f"{r.lost_lead_days} days after somebody asked and did not book",
    "customer_date": lambda r: f"{r.date_days} days before a date that the customer told us of",
    STAFF: lambda _: "when staff say",
    CAMPAIGN: lambda _: "when its campaign reaches them",
}
