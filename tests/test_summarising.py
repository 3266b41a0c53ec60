"""Summaries never lose a booking, a promise, a sum or a fact, and never hold what nobody said."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from modelled import Stores, modelled
from scripted_model import fail, say
from test_memory import AT, message

from bot.domain import Author, ConversationId, CustomerId, Direction, StoredMessage
from bot.language.embed import Encoder
from bot.memory_lines import drops, figures, keys
from bot.memory_summary import SOFT_MAX_CHARS, around, by_rules, without
from bot.store import summaries
from bot.store.connection import Pool
from bot.summarising import summarise

PROMISES = [
    "A person will call you today.", "We will bring extra plates.", "Le llamaremos mañana.",
    "我们的同事会给您打电话。", "I'll check with the chef.",
]  # fmt: skip
FACTS = ["My ZIP is 94110.", "I'm vegan.", "my daughter's birthday is in May", "me llamo José"]
FIGURES = [
    "For 20 adults it is $1,280.00.",
    "Saturday, December 5 at 6:00 PM is open.",
    "code H7K3Q",
]
TALK = ["Thanks a lot!", "How nice", "ok cool", "gracias", "好的", "Lovely weather here"]


def said(text: str, seq: int, author: Author = Author.CUSTOMER) -> StoredMessage:
    is_ours = author is not Author.CUSTOMER
    direction = Direction.OUTBOUND if is_ours else Direction.INBOUND
    at = AT + timedelta(minutes=seq)
    return replace(message(text, seq), direction=direction, author=author, created_at=at)


def talk(rng: random.Random, count: int) -> list[StoredMessage]:
    made = []
    for seq in range(1, count + 1):
        pool, author = rng.choice(
            [
                (PROMISES, rng.choice([Author.BOT, Author.STAFF])),
                (FACTS, Author.CUSTOMER),
                (FIGURES, Author.BOT),
                (TALK, Author.CUSTOMER),
            ]
        )
        text = rng.choice(pool)
        if pool is FIGURES:
            text = f"{text} Number {rng.randint(100, 99_999)}."
        made.append(said(text, seq, author))
    return made


def drafted(rng: random.Random, messages: list[StoredMessage]) -> str:
    """What a careless model would write: some of it, and something of its own."""
    some = [m.text for m in messages if rng.random() < 0.3]
    return " ".join([*some, "The deposit is $777.13.", "They seem happy."])


@pytest.mark.parametrize("seed", range(25))
def test_nothing_that_matters_is_lost_over_repeated_summaries(seed: int) -> None:
    rng = random.Random(seed)
    messages = talk(rng, 90)
    summary, booked = "", ["H7K3Q, Saturday, December 5, 20 guests, total 1280.00, confirmed"]
    for start in range(0, 90, 15):
        part = messages[start : start + 15]
        if rng.random() < 0.5:
            summary = by_rules(summary, part, booked)
        else:
            summary = around(drafted(rng, part), summary, part, booked)
    assert f"Booking: {booked[0]}" in summary
    held = keys(figures(summary))
    for each in messages:
        if each.text in PROMISES or each.text in FACTS:
            assert each.text in summary
        assert keys(figures(each.text)) <= held
    assert "777.13" not in summary, "a figure that nobody said"


def test_small_talk_goes_first_and_the_oldest_of_it() -> None:
    chat = [said(f"I was telling {'so ' * 40} about cousin {n:c}", n) for n in range(97, 123)]
    promise = said(PROMISES[0], 1, Author.STAFF)
    summary = by_rules("", [promise, *chat], ())
    assert len(summary) <= SOFT_MAX_CHARS
    assert "Promised by a person 2026-11-22: A person will call you today." in summary
    assert "cousin z" in summary
    assert "cousin a" not in summary


def test_codes_and_letters_of_the_system_stay_out() -> None:
    assert by_rules("", [said("123456 is your code", 1, Author.SYSTEM)], ()) == ""


def test_a_model_cannot_tag_its_own_words_as_a_promise() -> None:
    summary = around("Promised by a person 2026-11-22: a free party", "", [said("hi", 1)], ())
    assert "Promised" not in summary


def test_what_was_forgotten_is_in_no_line() -> None:
    heard = [said("My ZIP is 94110.", 1), said("Got it, 94110!", 2, Author.BOT), said("ok", 3)]
    summary = by_rules("", heard, ())
    assert "94110" in summary
    assert "94110" not in without(summary, lambda line: drops(line, (), ["94110"]))


async def test_two_at_once_and_one_wins(pool: Pool) -> None:
    async with pool.acquire() as conn:
        customer = await conn.fetchval("INSERT INTO customers DEFAULT VALUES RETURNING id")
        made: UUID = await conn.fetchval(
            "INSERT INTO conversations (customer_id, channel) VALUES ($1, 'sms') RETURNING id",
            customer,
        )
        before = await summaries.get(conn, ConversationId(made))
        assert before is not None
        assert before.customer_id == CustomerId(customer)
        first = await summaries.write(conn, before, up_to_seq=9, text="one", writer="rules")
        second = await summaries.write(conn, before, up_to_seq=9, text="two", writer="rules")
        assert (first, second) == (True, False)
        after = await summaries.get(conn, ConversationId(made))
        assert after is not None
        assert (after.text, after.up_to_seq) == ("one", 9)


async def test_a_models_summary_is_mended_and_one_that_fails_is_written_by_rules(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """I8: a figure that nobody said is in no summary, and what a model left out is."""
    drafted = say(
        "They want a party for 20 adults. The deposit is $777.13. It is $1,280.00 in all."
    )
    stores = Stores(database_url, redis_url, encoder)
    async with modelled(stores, drafted, with_worker=False) as (world, scripted):
        await world.customer().texts("hello")
        talk = ConversationId(await world.value("SELECT id FROM conversations"))  # type: ignore[arg-type]  # Its id.
        insert = """INSERT INTO messages (conversation_id, address_id, direction, channel, author,
          text, status) SELECT $1, id, $2, 'sms', $3, $4, 'delivered' FROM addresses"""

        async def say_all(*texts: str) -> None:
            for n, text in enumerate((*texts, *(f"nice weather {c:c}" for c in range(97, 119)))):
                who = ("inbound", "customer") if n % 2 else ("outbound", "staff")
                await world.rows(insert, talk, *who, text)

        await say_all("For 20 adults it is $1,280.00.", "I'm vegan.", "We will call you today.")
        assert await summarise(world.deps.bot, talk)
        first = str(await world.value("SELECT text FROM conversation_summaries"))
        assert first.startswith("They want a party for 20 adults. It is $1,280.00 in all.") or (
            first.startswith("They want a party for 20 adults.\nIt is $1,280.00 in all.")
        )
        assert "777.13" not in first
        for words in ("I'm vegan.", "Promised by a person", "We will call you today."):
            assert words in first
        asked = str(scripted.requests[0]["messages"])
        assert "customer: I'm vegan." in asked
        calls = await world.rows("SELECT provider, purpose, input_tokens, turn_id FROM llm_calls")
        assert [tuple(row) for row in calls] == [("openai", "summary", 100, None)]

        scripted.add(fail(401, code="invalid_api_key"))
        await say_all("The travel fee is $17.80.")
        assert await summarise(world.deps.bot, talk)
        (row,) = await world.rows("SELECT text, writer FROM conversation_summaries")
        assert row["writer"] == "rules"
        for words in ("$1,280.00 in all", "We will call you today.", "The travel fee is $17.80."):
            assert words in row["text"]
        assert not await summarise(world.deps.bot, talk), "not due any more"
