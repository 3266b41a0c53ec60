"""Scripted customers as an owner writes them: TOML files in the profile's folder `customers`.

What a customer says, what happens meanwhile, and what must be so in the database afterwards. No
wording is asked for: a reply may be said in many ways, an end is reached or not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.errors import ConfigError

FOLDER = "customers"
DIRECTION = "@"
"""What a line begins with that tells of something that happens, instead of being said."""

_DIRECTIONS = re.compile(
    r"@(?:wait (?P<count>\d+) (?P<unit>minutes|hours|days)|deposit|after the event)$"
)
_BOOKING = re.compile(
    r"(?P<status>held|confirmed|changed|completed|cancelled|lapsed)"
    r"(?: (?P<agreed>agreed|undecided))?(?: (?P<day>\d{4}-\d\d-\d\d))?(?: (?P<time>\d\d:\d\d))?"
    r"(?: (?P<guests>\d+) guests)?$"
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(_Part):
    """The end of a conversation; what is not named may be as it likes."""

    order: Mapping[str, int] | None = None
    """Guests of the latest quote by band, exactly."""
    dishes: Mapping[str, int] | None = None
    """Options, further portions, add-ons and extras of the latest quote, those named."""
    quotes: int | None = None
    """How many prices were made."""
    booking: str | None = None
    """The latest booking as "STATUS [agreed|undecided] [DAY] [TIME] [N guests]", or "none"."""
    person: str | None = None
    """"no", "yes", or the reason why a person was asked."""
    consent: Literal["unknown", "given", "revoked"] | None = None
    language: str | None = None
    cites: tuple[str, ...] = ()
    """Articles of which one must have been found."""
    unanswered: bool | None = None
    """Whether a question was put down for the owner."""
    remembers: Mapping[str, str] | None = None
    forgets: tuple[str, ...] = ()
    """Kinds of memory of which none may be left."""
    never: tuple[str, ...] = ()
    """Patterns that no reply may match."""

    @field_validator("booking")
    @classmethod
    def _is_booking(cls, told: str | None) -> str | None:
        if told is not None and told != "none" and not _BOOKING.match(told):
            raise ValueError('write "none" or "STATUS [agreed|undecided] [DAY] [TIME] [N guests]"')
        return told

    @property
    def booked(self) -> Mapping[str, str]:
        """The parts of `booking` that are named."""
        found = _BOOKING.match(self.booking or "")
        return {name: part for name, part in found.groupdict().items() if part} if found else {}


class Script(_Part):
    """One scripted customer."""

    name: Annotated[str, Field(min_length=1)]
    language: str
    texts: Annotated[tuple[str | tuple[str, ...], ...], Field(min_length=1)]
    """Each is said and answered before the next; several in one are sent without waiting."""
    expect: Expect
    open: str = ""
    """What is known to go wrong for this one and not mended yet: told and counted apart, but no
    reason to hold back a change."""

    @field_validator("texts")
    @classmethod
    def _are_known(cls, texts: tuple[str | tuple[str, ...], ...]) -> tuple[object, ...]:
        if isinstance(texts[0], str) and texts[0].startswith(DIRECTION):
            raise ValueError("begin with something that is said")
        for text in texts:
            if isinstance(text, str) and text.startswith(DIRECTION) and not direction(text):
                raise ValueError(
                    f"{text}: write @wait N minutes|hours|days, @deposit or @after the event"
                )
        return texts


class Customers(_Part):
    """A file of scripts."""

    today: datetime = datetime(2026, 12, 1, 10)
    """Local time at which each conversation begins."""
    customer: tuple[Script, ...]


def direction(text: str) -> Mapping[str, str] | None:
    """What a stage direction says, or None of words."""
    found = _DIRECTIONS.match(text)
    if found is None:
        return None
    return {"act": text[1:].split()[0], **{k: v for k, v in found.groupdict().items() if v}}


def load_scripts(folder: Path) -> tuple[tuple[Script, datetime], ...]:
    """Every scripted customer of a profile's folder, with the local time their story begins.

    Raises:
        ConfigError: one line for each mistake: file, customer, field; or there are none at all.
    """
    found: list[tuple[Script, datetime]] = []
    problems: list[str] = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        try:
            page = Customers.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(f"{path.name}: cannot be read: {error}")
        except ValidationError as error:
            problems += _lines(path, error)
        else:
            found += [(script, page.today) for script in page.customer]
    problems += _doubles(script for script, _ in found)
    if problems:
        raise ConfigError("\n".join(problems))
    if not found:
        raise ConfigError(f"{folder / FOLDER}: there is no scripted customer; add one")
    return tuple(found)


def _lines(path: Path, error: ValidationError) -> Iterator[str]:
    for issue in error.errors(include_url=False, include_input=False):
        field = ".".join(map(str, issue["loc"]))
        yield f"{path.name}: {field}: {issue['msg']}"


def _doubles(scripts: Iterator[Script]) -> Iterator[str]:
    seen: set[str] = set()
    for script in scripts:
        if script.name in seen:
            yield f"{script.name}: two customers have this name; change one"
        seen.add(script.name)
