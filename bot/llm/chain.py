"""The providers in order of preference, with a circuit breaker before each but the last.

The last is the offline model: always there, never tripped, so that a customer is answered whatever
happens outside. A step that one provider fails is given to the next within one deadline.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.clock import Clock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import Model, ModelReply, ModelRequest
from bot.llm.llama import LlamaModel
from bot.llm.openai import OpenAIModel
from bot.settings import Settings

STEP_S = 45.0
"""For all providers of one step together, the last excepted."""

OnFailure = Callable[[str, ModelError], None]


@dataclass(slots=True)
class Breaker:
    """Whether a provider is worth asking now.

    Closed, it lets every step through. It opens after several failures in a row or too many of the
    recent ones, for a time that doubles with each relapse. Then one step goes through as a probe,
    while the others pass by; its outcome closes or opens it again.
    """

    failures_max: int = 3
    rate_max: float = 0.5
    window: int = 20
    cool_down_s: float = 10.0
    cool_down_max_s: float = 300.0
    _in_a_row: int = 0
    _relapses: int = 0
    _open_until_ms: float | None = None
    _is_probing: bool = False
    _recent: deque[bool] = field(default_factory=deque)

    @property
    def is_open(self) -> bool:
        """Whether it has tripped and no probe has succeeded since."""
        return self._open_until_ms is not None

    def admit(self, now_ms: float) -> bool:
        """Whether a step may go through; who is admitted must report the outcome."""
        if self._open_until_ms is None:
            return True
        if now_ms < self._open_until_ms or self._is_probing:
            return False
        self._is_probing = True
        return True

    def succeeded(self) -> None:
        """The provider answered."""
        if self.is_open:
            self._recent.clear()
        self._in_a_row = self._relapses = 0
        self._open_until_ms = None
        self._is_probing = False
        self._note(True)

    def failed(self, now_ms: float, error: ModelError) -> None:
        """The provider did not answer usably."""
        was_probe, self._is_probing = self._is_probing, False
        retry_after_s = error.retry_after_s if isinstance(error, ModelUnavailable) else None
        # A refusal may be one customer's doing; only silence in a row proves an outage.
        self._in_a_row += not isinstance(error, ModelMisbehaved)
        self._note(False)
        if was_probe or self._must_open() or (retry_after_s or 0.0) > self.cool_down_s:
            self._open(now_ms, retry_after_s or 0.0)

    def abandoned(self) -> None:
        """The step was cancelled, which says nothing of the provider."""
        self._is_probing = False

    def _note(self, outcome: bool) -> None:
        self._recent.append(outcome)
        while len(self._recent) > self.window:
            self._recent.popleft()

    def _must_open(self) -> bool:
        if self._in_a_row >= self.failures_max:
            return True
        return len(self._recent) == self.window and (
            self._recent.count(False) > self.rate_max * self.window
        )

    def _open(self, now_ms: float, at_least_s: float) -> None:
        grown_s = min(self.cool_down_s * 2**self._relapses, self.cool_down_max_s)
        self._relapses = min(self._relapses + 1, 16)
        self._open_until_ms = now_ms + 1000.0 * max(grown_s, at_least_s)


class ModelChain:
    """Providers in order; the last must always answer."""

    def __init__(
        self,
        models: Sequence[Model],
        *,
        clock: Clock,
        step_s: float = STEP_S,
        on_failure: OnFailure | None = None,
    ) -> None:
        if not models:
            raise ValueError("a chain needs at least the offline model")
        self.name = "chain"
        self.on_failure = on_failure
        """Called with the provider's name and its error; for metrics. May be set later."""
        self._outer = tuple((model, Breaker()) for model in models[:-1])
        self._last = models[-1]
        self._clock = clock
        self._step_s = step_s

    @property
    def providers(self) -> tuple[str, ...]:
        """Names in order of preference."""
        return (*(model.name for model, _ in self._outer), self._last.name)

    def is_open(self, position: int) -> bool:
        """Whether the breaker of the provider at this place in the order has tripped."""
        return self._outer[position][1].is_open

    async def respond(self, request: ModelRequest) -> ModelReply:
        """The first usable answer, marked with who gave it.

        Raises:
            ModelError: the last provider failed too.
        """
        deadline_ms = self._clock.monotonic_ms() + 1000.0 * self._step_s
        for model, breaker in self._outer:
            now_ms = self._clock.monotonic_ms()
            if now_ms >= deadline_ms or not breaker.admit(now_ms):
                continue
            reply = await self._ask(model, breaker, request, (deadline_ms - now_ms) / 1000.0)
            if reply is not None:
                return _marked(reply, model)
        try:
            return _marked(await self._last.respond(request), self._last)
        except ModelError as error:
            self._report(self._last, error)
            raise

    async def close(self) -> None:
        """Close every provider, even if one fails at it."""
        models = (*(model for model, _ in self._outer), self._last)
        await asyncio.gather(*(model.close() for model in models), return_exceptions=True)

    async def _ask(
        self, model: Model, breaker: Breaker, request: ModelRequest, left_s: float
    ) -> ModelReply | None:
        """The provider's answer, or None once its failure is noted."""
        try:
            async with asyncio.timeout(left_s):
                reply = await model.respond(request)
        except ModelError as error:
            failure = error
        except TimeoutError:
            failure = ModelUnavailable(f"{model.name}: the step's deadline passed")
        except asyncio.CancelledError:
            breaker.abandoned()
            raise
        else:
            breaker.succeeded()
            return reply
        breaker.failed(self._clock.monotonic_ms(), failure)
        self._report(model, failure)
        return None

    def _report(self, model: Model, error: ModelError) -> None:
        if self.on_failure is not None:
            self.on_failure(model.name, error)


def _marked(reply: ModelReply, model: Model) -> ModelReply:
    return reply if reply.provider else replace(reply, provider=model.name)


def build_models(settings: Settings, offline: Model, clock: Clock) -> ModelChain:
    """The configured providers, in order, and the offline model behind them.

    OPENAI_MODEL may list several names with commas: the later ones stand in for the earlier.
    """
    models: list[Model] = []
    api_key = settings.openai_api_key.get_secret_value()
    if api_key:
        models += [
            OpenAIModel(name, api_key=api_key, clock=clock, base_url=settings.openai_base_url)
            for name in (part.strip() for part in settings.openai_model.split(","))
            if name
        ]
    if settings.llama_base_url:
        models.append(LlamaModel(settings.llama_base_url, clock=clock, model=settings.llama_model))
    return ModelChain((*models, offline), clock=clock)
