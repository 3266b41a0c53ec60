"""Which files a channel can carry to a customer; a channel without this carries none.

A channel says so by `can_carry`; jobs/carry_files.py asks it before it puts a file into the outbox.
Source: Twilio, messaging/guides/accepted-mime-types, and whatsapp/guidance-whatsapp-media-messages
(read 2026-11-23).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

MB = 1_000_000
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})
MMS_OTHERS = frozenset(
    {"application/pdf", "text/vcard", "text/calendar", "audio/mpeg", "audio/amr", "video/mp4"}
)
MMS_COUNTRIES = ("+1", "+61")
"""Where text messages carry files at all: United States, Canada and Australia."""
WHATSAPP_PICTURES = frozenset({"image/jpeg", "image/png"})
WHATSAPP_OTHERS = frozenset(
    {"application/pdf", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/amr", "video/mp4"}
)


@runtime_checkable
class Carries(Protocol):
    """A channel that sends the files of `OutboundMessage.media`."""

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """Whether a file of this type and size reaches that address."""


def fits_mms(content_type: str, size_bytes: int, recipient: str) -> bool:
    """What a text message carries over Twilio."""
    if not recipient.startswith(MMS_COUNTRIES):
        return False
    if content_type in PICTURES:
        return size_bytes <= 5 * MB
    return content_type in MMS_OTHERS and size_bytes <= MB // 2


def fits_whatsapp(content_type: str, size_bytes: int) -> bool:
    """What WhatsApp carries, whoever sends it."""
    if content_type in WHATSAPP_PICTURES:
        return size_bytes <= 5 * MB
    return content_type in WHATSAPP_OTHERS and size_bytes <= 16 * MB
