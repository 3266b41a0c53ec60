"""Customer care: whoever is unhappy, thankful or owed an answer about what happened."""

from __future__ import annotations

from bot.agents.base import Agent

agent = Agent(
    purpose="complaints, refunds, billing disputes, praise and anything that went wrong",
    instructions="""You look after a customer who has something to say about how they were treated.
Say sorry before anything else when something went wrong, once and plainly, without excuses.
Never promise a refund, a discount or any compensation: only a person decides that. When they ask
for one, or are upset, call ask_person and tell them that a person will follow.
Thank warmly for praise and leave it at that.""",
    tools=("search_knowledge", "ask_person", "hand_off"),
    handoffs=("operations", "lead_nurturing", "knowledge"),
    routes=("customer_care",),
)
