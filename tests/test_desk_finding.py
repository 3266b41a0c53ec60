"""Whom staff mean: a number however typed, a mailbox, a booking's code, a name; or several."""

from __future__ import annotations

import pytest
from booked import MAILBOX, book

from bot.desk.finding import find_customers
from bot.profile import load_profile
from bot.store.connection import Pool

PROFILE = load_profile()
ANA = (
    "+14155550188",
    "(415) 555-0188",
    "415.555.0188",
    "1 415 555 0188",
    "<tel:+14155550188|(415) 555-0188>",
    "0188",
    MAILBOX.upper(),
    f"<mailto:{MAILBOX}|{MAILBOX}>",
    "ana",
    "maría r",
    "  Ana   María Ruiz ",
)
"""How staff may name her."""


async def _found(pool: Pool, words: str, limit: int = 6) -> list[str]:
    async with pool.acquire() as conn:
        return [each.name for each in await find_customers(conn, PROFILE, words, limit=limit)]


async def test_a_customer_is_found_by_whatever_staff_have_in_hand(pool: Pool) -> None:
    """Codes before numbers before names; several who fit are several; nobody is nobody."""
    ana = await book(pool)
    bob = await book(pool, mailbox=None)
    async with pool.acquire() as conn:
        await conn.execute("UPDATE customers SET name = 'Bob Marino'")
        rename = "UPDATE customers SET name = $2 WHERE id = $1"
        await conn.execute(rename, ana.customer_id, "Ana María Ruiz")
        move = "UPDATE addresses SET value = $2 WHERE customer_id = $1 AND channel = 'sms'"
        await conn.execute(move, ana.customer_id, "+14155550188")
        await conn.execute(move, bob.customer_id, "+14155550199")

    for words in (*ANA, ana.code, ana.code.lower(), str(ana.customer_id)):
        assert await _found(pool, words) == ["Ana María Ruiz"], words
    assert await _found(pool, "415 555") == []
    assert sorted(await _found(pool, "mar")) == ["Ana María Ruiz", "Bob Marino"]
    assert len(await _found(pool, "mar", limit=1)) == 1
    for words in ("", "   ", "%", "_", "018", "' OR 1=1 --", "\\", "<@U0DANA>", "x" * 4000):
        assert await _found(pool, words) == [], words

    async with pool.acquire() as conn:
        joined = "UPDATE addresses SET customer_id = $1 WHERE customer_id = $2"
        await conn.execute(joined, ana.customer_id, bob.customer_id)
        [one] = await find_customers(conn, PROFILE, "mar")
        erase = "UPDATE customers SET erased_at = now() WHERE id = $1"
        await conn.execute(erase, ana.customer_id)
    assert one.conversation_id == ana.conversation_id
    assert one.handle in ("+14155550188", "+14155550199", MAILBOX)
    assert one.last_at is not None
    assert await _found(pool, "ana") == []


@pytest.mark.parametrize("words", ["+1 415 555 0188", "4155550188"])
async def test_a_number_nobody_has_is_nobody(pool: Pool, words: str) -> None:
    assert await _found(pool, words) == []
