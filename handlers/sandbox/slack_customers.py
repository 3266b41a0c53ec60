"""What customers do in Slack: they write to the app, or name it in a channel that two share.

Part of the stand-in (slack.py). One mention is told of twice, as `message` and as `app_mention`,
under different event ids. Source: Slack, reference/events/{message.im,app_mention} and
apis/slack-connect (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.sandbox import slack_payloads as payloads
from handlers.sandbox.desk_channel import DeskMessage, Workspace
from handlers.sandbox.slack_events import Answered, SlackEvents
from handlers.sandbox.slack_files import Files
from handlers.sandbox.slack_talk import BOT_ID
from handlers.sandbox.slack_windows import TEAM_ID

ELSEWHERE = "T0ELSEWHERE"


class Callers:
    """The hands of people who are no staff."""

    def __init__(self, workspace: Workspace, *, files: Files, events: SlackEvents) -> None:
        self._workspace, self._files, self._events = workspace, files, events

    def share(self, channel: str, name: str, *people: str) -> None:
        """Open a channel to these people, of whatever workspace, and to the app."""
        self._workspace.channels[channel] = name
        self._workspace.members[channel] = [*people, BOT_ID]
        self._events.shared.add(channel)

    async def writes(
        self,
        text: str,
        *,
        user: str = "U0GUEST",
        thread_ts: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        repeat: bool = False,
    ) -> tuple[DeskMessage, Answered]:
        """Somebody writes to the app, in the talk between the two."""
        message = self._post(self._workspace.direct(user), user, text, thread_ts, files)
        event = payloads.written(message, kind="im") | self._team(user)
        return message, await self._events.event(event, repeat=repeat)

    async def mentions(
        self, text: str, *, channel: str, user: str = "U0STRANGER", thread_ts: str = ""
    ) -> tuple[DeskMessage, Answered]:
        """Somebody names the app in a channel: two events, whose answers must both be good."""
        message = self._post(channel, user, f"<@{BOT_ID}> {text}", thread_ts, ())
        event = payloads.written(message, kind="channel") | self._team(user)
        first = await self._events.event(event)
        mention = {k: v for k, v in event.items() if k != "channel_type"} | {"type": "app_mention"}
        second = await self._events.event(mention)
        return message, second if first.ok else first

    def heard(self, channel: str) -> list[DeskMessage]:
        """What the app said there, oldest first."""
        return [m for m in self._workspace.messages if (m.channel, m.user) == (channel, BOT_ID)]

    def _post(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str,
        files: Sequence[tuple[str, bytes]],
    ) -> DeskMessage:
        kept = [self._files.keep(name, content, user=user) for name, content in files]
        message = DeskMessage(
            channel=channel,
            ts=self._workspace.next_ts(),
            user=user,
            text=text,
            thread_ts=thread_ts,
            files=[self._files.to_json(each) for each in kept],
        )
        self._workspace.add(message)
        return message

    def _team(self, user: str) -> dict[str, object]:
        """Whose member wrote it; of somebody from elsewhere the event names their workspace too."""
        person = self._workspace.people[user]
        team = ELSEWHERE if person.is_stranger else TEAM_ID
        return {"team": team, "user_team": team, "source_team": team}
