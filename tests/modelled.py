"""A world whose agents are run by scripted models, and the words that such models speak in.

`Stores` are the fixtures a world needs; tests hand them on, so that a story says who its model is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from scripted_model import ScriptedModel, Step, calls
from world import World, open_world, profile_of_worlds

from bot.language.embed import Encoder
from bot.llm.base import Model, ModelReply, ModelRequest
from bot.profile import load_profile

ASKED = "How much for 20 adults and 6 kids?"
PRICED = "For 20 adults and 6 kids the total is $1,280.00."
WRONG = "For 20 adults and 6 kids the total is $1,300.00."
MODEL = "gpt-5-mini"


@dataclass(frozen=True, slots=True)
class Stores:
    """Empty stores and the sentence encoder."""

    database_url: str
    redis_url: str
    encoder: Encoder


def order(**counts: int) -> dict[str, object]:
    """Arguments of price_party as a strict schema makes a model write them."""
    guests = [{"code": code, "count": count} for code, count in counts.items()]
    unsaid = dict.fromkeys(("options", "further", "add_ons", "extras", "zip_code", "town"))
    return {"guests": guests, **unsaid}


ORDER = order(adult=20, child=6)


def saying_beside(text: str, *wanted: tuple[str, str, Mapping[str, object] | str]) -> Step:
    """Tool calls with words before them."""
    step = calls(*wanted)
    return replace(step, deltas=({"role": "assistant", "content": text}, *step.deltas[1:]))


def real_chunks(
    deltas: Sequence[Mapping[str, object]], *, finish_reason: str, tokens: tuple[int, int]
) -> Step:
    """A stream as the vendor sends it: dated model, obfuscation, usage with details at the end."""
    head: dict[str, object] = {
        "id": "chatcmpl-C9x",
        "object": "chat.completion.chunk",
        "created": 1795400000,
        "model": "gpt-5-mini-2025-08-07",
        "service_tier": "default",
        "system_fingerprint": None,
        "obfuscation": "pQ9",
    }
    prompt, completion = tokens
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": completion // 2},
    }
    choices = [{"index": 0, "delta": dict(d), "finish_reason": None} for d in deltas]
    last = {"index": 0, "delta": {}, "finish_reason": finish_reason}
    chunks = [{**head, "choices": [choice], "usage": None} for choice in (*choices, last)]
    chunks.append({**head, "choices": [], "usage": usage})
    lines = tuple(f"data: {json.dumps(chunk)}" for chunk in chunks)
    return Step(raw_lines=lines, finish_reason=None, usage=None)


@asynccontextmanager
async def modelled(
    stores: Stores,
    *steps: Step,
    llama: ScriptedModel | None = None,
    with_worker: bool = True,
    suggests: bool = False,
) -> AsyncIterator[tuple[World, ScriptedModel]]:
    """A service whose first provider says these steps, and no others; with `suggests` it words
    what cards offer too, so that a step is due for each of them."""
    profile = profile_of_worlds()
    if suggests:
        profile = profile.model_copy(update={"desk": load_profile().desk})
    async with ScriptedModel(*steps) as scripted:
        environment = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": scripted.base_url,
            "OPENAI_MODEL": MODEL,
        }
        if llama is not None:
            environment["LLAMA_BASE_URL"] = llama.base_url
        async with open_world(
            stores.database_url,
            stores.redis_url,
            stores.encoder,
            environment=environment,
            with_worker=with_worker,
            profile=profile,
        ) as world:
            yield world, scripted


def told(scripted: ScriptedModel, request: int) -> list[Mapping[str, object]]:
    """What the model was told in a request: its messages."""
    messages = scripted.requests[request]["messages"]
    assert isinstance(messages, list)
    return messages


def results(scripted: ScriptedModel, request: int) -> list[Mapping[str, object]]:
    """The tool results in a request, oldest first."""
    found = [m["content"] for m in told(scripted, request) if m["role"] == "tool"]
    return [json.loads(str(content)) for content in found]


async def totals(world: World) -> list[tuple[int, Decimal]]:
    """Version and total of every quote kept."""
    rows = await world.rows("SELECT version, total FROM quotes ORDER BY version")
    return [(row["version"], row["total"]) for row in rows]


async def outcome(world: World) -> object:
    """How the only turn ended."""
    assert await world.value("SELECT count(*) FROM turns") == 1
    return await world.value("SELECT outcome FROM turns")


@dataclass
class Overtaken:
    """A model during whose thinking staff take the conversation."""

    model: Model
    world: World
    name: str = "overtaken"

    async def respond(self, request: ModelRequest) -> ModelReply:
        reply = await self.model.respond(request)
        async with self.world.pool.acquire() as conn:
            await conn.execute("UPDATE conversations SET epoch = epoch + 1, mode = 'human'")
        return reply

    async def close(self) -> None:
        """The world closes the model."""
