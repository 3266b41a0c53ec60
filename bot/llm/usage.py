"""What an attempt cost, out of what the provider said, the price list and our own count."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from bot.llm.base import ModelRequest, Usage
from bot.llm.chat_dialect import Assembly
from bot.llm.counting import ASCII_PER_TOKEN, count_prompt, count_text
from bot.llm.prices import dearest, find_price

ASSUMED_INPUT = 4_000
ASSUMED_OUTPUT = 700
"""What a budget takes a step for whose tokens nobody counted: a full one."""


def usage_of(assembly: Assembly, request: ModelRequest, *, model: str, is_free: bool) -> Usage:
    """The cost of what has come, whole or cut; hidden reasoning that was cut cannot be counted."""
    said_in, said_out = assembly.input_tokens, assembly.output_tokens
    price = None if is_free else find_price(model, request.now.date())
    if price is None or price.minute is not None:
        return Usage(
            input_tokens=said_in,
            output_tokens=said_out,
            cached_tokens=assembly.cached_tokens,
            cost=Decimal(0) if is_free else None,
            certainty="exact" if is_free else "unknown",
        )
    is_said = said_in is not None and said_out is not None
    tokens_in = count_prompt(request) if said_in is None else said_in
    tokens_out = _counted_output(assembly) if said_out is None else said_out
    return Usage(
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cached_tokens=assembly.cached_tokens,
        cost=price.of(tokens_in, tokens_out, assembly.cached_tokens or 0),
        certainty="exact" if is_said else "estimated",
    )


def cautious_cost(usage: Usage, on: date) -> Decimal:
    """The cost, or what a budget takes for it where it is not known: the dearest listed price."""
    if usage.cost is not None:
        return usage.cost
    tokens_in = ASSUMED_INPUT if usage.input_tokens is None else usage.input_tokens
    tokens_out = ASSUMED_OUTPUT if usage.output_tokens is None else usage.output_tokens
    return dearest(on).of(tokens_in, tokens_out)


def _counted_output(assembly: Assembly) -> int:
    thought = math.ceil(assembly.thought_chars / ASCII_PER_TOKEN)
    return thought + count_text(assembly.output_chars)
