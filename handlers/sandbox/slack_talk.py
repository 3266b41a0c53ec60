"""The Web API's methods on messages, marks, channels and people.

Called by slack.py. Source: reference/methods/{chat,reactions,conversations,users,
usergroups}.* (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from handlers.sandbox.changes import Changes
from handlers.sandbox.desk_channel import Block, DeskMessage, Person, Workspace
from handlers.sandbox.slack_requests import (
    Answer,
    Parameters,
    SlackRefusal,
    decoded,
    read_content,
)
from handlers.sandbox.slack_windows import TEAM_ID

BOT_ID = "U0CONCIERGE"
KEPT_WHISPERS = 1000
ZONE = {
    "tz": "America/Los_Angeles",
    "tz_label": "Pacific Standard Time",
    "tz_offset": -28800,
}


@dataclass(slots=True, kw_only=True)
class Ephemeral:
    """Something that one person alone sees."""

    user: str
    channel: str
    ts: str
    text: str
    blocks: Sequence[Block] = ()
    thread_ts: str = ""
    replaced: bool = False
    """Whether it was drawn anew at least once."""
    deleted: bool = False


class Talk:
    """What is said in the workspace, by the app and as the app sees it."""

    def __init__(self, workspace: Workspace, *, changes: Changes) -> None:
        self.workspace = workspace
        self.ephemerals: list[Ephemeral] = []
        self.groups: dict[str, list[str]] = {}
        """Members of user groups, by the group's id."""
        self._changes = changes

    def methods(self) -> Mapping[str, Callable[[Parameters], Awaitable[Answer]]]:
        """The API's methods that are answered here."""
        return {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.members": self._members,
            "conversations.open": self._open,
            "conversations.replies": self._replies,
            "reactions.add": self._react,
            "reactions.remove": self._unreact,
            "users.info": self._user,
            "usergroups.users.list": self._group,
        }

    def whisper(self, ephemeral: Ephemeral) -> None:
        """Show something to one person alone."""
        self.ephemerals.append(ephemeral)
        del self.ephemerals[:-KEPT_WHISPERS]
        self.whisper_changed(ephemeral)

    def whisper_changed(self, ephemeral: Ephemeral) -> None:
        """Tell everyone that a whisper is another now."""
        self._changes.touch("whisper", ephemeral.ts)

    def post(
        self,
        channel: str,
        content: tuple[str, Sequence[Block]],
        *,
        thread_ts: str = "",
        metadata: object = None,
        files: Sequence[Mapping[str, object]] = (),
    ) -> DeskMessage:
        """Post as the app."""
        text, blocks = content
        if thread_ts and self.workspace.find(channel, thread_ts) is None:
            raise SlackRefusal("thread_not_found")
        message = DeskMessage(
            channel=channel,
            ts=self.workspace.next_ts(),
            user=BOT_ID,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata=cast("Mapping[str, object]", metadata) if metadata else None,
            files=files,
        )
        self.workspace.add(message)
        return message

    def channel(self, given: Parameters, name: str = "channel") -> str:
        """The channel that a call names.

        Raises:
            SlackRefusal: there is none, or nothing may be said in it any more.
        """
        channel = self.workspace.resolve(str(given.get(name) or ""))
        if channel is None:
            raise SlackRefusal("channel_not_found")
        return channel

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
        message = self.post(
            self._writable(given),
            read_content(given),
            thread_ts=str(given.get("thread_ts") or ""),
            metadata=decoded(given.get("metadata")),
        )
        shown = self.workspace.to_json(message)
        return {"channel": message.channel, "ts": message.ts, "message": shown}

    async def _post_ephemeral(self, given: Parameters) -> Answer:
        channel, user = self._writable(given), str(given.get("user") or "")
        text, blocks = read_content(given)
        if not self.workspace.is_in(channel, user):
            raise SlackRefusal("user_not_in_channel")
        shown = Ephemeral(
            user=user,
            channel=channel,
            ts=self.workspace.next_ts(),
            text=text,
            blocks=blocks,
            thread_ts=str(given.get("thread_ts") or ""),
        )
        self.whisper(shown)
        return {"message_ts": shown.ts}

    async def _update(self, given: Parameters) -> Answer:
        message = self._message(given, "ts")
        self._refuse_archived(message.channel)
        if message.user != BOT_ID:
            raise SlackRefusal("cant_update_message")
        # Text without blocks removes the blocks that were there, as at the vendor.
        message.text, message.blocks = read_content(given)
        message.edited = True
        if metadata := decoded(given.get("metadata")):
            message.metadata = cast("Mapping[str, object]", metadata)
        self.workspace.changed(message)
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    async def _delete(self, given: Parameters) -> Answer:
        message = self._message(given, "ts")
        if message.user != BOT_ID:
            raise SlackRefusal("cant_delete_message")
        self.workspace.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    async def _history(self, given: Parameters) -> Answer:
        return self._listed(self.workspace.history(self.channel(given))[::-1], given)

    async def _replies(self, given: Parameters) -> Answer:
        root = self._message(given, "ts", missing="thread_not_found")
        return self._listed([root, *self.workspace.replies(root.channel, root.ts)], given)

    async def _members(self, given: Parameters) -> Answer:
        inside = self.workspace.members.get(self.channel(given), [])
        start, size = int(str(given.get("cursor") or 0)), int(str(given.get("limit") or 100))
        cursor = str(start + size) if start + size < len(inside) else ""
        page = inside[start : start + size]
        return {"members": page, "response_metadata": {"next_cursor": cursor}}

    async def _open(self, given: Parameters) -> Answer:
        users = str(given.get("users") or "")
        if users not in self.workspace.people:
            raise SlackRefusal("user_not_found")
        return {"channel": {"id": self.workspace.direct(users)}}

    async def _react(self, given: Parameters) -> Answer:
        message, name = self._message(given, "timestamp"), str(given.get("name") or "")
        if not name or set(name) & set(": "):
            raise SlackRefusal("invalid_name")
        if BOT_ID in message.reactions.get(name, []):
            raise SlackRefusal("already_reacted")
        message.reactions.setdefault(name, []).append(BOT_ID)
        self.workspace.changed(message)
        return {}

    async def _unreact(self, given: Parameters) -> Answer:
        message, name = self._message(given, "timestamp"), str(given.get("name") or "")
        if BOT_ID not in message.reactions.get(name, []):
            raise SlackRefusal("no_reaction")
        message.reactions[name].remove(BOT_ID)
        if not message.reactions[name]:
            del message.reactions[name]
        self.workspace.changed(message)
        return {}

    async def _user(self, given: Parameters) -> Answer:
        person = self.workspace.people.get(str(given.get("user")))
        if person is None:
            raise SlackRefusal("user_not_found")
        sits_here = any(person.id in inside for inside in self.workspace.members.values())
        return {"user": _shown(person, sits_here=sits_here)}

    async def _group(self, given: Parameters) -> Answer:
        group = str(given.get("usergroup") or "")
        if group not in self.groups:
            raise SlackRefusal("no_such_subteam")
        return {"users": list(self.groups[group])}

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

    def _writable(self, given: Parameters) -> str:
        channel = self.channel(given)
        self._refuse_archived(channel)
        return channel

    def _refuse_archived(self, channel: str) -> None:
        if channel in self.workspace.archived:
            raise SlackRefusal("is_archived")

    def _message(
        self, given: Parameters, name: str, *, missing: str = "message_not_found"
    ) -> DeskMessage:
        message = self.workspace.find(self.channel(given), str(given.get(name) or ""))
        if message is None:
            raise SlackRefusal(missing)
        return message


def _shown(person: Person, *, sits_here: bool) -> Answer:
    profile = {"display_name": person.name, "real_name": person.name}
    return {
        "id": person.id,
        "team_id": "T0ELSEWHERE" if person.is_stranger else TEAM_ID,
        "name": person.name.lower(),
        "real_name": person.name,
        "deleted": False,
        **ZONE,
        "profile": {**profile, "email": person.email} if person.email else profile,
        "is_admin": person.is_admin,
        "is_owner": person.is_admin,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        # Whoever shares a channel with the app is no stranger, of whatever workspace they are.
        "is_stranger": person.is_stranger and not sits_here,
    }
