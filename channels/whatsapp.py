"""WhatsApp, whoever carries it: one channel, a dialect file for each vendor.

Meta carries it where META_ is set, else Twilio; where both are, both are read and Meta sends
(channels/whatsapp_moving.py). A person is the same address either way. Knows how text looks on
WhatsApp; what the vendors call things is the dialects' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientSession

from channels import whatsapp_cloud, whatsapp_twilio
from channels.base import Route
from channels.text import clean, split, whatsapp_markup
from channels.whatsapp_cloud import CloudWhatsApp
from channels.whatsapp_moving import MovingWhatsApp
from channels.whatsapp_twilio import TwilioWhatsApp

NAME = "whatsapp"

DIALECTS = (whatsapp_cloud, whatsapp_twilio)


def render(limit: int, text: str) -> tuple[str, ...]:
    """The text in WhatsApp's own signs, in parts of at most so many characters."""
    return split(whatsapp_markup(clean(text)), limit)


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = tuple(route for each in DIALECTS for route in each.ROUTES)
    """Of all carriers; the configured channel has those of the ones that are set."""

    def configure(
        self, settings: Mapping[str, str], http: ClientSession
    ) -> MovingWhatsApp | CloudWhatsApp | TwilioWhatsApp | None:
        """As the dialects that have their settings carry it, or None."""
        by_meta = partial(render, whatsapp_cloud.MAX_LENGTH)
        cloud = whatsapp_cloud.configure(settings, http, by_meta)
        by_twilio = partial(render, whatsapp_twilio.MAX_LENGTH)
        twilio = whatsapp_twilio.configure(settings, http, by_twilio)
        if cloud is not None and twilio is not None:
            return MovingWhatsApp(cloud=cloud, twilio=twilio)
        return cloud or twilio


channel = WhatsApp()
