"""What a text of a simulated year says, held against the notes: its figures, its cause, its rule.

tests/year_judge.py asks for each text; nothing of the service is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from year import REVIEWS, Trouble
from year_life import Left, Life, Stand
from year_lives import OWN_WORDS

BUSINESS = ZoneInfo("America/Los_Angeles")
MISSING = "deposit_missing"
NEWS = ("before_event", "hold_lapsing", MISSING)
OFFERS = ("season", "lost_lead", "customer_date", "campaign")
QUOTE_HOURS = (24, 72)
SILENT = timedelta(days=60)
FAR_BACK = timedelta(days=14)
SLACK = timedelta(minutes=5)
"""The clock runs on while an hour's work is done."""


def of_words(life: Life, left: Left) -> Iterator[str]:
    """What its words say, held against what was so then."""
    row, body, at = left.row or {}, left.body, left.at
    if not body.strip() or set("{[") & set(body):
        yield "words that were not filled"
    stood = life.stood(row["booking_id"] or "", at)
    yield from _of_figures(life, row, body, stood)
    if REVIEWS in body and (row["cause"] != "after_event" or _is_angry(life, stood, at)):
        yield "a review link to the unhappy"
    if row["cause"] == "staff" and body != OWN_WORDS:
        yield "other words than staff wrote"


def _of_figures(
    life: Life, row: Mapping[str, Any], body: str, stood: Stand | None
) -> Iterator[str]:
    """Day, headcount and sum."""
    figures = set(re.findall(r"\d+", body.replace(",", "")))
    if row["cause"] in NEWS and stood is not None:
        if str(stood.starts_at.astimezone(BUSINESS).day) not in figures:
            yield "another day than the event's"
        if row["cause"] == "before_event" and str(stood.guests) not in figures:
            yield "another headcount than theirs"
    _at, total = life.prices.get(row["quote_id"], (None, None))
    if total is not None and f"{total:.0f}" not in figures:
        yield "another sum than the quoted"


def _is_angry(life: Life, stood: Stand | None, at: datetime) -> bool:
    since = stood.ends_at if stood else at - FAR_BACK
    return any(since <= angry < at - SLACK for angry in life.angry_at)


def of_rule(life: Life, left: Left) -> Iterator[str]:
    """What its own cause forbids."""
    row, at = left.row or {}, left.at
    cause, stood = row["cause"], life.stood(row["booking_id"] or "", at)
    if not row["is_its_own"]:
        yield "sent, and its follow-up says otherwise"
    if stood is not None:
        yield from _of_event(cause, stood, at)
    if cause == "unanswered_quote" and (life.has_ahead(at) or _has_written(life, row, at)):
        yield "a quote chased that was answered"
    if cause == "season" and any(at - SILENT < each < at - SLACK for each in life.wrote_at):
        yield "missed by who wrote within 60 days"
    if cause in ("season", "lost_lead") and life.has_ahead(at):
        yield "an offer to who has an event ahead"


def _of_event(cause: str, stood: Stand, at: datetime) -> Iterator[str]:
    """What an event's standing forbids."""
    is_off = stood.status == "cancelled"
    waited = (at - stood.ends_at) / timedelta(hours=1)
    is_wrong = {
        "a reminder of what was off or over": cause in NEWS and (is_off or at >= stood.starts_at),
        "a deposit asked for that was in, or too late for": cause in ("hold_lapsing", MISSING)
        and not _is_held(stood, at),
        "thanks at another time than 24 to 72 hours after": cause == "after_event"
        and (is_off or not 23.9 <= waited <= 72.1),
    }
    yield from (promise for promise, wrong in is_wrong.items() if wrong)


def _is_held(stood: Stand, at: datetime) -> bool:
    return stood.status == "held" and stood.held_until is not None and at < stood.held_until


def _has_written(life: Life, row: Mapping[str, Any], at: datetime) -> bool:
    priced_at, _total = life.prices.get(row["quote_id"], (at, None))
    return any(priced_at < wrote < at - SLACK for wrote in life.wrote_at)


def of_new_rule(life: Life, trouble: Trouble, left: Left) -> Iterator[str]:
    """Quotes of before the owner's change keep the hours they were given under."""
    row = left.row or {}
    if trouble.new_rule is None or row["quote_id"] not in life.prices:
        return
    since, figures = trouble.new_rule
    priced_at, _total = life.prices[row["quote_id"]]
    # A price is left alone for a while: whichever rule looks next plans it.
    if since - timedelta(hours=12) < priced_at <= since:
        return
    hours = figures["quote_hours"] if priced_at > since else QUOTE_HOURS
    if row["step"] not in {f"{each}h" for each in hours}:  # type: ignore[attr-defined]
        yield "by a rule that was not in force"
