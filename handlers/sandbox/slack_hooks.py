"""The addresses that come with a deed, by which the app may answer it: five times in half an hour.

Source: interactivity/handling-user-interaction, "response_url" (read 2026-11-23).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.clock import Clock
from handlers.sandbox.desk_channel import DeskMessage
from handlers.sandbox.slack_requests import Parameters, SlackRefusal, read_content, read_parameters
from handlers.sandbox.slack_talk import Ephemeral, Talk

MOST = 5
KEPT = 1000
LIVES = timedelta(minutes=30)
Source = DeskMessage | Ephemeral


@dataclass(slots=True, kw_only=True)
class Hook:
    """Where a deed was done, and by whom."""

    user: str
    channel: str
    until: datetime
    source: Source | None = None
    """The message whose button it was."""
    thread_ts: str = ""
    used: int = 0


class Hooks:
    """All of them, by the last part of their address."""

    def __init__(self, talk: Talk, *, clock: Clock) -> None:
        self.url = ""
        """Where the stand-in listens."""
        self._talk, self._clock = talk, clock
        self._hooks: dict[str, Hook] = {}

    def application(self) -> web.Application:
        """To be mounted at /hooks."""
        application = web.Application()
        application.router.add_post("/{key}", self._take)
        return application

    @property
    def now(self) -> datetime:
        """The time by the workspace's clock."""
        return self._clock.now()

    def issue(self, user: str, channel: str, source: Source | None = None) -> str:
        """An address for one deed."""
        key = secrets.token_urlsafe(18)
        thread_ts = source.thread_ts if source else ""
        self._hooks[key] = Hook(
            user=user,
            channel=channel,
            source=source,
            thread_ts=thread_ts,
            until=self._clock.now() + LIVES,
        )
        if len(self._hooks) > KEPT:
            del self._hooks[next(iter(self._hooks))]
        return f"{self.url}/hooks/{key}"

    def say(self, hook: Hook, given: Parameters) -> None:
        """What an answer to a deed shows.

        Raises:
            SlackRefusal: the content is not such as the vendor takes.
        """
        if given.get("delete_original") is True:
            self._delete(hook)
            return
        text, blocks = read_content(given)
        thread_ts = str(given.get("thread_ts") or hook.thread_ts)
        if given.get("replace_original") is True and hook.source is not None:
            self._replace(hook.source, text, blocks)
        elif given.get("response_type") == "in_channel":
            self._talk.post(hook.channel, (text, blocks), thread_ts=thread_ts)
        else:
            self._talk.whisper(
                Ephemeral(
                    user=hook.user,
                    channel=hook.channel,
                    ts=self._talk.workspace.next_ts(),
                    text=text,
                    blocks=blocks,
                    thread_ts=thread_ts,
                )
            )

    def _replace(self, source: Source, text: str, blocks: tuple[object, ...]) -> None:
        source.text, source.blocks = text, blocks  # type: ignore[assignment]  # Both hold blocks.
        if isinstance(source, Ephemeral):
            source.replaced = True
            self._talk.whisper_changed(source)
        else:
            source.edited = True
            self._talk.workspace.changed(source)

    def _delete(self, hook: Hook) -> None:
        if isinstance(hook.source, Ephemeral):
            hook.source.deleted = True
            self._talk.whisper_changed(hook.source)
        elif hook.source is not None:
            self._talk.workspace.remove(hook.source)

    async def _take(self, request: web.Request) -> web.Response:
        hook = self._hooks.get(request.match_info["key"])
        if hook is None:
            return web.Response(status=404, text="no_active_hooks")
        if self._clock.now() > hook.until or hook.used >= MOST:
            return web.Response(status=404, text="expired_url" if hook.used < MOST else "used_url")
        hook.used += 1
        try:
            self.say(hook, await read_parameters(request))
        except SlackRefusal as refusal:
            return web.Response(status=400, text=str(refusal))
        return web.Response(text="ok")
