"""What `concierge bookings` prints: aligned plain text, moments in the business's zone.

Other commands print through `table`, `labelled` and `shown` too: a terminal obeys no customer.
Pure functions of what was read; handlers/commands/bookings.py calls them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.booking.moments import say_briefly, say_moment, say_time
from bot.booking.staff_words import say_chefs, say_place, say_status, say_town
from bot.domain_booking import Assignment, Booking
from bot.profile import Profile, money
from bot.profile_wording import WEEKDAYS
from bot.store.booking_lists import Deed, Listed
from bot.store.crew_changes import ListedChef

GAP = "  "
LABEL_WIDTH = 11


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; a cell is one line."""
    lines = [tuple(shown(cell).replace("\n", " ") for cell in line) for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def list_page(profile: Profile, listed: Sequence[Listed], now: datetime) -> str:
    """A line for each booking."""
    head = ("CODE", "WHEN", "STATUS", "GUESTS", "WHERE", "TOTAL", "CHEFS", "CUSTOMER")
    return table(head, [_row(profile, each, now) for each in listed])


def _row(profile: Profile, each: Listed, now: datetime) -> tuple[str, ...]:
    booking = each.booking
    return (
        booking.code,
        say_briefly(profile, booking.starts_at),
        say_status(profile, booking, now),
        str(booking.headcount),
        say_town(booking) or "-",
        money(profile.business, booking.total, "en"),
        say_chefs(booking),
        each.customer or "-",
    )


def booking_page(profile: Profile, each: Listed, deeds: Sequence[Deed], now: datetime) -> str:
    """All that is known of one booking, a labelled line for each fact that there is."""
    booking = each.booking
    facts = [
        ("Booking", booking.code),
        ("When", _when(profile, booking)),
        ("Status", say_status(profile, booking, now)),
        ("Customer", each.customer),
        ("Where", say_place(booking)),
        ("Guests", str(booking.headcount)),
        ("Total", money(profile.business, booking.total, "en")),
        ("Deposit", _deposit(profile, booking)),
        ("Fees", money(profile.business, booking.fees, "en") if booking.fees else ""),
        ("Refund", _sum(profile, booking)),
        *[("Chef", _chef(profile, chef)) for chef in booking.chefs],
        ("Chefs", say_chefs(booking) if booking.is_short_of_chefs else ""),
        *[("Allergy", words) for words in booking.allergies],
        *[("Done", f"{say_briefly(profile, d.at)}: {d.act} by {d.actor}") for d in deeds],
    ]
    return "\n".join(labelled(name, said) for name, said in facts if said)


def labelled(name: str, said: str) -> str:
    """A fact behind its label."""
    return f"{name:<{LABEL_WIDTH}}{shown(said)}"


def shown(words: str) -> str:
    """As a terminal may have it: a blank for whatever it would obey, lines stay lines."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in words)


def _when(profile: Profile, booking: Booking) -> str:
    return f"{say_moment(profile, booking.starts_at)} to {say_time(profile, booking.ends_at)}"


def _deposit(profile: Profile, booking: Booking) -> str:
    deposit = money(profile.business, booking.deposit, "en")
    if booking.deposit_paid_at is None:
        return f"{deposit}, not seen yet"
    return f"{deposit}, in since {say_briefly(profile, booking.deposit_paid_at)}"


def _sum(profile: Profile, booking: Booking) -> str:
    return "" if booking.refund is None else money(profile.business, booking.refund, "en")


def _chef(profile: Profile, chef: Assignment) -> str:
    chosen = "by hand: " if chef.by_hand else ""
    why = f" ({chosen}{chef.reason})" if chef.reason else ""
    return f"{chef.name}, leaves {say_briefly(profile, chef.leaves_at)}{why}"


def chefs_page(listed: Sequence[ListedChef], feeds: Sequence[str]) -> str:
    """The crew with what each may do, and where each one's calendar is."""
    head = ("CHEF", "NAME", "HOME", "LANGUAGES", "DAYS OFF", "AHEAD", "CALENDAR")
    rows = [
        (
            each.chef.code,
            each.chef.name if each.is_active else f"{each.chef.name} (left)",
            each.chef.home_zip,
            ", ".join(sorted(each.chef.languages)),
            ", ".join(WEEKDAYS[day].capitalize() for day in sorted(each.chef.days_off)) or "-",
            str(each.events_ahead),
            feed or "-",
        )
        for each, feed in zip(listed, feeds, strict=True)
    ]
    return table(head, rows)
