"""What a channel may do beside single messages: stand with its vendor from one hour to the next.

Subscriptions that must be kept, a store that must be read, penalties that all processes share,
telephone calls. jobs/keep_subscription.py, read_store.py and settle_call.py ask for these; a
channel that has none of it lacks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.clock import Clock
from bot.domain_calls import CallNotice
from bot.store.connection import Pool
from channels.base import Parsed


@runtime_checkable
class ReadsStore(Protocol):
    """A channel whose vendor keeps every message and tells by webhook only that there is news."""

    async def read_store(self, since: datetime) -> Parsed:
        """All the vendor holds since then: messages, receipts, and what left from our number.

        `has_more` where something is not ready yet and shall be looked for again.

        Raises:
            VendorUnavailable: not now, or more than can be read at once.
        """


@runtime_checkable
class TakesCalls(Protocol):
    """A channel on whose number people can also ring."""

    async def has_voicemail(self, caller: str, since: datetime) -> bool:
        """Whether this number has left a voicemail since then. Raises VendorError."""


@runtime_checkable
class ListsCalls(Protocol):
    """A channel whose vendor keeps a list of the calls to and from our number."""

    async def list_calls(self, since: datetime) -> Sequence[CallNotice]:
        """Calls that began since then and are over, `at` being their end. Raises VendorError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """How a vendor's promise to call us stands."""

    id: str = ""
    """Empty: there is none."""
    owner: str = ""
    expires_at: datetime | None = None
    is_new: bool = False
    """Whether it was made just now, so that something may have been missed before."""
    former: tuple[str, ...] = ()
    """Earlier ones of ours, of which late calls may still come."""
    terms: str = ""
    """What it was made with, as the channel words it."""


@runtime_checkable
class KeepsSubscription(Protocol):
    """A channel whose vendor calls us only as long as we keep a subscription."""

    async def keep_subscription(self, known: Subscribed, *, now: datetime) -> Subscribed:
        """See that there is exactly one, in force and ours.

        Raises:
            VendorError: there is none, or nobody can tell; the message says why.
        """


@runtime_checkable
class SharesPenalty(Protocol):
    """A channel whose vendor punishes every call while it wants quiet, from any process."""

    def share(self, pool: Pool, clock: Clock) -> None:
        """Tell the other processes, and be told by them, through the database."""
