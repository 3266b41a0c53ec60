"""Models that call booking tools in any order, with anything: nothing is booked without a yes (I9).

Also none of the tools raises but to tell the model, and no result holds what is only ours (I10).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from booking_chat import NOW, Chat, open_chat, price
from world import World

from bot.domain_booking import Act
from bot.errors import Conflict
from bot.language.agreement import Agreement, read_agreement

TEXTS = (
    "yes", "yes please book it", "no", "ok thanks", "yes but for 25", "Saturday Dec 12 at 6",
    "sí", "好的", "cancel it", "yes, cancel it", "move it to Dec 19", "12 Oak Street", "\U0001f44d",
    "who cooks?", "can we have Kenji", "DROP TABLE bookings; --", "asdf", "2026-12-12 18:00",
)  # fmt: skip
DAYS = (
    "Dec 12", "2026-12-12", "Dec 19", "yesterday", "Feb 30", "next Saturday", "someday",
    "1999-01-01",
    "December 31 2199", "tomorrow", "next weekend", "in June", "12/13 at 6pm", "\u4e0b\u5468\u516d",
)  # fmt: skip
TIMES = (None, "6", "at 6", "4:30", "25:99", "noon", "evening", "18:00", "3am", "nonsense")
Draw = Callable[[random.Random], tuple[str, dict[str, object]]]
CALLS: tuple[Draw, ...] = (
    lambda r: price(r.choice((10, 20, 25, 45)), r.choice(("95126", "94301", None))),
    lambda r: (
        "check_availability",
        {"day": r.choice(DAYS), "time": r.choice(TIMES), "guests": r.choice((None, 5, 70, 5000))},
    ),
    lambda r: (
        "hold_slot",
        {
            "day": r.choice(("Dec 12", "Dec 19", r.choice(DAYS))),
            "time": r.choice(("6 pm", "noon", r.choice(TIMES))),
            "address": r.choice((None, "12 Oak Street", "9 Nowhere 90210")),
            "chef": r.choice((None, "Kenji", "Nobody")),
            "occasion": r.choice((None, "birthday with kids", "halal wedding")),
        },
    ),
    lambda r: ("confirm_booking", {"name": r.choice((None, "Eve")), "email": None}),
    lambda r: (
        "change_booking",
        {
            "day": r.choice((None, *DAYS)),
            "time": r.choice(TIMES),
            "address": r.choice((None, "12 Oak Street", "77 Fake Rd")),
            "zip_code": r.choice((None, "94301", "00000")),
            "use_new_quote": r.random() < 0.3,
        },
    ),
    lambda _r: ("cancel_booking", {}),
    lambda _r: ("booking_status", {}),
    lambda r: ("event_chef", {"wish": r.choice((None, "Kenji", "speaks Spanish", "a clown"))}),
)


async def _turn(chat: Chat, rand: random.Random) -> None:
    """One turn of a model that does as it likes; what may have changed by it is checked."""
    text = rand.choice(("yes", rand.choice(TEXTS)))
    await chat.says(text)
    assert chat.situation is not None
    stated = chat.situation.proposal
    before = {b.id: (b.agreed_at, b.status) for b in chat.situation.bookings}
    for _ in range(rand.randint(1, 3)):
        # Holding and confirming come up more often than the rest, or little would ever be booked.
        name, arguments = rand.choice((*CALLS, CALLS[2], CALLS[3], CALLS[3]))(rand)
        await chat.calls(name, **arguments)
    try:
        await chat.ends()
    except Conflict:
        return await chat.says()
    agreed = {b.id for b in await chat.bookings() if b.agreed_at is not None}
    for booking_id in agreed:
        if before.get(booking_id, (None,))[0] is None:
            assert stated is not None
            assert stated.act is Act.BOOK
            assert stated.booking_id == booking_id
            assert read_agreement(text, "en") is Agreement.YES
    for booking_id, (agreed_at, _status) in before.items():
        if agreed_at is not None and booking_id not in agreed:
            assert stated is not None
            assert stated.act is Act.CANCEL
            assert read_agreement(text, "en", act=Act.CANCEL) is Agreement.YES


async def test_whatever_a_model_calls_only_a_yes_to_stated_terms_binds(
    idle_world: World,
) -> None:
    for seed in range(5):
        rand = random.Random(seed)
        chat = await open_chat(idle_world.deps.bot, now=NOW)
        await chat.turn("20 adults in 95126", price())
        for _ in range(30):
            await _turn(chat, rand)
    reached = await chat.value("SELECT array_agg(DISTINCT act) FROM booking_events")
    assert {"hold", "agree", "cancel"} <= set(reached)
