"""A campaign in staff's words: what it would come to, and how far it has come. Pure.

The desk's windows, the command line and the notice at its end say it with these.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain_campaigns import Campaign, Progress
from bot.follow_ups.campaign_reach import Preview
from bot.follow_ups.refusing import home_zone, say_at
from bot.profile import Profile
from bot.profile_wording import figure

AGAIN = (
    "Each is judged again at their turn: who is unhappy by then, or said no, is left out, and who "
    "is talking with us waits"
)


def say_preview(profile: Profile, preview: Preview) -> tuple[str, ...]:
    """How many are meant and reached, who is left out and why, what it costs and until when."""
    lines = [f"Meant: {customers(preview.meant)}", f"Reached: {customers(preview.count)}"]
    if preview.by_channel:
        lines[-1] += f" ({_counts(preview.by_channel)})"
    lines += [f"Left out: {count}, {why}" for why, count in preview.left_out.items()]
    if preview.count:
        lines.append(f"Cost: {_say_cost(profile, preview)}")
    if preview.last_at is not None:
        lines.append(f"The last one goes {say_at(profile, preview.last_at, home_zone(profile))}")
        lines.append(AGAIN)
    return tuple(lines)


def say_progress(progress: Progress) -> str:
    """What became of its recipients, a line for each thing that there is."""
    counts = {
        "sent": progress.sent,
        "answered": progress.answered,
        "booked": progress.booked,
        "opted out": progress.opted_out,
        "waiting": progress.waiting,
        "on their way": progress.on_their_way,
        "cancelled": progress.cancelled,
        "whether it was sent is unknown": progress.unknown,
    }
    always = ("sent", "answered", "booked")
    lines = [f"{count} {what}" for what, count in counts.items() if count or what in always]
    lines = [", ".join(lines)]
    return "\n".join([*lines, *(f"{n} not sent: {why}" for why, n in progress.skipped)])


def say_state(profile: Profile, campaign: Campaign) -> str:
    """Its state, pace, beginning and end in a line."""
    wanted, zone = campaign.wanted, home_zone(profile)
    parts = [campaign.status.value, f"{wanted.per_hour} an hour"]
    if wanted.starts_at:
        parts.append(f"not before {say_at(profile, wanted.starts_at, zone)}")
    if wanted.ends_at:
        parts.append(f"until {say_at(profile, wanted.ends_at, zone)}")
    return ", ".join(parts)


def customers(count: int) -> str:
    """ "1 customer", "20 customers"."""
    return "1 customer" if count == 1 else f"{count} customers"


def _counts(by_channel: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in by_channel.items())


def _say_cost(profile: Profile, preview: Preview) -> str:
    """Never nothing where a price is not known."""
    unknown = ", ".join(preview.unpriced)
    if preview.cost is None:
        return f"not known: [costs.segment] says no price of {unknown}"
    said = f"about {figure(profile.business, 'money', preview.cost, 'en')}"
    return f"{said}, without {unknown}, whose price is not known" if unknown else said
