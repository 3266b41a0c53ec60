"""Addresses of calendars: signed, so that whoever has one needs no account (I11).

A chef's carries the number of its feed: raising that makes every older address void. A customer's
opens their own booking and nothing else (I10).
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from bot.domain_booking import BookingId, Chef, ChefId
from bot.errors import BadSignature
from bot.settings import Settings
from bot.signing import sign, verify

CHEF = "calendar.chef"
BOOKING = "calendar.booking"


class ChefFeed(NamedTuple):
    """What a chef's token says."""

    chef_id: ChefId
    feed_version: int


def chef_link(settings: Settings, chef: Chef) -> str:
    """Where the chef's calendar is subscribed to."""
    token = sign(_secret(settings), CHEF, f"{chef.id.hex}-{chef.feed_version}")
    return f"{settings.base_url}/calendars/chefs/{token}.ics"


def booking_link(settings: Settings, booking_id: BookingId) -> str:
    """Where the customer gets their booking as a file; empty without a secret to sign by."""
    if not _secret(settings):
        return ""
    token = sign(_secret(settings), BOOKING, booking_id.hex)
    return f"{settings.base_url}/calendars/bookings/{token}.ics"


def read_chef_token(settings: Settings, token: str) -> ChefFeed:
    """Whose calendar this is.

    Raises:
        BadSignature: the token is not one of ours.
    """
    subject = verify(_secret(settings), CHEF, token)
    chef_id, _, version = subject.partition("-")
    try:
        return ChefFeed(ChefId(UUID(hex=chef_id)), int(version))
    except ValueError as error:
        raise BadSignature("this link is not valid; ask for a new one") from error


def read_booking_token(settings: Settings, token: str) -> BookingId:
    """Which booking this is.

    Raises:
        BadSignature: the token is not one of ours.
    """
    subject = verify(_secret(settings), BOOKING, token)
    try:
        return BookingId(UUID(hex=subject))
    except ValueError as error:
        raise BadSignature("this link is not valid; ask for a new one") from error


def _secret(settings: Settings) -> str:
    return settings.concierge_secret.get_secret_value()
