"""A stand-in for Slack, as far as the staff desk uses it, and for the people at the desk.

Failures are answered as Slack answers them: HTTP 200 with ok false, or 429 with Retry-After. What
people do goes through `staff_writes`, `staff_presses` and their like, signed as Slack signs.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import ClientSession, web

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.desk_channel import DeskMessage, Person, Workspace
from handlers.sandbox.faults import Fault, FaultKind, Faults
from handlers.sandbox.journal import Journal
from handlers.sandbox.slack_customers import Callers
from handlers.sandbox.slack_deeds import Deeds
from handlers.sandbox.slack_events import SlackEvents
from handlers.sandbox.slack_files import Files, StoredFile
from handlers.sandbox.slack_hooks import Hooks
from handlers.sandbox.slack_requests import (
    Answer,
    Parameters,
    SlackRefusal,
    failure,
    read_parameters,
    refused,
)
from handlers.sandbox.slack_socket import Sockets
from handlers.sandbox.slack_talk import BOT_ID, Ephemeral, Talk
from handlers.sandbox.slack_windows import TEAM_ID, Window, Windows

PEOPLE = (
    Person("U0DANA", "Dana", email="dana@example.com"),
    Person("U0RAVI", "Ravi", email="ravi@example.com"),
    Person("U0ROSA", "Rosa", email="rosa@example.com", is_admin=True),
    Person("U0GUEST", "Gus", email="gus@example.com"),
    Person("U0STRANGER", "Sasha", is_stranger=True),
    Person(BOT_ID, "Concierge", True),
)
AT_THE_DESK = ("U0DANA", "U0RAVI", "U0ROSA", "U0STRANGER", BOT_ID)
GROUPS = {"S0OWNERS": ["U0ROSA"], "S0STAFF": ["U0DANA", "U0RAVI"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCredentials:
    """The workspace that the sandbox made up for itself."""

    bot_token: str
    signing_secret: str
    app_token: str
    """Opens the socket of Socket Mode."""
    channel_id: str
    channel_name: str = "concierge-desk"


class SlackStandIn:
    """The workspace behind the API, the people in it, and the knobs that tests turn."""

    def __init__(
        self, credentials: SlackCredentials, *, changes: Changes, journal: Journal, clock: Clock
    ) -> None:
        self.credentials = credentials
        self.workspace = Workspace(PEOPLE, changes=changes, journal=journal, clock=clock)
        self.workspace.channels[credentials.channel_id] = credentials.channel_name
        self.workspace.members[credentials.channel_id] = list(AT_THE_DESK)
        self.sockets = Sockets(credentials.app_token, changes=changes)
        self.events = SlackEvents(
            credentials.signing_secret, sockets=self.sockets, team_id=TEAM_ID, clock=clock
        )
        self.talk = Talk(self.workspace, changes=changes)
        self.talk.groups |= GROUPS
        self.views = Windows(changes=changes, clock=clock)
        self.uploads = Files(self.talk, token=credentials.bot_token)
        self.hooks = Hooks(self.talk, clock=clock)
        deeds = Deeds(
            self.talk, self.views, hooks=self.hooks, files=self.uploads, events=self.events
        )
        deeds.channel = credentials.channel_id
        self.staff_writes = deeds.writes
        self.app_hears = deeds.hears
        self.staff_edits = deeds.edits
        self.staff_deletes = deeds.deletes
        self.staff_presses = deeds.presses
        self.staff_commands = deeds.commands
        self.staff_submits = deeds.submits
        self.staff_closes = deeds.closes
        self.staff_uses_shortcut = deeds.uses_shortcut
        self.staff_opens_home = deeds.opens_home
        self.callers = Callers(self.workspace, files=self.uploads, events=self.events)
        """Customers, who write to the app or name it."""
        self.calls: list[str] = []
        """The methods that were called, oldest first."""
        self._faults = Faults()
        self._changes = changes

    @property
    def messages(self) -> list[DeskMessage]:
        """Every message of every channel and thread, oldest first."""
        return self.workspace.messages

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """Everything that was shown to one person alone, oldest first."""
        return self.talk.ephemerals

    @property
    def windows(self) -> Mapping[str, list[Window]]:
        """Open windows by person, the topmost last."""
        return self.views.open

    @property
    def homes(self) -> Mapping[str, Window]:
        """The app's home by person, as last published."""
        return self.views.homes

    @property
    def files(self) -> Mapping[str, StoredFile]:
        """Files by id."""
        return self.uploads.stored

    def application(self) -> web.Application:
        """The Web API, to be mounted at /api."""
        application = web.Application()
        application.router.add_route("*", "/{method}", self._call)
        return application

    def start(self, http: ClientSession, url: str) -> None:
        """Get the means to call the service, and learn where the stand-in listens."""
        self.events.http = http
        self.uploads.url = self.hooks.url = self.sockets.url = url

    def behave(self) -> None:
        """Forget every fault that was ordered and not yet met."""
        self._faults.clear()
        self.workspace.archived.clear()

    def archive(self) -> None:
        """Let nobody write in the staff channel, until `behave`."""
        self.workspace.archived.add(self.credentials.channel_id)

    def fail_next(
        self,
        error: str = "internal_error",
        times: int = 1,
        *,
        retry_after: float | None = None,
        method: str = "call",
    ) -> None:
        """Let the next calls, of one method or of any, fail; "ratelimited" is a 429."""
        status = 429 if error == "ratelimited" else 200
        fault = Fault(kind=FaultKind.FAIL, status=status, code=error, retry_after=retry_after)
        self._faults.add(method, fault, times=times)

    def hang_next(self, seconds: float, times: int = 1, *, method: str = "call") -> None:
        """Carry the next calls out, but keep the caller waiting for the answer."""
        self._faults.add(method, Fault(kind=FaultKind.HANG, seconds=seconds), times=times)

    def drop_after_accept(self, times: int = 1, *, method: str = "chat.postMessage") -> None:
        """Carry the next posts out and cut the connection instead of answering."""
        self._faults.add(method, Fault(kind=FaultKind.DROP), times=times)

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

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append(method)
        fault = self._faults.take(method) or self._faults.take("call")
        if fault and fault.kind is FaultKind.FAIL:
            return failure(fault)
        try:
            if method == "apps.connections.open":
                opened = self.sockets.connect(_token(request))
                return web.json_response({"ok": True, **opened})
            self._check_token(request)
            handler = self._methods().get(method)
            if handler is None:
                raise SlackRefusal("unknown_method")
            answer = await handler(await read_parameters(request))
        except SlackRefusal as refusal:
            return refused(method, refusal)
        if fault and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind is FaultKind.DROP and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, **answer})

    def _methods(self) -> Mapping[str, Callable[[Parameters], Awaitable[Answer]]]:
        return {**self.talk.methods(), **self.views.methods(), **self.uploads.methods()}

    def _check_token(self, request: web.Request) -> None:
        given = _token(request)
        if not given:
            raise SlackRefusal("not_authed")
        if not hmac.compare_digest(given.encode(), self.credentials.bot_token.encode()):
            raise SlackRefusal("invalid_auth")


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
