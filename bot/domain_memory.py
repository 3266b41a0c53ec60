"""Nouns of what is remembered of a customer: the kinds there are, and one as it was told.

Values like those of bot/domain.py. Readers are in bot/language, rules in bot/memory.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MemoryKind(StrEnum):
    """What can be remembered. Allergies are not among them: they have a table of their own."""

    NAME = "name"
    EMAIL = "email"
    ADDRESS = "address"
    """Street and house number, as written."""
    ZIP_CODE = "zip_code"
    PARTY = "party"
    """How many usually come."""
    DIET = "diet"
    LANGUAGE = "language"
    """In which language they want to be answered."""
    OCCASION = "occasion"
    """What is celebrated and when: "my daughter's birthday is in May"."""
    PROTEIN = "protein"
    """What they like on the grill."""
    PHONE = "phone"
    """A number they say they can be reached at, as written: nothing is sent to it unproved."""
    CONTACT = "contact"
    """How they want to be reached."""
    PETS = "pets"
    SPACE = "space"
    """The place of the event: yard, stairs, gate."""


MANY = frozenset(
    {
        MemoryKind.DIET,
        MemoryKind.OCCASION,
        MemoryKind.PROTEIN,
        MemoryKind.PETS,
        MemoryKind.SPACE,
    }
)
"""Kinds of which a customer has several; of the others a new one takes the old one's place."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a text says of its writer."""

    kind: MemoryKind
    value: str
    """In the customer's own words, or in ours where there are only a few answers."""
    instead_of: str = ""
    """What it corrects, where the text names it: "it's Maria, not Mary"."""
