"""A reply that is watched while it is written: early, never false, and taken back when it fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from modelled import ASKED, ORDER, PRICED, WRONG, Stores, modelled
from redis.asyncio import Redis
from scripted_model import call, say
from turn_lab import CONVERSATION, asks, lab, says

from bot.domain import ConversationId
from bot.errors import ModelUnavailable
from bot.language.embed import Encoder
from bot.llm.base import ModelRequest
from bot.orchestrator_stream import sentences
from handlers.commands.chat import Screen
from jobs.progress import RedisProgress, channel_of

PRICE = ("price_party", ORDER)
ASK = "Shall I look at a date for you?"


@dataclass
class Watcher:
    """Keeps all that was shown; None stands for taking back."""

    shown: list[str | None] = field(default_factory=list)

    def publish(self, conversation_id: ConversationId, text: str) -> None:
        assert conversation_id == CONVERSATION
        self.shown.append(text)

    def discard(self, conversation_id: ConversationId) -> None:
        assert conversation_id == CONVERSATION
        self.shown.append(None)


def streaming(*drafts: Sequence[str]) -> Callable[[ModelRequest], None]:
    """What each request's listener hears."""
    left = list(drafts)

    def hear(request: ModelRequest) -> None:
        assert request.listener is not None
        for piece in left.pop(0):
            request.listener(piece)

    return hear


async def watch(pieces: Sequence[Sequence[str]], *replies: Any, **choice: Any) -> list[str | None]:
    watcher = Watcher()
    at = lab(*replies)
    at.model.hears = streaming(*pieces)
    at.deps = replace(at.deps, progress=watcher)
    await at.answers(ASKED, **choice)
    return watcher.shown


def cut(text: str, size: int = 7) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


async def test_sentences_appear_as_they_end_and_the_last_with_the_reply() -> None:
    text = f"{PRICED} It holds for now.\n{ASK}"
    shown = await watch([[], cut(text)], asks(PRICE), says(text))
    assert shown == [PRICED, f"{PRICED} It holds for now.", text]


async def test_nothing_the_guard_refuses_is_ever_shown() -> None:
    """I8: a wrong sum at the end takes back the true words before it."""
    text = f"Happy to help. {WRONG} {ASK}"
    shown = await watch([[], cut(text), cut(PRICED)], asks(PRICE), says(text), says(PRICED))
    assert shown == ["Happy to help.", None, PRICED]
    assert not any("1,300" in (each or "") for each in shown)


async def test_what_is_said_beside_tool_calls_is_no_reply() -> None:
    thinking = "Let me see. One moment."
    shown = await watch([cut(thinking), cut(PRICED)], asks(PRICE, text=thinking), says(PRICED))
    assert shown == ["Let me see.", None, PRICED]


async def test_another_provider_begins_anew() -> None:
    """A stream that dies is not the beginning of the next one's words."""
    pieces = ["Well. ", "You ", "", *cut("How many guests come? ")]
    shown = await watch([pieces], says("How many guests come?"))
    assert shown == ["Well.", None, "How many guests come?"]


async def test_a_model_that_dies_leaves_nothing_on_the_screen() -> None:
    """I14: the offline words come by the outbox; no half sentence stays."""
    shown = await watch([cut("Happy to help. The tot")], ModelUnavailable("gone"))
    assert shown == ["Happy to help.", None]


async def test_a_turn_that_breaks_leaves_nothing_either() -> None:
    with pytest.raises(ZeroDivisionError):
        await watch([cut("Happy to help. The tot")], ZeroDivisionError())
    watcher = Watcher()
    at = lab(asyncio.CancelledError())  # What a job that took too long gets.
    at.model.hears = streaming(["Happy to help. The"])
    at.deps = replace(at.deps, progress=watcher)
    with pytest.raises(asyncio.CancelledError):
        await at.answers(ASKED)
    assert watcher.shown == ["Happy to help.", None]


async def test_thoughts_and_floods_and_half_emoji_are_not_shown() -> None:
    text = "Happy to help \ud83c\udf89! How many guests come?"
    pieces = ["<think>He wants a price. ", "Hm. </think>", "Happy to help \ud83c", "\udf89! How "]
    shown = await watch([pieces], says(text))
    assert shown == ["Happy to help 🎉!", "Happy to help 🎉! How many guests come?"]
    flood = ["Happy to help. "] * 10_000
    shown = await watch([flood, []], says("x"), says("x"))
    assert len(shown) <= 102


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The total is $1,280.00", ""),
        ("The total is $1,280.00. And", "The total is $1,280.00."),
        ("At 6 p.m", ""),
        ("Hello! How", "Hello!"),
        ('He said "yes." Then', 'He said "yes."'),
        ("一共 $1,280.00。还", "一共 $1,280.00。"),
        ("One\nTwo", "One"),
        ("Yes.", ""),
        ("", ""),
    ],
)
def test_only_whole_sentences_count(text: str, whole: str) -> None:
    assert sentences(text) == whole


# ── Over Redis ──────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def listening(redis_url: str, pattern: str) -> AsyncIterator[Callable[[], Any]]:
    """Somebody who watches; call it for the next piece."""
    async with Redis.from_url(redis_url) as redis, redis.pubsub() as pubsub:
        await pubsub.psubscribe(pattern)
        await pubsub.get_message(timeout=5.0)

        async def hear() -> tuple[str, str]:
            async with asyncio.timeout(10.0):
                while True:
                    message = await pubsub.get_message(timeout=5.0)
                    if message is not None:
                        text = json.loads(message["data"])["text"]
                        return message["channel"].decode(), text

        yield hear


def conversation(number: int) -> ConversationId:
    return ConversationId(UUID(int=number))


async def test_watchers_get_the_latest_text_of_their_conversation(redis_url: str) -> None:
    """However fast a model writes, what waits is only ever its last word."""
    async with Redis.from_url(redis_url) as redis, listening(redis_url, "progress:*") as hear:
        progress = RedisProgress(redis, pause_s=0.01)
        progress.start()
        for count in range(500):
            progress.publish(conversation(1), "word " * count)
        progress.publish(conversation(2), "Hola \ud83d")
        assert await hear() == (channel_of(conversation(1)), "word " * 499)
        assert (await hear())[0] == channel_of(conversation(2))
        progress.publish(conversation(1), "Something else.")
        progress.discard(conversation(1))
        assert await hear() == (channel_of(conversation(1)), "")
        progress.publish(conversation(1), "The last.")
        await progress.close()
        assert await hear() == (channel_of(conversation(1)), "The last.")


async def test_a_redis_that_is_away_is_not_felt(caplog: pytest.LogCaptureFixture) -> None:
    """I12, I13: publishing never waits or fails, nothing heaps up, no text goes to the log."""
    async with Redis(host="127.0.0.1", port=9) as redis:
        progress = RedisProgress(redis, pause_s=0.0)
        progress.start()
        for number in range(5_000):
            progress.publish(conversation(number), "a secret")
        assert len(progress._waiting) <= 2_000
        await progress.close()
    assert "progress.unheard" in caplog.text
    assert "secret" not in caplog.text


async def test_a_watched_turn_from_a_real_stream(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """The pieces come over the wire before the reply is sent, and are its beginning."""
    text = f"{PRICED} {ASK} It is easy."
    steps = (call("price_party", ORDER), say(text, pieces=12))
    stores = Stores(database_url, redis_url, encoder)
    async with (
        listening(redis_url, "progress:*") as hear,
        modelled(stores, *steps) as (world, _scripted),
    ):
        ann = world.customer()
        await ann.texts(ASKED)
        channel, first = await hear()
        assert text.startswith(first)
        assert first
        assert channel == f"progress:{await world.value('SELECT id FROM conversations')}"
        assert await ann.hears() == text


# ── On the screen ───────────────────────────────────────────────────────────────────────────


def test_the_terminal_writes_what_is_new_and_says_what_does_not_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen()
    screen.publish(CONVERSATION, "One.")
    screen.publish(CONVERSATION, "One. Two.")
    screen.finish(["One. Two.", "Three."])
    assert capsys.readouterr().out == "concierge> One. Two.\nconcierge> Three.\n"
    screen.publish(CONVERSATION, "A slip.")
    screen.discard(CONVERSATION)
    screen.finish(["Right."])
    assert capsys.readouterr().out == "concierge> A slip.\n(taken back)\nconcierge> Right.\n"
    screen.publish(CONVERSATION, "A beginning.")
    screen.finish(["Noted. A beginning."])
    assert "(sent instead)\nconcierge> Noted. A beginning.\n" in capsys.readouterr().out
    screen.finish([])
    assert capsys.readouterr().out == "(no answer)\n"
