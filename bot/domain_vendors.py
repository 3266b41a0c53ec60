"""What vendors tell of addresses, templates and accounts, and nobody has said: values only.

Channels read them from webhooks, bot/store/vendor_news.py keeps them. Nothing here is a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """Somebody has another handle from now on; the old one may become a stranger's."""

    channel: str
    old: str
    new: str
    also: str = ""
    """Another name that the vendor has for the new handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateNews:
    """How a template stands with whoever approves it; what is left empty stays as it was."""

    carrier: str
    name: str
    language: str
    state: str = ""
    """In lower case, as the vendor calls it: approved, rejected, paused and so on."""
    category: str = ""
    reason: str = ""
    at: datetime | None = None
    """When the vendor says it was so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNews:
    """Something staff have to know of our account at a vendor."""

    key: str
    """The same is told once a day."""
    words: str
    """For staff, with nobody's name or number in it."""


News = Renamed | TemplateNews | AccountNews
