"""Lead nurturing: turns a question about the price into a quote, and a quote into an event."""

from __future__ import annotations

from bot.agents.base import FOR_ALL, Agent
from bot.agents.words import shipped

agent = Agent(
    purpose="prices, quotes, what a party would cost, hesitating or comparing customers",
    instructions=shipped(__name__),
    tools=("price_party", *FOR_ALL),
    handoffs=("operations", "knowledge", "customer_care"),
    routes=("lead_nurturing",),
)
