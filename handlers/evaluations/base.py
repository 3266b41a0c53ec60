"""What a kind of evaluation is: one record in, one prediction out, through the real pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from bot.language.embed import Embedder
from bot.language.emotion import EmotionScorer
from bot.language.intents import IntentReader
from bot.language.reader import Reader
from bot.profile import Profile, load_profile
from bot.settings import load_settings

Record = Mapping[str, object]
Predict = Callable[[Record], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A plug-in of this folder."""

    help: str
    open: Callable[[Mapping[str, str]], AbstractAsyncContextManager[Predict]]
    """Takes the environment; gives what turns a record into a prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The local models with the profile they judge by."""

    reader: Reader
    profile: Profile


@asynccontextmanager
async def local_models(environment: Mapping[str, str]) -> AsyncIterator[Reading]:
    """Only what reads a text: no database, no Redis."""
    settings = load_settings(environment)
    embedder = Embedder()
    try:
        reader = Reader(embedder, IntentReader.load(), EmotionScorer.load())
        yield Reading(reader=reader, profile=load_profile(settings.business_profile))
    finally:
        await embedder.close()


def text_of(record: Record) -> str:
    """The record's text; a missing one is an empty message."""
    return str(record.get("text", ""))
