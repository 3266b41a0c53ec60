"""Calendars over HTTP: a chef's feed and a customer's own booking, each behind a signed link (I11).

Calendars ask every few minutes, so an unchanged one is answered with 304 and no body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC
from email.utils import format_datetime

from aiohttp import web

from bot.booking import calendar_links
from bot.booking.calendars import (
    CANCELLED_DAYS,
    PAST_DAYS,
    booking_calendar,
    chef_calendar,
    file_name,
)
from bot.errors import BadSignature, NotFound
from bot.profile import Profile
from bot.settings import Settings
from bot.store import calendars
from bot.store.calendars import CalendarEntry
from bot.store.connection import borrow
from handlers.keys import CLOCK, POOL

HEADERS = {
    # Nobody between us and the reader may keep it, and the reader asks each time.
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def add_calendars(app: web.Application, *, profile: Profile, settings: Settings) -> None:
    """Add the routes to the application."""
    shown = _Calendars(profile, settings)
    app.router.add_get("/calendars/chefs/{token}.ics", shown.of_chef)
    app.router.add_get("/calendars/bookings/{token}.ics", shown.of_booking)


class _Calendars:
    """The handlers with what they share."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._profile, self._settings = profile, settings

    async def of_chef(self, request: web.Request) -> web.Response:
        """GET /calendars/chefs/{token}.ics: what the chef has agreed events for.

        Raises:
            BadSignature: not our link, or one that was made void.
            NotFound: the chef has left.
        """
        feed = calendar_links.read_chef_token(self._settings, request.match_info["token"])
        async with borrow(request.app[POOL]) as conn:
            chef = await calendars.find_chef(conn, feed.chef_id)
            if chef is None:
                raise NotFound("there is no such calendar any more")
            if chef.feed_version != feed.feed_version:
                raise BadSignature("this link is not valid; ask for a new one")
            entries = await calendars.list_of_chef(
                conn,
                chef.id,
                now=request.app[CLOCK].now(),
                past_days=PAST_DAYS,
                cancelled_days=CANCELLED_DAYS,
            )
        return _answer(request, chef_calendar(self._profile, chef, entries), entries)

    async def of_booking(self, request: web.Request) -> web.Response:
        """GET /calendars/bookings/{token}.ics: the customer's own booking, to be saved.

        Raises:
            BadSignature: not our link.
            NotFound: nothing was agreed, or it was erased.
        """
        booking_id = calendar_links.read_booking_token(self._settings, request.match_info["token"])
        async with borrow(request.app[POOL]) as conn:
            entry = await calendars.find(conn, booking_id)
        if entry is None or entry.booking.agreed_at is None:
            raise NotFound("there is no such booking")
        answer = _answer(request, booking_calendar(self._profile, entry), (entry,))
        disposition = f'attachment; filename="{file_name(entry.booking)}"'
        answer.headers["Content-Disposition"] = disposition
        return answer


def _answer(request: web.Request, calendar: str, entries: Iterable[CalendarEntry]) -> web.Response:
    body = calendar.encode()
    etag = hashlib.sha256(body).hexdigest()[:32]
    changed_at = max((each.changed_at for each in entries), default=None)
    headers = {**HEADERS, "ETag": f'"{etag}"'}
    if changed_at is not None:
        headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    if _is_known(request, etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


def _is_known(request: web.Request, etag: str) -> bool:
    """Whether the reader has this very text.

    A date alone never says so: an event that was given to another chef leaves none behind.
    """
    return any(tag.value in (etag, "*") for tag in request.if_none_match or ())
