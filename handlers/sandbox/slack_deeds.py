"""What people at the desk do, each a signed request to the service, its answer shown to them.

Part of the stand-in (slack.py): tests and the playground call these. What the vendor's own client
would not send is not sent: a window with an empty field says so itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from handlers.sandbox import slack_inputs as inputs
from handlers.sandbox import slack_payloads as payloads
from handlers.sandbox.block_elements import items
from handlers.sandbox.desk_channel import Block, DeskMessage, Person
from handlers.sandbox.slack_events import NOTHING_SENT, Answered, SlackEvents
from handlers.sandbox.slack_files import Files
from handlers.sandbox.slack_hooks import Hook, Hooks
from handlers.sandbox.slack_talk import Ephemeral, Talk
from handlers.sandbox.slack_windows import APP_ID, TEAM_ID, Window, Windows, after_submission

Place = str | DeskMessage | Ephemeral | Window
Attached = tuple[str, bytes]
"""A file's name and its bytes."""


class Deeds:
    """The hands of everybody at the desk."""

    def __init__(
        self, talk: Talk, windows: Windows, *, hooks: Hooks, files: Files, events: SlackEvents
    ) -> None:
        self.channel = ""
        """The staff channel, where people write and command unless told otherwise."""
        self._talk, self._windows, self._workspace = talk, windows, talk.workspace
        self._hooks, self._files, self._events = hooks, files, events

    async def writes(
        self,
        text: str,
        *,
        thread_ts: str = "",
        user: str = "U0DANA",
        files: Sequence[Attached] = (),
        channel: str = "",
        repeat: bool = False,
    ) -> Answered:
        """A person writes in the staff channel or a thread, with files or without."""
        kept = [self._files.keep(name, content, user=user) for name, content in files]
        message = DeskMessage(
            channel=channel or self.channel,
            ts=self._workspace.next_ts(),
            user=user,
            text=text,
            thread_ts=thread_ts,
            files=[self._files.to_json(each) for each in kept],
        )
        self._workspace.add(message)
        return await self.hears(message, repeat=repeat)

    async def hears(self, message: DeskMessage, *, repeat: bool = False) -> Answered:
        """The service is told of a message as it stands: a person's, or one of its own posts."""
        bot_id = f"B{message.user[1:]}" if self._person(message.user).is_bot else ""
        event = payloads.written(message, kind=_kind(message.channel), bot_id=bot_id)
        return await self._events.event(event, repeat=repeat)

    async def edits(self, ts: str, text: str, *, repeat: bool = False) -> Answered:
        """A person changes what they wrote."""
        message = self._message(ts)
        before = self._workspace.to_json(message)
        message.text, message.edited = text, True
        self._workspace.changed(message)
        at, where = self._workspace.next_ts(), (message.channel, _kind(message.channel))
        now = self._workspace.to_json(message) | {"edited": {"user": message.user, "ts": at}}
        event = payloads.changed(now, before, at=at, where=where)
        return await self._events.event(event, repeat=repeat)

    async def deletes(self, ts: str, *, repeat: bool = False) -> Answered:
        """A person deletes what they wrote."""
        message = self._message(ts)
        before = self._workspace.to_json(message)
        self._workspace.remove(message)
        at, where = self._workspace.next_ts(), (message.channel, _kind(message.channel))
        return await self._events.event(payloads.deleted(before, at=at, where=where), repeat=repeat)

    async def presses(
        self,
        place: Place,
        action_id: str,
        *,
        value: str = "",
        user: str = "U0DANA",
        filled: Mapping[str, object] | None = None,
        repeat: bool = False,
    ) -> Answered:
        """A person presses a button, or chooses from a menu (`value`), wherever it stands.

        `action_id` may leave out what stands after its colon; `value` then tells buttons apart.

        Raises:
            LookupError: there is no such place, button or option.
        """
        found = self._place(place, user)
        element, block_id = inputs.find_element(_blocks(found), action_id, value)
        at = self._workspace.next_ts()
        act = inputs.pressed(element, block_id, value, at=at)
        payload = payloads.base("block_actions", self._person(user), self._windows.issue(user))
        payload |= self._where(found, user, filled or {})
        answered = await self._events.interaction({**payload, "actions": [act]}, repeat=repeat)
        if answered.ok and answered.text and not isinstance(found, Window):
            self._said(answered, user, found.channel, found)
        return answered

    async def commands(
        self,
        command: str,
        text: str = "",
        *,
        user: str = "U0DANA",
        channel: str = "",
        repeat: bool = False,
    ) -> Answered:
        """A person types a slash command; what is answered at once is shown to them."""
        where = channel or self.channel
        person = self._person(user)
        form = {
            "token": "obsolete",
            "team_id": TEAM_ID,
            "team_domain": "sandbox",
            "channel_id": where,
            "channel_name": self._workspace.channels.get(where, "directmessage"),
            "user_id": user,
            "user_name": person.name.lower(),
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._hooks.issue(user, where),
            "trigger_id": self._windows.issue(user),
        }
        answered = await self._events.command(form, repeat=repeat)
        if answered.ok and answered.text:
            self._said(answered, user, where)
        return answered

    async def submits(
        self,
        place: str | Window,
        values: Mapping[str, object] | None = None,
        *,
        user: str = "U0DANA",
        repeat: bool = False,
    ) -> Answered:
        """A person fills in a window and sends it off; what the service answers is shown.

        Raises:
            LookupError: there is no such window, field or option.
        """
        window = self._window(place)
        window.entered |= dict(values or {})
        blocks = _blocks(window)
        state = inputs.state_of(blocks, window.entered)
        if wrong := inputs.missing(blocks, state):
            return Answered(status=NOTHING_SENT, errors=wrong)
        payload = payloads.base("view_submission", self._person(user), self._windows.issue(user))
        payload |= {**payloads.in_window(window, state), "response_urls": []}
        answered = await self._events.interaction(payload, repeat=repeat)
        return after_submission(self._windows, window, answered)

    async def closes(self, place: str | Window) -> Answered:
        """A person closes a window without sending it off."""
        window = self._window(place)
        self._windows.close(window)
        if not window.view.get("notify_on_close"):
            return Answered(status=NOTHING_SENT)
        payload = payloads.base("view_closed", self._person(window.user), "")
        payload |= {**payloads.in_window(window, {}), "is_cleared": False}
        return await self._events.interaction(payload)

    async def uses_shortcut(
        self, callback_id: str, ts: str = "", *, user: str = "U0DANA", repeat: bool = False
    ) -> Answered:
        """A person uses a shortcut of a message's menu, or with no message a global one."""
        trigger, kind = self._windows.issue(user), "message_action" if ts else "shortcut"
        payload = payloads.base(kind, self._person(user), trigger)
        payload |= {"callback_id": callback_id, "action_ts": self._workspace.next_ts()}
        if ts:
            message = self._message(ts)
            name = self._workspace.channels.get(message.channel, "directmessage")
            payload |= {
                "channel": {"id": message.channel, "name": name},
                "message_ts": ts,
                "message": self._workspace.to_json(message),
                "response_url": self._hooks.issue(user, message.channel),
            }
        return await self._events.interaction(payload, repeat=repeat)

    async def opens_home(self, user: str = "U0DANA", *, repeat: bool = False) -> Answered:
        """A person opens the app's home."""
        home = self._windows.homes.get(user)
        event: dict[str, object] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.direct(user),
            "tab": "home",
            "event_ts": self._workspace.next_ts(),
        }
        if home is not None:
            event["view"] = {**home.to_json(), "state": {"values": {}}}
        return await self._events.event(event, repeat=repeat)

    def _where(
        self, found: DeskMessage | Ephemeral | Window, user: str, filled: Mapping[str, object]
    ) -> payloads.Payload:
        if isinstance(found, Window):
            found.entered |= dict(filled)
            state = inputs.state_of(_blocks(found), found.entered)
            container = {"type": "view", "view_id": found.id}
            return {**payloads.in_window(found, state), "container": container}
        channel = (found.channel, self._workspace.channels.get(found.channel, ""))
        is_seen_by_all = isinstance(found, DeskMessage)
        shown = self._workspace.to_json(cast("DeskMessage", found)) if is_seen_by_all else None
        state = inputs.state_of(_blocks(found), filled)
        return {
            **payloads.in_message(channel, found.ts, found.thread_ts, shown=shown),
            "state": {"values": state},
            "response_url": self._hooks.issue(user, found.channel, found),
        }

    def _said(
        self,
        answered: Answered,
        user: str,
        channel: str,
        source: DeskMessage | Ephemeral | None = None,
    ) -> None:
        """Show what came with the acknowledgement, as an answer to the deed's address would be."""
        hook = Hook(user=user, channel=channel, until=self._hooks.now, source=source)
        given = answered.body or {"text": answered.text}
        self._hooks.say(hook, given)

    def _place(self, place: Place, user: str) -> DeskMessage | Ephemeral | Window:
        if not isinstance(place, str):
            return place
        if place == "home":
            return self._home(user)
        whispers = (each for each in self._talk.ephemerals if each.ts == place)
        found = (
            self._windows.find(place)
            or next(whispers, None)
            or self._workspace.find_anywhere(place)
        )
        if found is None:
            raise LookupError(f"no message or window {place}")
        return found

    def _home(self, user: str) -> Window:
        home = self._windows.homes.get(user)
        if home is None:
            raise LookupError(f"{user} has not seen a home yet")
        return home

    def _window(self, place: str | Window) -> Window:
        window = place if isinstance(place, Window) else self._windows.find(place)
        if window is None:
            raise LookupError(f"no window {place}")
        return window

    def _message(self, ts: str) -> DeskMessage:
        message = self._workspace.find_anywhere(ts)
        if message is None:
            raise LookupError(f"no message {ts}")
        return message

    def _person(self, user: str) -> Person:
        person = self._workspace.people.get(user)
        if person is None:
            raise LookupError(f"nobody is {user}")
        return person


def _blocks(place: DeskMessage | Ephemeral | Window) -> Sequence[Block]:
    shown = place.view.get("blocks") if isinstance(place, Window) else place.blocks
    return items(shown) or ()


def _kind(channel: str) -> str:
    return "im" if channel.startswith("D") else "channel"
