"""The part of a business profile that lists approved templates: words a closed window lets through.

Data only. The vendor approves the words under an id; what stands here is what staff pick from and
what the transcript keeps. Source: Twilio, content/using-variables (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.domain import Purpose
from bot.profile_kinds import Part, Table

GAP = re.compile(r"\{\{(\d{1,2})\}\}")
VALUE_MAX = 255
"""What the vendor takes in one gap."""
CARRIED = frozenset({"name", "text", "business"})
"""What a template that carries any message may be filled with."""
TEXT_MAX = 1024
"""What it takes in all, the gaps filled (error 63021)."""


def _gaps_fit(text: str) -> str:
    """Numbered from 1 on, neither first nor last nor side by side, as the vendor wants them."""
    found = list(GAP.finditer(text))
    numbers = sorted({int(match[1]) for match in found})
    beside = any(not text[a.end() : b.start()].strip() for a, b in pairwise(found))
    at_end = bool(found) and (found[0].start() == 0 or found[-1].end() == len(text.rstrip()))
    if numbers != list(range(1, len(numbers) + 1)) or beside or at_end:
        raise PydanticCustomError(
            "gaps", "gaps are {{1}}, {{2}} and so on, with words around each of them"
        )
    return text


class TemplateText(Part):
    """A template in one language, under the id of whoever carries it."""

    content_sid: Annotated[str, Field(pattern=r"^(HX[0-9a-fA-F]{32})?$")] = ""
    """Twilio's id of the approved words."""
    meta_name: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,512}$")] = ""
    """Meta's name of them, where WhatsApp comes from Meta."""
    meta_language: Annotated[str, Field(pattern=r"^[A-Za-z_]{2,16}$")] = "en"
    """Meta's code of their language, such as en_US."""
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX), AfterValidator(_gaps_fit)]
    """The approved words, with {{1}} and so on where something is filled in."""

    @model_validator(mode="after")
    def _has_id(self) -> Self:
        if not (self.content_sid or self.meta_name):
            raise PydanticCustomError(
                "template_id", "give content_sid (Twilio) or meta_name (Meta)"
            )
        return self

    @property
    def gaps(self) -> tuple[str, ...]:
        """The numbers of what is to be filled in, in order."""
        return tuple(map(str, sorted({int(match[1]) for match in GAP.finditer(self.text)})))

    def fill(self, values: Mapping[str, str]) -> str:
        """The words as the customer reads them."""
        return GAP.sub(lambda match: values[match[1]], self.text)

    def id_at(self, carrier: str) -> str:
        """What the carrier knows it by; empty where it does not. Meta's is name and language."""
        if carrier == "meta":
            return f"{self.meta_name}:{self.meta_language}" if self.meta_name else ""
        return self.content_sid if carrier else ""

    def state_key(self, carrier: str) -> str:
        """Name and language under which its state is kept: Twilio's ids are of one language."""
        if carrier == "meta":
            return f"{self.meta_name}/{self.meta_language}"
        return f"{self.content_sid}/"


class Template(Part):
    """Approved words that may leave when the channel's messaging window is closed."""

    channel: Literal["whatsapp"] = "whatsapp"
    category: Literal["utility", "marketing", "authentication"] = "utility"
    """What the vendor has approved them as; marketing goes only to who agreed to it."""
    carries: tuple[Purpose, ...] = ()
    """Which messages it may carry by itself when the window is closed; none: staff pick it."""
    twin_of: Annotated[str, Field(pattern=r"^[a-z0-9_]*$")] = ""
    """The wording of a follow-up that it says in the same words, such as before_event_7d_any_a: it
    takes that message's place when the window is closed."""
    fills: tuple[str, ...] = ()
    """What stands in its gaps, in their order, when it carries a message by itself: name, text,
    business; of a twin the placeholders of its wording."""
    languages: Annotated[Table[TemplateText], Field(min_length=1)]

    @model_validator(mode="after")
    def _fills_its_gaps(self) -> Self:
        wrong = [each for each in self.languages.values() if len(each.gaps) != len(self.fills)]
        if self.twin_of and (wrong or self.carries or len(set(self.fills)) != len(self.fills)):
            raise PydanticCustomError(
                "twin", "a twin's fills names each gap's placeholder once, and it has no carries"
            )
        known = set(self.fills) <= CARRIED
        if self.carries and (wrong or "text" not in self.fills or not known):
            raise PydanticCustomError(
                "fills", "fills names what stands in each gap, the message's text among it"
            )
        if self.fills and not (self.carries or self.twin_of or known):
            raise PydanticCustomError("fills", "fills are name, text and business")
        return self
