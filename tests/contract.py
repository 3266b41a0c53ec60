"""Every channel of every vendor, ready to be asked what the contract suite asks.

A new vendor joins by tests/vendor_<name>.py and its recordings; nothing is listed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from aiohttp import ClientSession
from recordings import Recording, list_recordings
from vendor import VendorCase, vendors

from bot.plugins import load
from channels.base import Channel, ConfiguredChannel, WebhookRequest


@dataclass(frozen=True, slots=True)
class Case:
    """One channel as one vendor carries it."""

    channel: str
    vendor: VendorCase

    @property
    def name(self) -> str:
        """As the table and the tests' ids show it."""
        return f"{self.channel}-{self.vendor.name}"

    def open(self, http: ClientSession, **more: str) -> ConfiguredChannel:
        """The channel with this vendor's credentials, some of them changed."""
        channel = channels()[self.channel].configure({**self.vendor.settings, **more}, http)
        assert channel is not None
        return channel

    def signed(self, request: WebhookRequest) -> WebhookRequest:
        """The request as the vendor sends it."""
        return self.vendor.sign(request)


@cache
def channels() -> dict[str, Channel]:
    """Every channel there is, by name."""
    return dict(load("channels", "channel", Channel))  # type: ignore[type-abstract]


CASES = tuple(Case(name, each) for each in vendors().values() for name in each.channels)


def _paths(case: Case) -> frozenset[str]:
    return frozenset(
        r.path for r in channels()[case.channel].routes if r.vendor == case.vendor.name
    )


RECORDED: tuple[tuple[Case, Recording], ...] = tuple(
    (case, recording)
    for case in CASES
    for recording in list_recordings(case.channel)
    if recording.request.path in _paths(case)
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_recording = pytest.mark.parametrize(
    ("case", "recording"),
    RECORDED,
    ids=[f"{case.name}-{recording.event}" for case, recording in RECORDED],
)
every_composed = pytest.mark.parametrize(
    "case", [c for c in CASES if c.vendor.compose is not None], ids=lambda case: case.name
)
every_sender = pytest.mark.parametrize(
    "case", [c for c in CASES if c.vendor.api_variable], ids=lambda case: case.name
)
