"""What one turn's model may take: steps, seconds, tokens and cents, as the profile allows.

Asked before every step. Whoever has crossed a limit gets no further step; the offline model, which
costs nothing, then answers. Draws no line for that one.
"""

from __future__ import annotations

from decimal import Decimal

from bot.errors import StepLimitReached
from bot.llm.base import ModelReply, ModelRequest
from bot.profile_models import Answers
from bot.prompting_context import estimate_tokens
from bot.trace import Trace


class Meter:
    """One turn's account. Begins to run when it is made."""

    def __init__(self, allowed: Answers, trace: Trace) -> None:
        self._allowed = allowed
        self._trace = trace
        self._began_ms = trace.elapsed_ms
        self.steps = 0
        self.tokens = 0
        self.cents = Decimal(0)

    @property
    def left_s(self) -> float:
        """Seconds until the time is up; may be below zero."""
        return self._allowed.seconds - (self._trace.elapsed_ms - self._began_ms) / 1000.0

    def add(self, request: ModelRequest, reply: ModelReply) -> None:
        """Count a step. Tokens that the provider did not count are estimated: not said is not 0."""
        usage = reply.usage
        counted = (usage.input_tokens, usage.output_tokens)
        guessed = (_asked_tokens(request), _said_tokens(reply))
        self.steps += 1
        self.tokens += sum(
            guess if count is None else count for count, guess in zip(counted, guessed, strict=True)
        )
        self.cents += (usage.cost or Decimal(0)) * 100
        for failed in reply.spent:  # Attempts that gave no reply and cost something all the same.
            self.tokens += (failed.usage.input_tokens or 0) + (failed.usage.output_tokens or 0)
            self.cents += (failed.usage.cost or Decimal(0)) * 100

    def check(self) -> None:
        """Let another step begin, or not.

        Raises:
            StepLimitReached: a limit is crossed; it is named in the trace.
        """
        allowed = self._allowed
        if self.steps >= allowed.steps:
            raise self.crossed("steps")
        if self.left_s <= 0:
            raise self.crossed("seconds")
        if self.tokens >= allowed.tokens:
            raise self.crossed("tokens")
        if self.cents >= allowed.cents:
            raise self.crossed("cents")

    def crossed(self, limit: str) -> StepLimitReached:
        """The error for a limit of the profile, once it is noted."""
        self._trace.note("limit.reached", limit=limit)
        return StepLimitReached(f"answers.{limit} of the profile is used up")


def _asked_tokens(request: ModelRequest) -> int:
    said = sum(estimate_tokens(message.text) for message in request.messages)
    return estimate_tokens(request.instructions) + said


def _said_tokens(reply: ModelReply) -> int:
    called = sum(estimate_tokens(call.name + call.arguments) for call in reply.tool_calls)
    return estimate_tokens(reply.text) + called
