"""The language a conversation settled on is the customer's: the next one begins in it."""

from __future__ import annotations

from world import World


async def test_a_settled_language_is_kept_for_the_next_conversation(world: World) -> None:
    """One word in passing changes nothing; two messages do; a third language word does not."""
    customer = world.customer()
    await customer.asks("hola, cuánto cuesta para 20 adultos?")
    assert await world.value("SELECT language FROM customers") is None
    await customer.asks("y qué incluye el servicio?")
    assert await world.value("SELECT language FROM customers") == "es"
    await customer.asks("how much is the deposit please?")
    assert await world.value("SELECT language FROM customers") == "es"
    async with world.pool.acquire() as conn:
        await conn.execute("UPDATE conversations SET mode = 'closed', closed_at = now()")
    await customer.asks("20")
    found = await world.rows("SELECT language FROM conversations ORDER BY created_at")
    assert [row["language"] for row in found] == ["en", "es"]
