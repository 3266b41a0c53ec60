"""What a model server is to its client: where it is, what it takes, and how long we wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server and how to speak to it."""

    name: str
    """The provider's name in records and metrics."""
    base_url: str
    api_key: str
    output_limit_field: str
    """`max_completion_tokens`, or `max_tokens` for older and local servers; never both."""
    strict_tools: bool = False
    extra: Mapping[str, object] | None = None
    """Further request fields the server is known to take."""
    extra_tokens: int = 0
    """Room for hidden reasoning, on top of what the reply may take."""
    is_free: bool = False
    """Whether it is ours, so that a step costs nothing."""
    sees: bool = False
    """Whether its model is shown pictures."""
    context: int | None = None
    """Tokens for prompt and reply together, where known; a longer prompt is shortened before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we wait, in seconds."""

    connect_s: float = 5.0
    first_token_s: float = 20.0
    idle_s: float = 10.0
    """Between two chunks once the first has come."""
    total_s: float = 40.0
    """For the step, the retry included."""
    backoff_s: float = 0.4
    retry_after_max_s: float = 4.0
    """A server that asks for a longer pause is left to the next provider instead."""
