"""Why did you say that: only to who asks, in plain words, from what was noted (I11, I13)."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from staff_room import Staff, shown
from world import World

from bot.desk.saying_why import LINES_MAX, SAID_MAX, say_why
from bot.explaining import Cost, Explanation, Route
from handlers.desk.why import BLOCKS_MAX, _shown


async def test_staff_ask_why_from_the_card_and_from_the_thread(world: World) -> None:
    dana, ravi = Staff(world), Staff(world, "U0RAVI")
    customer = world.customer()
    said = await customer.asks("What is included in the price?")
    await customer.texts("I want to talk to a <!channel> real person please")
    card = await dana.reads("real person")
    while card.thread_ts:
        card = next(m for m in world.cards if m.ts == card.thread_ts)
    await dana.presses(card, "why")
    told = shown(await dana.whispered("Why the concierge said that"))
    assert "It read in an article" in told
    assert "Who answered, and for what" in told
    assert said[:40] in told
    assert "<!channel>" not in told
    assert not ravi.whispers
    await ravi.uses_shortcut("why_said", card)
    assert "It said" in shown(await ravi.whispered("Why the concierge said that"))

    guest = Staff(world, "U0GUEST")
    await guest.presses(card, "why")
    await guest.whispered("Only people of the staff channel")


@settings(deadline=None)
@given(text=st.text(max_size=3000), count=st.integers(0, 60))
def test_any_explanation_stays_within_slacks_limits(text: str, count: int) -> None:
    why = Explanation(
        conversation_id=uuid4(),
        asked=(),
        said=(),
        outcome="answered",
        reasons=(text,) * count,
        route=Route(agent=text, intent=text, confidence=0.5, rule=text),
        refused=(text,),
        cost=Cost(dollars=Decimal("0.1"), certainty="exact", input_tokens=1, output_tokens=2),
    )
    lines = say_why(why)
    assert len(lines) <= LINES_MAX
    assert all(len(line.said) <= SAID_MAX for line in lines)
    answer = _shown((why, why))
    assert 0 < len(answer.blocks) <= BLOCKS_MAX + 1
    written = [str(b["text"]["text"]) for b in answer.blocks if b["type"] == "section"]  # type: ignore[index]  # A section is plain JSON.
    assert sum(map(len, written)) < 13_000
    assert all(len(each) <= 3000 for each in written)
