"""A model step for tests of providers, and time-outs short enough to wait for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from bot.domain import ConversationId, CustomerId
from bot.llm.base import ModelRequest, PromptMessage, Role, ToolSpec
from bot.llm.endpoint import Patience
from bot.situation import Situation

QUICK = Patience(
    connect_s=2.0, first_token_s=1.0, idle_s=0.6, total_s=5.0, backoff_s=0.01, retry_after_max_s=0.2
)
SECRET = "my card is 4111 1111 1111 1111"
PARTY = ToolSpec(
    name="price_party",
    description="Price a party.",
    parameters={"type": "object", "properties": {}},
)


def request(*messages: PromptMessage, tools: tuple[ToolSpec, ...] = (PARTY,)) -> ModelRequest:
    """A step in which a customer has just said something they would not want to see in a log."""
    return ModelRequest(
        instructions="Be brief.",
        messages=messages or (PromptMessage(role=Role.USER, text=SECRET),),
        tools=tools,
        situation=Situation(
            conversation_id=ConversationId(uuid4()),
            customer_id=CustomerId(uuid4()),
            channel="sms",
            language="en",
            agent=None,
            waiting=(),
            transcript=(),
            quote=None,
        ),
        agent="general",
        intent="other",
        now=datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
    )
