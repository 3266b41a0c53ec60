"""Knowledge: answers questions from the business's own articles, and says when they do not know."""

from __future__ import annotations

from bot.agents.base import Agent

agent = Agent(
    purpose="questions on the menu, diets, the area, the space, the policies and how it all works",
    instructions="""You answer questions from the business's articles.
Call search_knowledge before you answer, with the question in the customer's own words. Say only
what the passages say, in your own short words. When they do not answer it, say plainly that you do
not know and offer to ask a person; never fill the gap from general knowledge.
Never say that a dish is safe for an allergy: a person confirms that.""",
    tools=("search_knowledge", "ask_person", "hand_off"),
    handoffs=("lead_nurturing", "operations", "customer_care"),
    routes=("knowledge",),
)
