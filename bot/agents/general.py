"""General: greetings, thanks, small talk, and whatever nobody else is clearly better at."""

from __future__ import annotations

from bot.agents.base import FOR_ALL, Agent
from bot.agents.words import shipped

agent = Agent(
    purpose="greetings, thanks, unclear messages and what has nothing to do with the business",
    instructions=shipped(__name__),
    tools=FOR_ALL,
    handoffs=("lead_nurturing", "operations", "knowledge", "customer_care"),
    routes=("general", "human"),
)
