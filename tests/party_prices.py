"""A party priced by the tool's pure part, as tests of prices and of their wording ask for it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from bot.domain import ConversationId, CustomerId
from bot.profile import Profile
from bot.situation import Situation
from bot.tools.base import ToolResult
from bot.tools.party_arguments import PriceParty
from bot.tools.price_party import price_party

NOW = datetime(2026, 5, 4, 19, 0, tzinfo=UTC)


def a_situation(language: str = "en") -> Situation:
    """A conversation that has just begun."""
    return Situation(
        conversation_id=ConversationId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language=language,
        agent=None,
        waiting=(),
        transcript=(),
        quote=None,
    )


def price_of(profile: Profile, situation: Situation, given: dict[str, object]) -> ToolResult:
    """What the tool says to these arguments."""
    return price_party(profile, situation, PriceParty.model_validate(given), now=NOW)


def many(**counts: int) -> list[dict[str, object]]:
    """Guests by band."""
    return [{"code": code, "count": count} for code, count in counts.items()]
