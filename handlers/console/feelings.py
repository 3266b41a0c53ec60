"""/console/feelings: how customers felt over some days, who is unhappy now, and what we did.

The same figures as the desk's /feelings and `concierge emotions report`. The worst moments come in
the customers' words, for those who are signed in; nobody who was erased is among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.feelings.report_words import say_span, say_valence, sections
from bot.feelings.reporting import USUAL, WINDOWS, DayFelt, Report, read_report
from bot.follow_ups.refusing import say_at
from bot.profile import Profile
from bot.store.connection import borrow
from bot.store.emotion_reports import WORDS_MAX, Moment
from channels.desk_home import thread_link
from handlers.console.base import Asked, Office, Page, Shown

PATH = "/feelings"
HALF = 50
"""How high the chart is above its middle line, and how deep below."""
STEP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A moment as the page lists it."""

    who: str
    customer: str
    when: str
    channel: str
    felt: str
    is_with_staff: bool
    thread: str
    """Where its card stands in Slack; empty where there is none."""
    words: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day of the chart, in its units."""

    x: int
    y: float
    height: float
    is_bad: bool
    title: str


async def show_report(office: Office, asked: Asked) -> Shown:
    """GET: of the past days, today included."""
    said = asked.query.get("days", "")
    days = next((each for each in WINDOWS if str(each) == said), USUAL)
    now, profile = office.clock.now(), office.profile
    async with borrow(office.pool) as conn:
        report = await read_report(conn, profile, days=days, now=now, with_words=True)
    shown = {each.kind: each for each in sections(report) if each.kind != "ways"}
    facts = {
        "days": days,
        "choices": WINDOWS,
        "span": say_span(report),
        "shown": shown,
        "ways": [each for each in sections(report) if each.kind == "ways"],
        "count": report.count,
        "reviews_open": report.reviews_open,
        "open": _rows(profile, report.open),
        "open_more": report.open_unhappy - len(report.open),
        "worst": _rows(profile, report.worst),
        "bars": tuple(_bars(report.days)),
        "width": STEP * len(report.days),
        "height": 2 * HALF,
        "chart": _in_words(report),
    }
    return Shown(template="feelings.html", title="Feelings", facts=facts)


def _rows(profile: Profile, moments: Iterable[Moment]) -> tuple[Row, ...]:
    zone = ZoneInfo(profile.business.zone)
    return tuple(
        Row(
            who=each.customer_name or "Somebody",
            customer=str(each.customer_id),
            when=say_at(profile, each.at, zone),
            channel=each.channel,
            felt=f"{each.emotion.value} {say_valence(each.valence)}",
            is_with_staff=each.is_with_staff,
            thread=thread_link(each.desk_channel, each.desk_ts) if each.desk_ts else "",
            words=each.words if len(each.words) <= WORDS_MAX else f"{each.words[:WORDS_MAX]}…",
            language=each.language,
        )
        for each in moments
    )


def _bars(days: Iterable[DayFelt]) -> Iterable[Bar]:
    """A bar up or down from the middle for each day that has a mean."""
    for place, day in enumerate(days):
        if day.mean is not None:
            height = max(1.0, round(abs(day.mean) * HALF, 1))
            yield Bar(
                x=place * STEP + 1,
                y=HALF if day.mean < 0 else HALF - height,
                height=height,
                is_bad=day.mean < 0,
                title=f"{day.on:%b} {day.on.day}: {say_valence(day.mean)}, {day.count} messages",
            )


def _in_words(report: Report) -> str:
    """What the chart shows, for whoever cannot see it."""
    means = [(day.mean, day.on) for day in report.days if day.mean is not None]
    if not means:
        return "No day has enough messages for a mean."
    (low, bad), (high, good) = min(means), max(means)
    return (
        f"Mean valence by day: lowest {say_valence(low)} on {bad:%b} {bad.day}, highest "
        f"{say_valence(high)} on {good:%b} {good.day}; {len(means)} of {len(report.days)} days."
    )


page = Page(reads={PATH: show_report}, label="Feelings", place=6)
