"""Every figure of the agents' report, held to its definition on conversations that were had."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from world import Customer, World

from bot.store import agent_metrics
from bot.store.agent_metrics import AgentMetrics, ConversationOutcome
from handlers.commands.metrics import command

PRICE = "How much for 20 adults and 6 kids?"
CONVERSATION = """SELECT c.id FROM conversations c JOIN addresses a ON a.customer_id = c.customer_id
WHERE a.value = $1"""
# The story happened a day and an hour earlier.
AGE = """UPDATE messages SET created_at = created_at - interval '25 hours',
  sent_at = sent_at - interval '25 hours' WHERE conversation_id = $1"""
STAFF_SAY = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status) SELECT conversation_id, address_id, 'outbound', channel, 'staff', 'Ann here!', 'sent'
FROM messages WHERE conversation_id = $1 LIMIT 1"""
SPENT = """UPDATE llm_calls SET cost = $2, confidence = $3, input_tokens = 100, output_tokens = 20
WHERE turn_id = $1"""


async def outcome(world: World, customer: Customer) -> ConversationOutcome:
    talk = await world.value(CONVERSATION, customer.number)
    async with world.pool.acquire() as conn:
        found = await agent_metrics.find_outcome(conn, UUID(str(talk)))
    assert found is not None
    return found


async def age(world: World, customer: Customer) -> None:
    await world.value(AGE, await world.value(CONVERSATION, customer.number))


async def rows(world: World) -> dict[tuple[str, str], AgentMetrics]:
    async with world.pool.acquire() as conn:
        found = await agent_metrics.list_metrics(conn)
    return {(each.agent, each.intent): each for each in found}


async def test_every_figure_is_what_its_definition_says(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """I7: a person's word is never the bot's success."""
    people = [world.customer(f"+1415555020{n}") for n in range(7)]
    thankful, silent, helped, angry, again, lost, agreeing = people
    await asyncio.gather(*(one.asks(PRICE) for one in (thankful, silent, helped, again)))
    await angry.asks("Please let me talk to a person.")
    await lost.asks("xkcd qwfp zxcv")
    await world.settles()

    # Nobody has said anything since, and no day has passed: nothing is resolved yet.
    assert (await outcome(world, silent)).resolution is None
    await age(world, silent)
    assumed = await outcome(world, silent)
    assert (assumed.resolution, assumed.is_contained) == ("assumed", True)

    await thankful.asks("Thank you so much, that helps!")
    thanked = await outcome(world, thankful)
    assert (thanked.resolution, thanked.is_contained) == ("confirmed", True)
    # A human message: resolved, but contained never again.
    talk = await world.value(CONVERSATION, helped.number)
    await world.value(STAFF_SAY, talk)
    await helped.asks("Thank you so much, that helps!")
    with_person = await outcome(world, helped)
    assert (with_person.resolution, with_person.is_contained) == ("confirmed", False)
    assert with_person.human_messages == 1

    escalated = await outcome(world, angry)
    assert (escalated.resolution, escalated.is_contained) == (None, False)
    await age(world, angry)
    assert (await outcome(world, angry)).resolution is None, "a person's silence is no answer"

    await reopened_and_lost(world, again, lost)
    await agrees(world, agreeing)
    await the_table_adds_up(world)
    for days in (None, 7):
        assert await command.run(argparse.Namespace(days=days), world.ground.environment) == 0
    printed = capsys.readouterr().out
    assert "lead_nurturing  party_price" in printed
    assert datetime.now(UTC).date().isoformat() in printed


async def reopened_and_lost(world: World, again: Customer, lost: Customer) -> None:
    # Re-opened: what was taken for resolved is open again, and assumed anew a day later.
    await age(world, again)
    assert (await outcome(world, again)).resolution == "assumed"
    await again.asks("And with 5 more adults?")
    await world.settles()
    assert (await outcome(world, again)).resolution is None
    await age(world, again)
    assert (await outcome(world, again)).is_contained

    # Not understood is no answer, however long nobody writes.
    await age(world, lost)
    assert (await outcome(world, lost)).resolution is None


async def agrees(world: World, customer: Customer) -> None:
    """An agreed booking is a confirmed resolution."""
    today = datetime.now(UTC).date()
    day = today + timedelta(days=(5 - today.weekday()) % 7 + 21)
    await customer.asks(f"{PRICE} We are in Fremont 94539.")
    await customer.asks(f"Can you hold {day:%B} {day.day} at 6pm?")
    await world.settles()
    assert (await outcome(world, customer)).resolution is None
    await customer.asks("yes")
    await world.settles()
    assert await world.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 1
    agreed = await outcome(world, customer)
    assert (agreed.resolution, agreed.is_contained) == ("confirmed", True)


async def the_table_adds_up(world: World) -> None:
    prices = await world.rows(
        "SELECT id FROM turns WHERE agent = 'lead_nurturing' AND intent = 'party_price'"
        " ORDER BY created_at"
    )
    exact, estimated, unpriced, guarded = (row["id"] for row in prices[:4])
    await world.value(SPENT, exact, Decimal("0.002"), "exact")
    await world.value(SPENT, estimated, Decimal("0.001"), "estimated")
    await world.value(SPENT, unpriced, None, "unknown")
    await world.value(
        "UPDATE turns SET outcome = 'templated', guard = guard || $2 WHERE id = $1",
        guarded,
        {"refused": ["unsupported money"]},
    )
    await world.value(
        "INSERT INTO tool_calls (turn_id, step, name, arguments, result, ok, latency_ms)"
        " VALUES ($1, 1, 'hand_off', '{}', '{}', true, 1),"
        " ($1, 2, 'hand_off', '{}', '{}', false, 1),"
        " ($1, 3, 'hand_off', '{}', '{\"discarded\": true}', true, 1)",
        guarded,
    )
    table = await rows(world)
    price = table["lead_nurturing", "party_price"]
    turns = await world.value(
        "SELECT count(*) FROM turns WHERE agent = 'lead_nurturing' AND intent = 'party_price'"
    )
    assert price.work.turns == turns == price.work.successes
    assert price.work.conversations == 5
    assert (price.work.templated, price.work.guard_interventions, price.work.handoffs) == (1, 1, 1)
    assert price.work.cost == price.cost_exact + price.cost_estimated
    calls = await world.value(
        "SELECT count(*) FROM llm_calls l JOIN turns t ON t.id = l.turn_id WHERE t.id = $1", exact
    )
    assert price.cost_exact == Decimal("0.002") * int(str(calls))
    assert price.calls_unpriced > 0
    assert price.work.input_tokens == 300 * int(str(calls))
    assert price.work.response_p50_s is not None
    assert price.work.response_p95_s is not None
    assert 0 < price.work.response_p50_s <= price.work.response_p95_s < 20
    await people_and_days(world, price, table)


async def people_and_days(
    world: World, price: AgentMetrics, table: dict[tuple[str, str], AgentMetrics]
) -> None:
    # Of the five: thanked, helped by a person, assumed twice, agreed.
    assert (price.resolved_confirmed, price.resolved_assumed, price.contained) == (3, 2, 4)
    handed = [each for each in table.values() if each.work.escalations]
    assert [(each.work.successes, each.contained) for each in handed] == [(0, 0)]
    assert handed[0].work.response_p50_s is None
    async with world.pool.acquire() as conn:
        days = await agent_metrics.list_days(conn, since=datetime.now(UTC).date())
    assert sum(day.work.turns for day in days) == sum(each.work.turns for each in table.values())
