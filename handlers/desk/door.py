"""The desk's way in: Slack's requests or its socket, told apart by Bolt, handed to a part.

An event is answered 200 only after its part has committed (I1); a deed of a person is answered
within the vendor's three seconds, and what takes longer is done after the answer. Whoever asks must
have the role (I11). A part that fails is told to who asked, in words.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import plugins
from bot.desk.floor import Held
from bot.desk.people import Member, Role, nobody
from bot.errors import (
    BadPayload,
    ConciergeError,
    StoreUnavailable,
    TooLarge,
    VendorUnavailable,
)
from bot.store.connection import STORE_DOWN
from channels.desk_blocks import escape
from handlers.desk import asked as reading
from handlers.desk import requests
from handlers.desk.answering import Answering
from handlers.desk.base import QUIET, Act, Answer, Asked, Heard, Office, Part
from handlers.desk.customers import Customers
from handlers.desk.holding_windows import somebody_holds
from handlers.desk.roles import Roles
from handlers.desk.words import asks_help

log = logging.getLogger(__name__)
# Its warnings quote requests, and so what people wrote (I13).
_bolt_log = logging.getLogger("slack_bolt.quiet")
_bolt_log.setLevel(logging.ERROR)

PATH = "/webhooks/slack"
MAX_BODY_BYTES = 1024 * 1024
ANSWER_WITHIN_S = 2.5
EVERYTHING = re.compile(".*", re.DOTALL)
SLOW = "That took too long, and nothing was done. Please try again in a moment."
AWAY = "The database is away, and nothing was done. Please try again in a moment."
NO_COMMAND = "There is no such command. `/concierge help` lists those there are."
UNKNOWN = "This button belongs to another version of the concierge. Nothing was done."
BROKEN = "Something went wrong on our side, and nothing was done. Please open it again."

Payload = Mapping[str, object]


class Door:
    """One for a web process. `handle` takes HTTP, `dispatch` what came over the socket."""

    def __init__(
        self, office: Office, *, signing_secret: str, customers: Customers | None = None
    ) -> None:
        self.office = office
        self._customers = customers
        self.parts = tuple(plugins.load("handlers.desk", "part", Part).values())
        self.answering = Answering(office.desk)
        self._roles = Roles(office)
        self._secret = signing_secret
        self.app = self._bolt()

    async def handle(self, request: web.Request) -> web.Response:
        """POST /webhooks/slack.

        Raises:
            BadSignature, BadPayload, TooLarge: it is not Slack's, or cannot be read.
            StoreUnavailable: nothing was stored; an event comes again.
        """
        if not self._secret:
            raise web.HTTPNotFound
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes") from error
        if len(raw) > MAX_BODY_BYTES:
            raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
        if requests.is_probe(raw):
            return web.Response()
        requests.verify(
            raw,
            stamp=request.headers.get("X-Slack-Request-Timestamp", ""),
            signature=request.headers.get("X-Slack-Signature", ""),
            secret=self._secret,
            now=self.office.clock.now(),
        )
        body = requests.read_body(raw, request.content_type)
        return await to_aiohttp_response(await self._through_bolt(body))

    async def dispatch(self, body: object) -> BoltResponse:
        """The same for a payload that came over the socket, which needs no signature.

        Raises:
            BadPayload: it cannot be read. StoreUnavailable: nothing was stored; it comes again.
        """
        return await self._through_bolt(requests.check(body))

    async def close(self) -> None:
        """Let what follows the answers come to its end."""
        await self.answering.close()

    async def _through_bolt(self, body: Payload) -> BoltResponse:
        # Verified already, or come over the socket: Bolt need not see raw bytes for either.
        request = AsyncBoltRequest(body=dict(body), mode="socket_mode")
        try:
            return await self.app.async_dispatch(request)
        except BoltUnhandledRequestError:
            # Something that we never asked for, or of a newer kind: sending it again helps nobody.
            log.info("desk.unhandled", extra={"kind": str(body.get("type"))[:40]})
            return BoltResponse(status=200, body="")
        except STORE_DOWN as error:
            raise StoreUnavailable("the stores are away; come again") from error

    def _bolt(self) -> AsyncApp:
        client = self.office.desk.client

        async def authorize() -> AuthorizeResult:
            # One workspace, whose token we have: Slack need not be asked, and may be away.
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=client.token)

        app = AsyncApp(
            client=client,
            logger=_bolt_log,
            authorize=authorize,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            process_before_response=True,
            # Its own warning about what nobody handles quotes the request (I13).
            raise_error_for_unhandled_request=True,
        )
        app.event(EVERYTHING)(self._on_event)
        app.action(EVERYTHING)(self._on_press)
        app.view(EVERYTHING)(self._on_submission)
        app.command(EVERYTHING)(self._on_command)
        app.shortcut(EVERYTHING)(self._on_shortcut)
        app.view_closed(EVERYTHING)(_nothing)
        app.error(_reraise)
        return app

    async def _on_event(self, body: dict[str, object], ack: AsyncAck) -> None:
        event = body.get("event")
        if self._customers is not None and self._customers.concerns(body):
            # No part of the desk hears what is said where customers speak (I11).
            await self._customers.take(body)
        elif isinstance(event, Mapping):
            given = {**event, "event_id": body.get("event_id"), "team_id": body.get("team_id")}
            for part in self.parts:
                heard = part.events.get(str(event.get("type")))
                if heard is not None:
                    answer = await self._hear(heard, given)
                    self.answering.follow(self.office, answer, heard_of(event))
        await ack()

    async def _hear(self, heard: Heard, given: Payload) -> Answer:
        """An event that a part refuses is settled; sent again it would be refused again."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await heard(self.office, given)
        except (StoreUnavailable, BadPayload):
            raise
        except ConciergeError as refused:
            facts = {"kind": str(given.get("type")), "error": type(refused).__name__}
            log.warning("desk.event_refused", extra=facts)
            return QUIET

    async def _on_press(self, body: dict[str, object], ack: AsyncAck) -> None:
        act = self._find(lambda part: part.presses, _name_of_action(body))
        await self._do(body, ack, (act, reading.read_press))

    async def _on_shortcut(self, body: dict[str, object], ack: AsyncAck) -> None:
        act = self._find(lambda part: part.shortcuts, str(body.get("callback_id")))
        await self._do(body, ack, (act, reading.read_shortcut))

    async def _on_submission(self, body: dict[str, object], ack: AsyncAck) -> None:
        view = cast("Payload", body["view"])
        act = self._find(lambda part: part.submits, str(view.get("callback_id")))
        await self._do(body, ack, (act, reading.read_submission))

    async def _on_command(self, body: dict[str, object], ack: AsyncAck) -> None:
        name = str(body.get("command")).lower()
        command = next((p.commands[name] for p in self.parts if name in p.commands), None)
        # How it is used everybody of the desk may read: each command answers help by itself.
        is_help = command is not None and asks_help(str(body.get("text")))
        role = Role.STAFF if command is None or is_help else command.role
        act = Act(run=command.run, role=role) if command else None
        await self._do(body, ack, (act, reading.read_command))

    def _find(self, of: Callable[[Part], Mapping[str, Act]], name: str) -> Act | None:
        return next((of(part)[name] for part in self.parts if name in of(part)), None)

    async def _do(
        self,
        body: dict[str, object],
        ack: AsyncAck,
        how: tuple[Act | None, Callable[[Payload, Member], Asked]],
    ) -> None:
        """Do it where they may, answer, and go on with what follows."""
        act, read = how
        given = read(body, nobody(reading.person_of(body)))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                given = replace(given, by=await self._roles.member(given.by.id))
                answer = await _run(self.office, act, given)
        except TimeoutError:
            answer = _refusal(given, SLOW)
        except VendorUnavailable as unknown:
            answer = _refusal(given, str(unknown))
        except (StoreUnavailable, *STORE_DOWN):
            self.answering.follow(self.office, Answer(text=AWAY), given)
            raise
        await self.answering.answer(ack, self.office, given, answer)


async def _run(office: Office, act: Act | None, given: Asked) -> Answer:
    if act is None:
        return _refusal(given, NO_COMMAND if given.name.startswith("/") else UNKNOWN)
    if not given.by.may(act.role):
        return _refusal(given, f"Only {_WHO[act.role.value]} may do this. Nothing was done.")
    try:
        return await act.run(office, given)
    except (StoreUnavailable, *STORE_DOWN):
        raise
    except ConciergeError as refused:
        if isinstance(refused, Held) and not given.view_id:
            told, blocks = somebody_holds(refused.floor)
            return Answer(text=told, blocks=blocks)
        return _refusal(given, _in_words(refused))
    except Exception:
        # Its transaction is rolled back; a bare warning sign would tell a person nothing.
        log.exception("desk.part_failed", extra={"part": given.name})
        return _refusal(given, BROKEN)


def _refusal(given: Asked, words: str) -> Answer:
    """Why nothing was done. A window stays open with it, so that what was typed is not lost."""
    first = next(iter(given.values), "") if given.key.startswith("view:") else ""
    # A window's errors are shown as they are; what is whispered might quote a name or an input.
    return Answer(errors={first: words}) if first else Answer(text=escape(words))


_WHO = {"staff": "people of the staff channel", "owner": "the owner"}


def _in_words(refused: ConciergeError) -> str:
    """The refusal without the name of a terminal's argument before it."""
    said = str(refused)
    head, colon, rest = said.partition(": ")
    said = rest if colon and head.strip("-").isupper() else said
    return said[:1].upper() + said[1:]


def _name_of_action(body: Payload) -> str:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    name = first.get("action_id") if isinstance(first, Mapping) else ""
    return str(name).partition(":")[0]


def heard_of(event: Mapping[str, object]) -> Asked:
    """Whom the answer to an event is whispered to, and where."""
    return Asked(
        by=nobody(str(event.get("user") or "")),
        name=str(event.get("type")),
        channel=str(event.get("channel") or ""),
        message_ts=str(event.get("ts") or ""),
        thread_ts=str(event.get("thread_ts") or ""),
    )


async def _nothing(ack: AsyncAck) -> None:
    await ack()


async def _reraise(error: Exception) -> None:
    raise error
