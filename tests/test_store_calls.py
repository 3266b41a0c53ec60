"""Telephone calls put together from pieces: in any order, however often, the same call (I2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from bot.calls import takes_texts
from bot.domain_calls import CallEnd, CallNotice
from bot.store import calls
from bot.store.connection import Pool, borrow

NOW = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
RINGS = CallNotice(
    channel="ringcentral",
    session="",
    caller="+12095550101",
    called="+15005550006",
    sequence=2,
    at=NOW - timedelta(seconds=30),
)
PIECES = (
    replace(RINGS, caller=""),
    replace(RINGS, sequence=4, is_over=True),
    replace(RINGS, sequence=6, is_voicemail=True),
    replace(RINGS, sequence=8, is_answered=True, is_over=True),
)


async def test_pieces_of_a_call_are_one_call(pool: Pool) -> None:
    found = set()
    async with borrow(pool) as conn:
        for number, order in enumerate(permutations(PIECES)):
            for piece in (*order, order[0]):
                await calls.note(conn, [replace(piece, session=f"s{number}")], at=NOW)
        due = await calls.list_due(conn, now=NOW + timedelta(seconds=5))
        assert len(due) == 24
        for channel, session in due:
            later = NOW + timedelta(seconds=5)
            call = await calls.claim(conn, channel, session, now=later, for_s=30)
            assert call is not None
            assert await calls.claim(conn, channel, session, now=later, for_s=30) is None
            found.add(replace(call, session=""))
            await calls.settle(conn, call, end=CallEnd.ANSWERED, now=later)
            await calls.note(conn, [replace(PIECES[1], session=session)], at=NOW)
        assert await calls.list_due(conn, now=NOW + timedelta(days=1)) == ()
    (call,) = found
    assert (call.caller, call.is_answered, call.is_voicemail, call.is_over) == (
        "+12095550101",
        True,
        True,
        True,
    )
    assert call.began_at == NOW - timedelta(seconds=30)


async def test_a_call_goes_on_while_one_telephone_hangs_up(pool: Pool) -> None:
    """The newest notice says whether it is over; one whose end is never told of ends by itself."""
    async with borrow(pool) as conn:
        await calls.note(conn, [replace(PIECES[1], session="s")], at=NOW)
        await calls.note(conn, [replace(PIECES[2], session="s")], at=NOW)
        assert await calls.list_due(conn, now=NOW + timedelta(hours=3)) == ()
        assert len(await calls.list_due(conn, now=NOW + timedelta(hours=5))) == 1


def test_numbers_that_take_no_texts_get_none() -> None:
    assert takes_texts("+12095550101")
    assert takes_texts("+4915112345678")
    assert not takes_texts("+442071838750")
    assert not takes_texts("+18005550199")
    assert not takes_texts("+1")
