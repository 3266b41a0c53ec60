"""The first week of a new business: the bot drafts, staff send, nothing happens before they do."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from shadow_desk import PRICE, TOTAL, Desk
from world import World

from bot.drafting_send import Stale
from bot.errors import CallerError, Conflict, NotFound
from jobs.send_draft import ring


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def test_staff_see_the_draft_and_send_it(world: World, desk: Desk) -> None:
    """I4, I8: nothing is said, priced or kept before; then all of it at once."""
    await desk.drafts_only()
    ann = world.customer()
    waiting = await desk.draft_for(ann, PRICE)
    draft = waiting.draft
    assert TOTAL in draft.text
    assert waiting.words == PRICE
    assert await world.value("SELECT count(*) FROM quotes") == 0
    said = await world.rows("SELECT status, reason FROM messages")
    assert [tuple(each) for each in said] == [("answered", "drafted: waits for staff")]
    assert await world.value("SELECT outcome FROM turns") == "drafted"
    card = await world.desk_shows()
    assert draft.code in card.text
    assert TOTAL in card.text
    assert f"Draft {draft.code}: answer to" in card.text

    await desk.sends(draft.code.lower())
    assert await ann.hears() == draft.text
    quote = await world.rows("SELECT total FROM quotes")
    assert [str(row["total"]) for row in quote] == ["1280.00"]
    out = await world.rows("SELECT author, epoch, in_reply_to FROM messages WHERE author = 'bot'")
    assert [each["in_reply_to"] for each in out] == [draft.message_id]
    audit = await world.rows("SELECT actor, act, subject FROM audit_log WHERE act LIKE 'draft%'")
    assert [tuple(each) for each in audit] == [("Maria", "draft.sent", draft.code)]
    with pytest.raises(Conflict, match=rf"draft {draft.code} was sent by Maria"):
        await desk.sends(draft.code, by="Ben")
    with pytest.raises(NotFound, match="no draft ZZZZZ"):
        await desk.sends("ZZZZZ")
    with pytest.raises(CallerError, match="--by"):
        await desk.sends(draft.code, by=" ")


async def test_a_drafted_hold_is_made_when_it_is_sent_and_the_yes_to_it_counts(
    world: World, desk: Desk
) -> None:
    """I9: terms nobody has read bind nobody; a deadline is as it is when they are read."""
    await desk.drafts_only()
    ann = world.customer()
    priced = await desk.draft_for(ann, f"{PRICE} We are in Fremont 94539.")
    await desk.sends(priced.draft.code)
    await ann.hears()
    held = await desk.draft_for(ann, f"Can you hold {_saturday()} at 6pm?")
    assert await world.value("SELECT count(*) FROM bookings") == 0
    until = _until(held.draft.text)
    world.ground.clock.shift += timedelta(minutes=7)  # type: ignore[attr-defined]  # The story's clock.
    sent = await desk.sends(held.draft.code)
    heard = await ann.hears(2)
    assert _until(heard) != until
    assert heard == sent.sent_text
    assert heard.replace(_until(heard), until) == held.draft.text
    assert sent.status == "sent"
    assert await world.value("SELECT status FROM bookings") == "held"
    agreed = await desk.draft_for(ann, "yes")
    assert await world.value("SELECT agreed_at FROM bookings") is None
    await desk.sends(agreed.draft.code)
    await ann.hears(3)
    assert await world.value("SELECT agreed_at FROM bookings") is not None


async def test_two_at_the_desk_one_wins_and_the_other_is_told_who(world: World, desk: Desk) -> None:
    """I2, I5: one draft is one reply, however many press."""
    await desk.drafts_only()
    ann = world.customer()
    code = (await desk.draft_for(ann, PRICE)).draft.code
    done = await asyncio.gather(
        desk.sends(code, by="Maria"),
        desk.sends(code, by="Ben"),
        desk.discards(code, by="Cy"),
        return_exceptions=True,
    )
    lost = [str(each) for each in done if isinstance(each, Conflict)]
    assert len(lost) == 2
    winner = await world.value("SELECT decided_by FROM drafts")
    assert all(f"by {winner}" in each or "just been decided" in each for each in lost), lost
    await world.settles()
    assert len(ann.received) == (0 if winner == "Cy" else 1)
    assert await world.value("SELECT count(*) FROM quotes") == len(ann.received)


async def test_who_writes_again_gets_one_answer_to_both(world: World, desk: Desk) -> None:
    """A reaction changes nothing; a further question voids the draft and is read with the first."""
    await desk.drafts_only()
    ann = world.customer()
    first = await desk.draft_for(ann, PRICE)
    second = await desk.draft_for(ann, "Sorry, 22 adults and 6 kids")
    assert second.words == f"{PRICE}\nSorry, 22 adults and 6 kids"
    assert "$1,390.00" in second.draft.text
    with pytest.raises(Conflict, match="was replaced"):
        await desk.sends(first.draft.code)
    assert [d.draft.code for d in await desk.listed()] == [second.draft.code]

    await desk.sends(second.draft.code, edited="Hi Ann! 22 adults and 6 kids are $1,390.")
    assert await ann.hears() == "Hi Ann! 22 adults and 6 kids are $1,390."
    author = await world.value("SELECT author FROM messages WHERE direction = 'outbound'")
    assert author == "staff"
    assert await world.value("SELECT count(*) FROM quotes") == 1
    third = await desk.draft_for(ann, "And how much with 2 more adults?")
    await desk.discards(third.draft.code, by="Ben")
    reason = await world.value("SELECT reason FROM messages ORDER BY seq DESC LIMIT 1")
    assert reason == "staff threw the drafted answer away"
    assert (await desk.listed()) == ()


async def test_consent_and_people_do_not_wait_for_anybody(world: World, desk: Desk) -> None:
    """I6, I7: STOP is obeyed and a complaint handed over at once; an open draft dies of both."""
    await desk.drafts_only()
    ann, sam = world.customer(), world.customer("+14155550102")
    draft = (await desk.draft_for(ann, PRICE)).draft
    await ann.texts("STOP")
    await world.until("SELECT status = 'superseded' FROM drafts")
    await world.settles()
    with pytest.raises(Conflict, match="was replaced"):
        await desk.sends(draft.code)
    reason = await world.value("SELECT reason FROM messages WHERE text = $1", PRICE)
    assert reason == "the customer has opted out"

    draft = (await desk.draft_for(sam, PRICE)).draft
    await sam.asks("This is the third time nobody answers me. I want to talk to a person!")
    assert await world.value("SELECT count(*) FROM escalations") == 1
    assert await desk.listed() == ()
    with pytest.raises(Conflict, match=r"was replaced|a person has taken"):
        await desk.sends(draft.code)
    await world.settles()
    assert TOTAL not in " ".join(message.body for message in (*ann.received, *sam.received))


async def test_a_person_at_the_desk_voids_what_waits(world: World, desk: Desk) -> None:
    """I7: the epoch has moved without a turn; the draft is dead, and says why."""
    await desk.drafts_only()
    draft = (await desk.draft_for(world.customer(), PRICE)).draft
    async with world.pool.acquire() as conn:
        await conn.execute("UPDATE conversations SET mode = 'human', epoch = epoch + 1")
    assert await desk.listed() == ()
    with pytest.raises(Conflict, match="a person has taken the conversation"):
        await desk.sends(draft.code)
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0


async def test_what_has_changed_since_is_drafted_anew(world: World, desk: Desk) -> None:
    """I8: yesterday's article is not sent today."""
    await desk.drafts_only()
    ann = world.customer()
    asked = "Do you bring the tables and chairs?"
    first = await desk.draft_for(ann, asked)
    async with world.pool.acquire() as conn:
        changed = await conn.execute(
            "UPDATE knowledge_chunks SET text = text || ' Cheques are not taken.'"
            " WHERE document_id IN (SELECT d.id FROM knowledge_documents d JOIN turn_passages p"
            "   ON p.article = d.article AND p.language = d.language)"
        )
    assert changed != "UPDATE 0"
    with pytest.raises(Stale, match=rf"draft {first.draft.code}: things have changed since"):
        await desk.sends(first.draft.code)
    waiting = await world.value("SELECT status FROM messages WHERE text = $1", asked)
    assert waiting == "received"
    ring(world.deps, first.draft, "take_turn")
    await world.until("SELECT count(*) = 2 FROM drafts")
    second = (await desk.listed())[0]
    assert second.words == asked
    await desk.sends(second.draft.code)
    assert await ann.hears() == second.draft.text


def _until(text: str) -> str:
    found = re.search(r"until (\d{1,2}:\d\d [AP]M)", text)
    assert found, text
    return found[1]


def _saturday() -> str:
    today = datetime.now(UTC).date()
    day = today + timedelta(days=(5 - today.weekday()) % 7 + 21)
    return f"{day:%B} {day.day}"
