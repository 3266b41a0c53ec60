"""The words of stories for people at the desk: they write, press, command, fill in and look.

Everything they do is a signed request to the running service; everything they see was told to the
stand-in of Slack. Every wait is for a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from world import PATIENCE_S, World

from handlers.sandbox.desk_channel import DeskMessage
from handlers.sandbox.slack import SlackStandIn
from handlers.sandbox.slack_events import Answered
from handlers.sandbox.slack_talk import Ephemeral
from handlers.sandbox.slack_windows import Window

Place = str | DeskMessage | Ephemeral | Window


@dataclass
class Staff:
    """Somebody at the desk, by their id: U0DANA, U0RAVI, U0ROSA (owner), U0GUEST (no staff)."""

    world: World
    id: str = "U0DANA"

    @property
    def slack(self) -> SlackStandIn:
        return self.world.stand_ins.slack

    async def writes(
        self,
        text: str,
        card: DeskMessage | str = "",
        *,
        files: Sequence[tuple[str, bytes]] = (),
        repeat: bool = False,
    ) -> DeskMessage:
        """Write in the channel, or in the thread of a card; the message as it stands there."""
        root = card.thread_ts or card.ts if isinstance(card, DeskMessage) else card
        told = await self.slack.staff_writes(
            text, thread_ts=root, user=self.id, files=files, repeat=repeat
        )
        _taken(told)
        return next(m for m in reversed(self.slack.messages) if (m.user, m.text) == (self.id, text))

    async def edits(self, message: DeskMessage | str, text: str, *, repeat: bool = False) -> None:
        """Change what they wrote."""
        _taken(await self.slack.staff_edits(_ts(message), text, repeat=repeat))

    async def deletes(self, message: DeskMessage | str, *, repeat: bool = False) -> None:
        """Delete what they wrote."""
        _taken(await self.slack.staff_deletes(_ts(message), repeat=repeat))

    async def presses(
        self,
        place: Place,
        action: str,
        *,
        value: str = "",
        filled: Mapping[str, object] | None = None,
        repeat: bool = False,
    ) -> Answered:
        """Press a button by its action's name, up to the colon or whole; "home" is a place too."""
        told = await self.slack.staff_presses(
            place, action, value=value, user=self.id, filled=filled, repeat=repeat
        )
        return _taken(told)

    async def commands(
        self, command: str, text: str = "", *, channel: str = "", repeat: bool = False
    ) -> str:
        """Type a slash command; the words that were answered at once, if any."""
        told = await self.slack.staff_commands(
            command, text, user=self.id, channel=channel, repeat=repeat
        )
        return _taken(told).text

    async def submits(
        self, values: Mapping[str, object] | None = None, *, repeat: bool = False
    ) -> Mapping[str, str]:
        """Fill in the open window and send it off; what it then says beside its fields."""
        window = await self.window()
        told = await self.slack.staff_submits(window, values, user=self.id, repeat=repeat)
        if not told.errors:
            _taken(told)
        return told.errors

    async def closes(self) -> None:
        """Close the open window."""
        await self.slack.staff_closes(await self.window())

    async def uses_shortcut(
        self, name: str, message: DeskMessage | str = "", *, repeat: bool = False
    ) -> None:
        """Use a shortcut, of a message or of the workspace."""
        ts = _ts(message)
        _taken(await self.slack.staff_uses_shortcut(name, ts, user=self.id, repeat=repeat))

    async def window(self, name: str = "") -> Window:
        """The window before them, waited for; by its callback id where one is named."""

        def top() -> Window | None:
            found = self.slack.views.top(self.id)
            return found if found and name in ("", found.name) else None

        await self.sees(lambda: top() is not None, f"a window {name}")
        found = top()
        assert found is not None
        return found

    @property
    def has_window(self) -> bool:
        """Whether a window is open before them."""
        return self.slack.views.top(self.id) is not None

    async def home(self) -> Window:
        """Open the app's home; as it is drawn after that."""
        before = self.slack.homes.get(self.id)
        version = before.version if before else -1
        _taken(await self.slack.staff_opens_home(self.id))
        homes = self.slack.homes
        await self.sees(lambda: self.id in homes and homes[self.id].version > version, "their home")
        return homes[self.id]

    @property
    def whispers(self) -> list[Ephemeral]:
        """What was shown to them alone and is still there, oldest first."""
        return [e for e in self.slack.ephemerals if e.user == self.id and not e.deleted]

    async def whispered(self, part: str = "") -> Ephemeral:
        """The newest whisper with these words in it, waited for."""
        await self.sees(lambda: any(part in shown(e) for e in self.whispers), f"a whisper: {part}")
        return next(e for e in reversed(self.whispers) if part in shown(e))

    @property
    def letters(self) -> list[DeskMessage]:
        """What the app wrote to them directly, oldest first."""
        direct = self.slack.workspace.direct(self.id)
        return [m for m in self.slack.messages if m.channel == direct]

    async def reads(self, part: str, card: DeskMessage | None = None) -> DeskMessage:
        """The newest message, of a card's thread or anywhere, with these words; waited for."""

        def found() -> list[DeskMessage]:
            all_ = self.thread(card) if card else self.slack.messages
            return [m for m in all_ if part in shown(m)]

        await self.sees(lambda: bool(found()), f"a message: {part}")
        return found()[-1]

    def thread(self, card: DeskMessage) -> list[DeskMessage]:
        """What stands under a card, oldest first."""
        return self.slack.workspace.replies(card.channel, card.ts)

    async def sees(self, condition: Callable[[], bool], what: str = "it") -> None:
        """Wait until the desk shows something."""
        try:
            await self.slack.wait_until(condition, PATIENCE_S)
        except TimeoutError as error:
            raise AssertionError(f"{self.id} did not see {what}") from error


def shown(place: DeskMessage | Ephemeral | Window) -> str:
    """All words that somebody reads there: of its blocks, and of the message where it has none."""
    blocks = place.view.get("blocks") if isinstance(place, Window) else place.blocks
    if not blocks and not isinstance(place, Window):
        return place.text
    return "\n".join(_words(blocks))


def buttons(place: DeskMessage | Ephemeral | Window) -> list[str]:
    """The names of the buttons there, without what stands after a colon."""
    blocks = place.view.get("blocks") if isinstance(place, Window) else place.blocks
    return [name.partition(":")[0] for name in _names(blocks)]


def _words(value: object) -> list[str]:
    if isinstance(value, Mapping):
        own = [v for k, v in value.items() if k in ("text", "initial_value") and isinstance(v, str)]
        return own + [word for each in value.values() for word in _words(each)]
    return [w for each in value for w in _words(each)] if isinstance(value, (list, tuple)) else []


def _names(value: object) -> list[str]:
    if isinstance(value, Mapping):
        own = [str(value.get("action_id"))] if value.get("type") == "button" else []
        return own + [name for each in value.values() for name in _names(each)]
    return [n for each in value for n in _names(each)] if isinstance(value, (list, tuple)) else []


def _ts(message: DeskMessage | str) -> str:
    return message.ts if isinstance(message, DeskMessage) else message


def _taken(told: Answered) -> Answered:
    assert told.ok, f"the service answered {told.status}: {told.text or told.errors}"
    return told
