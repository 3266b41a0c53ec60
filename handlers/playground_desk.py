"""The playground's staff side: what the visitor does as one of the people at the desk.

Sandbox mode only. The stand-in turns each into a signed request of Slack's to the service; what
came of it is shown by the feed, and a window's complaints are answered here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handlers.commands.manifest import SHORTCUTS
from handlers.desk.opening import DOOR
from handlers.playground_files import NewFile, need_content, shown
from handlers.playground_guard import guarded, read_body
from handlers.sandbox.slack import SlackStandIn
from handlers.sandbox.slack_events import Answered

Name = Annotated[str, StringConstraints(max_length=255)]
Words = Annotated[str, StringConstraints(max_length=3000)]


class _Deed(BaseModel):
    """Something done as one of the people whom the visitor can be."""

    model_config = ConfigDict(extra="forbid")

    user: Literal["U0DANA", "U0RAVI", "U0ROSA"] = "U0DANA"


class Post(_Deed):
    """Words in the channel or in a thread; with a slash before them, a command."""

    thread_ts: Name = ""
    text: Words = ""
    file: NewFile | None = None


class Change(_Deed):
    """Other words for what the visitor wrote, or none: deleted."""

    ts: Name
    text: Words = ""


class Press(_Deed):
    """A button or a menu of a message, a window or a home."""

    place: Name
    action_id: Name
    value: Words = ""
    filled: dict[Name, Words] = Field(default_factory=dict, max_length=100)


class Submission(_Deed):
    """A window that is sent off."""

    view: Name
    values: dict[Name, Words] = Field(default_factory=dict, max_length=100)


class Closing(_Deed):
    """A window that is closed."""

    view: Name


class Shortcut(_Deed):
    """A shortcut out of a message's menu."""

    callback_id: Name
    ts: Name = ""


def add_desk(app: web.Application, *, slack: SlackStandIn) -> None:
    """Add the paths to the application."""
    page = _Desk(app, slack)
    for name, handler in page.routes().items():
        app.router.add_post(f"/playground/desk/{name}", guarded(page.where_taken(handler)))
    app.router.add_get("/playground/desk/files/{id}", guarded(page.file))


def desk_answers(app: web.Application) -> bool:
    """Whether the service takes what staff press and write."""
    return any(
        route.method == "POST" and route.resource and route.resource.canonical == "/webhooks/slack"
        for route in app.router.routes()
    )


def offered(app: web.Application) -> Mapping[str, object]:
    """The slash commands and the shortcuts that the desk takes, for the page's menus."""
    parts = app[DOOR].parts if DOOR in app else ()
    commands = {name: each for part in parts for name, each in part.commands.items()}
    return {
        "commands": [
            {"name": name, "usage": each.usage, "help": each.help, "role": each.role.value}
            for name, each in sorted(commands.items())
        ],
        "shortcuts": [
            {"id": name, "name": SHORTCUTS[name][0] if name in SHORTCUTS else name}
            for name in sorted(name for part in parts for name in part.shortcuts)
        ],
    }


Did = Callable[[web.Request], Awaitable[Answered]]


class _Desk:
    """The handlers with the stand-in they act through."""

    def __init__(self, app: web.Application, slack: SlackStandIn) -> None:
        self._app, self._slack = app, slack

    def routes(self) -> Mapping[str, Did]:
        """What is done, by the last part of its path."""
        return {
            "messages": self._writes,
            "changes": self._changes,
            "presses": self._presses,
            "submissions": self._submits,
            "closings": self._closes,
            "shortcuts": self._uses_shortcut,
            "homes": self._opens_home,
        }

    def where_taken(self, did: Did) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The handler of a deed: refused where nobody takes it, else what the service answered."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if not desk_answers(self._app):
                raise web.HTTPConflict(text="this service does not take answers from the desk")
            try:
                answered = await did(request)
            except LookupError as error:
                raise web.HTTPNotFound(text=str(error)) from error
            said = {"webhook_status": answered.status, "errors": dict(answered.errors)}
            return web.json_response(said, status=201)

        return handle

    async def file(self, request: web.Request) -> web.StreamResponse:
        """GET /playground/desk/files/{id}: a picture to be shown, anything else to be saved."""
        kept = self._slack.files.get(request.match_info["id"])
        if kept is None:
            raise web.HTTPNotFound
        return shown(kept.content, kept.mimetype)

    async def _writes(self, request: web.Request) -> Answered:
        given = Post.model_validate(await read_body(request))
        need_content(given.text, given.file)
        command, _, words = given.text.partition(" ")
        # As at the vendor: no slash commands in threads, and // is no command.
        if command.startswith("/") and not command.startswith("//") and not given.thread_ts:
            return await self._slack.staff_commands(command, words.strip(), user=given.user)
        files = ((given.file.name, given.file.decoded()),) if given.file else ()
        return await self._slack.staff_writes(
            given.text, thread_ts=given.thread_ts, user=given.user, files=files
        )

    async def _changes(self, request: web.Request) -> Answered:
        given = Change.model_validate(await read_body(request))
        message = self._slack.workspace.find_anywhere(given.ts)
        if message is None or message.user != given.user:
            raise LookupError("that is not one of your messages")
        if given.text.strip():
            return await self._slack.staff_edits(given.ts, given.text)
        return await self._slack.staff_deletes(given.ts)

    async def _presses(self, request: web.Request) -> Answered:
        given = Press.model_validate(await read_body(request))
        return await self._slack.staff_presses(
            given.place, given.action_id, value=given.value, user=given.user, filled=given.filled
        )

    async def _submits(self, request: web.Request) -> Answered:
        given = Submission.model_validate(await read_body(request))
        return await self._slack.staff_submits(given.view, given.values, user=given.user)

    async def _closes(self, request: web.Request) -> Answered:
        return await self._slack.staff_closes(Closing.model_validate(await read_body(request)).view)

    async def _uses_shortcut(self, request: web.Request) -> Answered:
        given = Shortcut.model_validate(await read_body(request))
        return await self._slack.staff_uses_shortcut(given.callback_id, given.ts, user=given.user)

    async def _opens_home(self, request: web.Request) -> Answered:
        return await self._slack.staff_opens_home(
            _Deed.model_validate(await read_body(request)).user
        )
