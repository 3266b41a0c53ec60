"""Customer care: whoever is unhappy, thankful or owed an answer about what happened."""

from __future__ import annotations

from bot.agents.base import FOR_ALL, Agent
from bot.agents.words import shipped

agent = Agent(
    purpose="complaints, refunds, billing disputes, praise and anything that went wrong",
    instructions=shipped(__name__),
    tools=FOR_ALL,
    handoffs=("operations", "lead_nurturing", "knowledge"),
    routes=("customer_care",),
)
