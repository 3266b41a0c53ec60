"""What a refused write to a booking means to whoever asked for it at the desk.

No part of the desk itself; the parts that book and change bookings call it.
"""

from __future__ import annotations

from bot.errors import BookingRefused

WORDS = {
    "slot_taken": "That time is not open any more: others came first, or too few are free.",
    "overtaken": "Somebody else is at work on it, or the customer has just been answered. Look "
    "again.",
    "ran_out": "The hold has run out. Hold a time again.",
    "terms_changed": "The booking has changed since you opened this. Close it and look again.",
    "not_open": "The booking is over, or was called off already.",
    "not_held": "The booking awaits no yes; it may be booked already.",
    "not_agreed": "The customer is still deciding. Hold another time for them with Book.",
    "not_awaiting": "The booking awaits no deposit.",
    "quote_unknown": "That price is not this customer's.",
    "quote_expired": "The price has expired. Make a new one first.",
    "quote_superseded": "There is a later price than the one that was stated. State it first.",
}


def say_refused(refused: BookingRefused) -> str:
    """In words, with that nothing was done."""
    return f"{WORDS.get(refused.code, refused.code)} Nothing was done."
