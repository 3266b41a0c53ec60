"""Somebody furious writes in Spanish; who answers is introduced in Spanish and keeps their name."""

from __future__ import annotations

from staff_room import Staff, shown
from world import World

FURIOUS = "¡Esto es inaceptable! Llevo tres días esperando y nadie me contesta, estoy furiosa"


async def test_anger_is_answered_in_its_language_and_thanks_to_dana_name_no_customer(
    world: World,
) -> None:
    """Anger hands over before any turn has read a word, and staff still speak the right language.

    What was taken back stands on no customer's card, "Gracias, Dana" makes nobody a Dana, and
    every command answers help, also those that are the owner's.
    """
    dana, lucia = Staff(world), world.customer("+19165550147")
    await lucia.texts(FURIOUS)
    card = await world.desk_shows()
    await world.settles()
    assert await world.value("SELECT language FROM conversations") == "es"
    assert "Spanish" in shown(card)
    await dana.presses(card, "claim")
    await world.until("SELECT status = 'claimed' FROM escalations")

    await dana.writes("Nobody shall read this", card)
    await dana.presses(await dana.whispered("in 10 s"), "undo")
    await dana.whispered("Taken back")
    await dana.writes("Reviso su reserva ahora mismo", card)
    await dana.presses(await dana.whispered("in 10 s"), "send_now")
    await world.until(
        "SELECT count(*) = 1 FROM messages WHERE author = 'staff' AND sent_at IS NOT NULL"
    )
    said = str(
        await world.value(
            "SELECT text FROM messages WHERE author = 'staff' AND sent_at IS NOT NULL"
        )
    )
    assert "Dana" in said
    assert "This is Dana" not in said
    assert "Dana from" not in said

    await lucia.texts("Gracias, Dana. Aquí espero su llamada.")
    await world.settles()
    await lucia.texts("Gracias, Dana")
    await world.settles()
    assert await world.value("SELECT name FROM customers") is None
    languages = await world.rows(
        "SELECT DISTINCT language FROM messages WHERE direction = 'inbound'"
    )
    assert [row["language"] for row in languages] == ["es"]

    await _the_card_and_the_help(dana)


async def _the_card_and_the_help(dana: Staff) -> None:
    await dana.commands("/customer", "+19165550147")
    latest = shown(await dana.whispered("Latest"))
    assert "Reviso su reserva" in latest
    assert "Nobody shall read this" not in latest
    for command in ("/customer", "/announce"):
        assert f"`{command}" in await dana.commands(command, "help")
    assert "Nothing was done" in await dana.commands("/announce", "tomorrow")
