"""WhatsApp, whoever carries it: one channel, a dialect file for each vendor.

The first dialect with settings is used; a person is the same address either way. Knows how text
looks on WhatsApp; what the vendors call things is the dialects' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientSession

from channels import whatsapp_twilio
from channels.base import ConfiguredChannel, Route
from channels.text import clean, split, whatsapp_markup
from channels.twilio_api import ROUTES

NAME = "whatsapp"
# Source: Twilio caps a body at 1600 characters, Meta at 4096 (read 2026-11-22): the lower holds.
MAX_LENGTH = 1600

DIALECTS = (whatsapp_twilio,)


def render(text: str) -> tuple[str, ...]:
    """The text in WhatsApp's own signs, in parts that every carrier takes."""
    return split(whatsapp_markup(clean(text)), MAX_LENGTH)


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ROUTES

    def configure(
        self, settings: Mapping[str, str], http: ClientSession
    ) -> ConfiguredChannel | None:
        """The first dialect that has its settings, or None."""
        found = (dialect.configure(settings, http, render) for dialect in DIALECTS)
        return next((channel for channel in found if channel is not None), None)


channel = WhatsApp()
