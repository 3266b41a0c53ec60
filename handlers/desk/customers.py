"""Customers who write to the app in Slack, told from staff before anybody believes them.

Called by the desk's door for what is said where customers speak; stored like any other channel's
messages before it is acknowledged (I1). Whoever is staff is no customer there, and whoever is none
reaches no part of the desk (I11). Nobody who cannot be told from staff is taken for a customer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from bot.desk.people import Member, Role, nobody
from bot.domain import Kind, Message
from bot.errors import BadPayload, StoreUnavailable, VendorUnavailable
from bot.store import dead_letters, desk_notices
from bot.store.connection import borrow
from bot.store.desk_notices import NewPost
from channels.base import Parsed
from channels.slack import ROUTES, ConfiguredSlack
from channels.slack_customer import concerns, room_of
from channels.text import clean
from handlers.desk.base import Office
from handlers.desk.roles import Roles
from handlers.webhooks import record

log = logging.getLogger(__name__)

NAME_MAX = 80
NOT_IN_THE_DIRECTORY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
ELSEWHERE = (
    "You are one of the team, so what you write here reaches nobody: the desk is in <#{channel}>."
)


class Customers:
    """One for a web process."""

    def __init__(self, office: Office, channel: ConfiguredSlack, app: web.Application) -> None:
        self._office, self._channel, self._app = office, channel, app
        self._roles = Roles(office)

    def concerns(self, body: Mapping[str, object]) -> bool:
        """Whether this event is said where customers speak."""
        return concerns(body, self._channel.where)

    async def take(self, body: Mapping[str, object]) -> None:
        """Commit a customer's words; tell one of staff, once, where the desk is.

        Raises:
            BadPayload: it cannot be read, and is kept whole.
            StoreUnavailable: nothing was stored, or nobody can say who wrote it; it comes again.
        """
        try:
            parsed = self._channel.read(body)
        except BadPayload as error:
            await self._keep(body, str(error))
            raise
        for message in parsed.messages:
            person, shared = room_of(message.sender)
            by = await self._member(person)
            if not by.may(Role.STAFF):
                await self._record(_named(message, by))
            elif not shared and message.kind in (Kind.TEXT, Kind.MEDIA):
                await self._tell(person)

    async def _member(self, person: str) -> Member:
        """Somebody with their role; a directory that is away makes nobody a customer."""
        try:
            return await self._roles.member(person)
        except VendorUnavailable as unknown:
            if unknown.code in NOT_IN_THE_DIRECTORY:
                return nobody(person)
            raise StoreUnavailable("Slack does not tell who wrote; come again") from unknown

    async def _record(self, message: Message) -> None:
        try:
            await record(self._app, Parsed(messages=(message,)))
        except BadPayload as error:
            log.warning("slack.message_refused", extra={"said": str(error)})
            raise

    async def _tell(self, person: str) -> None:
        """One of the team writes to the app as if it were a colleague."""
        told = ELSEWHERE.format(channel=self._office.desk.staff_channel)
        post = NewPost(key=f"desk_elsewhere:{person}", text=told, kind="person", recipient=person)
        async with borrow(self._office.pool) as conn:
            owed = await desk_notices.owe_post(conn, post)
        if owed is not None:
            self._office.doorbell.ring("notify_desk", str(owed), notice_id=str(owed))

    async def _keep(self, body: Mapping[str, object], error: str) -> None:
        raw = json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        async with borrow(self._office.pool) as conn:
            letter = await dead_letters.insert(
                conn, path=ROUTES[0].path, query="", headers=headers, body=raw, error=error
            )
        log.warning("webhook.kept", extra={"dead_letter": str(letter), "said": error})


def _named(message: Message, by: Member) -> Message:
    """With what the directory calls whoever wrote it."""
    if by.name == by.id:
        return message
    name = clean(by.name)[:NAME_MAX]
    return replace(message, extras={**message.extras, "profile_name": name})
