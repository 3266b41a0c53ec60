"""A stand-in for Slack's Web API, as far as the staff desk uses it, and for the people at the desk.

Failures are answered as Slack answers them: HTTP 200 with ok false, or 429 with Retry-After. Staff
press and write through `staff_presses` and `staff_writes`, signed by Slack's own library.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from aiohttp import ClientSession, web

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.desk_channel import DeskMessage, Person, Workspace
from handlers.sandbox.faults import Fault, FaultKind, Faults
from handlers.sandbox.journal import Journal
from handlers.sandbox.slack_events import SlackEvents
from handlers.sandbox.slack_requests import (
    Parameters,
    SlackRefusal,
    decoded,
    failure,
    read_content,
    read_parameters,
)

TEAM_ID = "T0SANDBOX"
BOT_ID = "U0CONCIERGE"
STAFF = (Person("U0DANA", "Dana"), Person("U0RAVI", "Ravi"), Person(BOT_ID, "Concierge", True))
Answer = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCredentials:
    """The workspace that the sandbox made up for itself."""

    bot_token: str
    signing_secret: str
    channel_id: str
    channel_name: str = "concierge-desk"


class SlackStandIn:
    """The workspace behind the API, and the knobs that tests turn."""

    def __init__(
        self, credentials: SlackCredentials, *, changes: Changes, journal: Journal, clock: Clock
    ) -> None:
        self.credentials = credentials
        self.workspace = Workspace(STAFF, changes=changes, journal=journal, clock=clock)
        self.workspace.channels[credentials.channel_id] = credentials.channel_name
        self.views: list[Mapping[str, object]] = []
        """Every view opened or published, oldest first."""
        self.events = SlackEvents(credentials.signing_secret, team_id=TEAM_ID, clock=clock)
        self._faults = Faults()
        self._changes = changes

    @property
    def messages(self) -> list[DeskMessage]:
        """Every message of every channel and thread, oldest first."""
        return self.workspace.messages

    def application(self) -> web.Application:
        """The Web API, to be mounted at /api."""
        application = web.Application()
        application.router.add_route("*", "/{method}", self._call)
        return application

    def start(self, http: ClientSession) -> None:
        """Get the means to call the service."""
        self.events.http = http

    def behave(self) -> None:
        """Forget every fault that was ordered and not yet met."""
        self._faults.clear()

    def fail_next(
        self, error: str = "internal_error", times: int = 1, *, retry_after: float | None = None
    ) -> None:
        """Let the next calls fail with this error; "ratelimited" is a 429 with Retry-After."""
        status = 429 if error == "ratelimited" else 200
        fault = Fault(kind=FaultKind.FAIL, status=status, code=error, retry_after=retry_after)
        self._faults.add("call", fault, times=times)

    def hang_next(self, seconds: float, times: int = 1) -> None:
        """Carry the next calls out, but keep the caller waiting for the answer."""
        self._faults.add("call", Fault(kind=FaultKind.HANG, seconds=seconds), times=times)

    def drop_after_accept(self, times: int = 1) -> None:
        """Carry the next posts out and cut the connection instead of answering."""
        self._faults.add("chat.postMessage", Fault(kind=FaultKind.DROP), times=times)

    async def wait_for(
        self, predicate: Callable[[DeskMessage], bool], timeout_s: float = 10.0
    ) -> DeskMessage:
        """The first message that fits, now or as soon as there is one.

        Raises:
            TimeoutError: none came in time.
        """
        await self._changes.until(lambda: any(map(predicate, self.messages)), timeout_s)
        return next(filter(predicate, self.messages))

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Return as soon as `condition` holds, asked after each change of any stand-in."""
        await self._changes.until(condition, timeout_s)

    async def staff_writes(self, text: str, *, thread_ts: str = "", user: str = "U0DANA") -> int:
        """A person writes in the staff channel or a thread; returns the service's HTTP status."""
        message = DeskMessage(
            channel=self.credentials.channel_id,
            ts=self.workspace.next_ts(),
            user=user,
            text=text,
            thread_ts=thread_ts,
        )
        self.workspace.add(message)
        return await self.events.message(message)

    async def staff_presses(self, ts: str, action_id: str, *, user: str = "U0DANA") -> int:
        """A person presses a button of a message; returns the service's HTTP status.

        Raises:
            LookupError: there is no such message or button.
        """
        message = self.workspace.find(self.credentials.channel_id, ts)
        if message is None:
            raise LookupError(f"no message {ts} in the staff channel")
        return await self.events.press(
            message,
            action_id,
            user=self.workspace.people[user],
            shown=self.workspace.to_json(message),
        )

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fault = self._faults.take(method) or self._faults.take("call")
        if fault and fault.kind is FaultKind.FAIL:
            return failure(fault)
        try:
            self._check_token(request)
            handler = self._methods().get(method)
            if handler is None:
                raise SlackRefusal("unknown_method")
            answer = await handler(await read_parameters(request))
        except SlackRefusal as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})
        if fault and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind is FaultKind.DROP and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, **answer})

    def _methods(self) -> Mapping[str, Callable[[Parameters], Awaitable[Answer]]]:
        return {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "reactions.add": self._react,
            "users.info": self._user,
            "views.open": self._view,
            "views.publish": self._view,
        }

    def _check_token(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            raise SlackRefusal("not_authed")
        if not hmac.compare_digest(given.encode(), self.credentials.bot_token.encode()):
            raise SlackRefusal("invalid_auth")

    async def _auth_test(self, _: Parameters) -> Answer:
        return {
            "url": "https://sandbox.slack.com/",
            "team": "Sandbox",
            "team_id": TEAM_ID,
            "user": "concierge",
            "user_id": BOT_ID,
            "bot_id": "B" + BOT_ID[1:],
        }

    async def _post_message(self, given: Parameters) -> Answer:
        channel, (text, blocks) = self._channel(given), read_content(given)
        thread_ts = str(given.get("thread_ts") or "")
        if thread_ts and self.workspace.find(channel, thread_ts) is None:
            raise SlackRefusal("thread_not_found")
        metadata = decoded(given.get("metadata"))
        message = DeskMessage(
            channel=channel,
            ts=self.workspace.next_ts(),
            user=BOT_ID,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata=cast("Mapping[str, object]", metadata) if metadata else None,
        )
        self.workspace.add(message)
        return {"channel": channel, "ts": message.ts, "message": self.workspace.to_json(message)}

    async def _update(self, given: Parameters) -> Answer:
        message = self._message(given, "ts")
        if message.user != BOT_ID:
            raise SlackRefusal("cant_update_message")
        # Text without blocks removes the blocks that were there, as at the vendor.
        message.text, message.blocks = read_content(given)
        message.edited = True
        if metadata := decoded(given.get("metadata")):
            message.metadata = cast("Mapping[str, object]", metadata)
        self.workspace.changed(message)
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    async def _history(self, given: Parameters) -> Answer:
        return self._listed(self.workspace.history(self._channel(given))[::-1], given)

    async def _replies(self, given: Parameters) -> Answer:
        root = self._message(given, "ts")
        return self._listed([root, *self.workspace.replies(root.channel, root.ts)], given)

    async def _react(self, given: Parameters) -> Answer:
        message, name = self._message(given, "timestamp"), str(given.get("name") or "")
        if BOT_ID in message.reactions.get(name, []):
            raise SlackRefusal("already_reacted")
        message.reactions.setdefault(name, []).append(BOT_ID)
        self.workspace.changed(message)
        return {}

    async def _user(self, given: Parameters) -> Answer:
        person = self.workspace.people.get(str(given.get("user")))
        if person is None:
            raise SlackRefusal("user_not_found")
        profile = {"display_name": person.name, "real_name": person.name}
        user = {"id": person.id, "name": person.name.lower(), "real_name": person.name}
        return {"user": {**user, "is_bot": person.is_bot, "profile": profile}}

    async def _view(self, given: Parameters) -> Answer:
        view = decoded(given.get("view"))
        if not isinstance(view, dict):
            raise SlackRefusal("invalid_arguments")
        self.views.append(view)
        self._changes.touch("view", str(len(self.views)))
        return {"view": {"id": f"V{len(self.views):08d}", "hash": str(len(self.views)), **view}}

    def _listed(self, found: list[DeskMessage], given: Parameters) -> Answer:
        oldest, latest = str(given.get("oldest") or "0"), str(given.get("latest") or "9999999999")
        start, size = int(str(given.get("cursor") or 0)), int(str(given.get("limit") or 100))
        within = [m for m in found if float(oldest) <= float(m.ts) <= float(latest)]
        page, more = within[start : start + size], start + size < len(within)
        shown = [self.workspace.to_json(message) for message in page]
        if str(given.get("include_all_metadata", "")).lower() not in ("true", "1"):
            for message in shown:
                message.pop("metadata", None)
        cursor = str(start + size) if more else ""
        return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}

    def _channel(self, given: Parameters) -> str:
        channel = self.workspace.resolve(str(given.get("channel") or ""))
        if channel is None:
            raise SlackRefusal("channel_not_found")
        return channel

    def _message(self, given: Parameters, name: str) -> DeskMessage:
        message = self.workspace.find(self._channel(given), str(given.get(name) or ""))
        if message is None:
            raise SlackRefusal("message_not_found")
        return message
