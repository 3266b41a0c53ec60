"""Says what came of a trial run, in plain lines for the desk and the terminal.

Pure; bot/follow_ups/dry_run.py made the figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.follow_ups.dry_run import MATTERS_MAX, Example, Tried
from bot.follow_ups.refusing import home_zone, say_at
from bot.profile import Profile
from bot.profile_wording import money

CAME = {
    "booking": "booked all the same",
    "deposit": "paid the deposit all the same",
    "headcount": "said the number all the same",
    "feedback": "told us how it was all the same",
    "answer": "wrote to us all the same",
}
REASONS_MAX = 12
TEXT_MAX = 320
UNTOLD = (
    "Nothing was sent or kept. It went by the rules by which messages are sent, as of each moment. "
    "What history does not tell is read as it is now: approved templates, and where people are. "
    "Taken for granted: that they would have answered and booked just the same."
)


def say_tried(profile: Profile, tried: Tried, figures: Sequence[str] = ()) -> tuple[str, ...]:
    """The result in paragraphs."""
    days = (tried.until - tried.since).days
    by = f", with {', '.join(figures)}" if figures else ""
    head = f"{tried.title}: the past {days} day{_s(days)}{by}"
    return (
        f"{head}\n{_counts(tried)}",
        *([_stayed(tried)] if tried.stayed else []),
        *([_base(tried)] if tried.gone else []),
        *([_cost(profile, tried)] if tried.gone else []),
        *(_example(profile, number, each) for number, each in enumerate(tried.examples, 1)),
        UNTOLD,
    )


def _counts(tried: Tried) -> str:
    if not tried.found:
        return "Nothing called for it in that time."
    lines = [f"{tried.found} matter{_s(tried.found)} called for it."]
    if tried.is_cut:
        lines = [
            f"More than {MATTERS_MAX} matters called for it. {tried.found} of them were looked at, "
            "as many from each part of the time."
        ]
    ways = ", ".join(f"{count} by {channel}" for channel, count in tried.by_channel.most_common())
    lines.append(f"{tried.gone} would have gone{f': {ways}' if ways else ''}.")
    if tried.ahead:
        lines.append(f"{tried.ahead} would not have been due yet.")
    return "\n".join(lines)


def _stayed(tried: Tried) -> str:
    lines = [f"{sum(tried.stayed.values())} would have stayed:"]
    lines += [f"  {count}  {reason}" for reason, count in tried.stayed.most_common(REASONS_MAX)]
    rest = tried.stayed.total() - sum(n for _, n in tried.stayed.most_common(REASONS_MAX))
    return "\n".join([*lines, *([f"  {rest}  other reasons"] if rest else [])])


def _base(tried: Tried) -> str:
    """What has to be beaten: what people do who are not written to."""
    lines = []
    if tried.really:
        lines.append(f"{tried.really} of those who would have got it really did then.")
    if tried.unwritten:
        share = 100 * tried.came / tried.unwritten
        came = CAME.get(tried.converts_by, "did so all the same")
        lines.append(
            f"Of {tried.unwritten} who did not get it, {tried.came} {came} within "
            f"{tried.watched_days} day{_s(tried.watched_days)} ({share:.0f} %): "
            "that is what it has to beat."
        )
    return "\n".join(lines) or "Nobody has been watched to the end yet: there is nothing to beat."


def _cost(profile: Profile, tried: Tried) -> str:
    said = f"Cost: {money(profile.business, tried.cost, 'en')}"
    if not tried.unpriced:
        return f"{said}."
    names = ", ".join(sorted(tried.unpriced))
    if tried.unpriced >= set(tried.by_channel):
        said = "Cost: not known"
    return f"{said}; [costs.segment] names no price for {names}."


def _example(profile: Profile, number: int, each: Example) -> str:
    at = say_at(profile, each.at, home_zone(profile))
    text = each.text if len(each.text) <= TEXT_MAX else f"{each.text[: TEXT_MAX - 1]}…"
    who = each.customer or "somebody"
    because = f" ({each.because})" if each.because else ""
    return f"Example {number}: {who}, by {each.channel}, {at}{because}\n{text}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
