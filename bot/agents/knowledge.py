"""Knowledge: answers questions from the business's own articles, and says when they do not know."""

from __future__ import annotations

from bot.agents.base import FOR_ALL, Agent
from bot.agents.words import shipped

agent = Agent(
    purpose="questions on the menu, diets, the area, the space, the policies and how it all works",
    instructions=shipped(__name__),
    tools=FOR_ALL,
    handoffs=("lead_nurturing", "operations", "customer_care"),
    routes=("knowledge",),
)
