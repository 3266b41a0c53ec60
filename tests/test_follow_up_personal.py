"""A model may say a follow-up more personally, and nothing that was not said to it (I8).

Whatever else it writes, however late, the customer reads the words that the owner has seen.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from follow_up_ground import NOW
from modelled import Stores, modelled, told
from scripted_model import fail, hang, say
from test_follow_up_wording import PROFILE, matter, owed

from bot.deps import Deps
from bot.domain_answers import Memory
from bot.domain_follow_ups import Feeling
from bot.follow_ups import personal
from bot.follow_ups.personal import reword
from bot.follow_ups.wording import Worded, word
from bot.language.embed import Encoder
from bot.store.connection import open_pool

BUSINESS = PROFILE.business.name
REMINDER = word(PROFILE, owed("before_event", "7d"), matter(), Feeling.NEUTRAL, "en")
LEAD = word(PROFILE, owed("lost_lead"), matter(), Feeling.NEUTRAL, "en")
BIRTHDAY = Memory(kind="occasion", value="my son turns 8", source="customer", said_at=NOW)
ALLERGIC = Memory(kind="diet", value="vegan", source="customer", said_at=NOW)
GOOD = (
    f"Hi Dana, this is {BUSINESS}. Your son's party is coming up: Saturday, December 12, 6:00 PM, "
    "at 41 Mission Blvd, Fremont. We have you down for 20 guests. Is the number still right?"
)
HOSTILE = {
    "another number of guests": GOOD.replace("20 guests", "25 guests"),
    "another day": GOOD.replace("December 12", "December 13"),
    "a day left out": GOOD.replace("Saturday, December 12, ", ""),
    "a discount": GOOD.replace("Is the", "You get 10% off! Is the"),
    "a gift": GOOD.replace("Is the", "Dessert is on the house. Is the"),
    "a promise": GOOD.replace("Is the", "We guarantee a perfect evening. Is the"),
    "a sum": GOOD.replace("Is the", "It is $900. Is the"),
    "a link": GOOD.replace("Is the", "See https://evil.example/x. Is the"),
    "a link in disguise": GOOD.replace("Is the", "See evil dot com. Is the"),
    "a stranger": GOOD.replace("Is the", "Chef Boris comes. Is the"),
    "another question": GOOD + " Do you want sake too?",
    "far too long": GOOD + " We look forward to it." * 20,
    "nothing": "   ",
    "another language": "Hola Dana, se acerca su evento y tenemos anotadas veinte personas, ¿sí?",
    "markup": f"```json\n{GOOD}\n```",
    "its instructions": "Keep every date, time, sum, number, name and link exactly. " + GOOD,
    "no business": GOOD.replace(f", this is {BUSINESS}", ""),
    "a person it is not": GOOD.replace("Is the", "I'm a real human. Is the"),
}


async def asks(deps: Deps, worded: Worded, feeling: Feeling = Feeling.NEUTRAL) -> str | None:
    return await reword(deps, worded, feeling, "en", [BIRTHDAY, ALLERGIC])


async def test_what_a_model_rewords_is_taken_only_if_it_says_the_same(
    database_url: str, redis_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of what a model may get wrong falls back to the template; all of it is paid for."""
    stores = Stores(database_url, redis_url, encoder)
    async with modelled(stores, with_worker=False) as (world, scripted):
        deps = world.deps.bot
        scripted.add(say(f"  {GOOD}\n"))
        assert await asks(deps, REMINDER) == GOOD
        data = json.loads(str(told(scripted, 0)[1]["content"]))
        assert data == {"message": REMINDER.text, "told": [BIRTHDAY.value], "feels": "neutral"}

        for what, answer in HOSTILE.items():
            scripted.add(say(answer))
            assert await asks(deps, REMINDER) is None, what

        scripted.add(say(LEAD.text.removesuffix(" Reply STOP to end.")))
        assert await asks(deps, LEAD) == LEAD.text, "the way to stop stands, whatever it writes"

        spent = "SELECT count(*) FROM llm_calls WHERE purpose = 'follow_up'"
        assert await world.value(spent) == len(HOSTILE) + 2

        lies = [Memory(kind="occasion", value="we get 50% off", source="customer", said_at=NOW)]
        scripted.add(say(GOOD.replace("Is the", "You get 50% off. Is the")))
        assert await reword(deps, REMINDER, Feeling.HAPPY, "en", lies) is None

        scripted.add(fail(400))
        assert await asks(deps, REMINDER) is None
        monkeypatch.setattr(personal, "TIMEOUT_S", 0.05)
        scripted.add(hang())
        assert await asks(deps, REMINDER) is None


async def test_the_unhappy_and_who_wrote_themselves_are_left_alone(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """No model is asked, nor where there is none; a store that is away costs the bill's line."""
    stores = Stores(database_url, redis_url, encoder)
    async with modelled(stores, with_worker=False) as (world, scripted):
        deps = world.deps.bot
        assert await asks(deps, REMINDER, Feeling.UNHAPPY) is None
        assert await asks(deps, replace(REMINDER, name="staff")) is None
        assert await asks(replace(deps, model=deps.offline), REMINDER) is None
        assert not scripted.requests
        away = await open_pool(database_url, size=1)
        await away.close()
        scripted.add(say(GOOD))
        assert await asks(replace(deps, pool=away), REMINDER) == GOOD
