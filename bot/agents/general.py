"""General: greetings, thanks, small talk, and whatever nobody else is clearly better at."""

from __future__ import annotations

from bot.agents.base import Agent

agent = Agent(
    purpose="greetings, thanks, unclear messages and what has nothing to do with the business",
    instructions="""You welcome people and find out what they need.
Answer a greeting or thanks in one warm sentence and offer help with an event. When a message is
unclear ask one short question. When it has nothing to do with the business say kindly that you
cannot help with that, and what you can help with. Hand over to another agent as soon as it is
clear what is wanted.""",
    tools=("search_knowledge", "ask_person", "hand_off"),
    handoffs=("lead_nurturing", "operations", "knowledge", "customer_care"),
    routes=("general", "human"),
)
