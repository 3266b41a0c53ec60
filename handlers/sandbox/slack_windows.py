"""The workspace's windows and homes: what is open for whom, and the tickets that open them.

A ticket (`trigger_id`) comes with a deed, is good for three seconds and for one window. Source:
reference/methods/views.{open,push,update,publish} (read 2026-11-23).
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.clock import Clock
from handlers.sandbox.block_kit import problem_of_view
from handlers.sandbox.changes import Changes
from handlers.sandbox.slack_events import NOTHING_SENT, Answered
from handlers.sandbox.slack_requests import Answer, Parameters, SlackRefusal, read_view

TICKET_S = 3.0
MOST_IN_A_STACK = 3
KEPT_TICKETS = 1000
TEAM_ID = "T0SANDBOX"
APP_ID = "A0SANDBOX"


@dataclass(slots=True, kw_only=True)
class Window:
    """One window, or the home of one person, as the app last drew it."""

    id: str
    user: str
    view: Mapping[str, object]
    version: int = 0
    root: str = ""
    previous: str = ""
    entered: dict[str, object] = field(default_factory=dict)
    """What was filled in so far, by block; kept while the app draws the window anew."""

    @property
    def name(self) -> str:
        """Its callback id."""
        return str(self.view.get("callback_id", ""))

    @property
    def hash(self) -> str:
        """Changes with each drawing."""
        return f"{self.id}.{self.version}"

    def to_json(self) -> dict[str, object]:
        """The window as the API and the payloads show it."""
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "hash": self.hash,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous or None,
            **self.view,
        }


class Windows:
    """Windows in a stack for each person, the topmost last, and everybody's home."""

    def __init__(self, *, changes: Changes, clock: Clock) -> None:
        self.open: dict[str, list[Window]] = {}
        self.homes: dict[str, Window] = {}
        self.ticket_s = TICKET_S
        self._tickets: dict[str, tuple[str, float]] = {}
        self._used: deque[str] = deque(maxlen=KEPT_TICKETS)
        self._count = 0
        self._changes, self._clock = changes, clock

    def methods(self) -> Mapping[str, Callable[[Parameters], Awaitable[Answer]]]:
        """The API's methods that are answered here."""
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def issue(self, user: str) -> str:
        """A ticket for one window, from now."""
        ticket = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**11)}.{secrets.token_hex(16)}"
        self._tickets[ticket] = (user, self._clock.now().timestamp())
        if len(self._tickets) > KEPT_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        return ticket

    def find(self, view_id: str) -> Window | None:
        """An open window or a home by its id."""
        stacked = [window for stack in self.open.values() for window in stack]
        return next((w for w in [*stacked, *self.homes.values()] if w.id == view_id), None)

    def top(self, user: str) -> Window | None:
        """What somebody has before them."""
        stack = self.open.get(user)
        return stack[-1] if stack else None

    def show(self, user: str, view: Mapping[str, object], *, over: Window | None = None) -> Window:
        """Open a window, alone or over another."""
        stack = self.open.get(user, []) if over else []
        if len(stack) >= MOST_IN_A_STACK:
            raise SlackRefusal("push_limit_reached")
        self._count += 1
        shown = Window(
            id=f"V{self._count:08d}",
            user=user,
            view=view,
            root=stack[0].id if stack else "",
            previous=stack[-1].id if stack else "",
        )
        self.open[user] = [*stack, shown]
        self.touch(shown)
        return shown

    def redraw(self, window: Window, view: Mapping[str, object]) -> None:
        """Draw a window anew; what was filled in stays where the block stays."""
        window.view, window.version = view, window.version + 1
        blocks = view.get("blocks")
        names = {b.get("block_id") for b in blocks} if isinstance(blocks, list) else set()
        window.entered = {name: v for name, v in window.entered.items() if name in names}
        self.touch(window)

    def close(self, window: Window) -> None:
        """Take a window away, and with it what lies over it."""
        stack = self.open.get(window.user, [])
        if window in stack:
            del stack[stack.index(window) :]
            self.touch(window)

    def clear(self, user: str) -> None:
        """Take all windows of one person away."""
        for window in self.open.pop(user, []):
            self.touch(window)

    def touch(self, window: Window) -> None:
        """Tell everyone that it is another now."""
        self._changes.touch("window", window.user)

    async def _open(self, given: Parameters) -> Answer:
        user = self._redeem(given)
        return {"view": self.show(user, read_view(given)).to_json()}

    async def _push(self, given: Parameters) -> Answer:
        user = self._redeem(given)
        view, over = read_view(given), self.top(user)
        if over is None:
            raise SlackRefusal("not_found")
        return {"view": self.show(user, view, over=over).to_json()}

    async def _update(self, given: Parameters) -> Answer:
        window = self.find(str(given.get("view_id") or ""))
        if window is None:
            raise SlackRefusal("not_found")
        if given.get("hash") and given["hash"] != window.hash:
            raise SlackRefusal("hash_conflict")
        self.redraw(window, read_view(given))
        return {"view": window.to_json()}

    async def _publish(self, given: Parameters) -> Answer:
        user, view = str(given.get("user_id") or ""), read_view(given)
        if view["type"] != "home":
            raise SlackRefusal("invalid_arguments", "/view/type: home")
        home = self.homes.get(user)
        if home is None:
            self._count += 1
            home = self.homes[user] = Window(id=f"V{self._count:08d}", user=user, view=view)
            self.touch(home)
        elif given.get("hash") and given["hash"] != home.hash:
            raise SlackRefusal("hash_conflict")
        else:
            self.redraw(home, view)
        return {"view": home.to_json()}

    def _redeem(self, given: Parameters) -> str:
        """Whose ticket it is; it is used up by asking, whether or not a window comes of it."""
        ticket = str(given.get("trigger_id") or "")
        if ticket in self._used:
            raise SlackRefusal("exchanged_trigger_id")
        if ticket not in self._tickets:
            raise SlackRefusal("invalid_trigger_id")
        user, issued = self._tickets.pop(ticket)
        self._used.append(ticket)
        if self._clock.now().timestamp() - issued > self.ticket_s:
            raise SlackRefusal("expired_trigger_id")
        return user


def after_submission(windows: Windows, window: Window, answered: Answered) -> Answered:
    """Close a window that was sent off, draw it anew, or leave it open with what is wrong."""
    act, view = answered.body.get("response_action"), answered.body.get("view")
    if not answered.ok or act == "errors":
        return answered
    if isinstance(view, Mapping):
        if problem := problem_of_view(view):
            # The vendor shows its own error and leaves the window as it was.
            return replace(answered, status=NOTHING_SENT, errors={"": problem})
        if act == "push":
            windows.show(window.user, view, over=window)
        else:
            windows.redraw(window, view)
    elif act == "clear":
        windows.clear(window.user)
    else:
        windows.close(window)
    return answered
