"""An alarm rings once, whoever comes to it: turn and job at once, a second try, a second message.

I2 and I5 for what staff are told. Real rows and locks; the scorer is told what to read.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from desk_floor_room import DANA, Room, open_room
from feeling_reader import NoEmbedder, Told, feels, reader_of
from test_emotion_triggers_story import ALARMS, CARD, NO_SHOW, use
from world import World

from bot.desk import floor
from bot.domain import MessageId
from bot.domain_alarms import Act, Alarm, Severity
from bot.escalation import Trouble, escalate
from bot.feelings import watching
from bot.feelings.watching import Heard, watch
from bot.feelings.weighing import VARIANTS_MAX, spans_of, weigh_span
from bot.language.emotion_input import Said
from bot.store import emotion_alarms, messages, unscored
from bot.store.connection import Pool
from jobs.base import perform
from jobs.emotion_alarms import ring


@pytest.fixture
async def room(pool: Pool) -> Room:
    opened = await open_room(pool)
    opened.deps = replace(
        opened.deps, pool=pool, reader=reader_of(Told({"awful": feels("angry", 0.8)}))
    )
    return opened


def alarm(message_id: MessageId, name: str = "furious", **further: object) -> Alarm:
    plain = Alarm(
        message_id=message_id,
        trigger=name,
        severity=Severity.HIGH,
        act=Act.HAND_OVER,
        explanation="angry 0.80",
        strength=0.8,
    )
    return replace(plain, **further)  # type: ignore[arg-type]  # Fields of an alarm.


async def keep(room: Room, *alarms: Alarm) -> list[str]:
    """What of these rings now."""
    async with room.pool.acquire() as conn, conn.transaction():
        rung = await watching.keep(room.deps, conn, room.conversation_id, alarms)
    return [each.trigger for each in rung]


async def test_turn_and_job_at_once_ring_once(idle_world: World) -> None:
    """Also with a second job beside them: one card, one notice to the customer, an alarm each."""
    world = idle_world
    use(world, Told({"never showed up": feels("angry", 0.91, 0.97)}))
    mad = world.customer("+14155550311")
    await mad.texts(NO_SHOW)
    talk = str(await world.value("SELECT id FROM conversations"))
    await asyncio.gather(
        perform(world.deps, "take_turn", {"conversation_id": talk}),
        perform(world.deps, "score_emotion", {}),
        perform(world.deps, "score_emotion", {}),
    )
    alarms = await world.rows(ALARMS, mad.number)
    assert [row["trigger"] for row in alarms] == ["furious", "manager"]
    (card,) = await world.rows(CARD, mad.number)
    assert {row["escalation_id"] for row in alarms} == {card["id"]}
    outbound = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND status <> 'dropped'"
    assert await world.value(outbound) == 1


async def test_a_job_that_was_killed_rings_what_is_missing_and_no_more(idle_world: World) -> None:
    """Its lines may be there and its alarms not, or both: the next one does the rest."""
    world = idle_world
    use(world, Told({"never showed up": feels("angry", 0.91, 0.97)}))
    mad = world.customer("+14155550312")
    await mad.texts(NO_SHOW)
    async with world.pool.acquire() as conn:
        (row,) = await unscored.claim(conn, now=world.deps.bot.clock.now(), limit=9)
    for _ in range(2):
        await ring(world.deps, row, feels("angry", 0.91, 0.97))
    assert len(await world.rows(ALARMS, mad.number)) == 2
    assert len(await world.rows(CARD, mad.number)) == 1
    assert await world.rows("SELECT text FROM desk_notices WHERE text LIKE 'Also%'") == []


async def test_the_cool_down_is_over_when_staff_have_settled_it(room: Room) -> None:
    """What staff called no trouble stays quiet; what they settled rings as another trouble."""
    first, second = await room.writes("awful"), await room.writes("awful again")
    card = await room.needs_staff("emotion")
    assert await keep(room, alarm(first)) == ["furious"]
    assert await keep(room, alarm(first), alarm(second)) == []
    assert await keep(room, alarm(second, strength=0.95)) == ["furious"]
    await room.claims(card)
    room.passes(minutes=10)
    await room.does(
        lambda conn: floor.resolve(room.deps, conn, card, by=DANA, outcome="not_needed")
    )
    third = await room.writes("awful, still")
    assert await keep(room, alarm(third, strength=0.95)) == []
    await room.rows("UPDATE escalations SET outcome = 'apologised'")
    assert await keep(room, alarm(third, strength=0.95)) == ["furious"]


async def test_two_messages_at_once_ring_one_alarm(room: Room) -> None:
    """Two workers with two messages of one conversation: the lock settles who was first."""
    ids = [await room.writes("awful") for _ in range(4)]

    async def one(message_id: MessageId) -> list[str]:
        async with room.pool.acquire() as conn, conn.transaction():
            await conn.execute(
                "SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE", room.conversation_id
            )
            rung = await watching.keep(room.deps, conn, room.conversation_id, [alarm(message_id)])
        return [each.trigger for each in rung]

    done = await asyncio.gather(*map(one, ids))
    assert sorted(done) == [[], [], [], ["furious"]]


async def test_a_card_that_is_open_becomes_more_pressing_and_never_less(room: Room) -> None:
    card = await room.needs_staff()

    async def also(severity: Severity) -> str:
        async with room.pool.acquire() as conn, conn.transaction():
            trouble = Trouble(reason="emotion", explanation="worried", severity=severity)
            waiting = await messages.list_waiting(conn, room.conversation_id)
            await escalate(
                room.deps,
                conn,
                room.conversation_id,
                trouble=trouble,
                waiting=waiting,
                language="en",
            )
            found = await conn.fetchval("SELECT severity FROM escalations WHERE id = $1", card)
        return str(found)

    steps = (Severity.HIGH, Severity.URGENT, Severity.NORMAL, Severity.URGENT)
    assert [await also(each) for each in steps] == ["high", "urgent", "urgent", "urgent"]
    assert await room.posts("thread") == [
        "Also, high: worried",
        "Also, urgent: worried",
        "Also: worried",
    ]


async def test_what_was_answered_is_not_asked_again(room: Room) -> None:
    """Staff's words count as an answer; a message that nobody has dealt with yet counts nowhere."""
    card = await room.needs_staff()
    asked = await room.writes("Where do I park?")
    now = await room.writes("Where do I park?")

    async def earlier() -> list[tuple[str, bool]]:
        async with room.pool.acquire() as conn:
            found = await emotion_alarms.list_earlier(
                conn, room.conversation_id, now, since=room.now - watching.LOOK_BACK
            )
        return [(each.text, each.is_answered) for each in found]

    assert (await earlier())[-1] == ("Where do I park?", False)
    await room.claims(card)
    await room.speaks(card)
    assert (await earlier())[-1] == ("Where do I park?", True)
    assert asked != now


async def test_of_a_burst_the_strongest_rings(room: Room) -> None:
    ids = [await room.writes(text) for text in ("awful", "awful!", "awful?")]
    felt = (feels("angry", 0.75), feels("angry", 0.9), feels("angry", 0.8))
    heard = [Heard(id=i, text="awful", felt=f) for i, f in zip(ids, felt, strict=True)]
    (found,) = await watch(room.deps, room.conversation_id, heard, ())
    assert (found.message_id, found.strength) == (ids[1], 0.9)
    assert found.explanation == "angry 0.90: “awful”"


# ── The words that weighed ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Your chef never showed up and we are hungry", "never showed up"),
        ("We are hungry. never   showed up!", "never showed up"),
        ("the cook never showed up, I said: never showed up", "never showed up"),
        ("nothing of it here", ""),
        ("?!", ""),
        ("", ""),
    ],
)
async def test_staff_read_the_words_that_weighed(text: str, words: str) -> None:
    """Said twice too, where leaving one out changes nothing."""
    scorer = Told({"never showed up": feels("angry", 0.9), "never   showed up": feels("angry", 1)})
    before = (Said(is_ours=True, text="We will be there."),)
    found = await weigh_span(reader_of(scorer), text, lambda felt: felt.intensity, before=before)
    assert found == words


@pytest.mark.parametrize("count", [1, 3, 12, 13, 25, 60, 500])
def test_a_long_letter_costs_no_more_than_a_short_one(count: int) -> None:
    spans = spans_of(" ".join(f"w{n}" for n in range(count)))
    assert 0 < len(spans) <= VARIANTS_MAX
    assert spans_of("我" * count)


async def test_without_an_explanation_the_alarm_goes_out_all_the_same() -> None:
    """A scorer that fails on a part of a text holds nothing up."""

    class Fails(Told):
        def score(self, spoken):  # type: ignore[no-untyped-def]  # As its parent's.
            raise RuntimeError("no such part")

    reader = reader_of(Fails({}), NoEmbedder())
    assert await weigh_span(reader, "awful food", lambda felt: felt.intensity) == ""
