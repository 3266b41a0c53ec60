"""Operations: dates, bookings and everything that has to happen on the day."""

from __future__ import annotations

from bot.agents.base import FOR_ALL, Agent
from bot.agents.words import shipped

agent = Agent(
    purpose="availability, booking, changing, cancelling, the day of the event, chefs, logistics",
    instructions=shipped(__name__),
    tools=(
        "price_party",
        "check_availability",
        "hold_slot",
        "confirm_booking",
        "change_booking",
        "cancel_booking",
        "booking_status",
        "event_chef",
        *FOR_ALL,
    ),
    handoffs=("lead_nurturing", "customer_care", "knowledge"),
    routes=("operations",),
)
