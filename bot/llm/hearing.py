"""Writes down what is said in a recording, by any server that speaks OpenAI's transcription call.

Off without OPENAI_TRANSCRIBE_MODEL. What comes back may be misheard: whoever reads it is told so.
Source: OpenAI API reference, audio/createTranscription: file up to 25 MB; flac, mp3, mp4, mpeg,
mpga, m4a, ogg, wav or webm; usage in tokens or seconds by model (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import openai

from bot.clock import Clock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply, Usage
from bot.llm.chat_errors import Failure, failure_of
from bot.llm.prices import cost_of, cost_of_sound
from bot.settings import Settings

TIMEOUT_S = 25.0
CHARS_MAX = 4000
BYTES_MAX = 25 * 1024 * 1024
SECONDS_MAX = 10**6
HEARD = frozenset("audio/ogg audio/mpeg audio/mp4 audio/wav audio/webm audio/flac".split())
"""What the call takes; telephones' AMR, AAC and CAF are not among it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said, and what it cost to know."""

    words: str
    reply: ModelReply
    """Without words: for the record of calls."""


def can_hear(settings: Settings) -> bool:
    """Whether recordings are written down at all."""
    return bool(settings.openai_transcribe_model and settings.openai_api_key.get_secret_value())


async def write_down(
    settings: Settings, clock: Clock, content: bytes, *, name: str, content_type: str
) -> Heard:
    """The words of a recording; empty where nobody speaks.

    Raises:
        ModelUnavailable: not now. ModelMisbehaved: never, or not in a way that can be read.
    """
    if content_type not in HEARD or len(content) > BYTES_MAX:
        raise ModelMisbehaved(f"openai: {content_type} cannot be transcribed")
    model = settings.openai_transcribe_model
    began_ms = clock.monotonic_ms()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer = await _ask(settings, model, (name, content, content_type))
    except TimeoutError as error:
        raise ModelUnavailable("openai: no transcription in time") from error
    except Exception as error:  # The boundary with the vendor's client, which raises many kinds.
        raise _judged(error) from None
    words = getattr(answer, "text", None)
    if not isinstance(words, str):
        raise ModelMisbehaved("openai: the transcription has no text")
    reply = ModelReply(
        text="",
        provider="openai",
        model=model,
        usage=_usage(answer, model, clock),
        latency_ms=clock.monotonic_ms() - began_ms,
        purpose="transcription",
    )
    return Heard(words=" ".join(words.replace("\x00", "").split())[:CHARS_MAX], reply=reply)


async def _ask(settings: Settings, model: str, file: tuple[str, bytes, str]) -> object:
    async with openai.AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url or None,
        max_retries=0,
        timeout=TIMEOUT_S,
    ) as api:
        return await api.audio.transcriptions.create(file=file, model=model)


def _judged(error: Exception) -> ModelError:
    judged = failure_of("openai", error, had_output=False)
    if isinstance(judged, Failure):
        return judged.error
    return judged if isinstance(judged, ModelError) else ModelUnavailable("openai: it failed")


def _usage(answer: object, model: str, clock: Clock) -> Usage:
    """In tokens, or in seconds of sound, as the server counts for that model."""
    usage = getattr(answer, "usage", None)
    tokens_in = _count(getattr(usage, "input_tokens", None))
    tokens_out = _count(getattr(usage, "output_tokens", None))
    on, seconds = clock.now().date(), getattr(usage, "seconds", None)
    cost = cost_of(model, input_tokens=tokens_in, output_tokens=tokens_out, on=on)
    if cost is None and isinstance(seconds, (int, float)) and 0 <= seconds < SECONDS_MAX:
        cost = cost_of_sound(model, seconds, on=on)
    return Usage(
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=cost,
        certainty="unknown" if cost is None else "exact",
    )


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**8
    return value if isinstance(value, int) and is_count else None
