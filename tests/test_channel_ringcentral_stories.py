"""RingCentral as customers and colleagues meet it: texts, calls and voicemails of one number.

The real service talks over real HTTP to the stand-in, which makes its subscription wait for the
echo, blacklists it, forgets events and calls out of order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from desk_hands import set_clock
from world import World, open_world

from bot.errors import VendorUnavailable
from bot.language.embed import Encoder
from handlers.sandbox.faults import Fault, FaultKind
from handlers.sandbox.ringcentral import RingCentralStandIn
from handlers.service import job_deps
from jobs.base import perform
from jobs.sweep import _look

CHANNEL = "ringcentral"
ANA, BEN, CLEO, DAN = (f"+1209555010{each}" for each in "1234")
SORRY = "Sorry we missed your call"
MORNING = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
NIGHT = datetime(2026, 12, 2, 7, 30, tzinfo=UTC)
ERRANDS = (
    "keep_subscription read_store settle_call keep_media take_turn look_up_send release_held"
    " deliver".split()
)
ACCOUNTED = """SELECT EXISTS (SELECT FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE a.value = $1 AND m.kind = $2 AND m.status = $3 AND coalesce(m.reason, '') LIKE $4)"""


def rings(world: World) -> RingCentralStandIn:
    found = world.stand_ins.vendors[CHANNEL]
    assert isinstance(found, RingCentralStandIn)
    return found


def later(world: World, by: timedelta) -> None:
    set_clock(world, world.ground.clock.now() + by)


async def work(world: World, *, seconds: float = 7.0) -> None:
    """Let that time pass, and a worker do all that is then to be done."""
    later(world, timedelta(seconds=seconds))
    for _ in range(6):
        found = [wish for wish in await _look(world.deps) if wish[0] in ERRANDS]
        wishes = sorted(found, key=lambda wish: ERRANDS.index(wish[0]))
        for name, _, ids in wishes:
            # The vendor's pace is real time, which no story waits for.
            await world.rows("DELETE FROM sender_pace")
            await perform(world.deps, name, ids)
        if not wishes:
            return
        later(world, timedelta(seconds=7))


def heard(world: World, number: str) -> list[str]:
    """What a telephone got from us, oldest first."""
    rows = [row for row in rings(world).sent if row["to"][0]["phoneNumber"] == number]
    return [str(row["subject"]) for row in rows]


@pytest.fixture
async def ringing(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with RingCentral, at half past ten, once it is subscribed."""
    async with open_world(
        database_url, redis_url, encoder, vendors=(CHANNEL,), with_worker=False
    ) as world:
        set_clock(world, MORNING)
        await work(world)
        yield world


async def test_texts_come_once_and_are_answered_once(ringing: World) -> None:
    """I2, I5: delivered twice and in the store too, and one answer; what leaves comes back as
    delivered and as no colleague's; a colleague's text from the app takes the conversation over."""
    vendor = rings(ringing)
    row = await vendor.customer_texts(ANA, "hello, how much is it for 12 people?", times=2)
    missed = await vendor.customer_texts(BEN, "do you come to Fresno?", is_told=False)
    await work(ringing)
    assert len(heard(ringing, ANA)) == 1
    assert len(heard(ringing, BEN)) == 1
    known = "SELECT count(*) FROM messages WHERE external_id = ANY ($1)"
    assert await ringing.value(known, [row["id"], missed["id"]]) == 2
    await vendor.advance(vendor.sent[0]["id"], "Delivered")
    await work(ringing)
    state = "SELECT status FROM messages WHERE external_id = $1"
    assert await ringing.value(state, vendor.sent[0]["id"]) == "delivered"
    assert await ringing.value("SELECT count(*) FROM messages WHERE author = 'staff'") == 0

    await vendor.colleague_texts(ANA, "Hi Ana, Maria here, I'll take it from here.")
    await vendor.customer_texts(ANA, "thanks Maria! 5 pm works")
    await read_first(ringing)
    await work(ringing)
    assert len(heard(ringing, ANA)) == 2
    assert await ringing.value(ACCOUNTED, ANA, "text", "ignored", "%person%")
    assert all(status == 200 and size < 1024 for status, size in vendor.answers)


async def test_sends_are_found_again_and_penalties_kept(ringing: World) -> None:
    """I5: the line lost after RingCentral took a text: looked up, never sent twice. A 429 stops all
    calls, of every process, until it is over: asking earlier would begin it anew."""
    vendor = rings(ringing)
    vendor.faults.add("POST sms", Fault(kind=FaultKind.DROP))
    await vendor.customer_texts(ANA, "hello, how much is it for 12 people?")
    await work(ringing)
    assert (
        await ringing.value("SELECT status FROM messages WHERE direction = 'outbound'") == "sending"
    )
    await ringing.rows("UPDATE messages SET claimed_until = now() WHERE status = 'sending'")
    await work(ringing)
    assert len(heard(ringing, ANA)) == 1
    assert (
        await ringing.value("SELECT external_id FROM messages WHERE direction = 'outbound'")
        == vendor.sent[0]["id"]
    )

    logins = vendor.logins
    vendor.faults.add("POST sms", Fault(kind=FaultKind.FAIL, status=401))
    await vendor.customer_texts(ANA, "and for 14?")
    await work(ringing)
    assert (len(heard(ringing, ANA)), vendor.logins) == (2, logins + 1)

    vendor.faults.add("POST sms", Fault(kind=FaultKind.FAIL, status=429, retry_after=90))
    await vendor.customer_texts(ANA, "and for 16?")
    await work(ringing)
    asked = len(vendor.called)
    async with job_deps(ringing.ground) as elsewhere:
        other = elsewhere.channels[CHANNEL]
        with pytest.raises(VendorUnavailable) as refusal:
            await other.list_received(MORNING)
    assert refusal.value.retry_after_s > 30
    assert len(vendor.called) == asked
    await ringing.rows("UPDATE channel_grants SET expires_at = now() WHERE name = 'penalty'")
    ringing.deps.channels[CHANNEL].api.penalty._until_ms = 0.0
    vendor.penalty_until = None
    await work(ringing, seconds=120)
    assert len(heard(ringing, ANA)) == 3


async def read_first(world: World) -> None:
    """The store is read before the next turn, as it is within seconds."""
    later(world, timedelta(seconds=11))
    await perform(world.deps, "read_store", {"channel": CHANNEL})


async def test_stop_is_left_to_ringcentral_and_kept(ringing: World) -> None:
    """I6: the vendor confirms STOP itself, which is no colleague's word; nothing leaves after."""
    vendor = rings(ringing)
    await vendor.customer_texts(ANA, "STOP")
    await vendor.tells_of_consent(BEN, "OptOut")
    await work(ringing)
    left = "SELECT count(*) FROM addresses WHERE value = ANY ($1) AND consent = 'revoked'"
    assert await ringing.value(left, [ANA, BEN]) == 2
    assert await ringing.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0
    await vendor.customer_calls(BEN, "missed")
    await work(ringing)
    assert await ringing.value(ACCOUNTED, BEN, "call", "ignored", "the customer has opted out%")
    assert not heard(ringing, BEN)


async def test_missed_call_is_answered_by_one_text(ringing: World) -> None:
    """However often they ring; who reached somebody, or is nobody, gets none."""
    vendor = rings(ringing)
    await vendor.customer_calls(ANA, "missed", backwards=True, times=2)
    await vendor.customer_calls(BEN, "answered")
    await vendor.customer_calls("", "missed")
    await work(ringing)
    assert [SORRY in text for text in heard(ringing, ANA)] == [True]
    assert await ringing.value(ACCOUNTED, BEN, "call", "ignored", "call: they spoke%")
    await vendor.customer_calls(ANA, "missed")
    await vendor.customer_calls(CLEO, "machine")
    await work(ringing)
    await work(ringing, seconds=12)
    assert await ringing.value(ACCOUNTED, ANA, "call", "ignored", "missed call: told already%")
    assert len(heard(ringing, ANA)) == 1
    assert [SORRY in text for text in heard(ringing, CLEO)] == [True]
    assert await ringing.value("SELECT count(*) FROM calls WHERE settled_at IS NULL") == 0
    assert await ringing.value("SELECT count(*) FROM calls WHERE caller <> ''") == 0
    assert len(vendor.sent) == 2


async def test_calls_of_an_outage_are_found_in_the_log(ringing: World) -> None:
    """I1, I2: no event came. A late word on a missed call would be worse than none; what was told
    of already stays as it is."""
    vendor = rings(ringing)
    await vendor.customer_calls(CLEO, "answered")
    await work(ringing)
    await vendor.customer_calls(ANA, "missed", times=0)
    await vendor.customer_calls(BEN, "answered", times=0)
    await vendor.customer_calls("", "missed", times=0)
    vendor.calls += [{**vendor.calls[0], "id": "x", **bad} for bad in ({"result": "Blocked"}, {})]
    vendor.calls[-1]["telephonySessionId"] = None
    later(ringing, timedelta(hours=2))
    await vendor.customer_calls(DAN, "missed", times=0)
    for _ in range(2):
        await perform(ringing.deps, "gap_fill", {"channel": CHANNEL})
        await work(ringing)
    assert await ringing.value(ACCOUNTED, ANA, "call", "ignored", "missed call: too long ago%")
    assert await ringing.value(ACCOUNTED, BEN, "call", "ignored", "call: they spoke%")
    assert [SORRY in text for text in heard(ringing, DAN)] == [True]
    assert await ringing.value("SELECT count(*) FROM messages WHERE kind = 'call'") == 4
    assert len(vendor.sent) == 1


async def test_missed_call_at_night_waits_until_they_write(ringing: World) -> None:
    """I6, I15: quiet hours hold the word; who writes first is answered and never told of it."""
    vendor = rings(ringing)
    set_clock(ringing, NIGHT)
    await vendor.customer_calls(ANA, "missed")
    await work(ringing)
    assert await ringing.value("SELECT status FROM messages WHERE direction = 'outbound'") == "held"
    await vendor.customer_texts(ANA, "hi, I called. What does it cost for 10?")
    await work(ringing)
    set_clock(ringing, NIGHT + timedelta(hours=12))
    await work(ringing)
    said = heard(ringing, ANA)
    assert len(said) == 1
    assert SORRY not in said[0]
    assert (
        await ringing.value("SELECT reason FROM messages WHERE status = 'dropped'")
        == "they have written meanwhile"
    )


async def test_voicemail_is_a_message_once_its_words_are_there(ringing: World) -> None:
    """Late words are waited for and answered like a text; without any a person has to listen."""
    vendor = rings(ringing)
    row = await vendor.leaves_voicemail(ANA, status="InProgress")
    await work(ringing)
    kept = "SELECT text FROM messages WHERE kind = 'voicemail' AND external_id = $1"
    assert await ringing.value(kept, row["id"]) is None
    words = "Hi, how much is hibachi for 20 people in Fresno?"
    await vendor.write_down(row, words)
    await work(ringing, seconds=11)
    assert await ringing.value(kept, row["id"]) == words
    assert len(heard(ringing, ANA)) == 1
    await vendor.customer_calls(BEN, "voicemail")
    await work(ringing)
    assert await ringing.value(ACCOUNTED, BEN, "call", "ignored", "call: they left a voicemail%")
    assert (
        await ringing.value(
            "SELECT count(*) FROM escalations e JOIN conversations c ON c.id = e.conversation_id"
            " JOIN addresses a ON a.customer_id = c.customer_id WHERE a.value = $1",
            BEN,
        )
        == 1
    )
    assert not any(SORRY in text for text in heard(ringing, BEN))


async def test_subscription_is_kept_alone_and_made_anew(ringing: World) -> None:
    """The watchdog: blacklisted is deleted and replaced, trouble is kept, the gap is read."""
    vendor = rings(ringing)
    keep = ("keep_subscription", {"channel": CHANNEL})
    trouble = "SELECT trouble FROM channel_grants WHERE name = 'subscription'"
    assert len(vendor.subscriptions) == 1
    first = next(iter(vendor.subscriptions.values()))
    vendor.subscriptions["leftover"] = {**first, "id": "leftover"}
    vendor.answers.clear()
    await vendor.tell("store", {})
    assert sorted(status for status, _ in vendor.answers) == [200, 401]
    first["status"] = "Blacklisted"
    vendor.faults.add("POST subscription", Fault(kind=FaultKind.FAIL, status=503))
    vendor.refuses_consents = True
    lost = await vendor.customer_texts(ANA, "is anybody there?", is_told=False)
    later(ringing, timedelta(minutes=6))
    await perform(ringing.deps, *keep)
    assert "RingCentral" in str(await ringing.value(trouble))
    later(ringing, timedelta(minutes=1))
    await asyncio.gather(*(perform(ringing.deps, *keep) for _ in range(3)))
    assert await ringing.value(trouble) == ""
    assert len(vendor.subscriptions) == 1
    made = next(iter(vendor.subscriptions.values()))
    assert made["status"] == "Active"
    assert made["id"] not in (first["id"], "leftover")
    await work(ringing)
    assert await ringing.value("SELECT count(*) FROM messages WHERE external_id = $1", lost["id"])
    before = made["expirationTime"]
    later(ringing, timedelta(days=61))
    await perform(ringing.deps, *keep)
    assert made["expirationTime"] > before
