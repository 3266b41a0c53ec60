"""Nouns of written mail: what goes along with a message beside its text.

Part of bot/domain.py, which imports it; channels that know no files leave them out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A small text file that goes with a message."""

    name: str
    """What the customer's machine calls it, with its ending."""
    content_type: str
    """With its parameters, such as `text/calendar; method=PUBLISH`; the text is UTF-8."""
    text: str
