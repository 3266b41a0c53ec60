"""The part of a business profile that says how staff work at the desk. Data only."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from bot.profile_kinds import Kind, Part


class DeskRules(Part):
    """How staff work at the desk: who may do what, and when somebody is reminded."""

    owners: tuple[str, ...] = ()
    """Slack user ids, user groups (S...) or mailboxes; none: who administers the workspace."""
    staff: tuple[str, ...] = ()
    """The same; none: every full member who is in the staff channel."""
    owner_email: str = ""
    """Where the owner is told that the desk cannot be reached; empty: the business's mailbox."""
    sending: Literal["undo", "buttons"] = "undo"
    """Whether the holder's words go out by themselves, or when Send is pressed."""
    undo_seconds: Annotated[int, Field(ge=3, le=120), Kind("count")] = 10
    suggestions: Literal["model", "house"] = "model"
    """Who words the reply that a card offers: a model where there is one, or only the house's own
    words, which cost nothing."""
    claim_minutes: Annotated[int, Field(ge=1), Kind("minutes")] = 5
    """Unclaimed for so long in business hours, everybody is reminded."""
    answer_minutes: Annotated[int, Field(ge=1), Kind("minutes")] = 15
    """A customer waits for so long, the holder is reminded ..."""
    owner_minutes: Annotated[int, Field(ge=1), Kind("minutes")] = 15
    """... and after so many more the owner."""
    idle_minutes: Annotated[int, Field(ge=10), Kind("minutes")] = 240
    """Nobody has written for so long and the customer waits for nothing: the bot takes over."""
    announce_minutes: Annotated[int, Field(ge=1), Kind("minutes")] = 15
    """So long before that, staff are told."""
    storm_cards: Annotated[int, Field(ge=2), Kind("count")] = 6
    """More cards than this in `storm_seconds` stand together in one post."""
    storm_seconds: Annotated[int, Field(ge=10), Kind("count")] = 60
    brief_at: Annotated[time, Kind("time")] = time(8, 30)
    """When the owner reads how yesterday went."""
