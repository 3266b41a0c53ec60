"""The part of a business profile that says how the chat on the business's site looks. Data only.

Without it there is no web chat. Who may embed it is `origins`; handlers/chat_doors.py asks.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bot.profile_kinds import Part, Text

_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
CONTRAST_MIN = 4.5
"""Of white words on the colour. Source: WCAG 2.2, 1.4.3 (read 2026-11-23)."""


def _origin(value: str) -> str:
    """As browsers write it: scheme, host and a port that is not the scheme's own."""
    if not _ORIGIN.fullmatch(value) or value.endswith(_DEFAULT_PORT[value.partition(":")[0]]):
        raise PydanticCustomError(
            "origin", 'not an origin; write it as "https://www.example.com", without path or slash'
        )
    return value


def luminance(colour: str) -> float:
    """Relative, 0 to 1, of #rrggbb. Source: WCAG 2.2, definition of it (read 2026-11-23)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable(colour: str) -> str:
    contrast = 1.05 / (luminance(colour) + 0.05)
    if contrast < CONTRAST_MIN:
        raise PydanticCustomError(
            "colour",
            "white words cannot be read on it ({contrast} to 1, not {least}); take a darker one",
            {"contrast": f"{contrast:.1f}", "least": str(CONTRAST_MIN)},
        )
    return colour


Origin = Annotated[str, AfterValidator(_origin)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$"), AfterValidator(_readable)]


class WebChat(Part):
    """The chat window on the business's site."""

    origins: tuple[Origin, ...] = ()
    """Sites that may embed it; none: the service's own address alone."""
    colour: Colour = "#9a3412"
    """Behind white words: the button, the head and the customer's own messages."""
    position: Literal["right", "left"] = "right"
    """In which lower corner the button stands."""
    title: Text
    greeting: Text
    """The first thing to read in an empty chat; nobody has said it, so it is in no transcript."""
