"""/console/follow-ups/results: what follow-ups brought, comparisons, and what bookings leave.

The same figures as the desk's /followups results and `concierge margins`, as tables.
"""

from __future__ import annotations

from datetime import timedelta

from bot.follow_ups.margins import read_margins
from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import (
    BOOKING_HEADS,
    HEADS,
    WAYS,
    margin_rows,
    rows_by,
    say_left,
    say_trials,
    say_uplifts,
)
from bot.profile_wording import money
from bot.store.connection import borrow
from handlers.console.base import Asked, Office, Page, Shown

PATH = "/follow-ups/results"
DAYS = (7, 30, 90, 365)
USUAL = 30


async def show_results(office: Office, asked: Asked) -> Shown:
    """GET: of the past days."""
    said = asked.query.get("days", "")
    days = next((each for each in DAYS if str(each) == said), USUAL)
    now, profile = office.clock.now(), office.profile
    since = now - timedelta(days=days)
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        report = await read_report(conn, profile, since, now)
        margins = await read_margins(conn, profile, since, now)
    tables = [(head, rows_by(profile, report, by)) for by, head in WAYS if report.lines(by)]
    notes = [each for each in (say_left(report), say_uplifts(report), say_trials(report)) if each]
    facts = {
        "days": days,
        "choices": DAYS,
        "heads": HEADS,
        "tables": tables,
        "notes": [each.partition("\n")[::2] for each in notes],
        "booking_heads": BOOKING_HEADS,
        "bookings": margin_rows(profile, margins) if margins.bookings else (),
        "bookings_left": max(0, len(margins.bookings) - len(margin_rows(profile, margins)) + 1),
        "follow_up_cost": money(profile.business, margins.total.follow_ups, "en"),
        "unknown": ", ".join(margins.total.unknown),
    }
    return Shown(template="results.html", title="Results", facts=facts)


page = Page(reads={PATH: show_results}, label="Results", place=3)
