"""Who asks: from what is kept, from the directory where nothing is, renewed behind their back.

Called by handlers/desk/door.py for every deed. A directory that does not answer never makes
somebody staff (I11).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.desk.people import Known, Member, Role, find_member, groups_of, nobody
from bot.errors import VendorError, VendorRefused, VendorUnavailable
from bot.store import staff
from bot.store.connection import STORE_DOWN, borrow
from bot.store.staff import Group
from channels.slack_people import look_up, look_up_group
from handlers.desk.base import Office

log = logging.getLogger(__name__)

ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""So long a refusal stands before the directory is asked anew."""


class Roles:
    """One for a web process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._renewing: dict[str, asyncio.Task[None]] = {}

    async def member(self, person_id: str) -> Member:
        """Somebody with their role.

        Raises:
            VendorUnavailable: nobody knows them yet, and the directory does not answer.
        """
        known = await self._find(person_id)
        if known is None:
            await self._renew(person_id)
        elif self._is_doubtful(known):
            # Whoever has just joined the staff channel shall not be turned away for half an hour.
            await self._renew_quietly(person_id)
        else:
            if known.is_stale:
                self._renew_behind(person_id)
            return known.member
        known = await self._find(person_id)
        return known.member if known is not None else nobody(person_id)

    async def _find(self, person_id: str) -> Known | None:
        office, channel = self._office, self._office.desk.staff_channel
        async with borrow(office.pool) as conn:
            return await find_member(
                conn, office.profile, person_id, staff_channel=channel, now=office.clock.now()
            )

    def _is_doubtful(self, known: Known) -> bool:
        """Whether they would be refused by what may have changed since it was looked up."""
        age = self._office.clock.now() - known.as_of
        return known.member.role is Role.NOBODY and (known.is_stale or age > ASKED_AGAIN_AFTER)

    def _renew_behind(self, person_id: str) -> None:
        if person_id not in self._renewing:
            task = asyncio.create_task(self._renew_quietly(person_id))
            self._renewing[person_id] = task
            task.add_done_callback(lambda _done: self._renewing.pop(person_id, None))

    async def _renew_quietly(self, person_id: str) -> None:
        try:
            await self._renew(person_id)
        except (VendorError, *STORE_DOWN) as error:
            log.warning("desk.person_not_renewed", extra={"error": type(error).__name__})

    async def _renew(self, person_id: str) -> None:
        office, now = self._office, self._office.clock.now()
        try:
            person = await look_up(office.desk, person_id, at=now)
            groups = await self._look_up_groups(now)
        except VendorError as error:
            raise VendorUnavailable(
                "Slack did not tell who you are, so nothing was done. Please try again in a moment",
                code=error.code,
            ) from error
        async with borrow(office.pool) as conn, conn.transaction():
            await staff.keep(conn, person)
            for group in groups:
                await staff.keep_group(conn, group)

    async def _look_up_groups(self, now: datetime) -> list[Group]:
        """The groups that decide about roles. One that is gone keeps nobody else out."""
        office, found = self._office, []
        for each in groups_of(office.profile, office.desk.staff_channel):
            try:
                found.append(await look_up_group(office.desk, each, at=now))
            except VendorRefused as refused:
                log.warning("desk.group_refused", extra={"group": each, "code": refused.code})
        return found
