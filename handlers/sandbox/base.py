"""What a stand-in is: one file of this folder that plays one vendor, found by its `stand_in`.

Twilio, Slack and the mail server, which the playground always has, are named in server.py. Every
further vendor is a plug-in: it speaks its API under `/<name>` of the sandbox's listener, calls the
service's webhooks with real signatures, and says which variables point the service at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import ClientSession, web

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What stand-ins share."""

    changes: Changes
    journal: Journal
    clock: Clock
    number: str
    """The business's telephone number, E.164."""
    secrets: Mapping[str, str]
    """Made up once for a folder; a new name gets a value of its own."""


class Vendor(Protocol):
    """One vendor, played."""

    def application(self) -> web.Application | None:
        """Its API, without the `/<name>` before it; None where it has none."""

    async def start(self, http: ClientSession, url: str) -> None:
        """Its API now answers at `url`; webhooks are sent with `http`."""

    async def stop(self) -> None:
        """Stop calling the service."""

    def point_at(self, public_url: str, connect_url: str) -> None:
        """Where the service is: by the URL that vendors know, and where it really listens."""

    def environment(self) -> Mapping[str, str]:
        """The variables that point the service at it; read after `start`."""

    def restore(self, fact: Mapping[str, object]) -> bool:
        """Take back a fact of an earlier run of the folder, if it is one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A plug-in of this folder."""

    make: Callable[[Ground], Vendor]
    is_always_on: bool = False
    """Whether `concierge run` has it without being asked; tests ask for any by name."""
