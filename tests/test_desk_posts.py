"""How owed posts look, and where they stand: in a thread, with one person, in the channel."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from shadow_desk import PRICE, TOTAL
from shadow_desk import Desk as Shadow
from staff_room import Staff, buttons, shown
from world import World

from bot.domain import EscalationId
from bot.store import desk_notices, escalations
from bot.store.desk_notices import NewPost, NoticeId
from channels.desk_posts import (
    DraftState,
    Storm,
    StormLine,
    draft_blocks,
    post_blocks,
    storm_blocks,
)
from handlers.sandbox import block_kit
from jobs.base import perform

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HOSTILE = [
    "<!channel>",
    "<@U1>" * 900,
    "&" * 5000,
    "😀" * 4000,
    "\n" * 5000,
    "\x00 \x00",
    '"' * 5000,
]


# --- how they look --------------------------------------------------------------------------------


def test_whatever_is_written_stays_within_slacks_limits_and_mentions_nobody() -> None:
    for words in HOSTILE:
        line = StormLine(
            escalation_id="0" * 36, customer=words, channel=words, reason=words, opened_at=NOW
        )
        state = DraftState(code="H7K3Q", is_open=True, said=words, sent_text=words)
        crowd = Storm(lines=(line,) * 40, count=60, opened=3, resolved=2)
        pressed = {"action": words, "label": words, "value": words, "confirm": words}
        extra: dict[str, object] = {"buttons": [pressed] * 30, "broadcast": True}
        for made in (
            post_blocks(words, extra),
            draft_blocks(words, state),
            storm_blocks(crowd),
        ):
            assert len(made) <= 50
            told = json.dumps([each for each in made if each["type"] != "actions"])
            assert "<!channel" not in told
            assert "<@U1" not in told
        assert block_kit.refusal(draft_blocks(words, state)) is None
        assert block_kit.refusal(storm_blocks(crowd)) is None


def test_a_draft_that_was_decided_on_has_no_buttons() -> None:
    open_ = draft_blocks("Draft H7K3Q: answer", DraftState(code="H7K3Q", is_open=True))
    assert '"draft_send"' in json.dumps(open_)
    sent = DraftState(code="H7K3Q", is_open=False, said="Sent by Dana.", sent_text="$5")
    decided = json.dumps(draft_blocks("Draft H7K3Q: answer", sent))
    assert "actions" not in decided
    assert "Sent by Dana." in decided
    assert "*Sent instead:* $5" in decided


def test_what_is_no_button_is_left_out() -> None:
    given: dict[str, object] = {
        "buttons": [{"action": "go", "label": "Go", "style": "loud"}, {"label": "?"}, 7]
    }
    (_words, row) = post_blocks("Look: here", given)
    assert json.dumps(row).count("action_id") == 1
    assert "loud" not in json.dumps(row)


# --- where they stand -----------------------------------------------------------------------------


async def open_card(world: World) -> EscalationId:
    """A customer asks for a person, and the card is still to be posted."""
    await world.customer().texts("I want to talk to a real person please")
    talk = await world.value("SELECT id FROM conversations")
    await perform(world.deps, "take_turn", {"conversation_id": str(talk)})
    found = await world.value("SELECT id FROM escalations")
    return EscalationId(found)  # type: ignore[arg-type]  # The database's own.


async def owe(world: World, *posts: NewPost) -> list[NoticeId]:
    async with world.pool.acquire() as conn:
        made = [await desk_notices.owe_post(conn, each) for each in posts]
    return [each for each in made if each is not None]


async def notify(world: World, *ids: NoticeId) -> None:
    await asyncio.gather(
        *(perform(world.deps, "notify_desk", {"notice_id": str(each)}) for each in ids)
    )


async def redraw(world: World, card: EscalationId, *, workers: int = 1) -> None:
    await world.rows("UPDATE escalations SET card_due_at = now() WHERE card_wanted > card_shown")
    ids = {"escalation_id": str(card)}
    await asyncio.gather(*(perform(world.deps, "redraw_card", ids) for _ in range(workers)))


async def test_a_thread_waits_for_its_card_and_a_lost_card_is_posted_anew(
    idle_world: World,
) -> None:
    """I5, I14: Slack drops an answer, a card is deleted; each post stands once, in its place."""
    world, slack = idle_world, idle_world.stand_ins.slack
    card = await open_card(world)
    first, second = await owe(
        world,
        NewPost(key="a", text="First words", kind="thread", escalation_id=card),
        NewPost(key="b", text="Then these", kind="reminder", escalation_id=card),
    )
    await notify(world, first, second)
    assert world.cards == [], "there is no thread yet"
    await perform(world.deps, "escalate", {"escalation_id": str(card)})
    (root,) = world.cards
    slack.drop_after_accept()
    await notify(world, second)
    await world.rows("UPDATE desk_notices SET post_due_at = now() WHERE post_status = 'posting'")
    await notify(world, second)
    await notify(world, second)
    thread = slack.workspace.replies(root.channel, root.ts)
    assert [shown(each) for each in thread] == ["First words", "Then these"]

    # Two workers redraw at once, again and again: the newest state stands.
    for _change in range(3):
        async with world.pool.acquire() as conn:
            await escalations.want_redraw(conn, card)
        await redraw(world, card, workers=2)
    await world.rows(
        "UPDATE escalations SET status = 'claimed', claimed_by = 'U0DANA', held_since = now(),"
        " card_wanted = card_wanted + 1"
    )
    await redraw(world, card, workers=2)
    await redraw(world, card)
    assert len([m for m in world.cards if not m.thread_ts]) == 1
    assert "return" in buttons(root)
    assert "Held by" in shown(root)
    assert await world.value("SELECT card_shown = card_wanted FROM escalations")

    await _lost_card(world, card, root.ts)
    await _one_person(world)


async def _lost_card(world: World, card: EscalationId, old_ts: str) -> None:
    """It cannot be changed any more: another takes its place, once, and its thread begins there."""
    for _twice in range(2):
        world.stand_ins.slack.fail_next("cant_update_message", method="chat.update")
    async with world.pool.acquire() as conn:
        await escalations.want_redraw(conn, card)
    await redraw(world, card, workers=2)
    for _twice in range(2):
        await perform(world.deps, "escalate", {"escalation_id": str(card)})
    cards = [m for m in world.cards if "return" in buttons(m)]
    assert [m.ts for m in cards][:-1] == [old_ts]
    assert await world.value("SELECT desk_ts FROM escalations") == cards[1].ts
    (third,) = await owe(
        world, NewPost(key="c", text="After that", kind="thread", escalation_id=card)
    )
    await notify(world, third)
    assert world.cards[-1].thread_ts == cards[1].ts


async def _one_person(world: World) -> None:
    """What is for one person stands with them alone, and is looked for there."""
    rosa = Staff(world, "U0ROSA")
    pressed = [{"action": "go", "label": "Look", "value": "x"}]
    (letter,) = await owe(
        world,
        NewPost(
            key="d",
            text="For you: hello",
            kind="brief",
            recipient=rosa.id,
            extra={"buttons": pressed},
        ),
    )
    world.stand_ins.slack.drop_after_accept()
    await notify(world, letter)
    await world.rows("UPDATE desk_notices SET post_due_at = now() WHERE post_status = 'posting'")
    await notify(world, letter)
    (seen,) = rosa.letters
    assert (shown(seen).splitlines()[0], buttons(seen)) == ("*For you:* hello", ["go"])
    assert (
        await world.value("SELECT post_status FROM desk_notices WHERE id = $1", letter) == "posted"
    )


async def test_a_draft_is_decided_on_at_the_desk(world: World) -> None:
    """I12: two press at once and one wins; the notice says who, and its buttons are gone."""
    shadow, dana, ravi = Shadow(world), Staff(world), Staff(world, "U0RAVI")
    await shadow.drafts_only()
    ann, sam = world.customer(), world.customer("+14155550102")
    first = await shadow.draft_for(ann, PRICE)
    notice = await dana.reads(first.draft.code)
    assert buttons(notice) == ["draft_send", "draft_edit", "draft_discard", "why"]
    assert "concierge drafts" not in shown(notice)
    await asyncio.gather(*(each.presses(notice.ts, "draft_send") for each in (dana, ravi)))
    assert TOTAL in await ann.hears()
    await dana.sees(lambda: buttons(notice) == [], "the buttons gone")
    assert "Sent by " in shown(notice)
    assert len(ann.received) == 1

    other = await shadow.draft_for(sam, PRICE)
    notice = await dana.reads(other.draft.code)
    await dana.presses(notice.ts, "draft_edit")
    assert TOTAL in shown(await dana.window("draft_words"))
    assert "text" in await dana.submits({"text": " "})
    await dana.submits({"text": f"It is {TOTAL} for all of you."})
    assert await sam.hears() == f"It is {TOTAL} for all of you."
    await dana.sees(lambda: "Sent instead:" in shown(notice), "what was sent")

    third = await shadow.draft_for(ann, "How much for 12 adults?")
    notice = await dana.reads(third.draft.code)
    await dana.presses(notice.ts, "draft_discard")
    await dana.sees(lambda: "Discarded by Dana" in shown(notice), "who discarded it")
    await ravi.presses(notice.ts, "draft_send") if buttons(notice) else None
    assert len(ann.received) == 1
