"""Every channel with the credentials of the recordings, and a row to send by it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from aiohttp import ClientSession
from recordings import SETTINGS

from bot.domain import Author, ConversationId, MessageId, Purpose
from bot.domain_sending import OutboundMessage
from bot.plugins import load
from channels.base import Channel, ConfiguredChannel

# A protocol is all that the loader needs to recognise a plug-in. A channel without a route takes
# nothing in and speaks no HTTP: what it promises is asked in its own test file.
CHANNELS = {
    name: channel
    for name, channel in load("channels", "channel", Channel).items()  # type: ignore[type-abstract]
    if channel.routes
}
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PRIVATE_WORDS = "my gate code is 4711"


def configured(name: str, http: ClientSession, **more: str) -> ConfiguredChannel:
    """The channel with the credentials of the recordings, some of them changed."""
    channel = CHANNELS[name].configure({**SETTINGS, **more}, http)
    assert channel is not None
    return channel


def vendor_of(channel: ConfiguredChannel) -> str:
    """Whose requests these are."""
    return channel.routes[0].vendor


def outbound(channel: str, text: str = PRIVATE_WORDS) -> OutboundMessage:
    """A claimed row of the outbox."""
    return OutboundMessage(
        id=MessageId(UUID(int=1)),
        conversation_id=ConversationId(UUID(int=2)),
        channel=channel,
        recipient="+14155550123",
        sender="",
        text=text,
        author=Author.BOT,
        purpose=Purpose.CONVERSATIONAL,
        epoch=0,
        attempt=1,
        created_at=NOW,
        claimed_at=NOW,
    )
