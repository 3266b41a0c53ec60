"""`concierge customers`: staff look somebody up, join two who are one, and part them again."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from booking_rows import Row, write_booking
from world import World

from bot.domain_booking import BookingStatus
from bot.errors import CallerError, Conflict, NotFound
from bot.store import consents
from bot.store.connection import borrow
from handlers.commands.customers import command

PHONE, OTHER = "+14155550101", "+14155550102"


MISTAKES: tuple[tuple[tuple[str, ...], type[Exception], str], ...] = (
    (("lift", "+14155550109", "--by", "Kim"), NotFound, "ADDRESS: nobody's suspended"),
    (("show", "Maria"), NotFound, "WHO: nobody has that id, address or booking code"),
    (("merge", PHONE, "Maria", "--by", "Kim"), NotFound, "B: nobody has"),
    (("merge", PHONE, OTHER, "--by", " "), CallerError, "--by: say who you are"),
    (("merge", PHONE, "H7K3Q", "--by", "Kim"), Conflict, "these are one customer already"),
    (("unmerge", "00000000-0000-0000-0000-000000000001", "--by", "Kim"), NotFound, "no merge"),
)


async def test_staff_join_two_who_are_one_and_part_them_again(
    idle_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never by name (I10); each deed is signed and can be undone."""

    async def says(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), idle_world.ground.environment) == 0
        return capsys.readouterr().out

    soon = datetime.now(UTC) + timedelta(days=9)
    for code, name, number in (("H7K3Q", "Maria Lopez", PHONE), ("B4T9X", "Maria", OTHER)):
        how = {"status": BookingStatus.CONFIRMED, "chefs": ()}
        await write_booking(
            idle_world.pool,
            Row(code=code, name=name, number=number, starts_at=soon, holds_until=soon, **how),  # type: ignore[arg-type]  # As in test_commands_bookings.
        )
    shown = await says("show", "h7k3q")
    for words in ("Name       Maria Lopez", f"Address    sms {PHONE} (consent", "H7K3Q, "):
        assert words in shown
    assert "B4T9X" not in shown
    await _ledger_is_shown(idle_world, says, said_at=soon)
    for words, error, said in MISTAKES:
        with pytest.raises(error, match=said):
            await says(*words)
    assert await idle_world.value("SELECT count(*) FROM audit_log") == 0
    done = await says("merge", PHONE, "B4T9X", "--by", "Kim")
    merge_id = done.split("customers unmerge ")[1].split()[0]
    shown = await says("show", OTHER)
    for words in (PHONE, OTHER, "H7K3Q, ", "B4T9X, ", f"Merge      {merge_id}: ", "(Kim)"):
        assert words in shown
    joined = shown.split(f"{merge_id}: ")[1].split()[0]
    with pytest.raises(Conflict, match="was joined to customer"):
        await says("merge", joined, PHONE, "--by", "Kim")

    assert "rows went back" in await says("unmerge", merge_id, "--by", "Lee")
    assert "H7K3Q" not in await says("show", OTHER)
    assert "undone by Lee" in await says("show", PHONE)
    acts = await idle_world.rows("SELECT actor, act FROM audit_log ORDER BY created_at")
    assert [tuple(row) for row in acts] == [("Kim", "customer.merge"), ("Lee", "customer.unmerge")]


async def _ledger_is_shown(
    world: World, says: Callable[..., Awaitable[str]], *, said_at: datetime
) -> None:
    """I6: each line with its proof; what could not be reached is tried again, signed."""
    await world.rows("UPDATE addresses SET suspended_reason = 'no such number'")
    async with borrow(world.pool) as conn:
        address = await conn.fetchval("SELECT id FROM addresses WHERE value = $1", PHONE)
        await consents.write(
            conn,
            address,
            act="opt_out",
            source="message",
            said_at=said_at,
            words="no me escriban",
        )
    shown = await says("show", PHONE)
    assert f"sms {PHONE}: opted out {said_at:%Y-%m-%d} by message “no me escriban”" in shown
    assert "(no such number)" in shown
    assert f"sms {PHONE} is written to again" in await says("lift", PHONE, "--by", "Kim")
    left = "SELECT value FROM addresses WHERE suspended_reason IS NOT NULL"
    assert await world.value(left) == OTHER
    assert await world.value("SELECT act FROM audit_log WHERE actor = 'Kim'") == ("address.lifted")
    await world.rows("DELETE FROM audit_log")
