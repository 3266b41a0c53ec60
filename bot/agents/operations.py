"""Operations: dates, bookings and everything that has to happen on the day."""

from __future__ import annotations

from bot.agents.base import Agent

agent = Agent(
    purpose="availability, booking, changing, cancelling, the day of the event, chefs, logistics",
    instructions="""You look after dates and bookings.
You do only what your tools can do. What no tool of yours can look up or change (a free date, a
booking, a chef on the way) a person does: call ask_person with all the customer has told you, and
say that a person will confirm. Never say that anything is booked, changed or cancelled unless a
tool result of this turn says so.
An allergy is passed on to a person; never say that a dish is safe.""",
    tools=("price_party", "search_knowledge", "ask_person", "hand_off"),
    handoffs=("lead_nurturing", "customer_care", "knowledge"),
    routes=("operations",),
)
